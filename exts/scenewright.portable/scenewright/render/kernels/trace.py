"""The colour pass: camera rays and what they meet beside surfaces."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.direct import Sampler
from scenewright.render.kernels.domes import dome_radiance
from scenewright.render.kernels.intersect import closest_hit
from scenewright.render.kernels.lights import nearest_lamp
from scenewright.render.kernels.paths import Cone, limited, shade_point
from scenewright.render.kernels.rays import camera_direction, camera_origin, pixel_width, sees
from scenewright.render.kernels.sampling import pixel_index, sample_2d
from scenewright.render.kernels.scattering import fog_stretch
from scenewright.render.kernels.surface import opacity_at
from scenewright.render.kernels.types import NO_HIT, CameraData, Hit, PathSettings, SceneData

__all__ = ["GuideBuffers", "shade_pixels"]

# level 3 takes seven times as long to compile for CUDA; 2 is what the CPU uses anyway. On the CPU, Warp's own threshold of
# inlining, 9000, takes longer to compile and is slower; LLVM's, 225, is slower with textures and many bounces
wp.set_module_options({"enable_backward": False, "max_unroll": 4, "optimization_level": 2,
                       "cpu_compiler_flags": "-march=native -mllvm=-inline-threshold=2000"})

TRANSPARENT_LAYERS = wp.constant(16)
FOG_DIMENSIONS = wp.constant(4096)
"""First sampler dimension of the fog along camera rays."""


@wp.struct
class GuideBuffers:
    """What the colour filter is guided by: means over the samples of each pixel; empty unless wanted."""

    wanted: wp.int32
    calm: wp.array(dtype=wp.vec4)  # what every sample brings alike, part of the colour; nothing where the lens or time blurs
    reflectance: wp.array(dtype=wp.vec4)  # w: mean squared luminance of the samples without what is calm
    normals: wp.array(dtype=wp.vec4)  # w: distance along the viewing axis, 0 where some sample met nothing
    sharpness: wp.array(dtype=wp.float32)  # share of mirror-like reflection


@wp.func
def environment(scene: SceneData, direction: wp.vec3) -> wp.vec4:
    """Return what all domes that the camera sees send from a unit direction, and whether there are any."""
    radiance = wp.vec3(0.0, 0.0, 0.0)
    seen = float(0.0)
    for i in range(scene[0].first_dome, scene[0].light_count):
        if scene[0].lights[i].visible != 0:
            radiance += dome_radiance(scene, scene[0].lights[i], direction)
            seen = 1.0
    return wp.vec4(radiance[0], radiance[1], radiance[2], seen)


@wp.struct
class CameraSample:
    """What a camera ray brought, and what it tells the colour filter of the first surface that is seen."""

    value: wp.vec4  # radiance, coverage
    calm: wp.vec3  # the part of the radiance that every sample of the same ray brings
    met: wp.int32  # 1: there is such a surface
    reflectance: wp.vec3
    normal: wp.vec3
    distance: wp.float32
    sharpness: wp.float32


@wp.func
def camera_radiance(scene: SceneData, settings: PathSettings, sampler: Sampler, o: wp.vec3, d: wp.vec3, near: float, far: float,
                    label_hit: Hit, follows_label: bool, cone: Cone) -> CameraSample:
    """Return radiance and coverage along a camera ray, blending translucent surfaces front to back.

    A ray that follows the label ray takes over its first hit.
    """
    sample = CameraSample()
    radiance = wp.vec3(0.0, 0.0, 0.0)
    through = float(1.0)
    hit = label_hit
    t_min = near
    covered = float(0.0)
    reached = float(0.0)  # by the fog
    for layer in range(TRANSPARENT_LAYERS):
        if layer > 0 or not follows_label:
            hit = closest_hit(scene, o, d, t_min, far, -1)
        lamp = nearest_lamp(scene, o, d, t_min, wp.where(hit.instance == NO_HIT, far, hit.t), 1, -1)
        if settings.fog.density > 0.0:
            length = wp.length(d)
            stretch = fog_stretch(scene, settings, sampler, FOG_DIMENSIONS + layer * 4, o, d / length, reached, lamp.t * length)
            radiance += stretch.light * through
            covered += through * (1.0 - stretch.passed)
            through *= stretch.passed
            reached = lamp.t * length
        if lamp.light != NO_HIT:
            radiance += lamp.radiance * through
            sample.calm += lamp.radiance * through
            covered += through
            break
        if hit.instance == NO_HIT:
            sky = environment(scene, wp.normalize(d))
            radiance += wp.vec3(sky[0], sky[1], sky[2]) * through
            sample.calm += wp.vec3(sky[0], sky[1], sky[2]) * through
            covered += sky[3] * through
            break
        opacity = opacity_at(scene, hit, o, d)
        if opacity > 0.0:
            shaded = shade_point(scene, settings, sampler, hit, o, d, cone)
            radiance += shaded.radiance * (through * opacity)
            sample.calm += shaded.calm * (through * opacity)
            if sample.met == 0:
                sample.met = 1
                sample.reflectance = shaded.albedo
                sample.normal = shaded.normal
                sample.distance = hit.t
                sample.sharpness = shaded.sharpness
            covered += through * opacity
            through *= 1.0 - opacity
        if through < wp.where(settings.path_traced != 0, 1.0e-5, 0.004):
            covered += through
            break
        t_min = hit.t * 1.00001
    if settings.direct_limit < 1.0e30:
        radiance = limited(radiance, settings.direct_limit)
        sample.calm = wp.vec3(0.0, 0.0, 0.0)
    rest = radiance - sample.calm
    if not wp.isfinite(radiance[0] + radiance[1] + radiance[2] + rest[0] + rest[1] + rest[2]):
        radiance = wp.vec3(0.0, 0.0, 0.0)  # beyond float32: such a path tells nothing
        sample.calm = radiance
    sample.value = wp.vec4(radiance[0], radiance[1], radiance[2], covered)
    return sample


@wp.func
def lens_ray(camera: CameraData, d: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Return the point of a thin lens, relative to the camera centre."""
    r = camera.lens_radius * wp.sqrt(u[0])
    phi = 6.283185307179586 * u[1]
    return camera.right * (r * wp.cos(phi)) + camera.up * (r * wp.sin(phi))


@wp.kernel
def shade_pixels(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    # In:
    settings: PathSettings,
    hits: wp.array(dtype=Hit),
    chosen: wp.array(dtype=wp.int32),
    first: int,
    # Out:
    hdr_out: wp.array(dtype=wp.vec4),
    guides_out: GuideBuffers,
):
    """Average the colour samples of each pixel, or of those that are ``chosen`` where there are any.

    In the real-time mode the first of all samples continues the label ray. Where ``settings.earlier`` samples lie in the
    outputs already, these are averaged with the new ones. Without paths only what is calm in the outputs changes.
    """
    i = first + wp.tid()
    if chosen.shape[0] > 0:
        i = chosen[i]
    column = i % camera.width
    row = i // camera.width
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    calm = wp.vec4(0.0, 0.0, 0.0, 0.0)
    reflectance = wp.vec4(0.0, 0.0, 0.0, 0.0)
    normal = wp.vec4(0.0, 0.0, 0.0, 0.0)
    sharpness = float(0.0)
    met = int(0)
    centred = settings.path_traced == 0 and settings.earlier == 0
    fine = 1.0 / wp.sqrt(float(settings.earlier + settings.samples))  # the samples of a pixel share its width
    for s in range(settings.samples):
        sampler = Sampler()
        index = pixel_index(column, row) * settings.sample_stride + wp.uint32(s)
        sampler.index = index * settings.path_stride
        sampler.seed = settings.seed
        shift = wp.vec2(0.5, 0.5)
        if s > 0 or not centred:
            shift = sample_2d(index, settings.seed, 0)
        d = camera_direction(camera, float(column) + shift[0], float(row) + shift[1])
        if not sees(d):
            continue
        o = camera_origin(camera, float(column) + shift[0], float(row) + shift[1])
        if camera.lens_radius > 0.0:
            on_lens = lens_ray(camera, d, sample_2d(index, settings.seed, 1))
            o = o + on_lens
            d = d - on_lens / camera.focus_distance
        cone = Cone()
        cone.width = pixel_width(camera, 0.0) * fine
        cone.spread = (pixel_width(camera, 1.0) * fine - cone.width) / wp.length(d)
        follows_label = s == 0 and centred and camera.lens_radius == 0.0
        sample = camera_radiance(scene, settings, sampler, o, d, camera.near, camera.far, hits[i], follows_label, cone)
        value = sample.value
        total += value
        if guides_out.wanted != 0:
            if camera.lens_radius > 0.0:
                sample.calm = wp.vec3(0.0, 0.0, 0.0)
            rest = value - wp.vec4(sample.calm[0], sample.calm[1], sample.calm[2], 0.0)
            level = 0.2126 * rest[0] + 0.7152 * rest[1] + 0.0722 * rest[2]
            calm += wp.vec4(sample.calm[0], sample.calm[1], sample.calm[2], 0.0)
            reflectance += wp.vec4(sample.reflectance[0], sample.reflectance[1], sample.reflectance[2], level * level)
            normal += wp.vec4(sample.normal[0], sample.normal[1], sample.normal[2], sample.distance)
            sharpness += sample.sharpness
            met += sample.met
    share = 1.0 / float(settings.earlier + settings.samples)
    kept = float(settings.earlier) * share
    if settings.paths == 0:
        before = guides_out.calm[i]
        guides_out.calm[i] = before * kept + calm * share
        hdr_out[i] = hdr_out[i] - before + guides_out.calm[i]
        return
    if settings.earlier > 0:
        hdr_out[i] = hdr_out[i] * kept + total * share
    else:
        hdr_out[i] = total * share
    if guides_out.wanted != 0:
        missed = met < settings.samples
        normal = normal * share
        calm = calm * share
        reflectance = reflectance * share
        sharpness = sharpness * share
        if settings.earlier > 0:
            missed = missed or guides_out.normals[i][3] == 0.0
            normal += guides_out.normals[i] * kept
            calm += guides_out.calm[i] * kept
            reflectance += guides_out.reflectance[i] * kept
            sharpness += guides_out.sharpness[i] * kept
        if missed:
            normal[3] = 0.0
        guides_out.calm[i] = calm
        guides_out.reflectance[i] = reflectance
        guides_out.normals[i] = normal
        guides_out.sharpness[i] = sharpness
