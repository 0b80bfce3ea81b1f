"""The colour pass: camera rays, indirect bounces, and what rays meet beside surfaces."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.bsdf import Lobes, bsdf_sample, lobes_of
from scenewright.render.kernels.direct import (
    MANY_LIGHTS,
    PICKS,
    Sampler,
    direct_light,
    estimate_total,
    expected_samples,
    visible_direction,
)
from scenewright.render.kernels.intersect import closest_hit
from scenewright.render.kernels.lights import dome_pdf, dome_radiance, intersect_light, light_pdf, light_radiance
from scenewright.render.kernels.rays import camera_direction, camera_origin, sees
from scenewright.render.kernels.sampling import hash_u32, pixel_index, sample_1d, sample_2d
from scenewright.render.kernels.surface import (
    Point,
    bend_normal,
    has_normal_map,
    interior_transmittance,
    leaving_skip,
    material_at,
    offset_origin,
    opacity_at,
    point_at,
)
from scenewright.render.kernels.types import NO_HIT, CameraData, Hit, PathSettings, SceneData

__all__ = ["GuideBuffers", "shade_pixels"]

# level 3 takes seven times as long to compile for CUDA; 2 is what the CPU uses anyway
wp.set_module_options({"enable_backward": False, "max_unroll": 4, "optimization_level": 2})

FAR = wp.constant(1.0e30)
TRANSPARENT_LAYERS = wp.constant(16)
GLASS_BOUNCES = wp.constant(8)
"""Surfaces of glass that a path may meet beside its bounces."""
DIMENSIONS_PER_BOUNCE = wp.constant(32)
"""Sampler dimensions of a vertex: 0, 1 for the surface, 2 for the choice of lights, from 4 on one for each light."""


@wp.struct
class GuideBuffers:
    """What the colour filter is guided by: means over the samples of each pixel; empty unless wanted."""

    wanted: wp.int32
    reflectance: wp.array(dtype=wp.vec4)  # w: mean squared luminance of the samples
    normals: wp.array(dtype=wp.vec4)  # w: distance along the viewing axis, 0 where some sample met nothing
    sharpness: wp.array(dtype=wp.float32)  # share of mirror-like reflection


@wp.struct
class Emitter:
    """The nearest lamp along a ray."""

    t: wp.float32
    light: wp.int32  # NO_HIT where none
    radiance: wp.vec3


@wp.func
def nearest_emitter(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> Emitter:
    """Return the first area light that a ray meets and that shows itself."""
    found = Emitter()
    found.t = t_max
    found.light = NO_HIT
    for i in range(scene.first_dome):
        if scene.lights[i].visible != 0:
            light = scene.lights[i]
            t = intersect_light(light, o, d, t_min)
            if t >= 0.0 and t < found.t:
                found.t = t
                found.light = i
                local = o + d * t - light.position
                x = wp.dot(local, light.axis_x) / wp.max(light.half_x, 1.0e-20)
                y = wp.dot(local, light.axis_y) / wp.max(light.half_y, 1.0e-20)
                found.radiance = light_radiance(scene, light, x, y)
    return found


@wp.func
def environment(scene: SceneData, direction: wp.vec3) -> wp.vec3:
    """Return what all domes together send from a unit direction."""
    radiance = wp.vec3(0.0, 0.0, 0.0)
    for i in range(scene.first_dome, scene.light_count):
        radiance += dome_radiance(scene, scene.lights[i], direction)
    return radiance


@wp.func
def missed_environment(scene: SceneData, lobes: Lobes, direction: wp.vec3, weight: wp.vec3, pdf: float) -> wp.vec3:
    """Return the domes' light along a surface sample of density ``pdf`` that met nothing; ``weight`` is value / pdf."""
    light_sum = wp.vec3(0.0, 0.0, 0.0)
    for i in range(scene.first_dome, scene.light_count):
        light = scene.lights[i]
        if light.dome < 0 and lobes.glass_share == 0.0:
            light_sum += wp.cw_mul(lobes.albedo, light.color)
        else:
            share = float(1.0)  # of the surface sample: nothing else finds what a delta lobe or a constant dome sends
            if light.dome >= 0 and pdf > 0.0:
                share = pdf / (pdf + dome_pdf(scene, light, direction))
            light_sum += wp.cw_mul(weight, dome_radiance(scene, light, direction)) * share
    return light_sum


@wp.func
def limited(radiance: wp.vec3, limit: float) -> wp.vec3:
    """Scale a radiance down so that its largest channel is at most ``limit``."""
    peak = wp.max(wp.max(radiance[0], radiance[1]), radiance[2])
    if peak > limit:
        return radiance * (limit / peak)
    return radiance


@wp.func
def bounce_hit(scene: SceneData, o: wp.vec3, d: wp.vec3, skip: int, sampler: Sampler, dimension: int) -> Hit:
    """Return the next surface on a path; translucent ones are met with the probability of their opacity."""
    hit = Hit()
    t_min = float(0.0)
    for layer in range(TRANSPARENT_LAYERS):
        hit = closest_hit(scene, o, d, t_min, FAR, skip)
        if hit.instance == NO_HIT:
            break
        opacity = opacity_at(scene, hit, o, d)
        if opacity >= 1.0:
            break
        chance = hash_u32(sampler.seed ^ hash_u32(sampler.index * wp.uint32(61) + wp.uint32(dimension + layer)))
        if float(chance >> wp.uint32(8)) * 5.9604644775390625e-8 < opacity:
            break
        t_min = hit.t * 1.00001
    return hit


@wp.func
def shading_normal(scene: SceneData, point: Point, hit: Hit, o: wp.vec3, d: wp.vec3) -> wp.vec3:
    """Return the normal to shade with."""
    if has_normal_map(scene, point):
        return bend_normal(scene, point, hit, o, d, scene.prims[point.prim].material)
    return point.normal


@wp.func
def shade_point(scene: SceneData, settings: PathSettings, sampler: Sampler, first_hit: Hit, from_o: wp.vec3,
                from_d: wp.vec3) -> wp.vec3:
    """Return the radiance that leaves a surface point against the ray that met it."""
    radiance = wp.vec3(0.0, 0.0, 0.0)
    throughput = wp.vec3(1.0, 1.0, 1.0)
    o = from_o
    d = from_d
    hit = first_hit
    has_dome = scene.light_count > scene.first_dome
    bounce = int(0)  # passing or mirroring at glass is none: GLASS_BOUNCES of those are free
    for vertex in range(settings.bounces + 1 + GLASS_BOUNCES):
        dimension = 4 + vertex * DIMENSIONS_PER_BOUNCE
        point = point_at(scene, hit, o, d)
        throughput = wp.cw_mul(throughput, interior_transmittance(scene, point, hit.t * wp.length(d)))
        surface = material_at(scene, point)
        lobes = lobes_of(scene.glossy_albedo, surface, shading_normal(scene, point, hit, o, d), -wp.normalize(d))
        last = bounce == settings.bounces and (lobes.glass_share == 0.0 or vertex == settings.bounces + GLASS_BOUNCES)
        picks = wp.where(bounce == 0, PICKS, 1)
        total = float(0.0)
        if scene.first_dome > wp.where(bounce == 0, MANY_LIGHTS, 1):
            total = estimate_total(scene, point, 0, scene.first_dome)
        local = surface.emission + direct_light(scene, point, lobes, sampler, dimension, total, picks, last)
        if last:
            radiance += limited(wp.cw_mul(throughput, local), wp.where(bounce == 0, FAR, settings.indirect_limit))
            break
        u = sample_2d(sampler.index, sampler.seed, dimension)
        bounced = bsdf_sample(lobes, u, sample_1d(sampler.index, sampler.seed, dimension + 1))
        weight = bounced.weight
        alive = weight[0] + weight[1] + weight[2] > 0.0
        if alive or has_dome:
            d = bounced.direction
            if lobes.glass_share == 0.0:
                d = visible_direction(lobes, d, u)
            o = offset_origin(point, bounced.transmitted)
            hit = bounce_hit(scene, o, d, leaving_skip(scene, point, bounced.transmitted), sampler, dimension)
            emitter = nearest_emitter(scene, o, d, 0.0, hit.t)
            if emitter.light != NO_HIT:
                count = expected_samples(scene, point, emitter.light, total, float(picks))
                rival = count * light_pdf(scene.lights[emitter.light], point.position, d, emitter.t)
                share = wp.where(bounced.pdf > 0.0, bounced.pdf / wp.max(bounced.pdf + rival, 1.0e-20), 1.0)
                local += wp.cw_mul(weight, emitter.radiance) * share
                alive = False
            elif hit.instance == NO_HIT:
                local += missed_environment(scene, lobes, d, weight, wp.where(alive, bounced.pdf, 0.0))
                alive = False
        radiance += limited(wp.cw_mul(throughput, local), wp.where(bounce == 0, FAR, settings.indirect_limit))
        throughput = wp.cw_mul(throughput, weight)
        if not alive:
            break
        bounce += wp.where(lobes.glass_share > 0.0, 0, 1)
    return radiance


@wp.struct
class CameraSample:
    """What a camera ray brought."""

    value: wp.vec4  # radiance, coverage
    hit: Hit  # the first surface


@wp.func
def camera_radiance(scene: SceneData, settings: PathSettings, sampler: Sampler, o: wp.vec3, d: wp.vec3, near: float, far: float,
                    label_hit: Hit, follows_label: bool) -> CameraSample:
    """Return radiance and coverage along a camera ray, blending translucent surfaces front to back.

    A ray that follows the label ray takes over its first hit.
    """
    sample = CameraSample()
    radiance = wp.vec3(0.0, 0.0, 0.0)
    through = float(1.0)
    hit = label_hit
    t_min = near
    covered = float(0.0)
    for layer in range(TRANSPARENT_LAYERS):
        if layer > 0 or not follows_label:
            hit = closest_hit(scene, o, d, t_min, far, -1)
        if layer == 0:
            sample.hit = hit
        emitter = nearest_emitter(scene, o, d, t_min, wp.where(hit.instance == NO_HIT, far, hit.t))
        if emitter.light != NO_HIT:
            radiance += emitter.radiance * through
            through = float(0.0)
            break
        if hit.instance == NO_HIT:
            if scene.light_count > scene.first_dome:
                radiance += environment(scene, wp.normalize(d)) * through
                covered = through
            break
        opacity = opacity_at(scene, hit, o, d)
        if opacity > 0.0:
            radiance += shade_point(scene, settings, sampler, hit, o, d) * (through * opacity)
            through *= 1.0 - opacity
        if through < 0.004:
            through = float(0.0)
            break
        t_min = hit.t * 1.00001
    sample.value = wp.vec4(radiance[0], radiance[1], radiance[2], 1.0 - through + covered)
    return sample


@wp.func
def lens_ray(camera: CameraData, d: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Return the point of a thin lens, relative to the camera centre."""
    r = camera.lens_radius * wp.sqrt(u[0])
    phi = 6.283185307179586 * u[1]
    return camera.right * (r * wp.cos(phi)) + camera.up * (r * wp.sin(phi))


@wp.struct
class Guide:
    """What one sample tells the colour filter."""

    reflectance: wp.vec3
    normal: wp.vec3
    distance: wp.float32
    sharpness: wp.float32


@wp.func
def guide_of(scene: SceneData, hit: Hit, o: wp.vec3, d: wp.vec3) -> Guide:
    """Return the guide of a camera ray."""
    guide = Guide()
    if hit.instance == NO_HIT:
        return guide
    point = point_at(scene, hit, o, d)
    surface = material_at(scene, point)
    lobes = lobes_of(scene.glossy_albedo, surface, point.normal, -wp.normalize(d))
    guide.reflectance = lobes.albedo
    guide.normal = point.normal
    guide.distance = hit.t
    guide.sharpness = wp.where(surface.roughness < 0.1, lobes.specular_share, 0.0)
    return guide


@wp.kernel
def shade_pixels(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    # In:
    settings: PathSettings,
    hits: wp.array(dtype=Hit),
    first: int,
    # Out:
    hdr_out: wp.array(dtype=wp.vec4),
    guides_out: GuideBuffers,
):
    """Average the colour samples of each pixel; the first one continues the label ray."""
    i = first + wp.tid()
    column = i % camera.width
    row = i // camera.width
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    reflectance = wp.vec4(0.0, 0.0, 0.0, 0.0)
    normal = wp.vec4(0.0, 0.0, 0.0, 0.0)
    sharpness = float(0.0)
    met = int(0)
    for s in range(settings.samples):
        sampler = Sampler()
        sampler.index = pixel_index(column, row) * settings.sample_stride + wp.uint32(s)
        sampler.seed = settings.seed
        shift = wp.vec2(0.5, 0.5)
        if s > 0:
            shift = sample_2d(sampler.index, sampler.seed, 0)
        d = camera_direction(camera, float(column) + shift[0], float(row) + shift[1])
        if not sees(d):
            continue
        o = camera_origin(camera, float(column) + shift[0], float(row) + shift[1])
        if camera.lens_radius > 0.0:
            on_lens = lens_ray(camera, d, sample_2d(sampler.index, sampler.seed, 1))
            o = o + on_lens
            d = d - on_lens / camera.focus_distance
        follows_label = s == 0 and camera.lens_radius == 0.0
        sample = camera_radiance(scene, settings, sampler, o, d, camera.near, camera.far, hits[i], follows_label)
        value = sample.value
        total += value
        if guides_out.wanted != 0:
            guide = guide_of(scene, sample.hit, o, d)
            level = 0.2126 * value[0] + 0.7152 * value[1] + 0.0722 * value[2]
            reflectance += wp.vec4(guide.reflectance[0], guide.reflectance[1], guide.reflectance[2], level * level)
            normal += wp.vec4(guide.normal[0], guide.normal[1], guide.normal[2], guide.distance)
            sharpness += guide.sharpness
            met += wp.where(sample.hit.instance == NO_HIT, 0, 1)
    share = 1.0 / float(settings.samples)
    hdr_out[i] = total * share
    if guides_out.wanted != 0:
        if met < settings.samples:
            normal[3] = 0.0
        guides_out.reflectance[i] = reflectance * share
        guides_out.normals[i] = normal * share
        guides_out.sharpness[i] = sharpness * share
