"""A path from the first surface on: direct light at each vertex, a bounce, and what the bounce meets that shines.

Both modes run the same function. Real-time mode cuts it short: few bounces, the light of constant domes by the albedo of the
surface, one sample for domes at the end of a path, and a limit for what a bounce may bring. Path-traced mode leaves nothing
out: surface samples look for lights at the last vertex, too, fog scatters, and Russian roulette ends paths.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.bsdf import BsdfSample, Lobes, bsdf_sample, has_choice, lobes_of, visible_direction
from scenewright.render.kernels.direct import (
    CALM_LIGHT,
    MANY_LIGHTS,
    NOISY_LIGHT,
    PICKS,
    Sampler,
    direct_light,
    lit_weight,
)
from scenewright.render.kernels.domes import dome_pdf, dome_radiance
from scenewright.render.kernels.emitters import emission_of, emitter_pdf, glow_of
from scenewright.render.kernels.intersect import closest_hit, hit_prim
from scenewright.render.kernels.light_choice import Targets, samples_of, targets_of
from scenewright.render.kernels.lights import Lamp, distant_radiance, light_pdf, nearest_lamp
from scenewright.render.kernels.sampling import hash_u32, sample_1d, sample_2d
from scenewright.render.kernels.scattering import fog_stretch
from scenewright.render.kernels.surface import (
    Point,
    Surface,
    bend_normal,
    has_normal_map,
    interior_transmittance,
    leaving_skip,
    material_at,
    offset_origin,
    opacity_at,
    point_at,
    widen,
)
from scenewright.render.kernels.types import NO_HIT, Hit, PathSettings, SceneData

__all__ = ["DIMENSIONS_PER_BOUNCE", "Cone", "Shaded", "limited", "shade_point"]

FAR = wp.constant(1.0e30)
TRANSPARENT_LAYERS = wp.constant(16)
GLASS_BOUNCES = wp.constant(8)
"""Surfaces of glass that a path of the real-time mode may meet beside its bounces."""
DIMENSIONS_PER_BOUNCE = wp.constant(32)
"""Sampler dimensions of a vertex: 0, 1 for the surface, 2 for the choice of lights, from 4 on one for each light, from 20 on
one for a face of each, from 27 on fog, 31 for Russian roulette."""
ROULETTE_DIMENSION = wp.constant(31)
ROULETTE_BOUNCES = wp.constant(3)
ROUGH_SPREAD = wp.constant(0.3)
"""By how much a bounce off the roughest surface spreads a ray: one sample of its lobe stands for about so wide a cone."""


@wp.struct
class Cone:
    """How wide a ray is: what one sample of a pixel stands for."""

    width: wp.float32  # where it starts [stage units]
    spread: wp.float32  # by which the width grows per stage unit


@wp.struct
class Shaded:
    """What leaves a surface point, and what a filter wants to know of the point."""

    radiance: wp.vec3
    calm: wp.vec3  # the part of it that every sample of the point brings: its own light, and that of lights without size
    albedo: wp.vec3
    normal: wp.vec3
    sharpness: wp.float32  # share of mirror-like reflection


@wp.func
def missed_environment(scene: SceneData, settings: PathSettings, point: Point, lobes: Lobes, bounced: BsdfSample,
                       direction: wp.vec3, targets: Targets) -> wp.vec3:
    """Return the light of domes and distant lights along a surface sample that met nothing."""
    light_sum = wp.vec3(0.0, 0.0, 0.0)
    alive = bounced.weight[0] + bounced.weight[1] + bounced.weight[2] > 0.0
    if alive:
        for i in range(scene[0].first_distant, scene[0].first_dome):
            radiance = distant_radiance(scene[0].lights[i], direction)
            if radiance[0] + radiance[1] + radiance[2] > 0.0 and scene[0].lights[i].met != 0:
                share = float(1.0)
                if bounced.pdf > 0.0:
                    count = samples_of(scene, point.position, point.normal, i, targets)
                    share = bounced.pdf / (bounced.pdf + count * light_pdf(scene[0].lights[i], point.position, direction, FAR))
                weight = bounced.weight
                if scene[0].lights[i].extra >= 0:
                    weight = lit_weight(scene, scene[0].lights[i], lobes, bounced, point.instance)
                light_sum += wp.cw_mul(weight, radiance) * share
    for i in range(scene[0].first_dome, scene[0].light_count):
        light = scene[0].lights[i]
        if light.dome < 0 and light.extra < 0 and lobes.glass_share == 0.0 and settings.path_traced == 0:
            light_sum += wp.cw_mul(lobes.albedo, light.color)
        elif alive and (light.met != 0 or light.dome < 0):
            share = float(1.0)  # of the surface sample: nothing else finds what a delta lobe or a constant dome sends
            if light.dome >= 0 and bounced.pdf > 0.0:
                share = bounced.pdf / (bounced.pdf + dome_pdf(scene, light, direction))
            weight = bounced.weight
            if light.extra >= 0:
                weight = lit_weight(scene, light, lobes, bounced, point.instance)
            light_sum += wp.cw_mul(weight, dome_radiance(scene, light, direction)) * share
    return light_sum


@wp.func
def met_emission(scene: SceneData, point: Point, lobes: Lobes, bounced: BsdfSample, hit: Hit, o: wp.vec3, d: wp.vec3,
                 targets: Targets) -> wp.vec3:
    """Return the light of glowing geometry that a surface sample met."""
    prim = hit_prim(scene, scene[0].instances[hit.instance], hit.face)
    row = scene[0].prims[prim].emitter
    if row == 0:
        return wp.vec3(0.0, 0.0, 0.0)
    emitter = scene[0].lighting[0].emitters[row - 1]
    light = scene[0].lights[emitter.light]
    if light.met == 0:
        return wp.vec3(0.0, 0.0, 0.0)
    there = point_at(scene, hit, o, d)
    share = float(1.0)
    if bounced.pdf > 0.0:
        count = samples_of(scene, point.position, point.normal, emitter.light, targets)
        distance = wp.length(there.position - point.position)
        rival = count * emitter_pdf(scene, emitter, hit, there.geometric_normal, point.position, d, distance)
        share = bounced.pdf / (bounced.pdf + rival)
    weight = bounced.weight
    if light.extra >= 0:
        weight = lit_weight(scene, light, lobes, bounced, point.instance)
    return wp.cw_mul(weight, emission_of(scene, prim, there.uv)) * share


@wp.func
def met_lamp(scene: SceneData, point: Point, lobes: Lobes, bounced: BsdfSample, lamp: Lamp, targets: Targets) -> wp.vec3:
    """Return the light of a lamp that a surface sample met."""
    light = scene[0].lights[lamp.light]
    share = float(1.0)
    if bounced.pdf > 0.0:
        count = samples_of(scene, point.position, point.normal, lamp.light, targets)
        rival = count * light_pdf(light, point.position, bounced.direction, lamp.t)
        share = bounced.pdf / wp.max(bounced.pdf + rival, 1.0e-20)
    weight = bounced.weight
    if light.extra >= 0:
        weight = lit_weight(scene, light, lobes, bounced, point.instance)
    return wp.cw_mul(weight, lamp.radiance) * share


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
        return bend_normal(scene, point, hit, o, d, scene[0].prims[point.prim].material)
    return point.normal


@wp.func
def shade_point(scene: SceneData, settings: PathSettings, sampler: Sampler, first_hit: Hit, from_o: wp.vec3,
                from_d: wp.vec3, from_cone: Cone) -> Shaded:
    """Return what leaves a surface point against the ray that met it, as the mean of ``settings.paths`` paths from there.

    With 0 paths only what is calm is looked for.

    Rays are cones so that textures far away and in reflections are averaged over what a ray stands for (T. Akenine-Moeller
    et al., "Texture Level of Detail Strategies for Real-Time Ray Tracing", Ray Tracing Gems, 2019); rough bounces widen them.
    """
    shaded = Shaded()
    radiance = wp.vec3(0.0, 0.0, 0.0)
    has_dome = scene[0].light_count > scene[0].first_dome
    glows = scene[0].first_distant > scene[0].lamp_count
    free = wp.where(settings.path_traced != 0, 0, GLASS_BOUNCES)
    paths = wp.max(settings.paths, 1)
    own_light = wp.vec3(0.0, 0.0, 0.0)
    first_point = Point()
    first_surface = Surface()
    first_lobes = Lobes()
    first_cone = from_cone
    first_throughput = wp.vec3(1.0, 1.0, 1.0)
    for path in range(paths):  # they share the first surface
        number = Sampler()
        number.index = sampler.index + wp.uint32(path)
        number.seed = sampler.seed
        point = Point()
        surface = Surface()
        lobes = Lobes()
        cone = from_cone
        throughput = wp.vec3(1.0, 1.0, 1.0)
        o = from_o
        d = from_d
        hit = first_hit
        bounce = int(0)  # passing or mirroring at glass is none in real-time mode: GLASS_BOUNCES of those are free
        for vertex in range(settings.bounces + 1 + free):
            dimension = 4 + vertex * DIMENSIONS_PER_BOUNCE
            if vertex == 0 and path > 0:
                point = first_point
                surface = first_surface
                lobes = first_lobes
                cone = first_cone
                throughput = first_throughput
            else:
                point = point_at(scene, hit, o, d)
                cone.width += cone.spread * (hit.t * wp.length(d))
                point.width = widen(point, d, cone.width)
                throughput = wp.cw_mul(throughput, interior_transmittance(scene, point, hit.t * wp.length(d)))
                surface = material_at(scene, point)
                lobes = lobes_of(scene[0].glossy_albedo, surface, shading_normal(scene, point, hit, o, d), -wp.normalize(d))
            end = bounce == settings.bounces and (lobes.glass_share == 0.0 or vertex == settings.bounces + free)
            last = end and settings.path_traced == 0
            targets = targets_of(scene, point.position, point.normal, wp.where(bounce == 0, MANY_LIGHTS, 1),
                                 wp.where(bounce == 0, PICKS, 1))
            parts = NOISY_LIGHT
            if vertex > 0 or path == 0:
                parts = wp.where(settings.paths > 0, CALM_LIGHT | NOISY_LIGHT, CALM_LIGHT)
            direct = direct_light(scene, settings, point, lobes, number, dimension, targets, last, parts)
            local = direct.total
            if vertex == 0 and path > 0:
                local += own_light
            elif vertex == 0:  # later on, the bounce before has found it
                own = surface.emission
                if glows:
                    own += glow_of(scene, point.prim)
                local += own
                own_light = direct.calm + own
                shaded.calm = wp.cw_mul(throughput, own_light)
                first_point = point
                first_surface = surface
                first_lobes = lobes
                first_cone = cone
                first_throughput = throughput
                shaded.albedo = lobes.albedo
                shaded.normal = point.normal
                shaded.sharpness = wp.where(surface.roughness < 0.1, lobes.specular_share, 0.0)
            limit = wp.where(bounce == 0, FAR, settings.indirect_limit)
            if last or settings.paths == 0:
                radiance += limited(wp.cw_mul(throughput, local), limit)
                break
            u = sample_2d(number.index, number.seed, dimension)
            cone.spread += ROUGH_SPREAD * surface.roughness * surface.roughness
            choice = float(0.0)
            if has_choice(lobes):
                choice = sample_1d(number.index, number.seed, dimension + 1)
            bounced = bsdf_sample(lobes, u, choice)
            weight = bounced.weight
            passed = float(1.0)
            alive = weight[0] + weight[1] + weight[2] > 0.0
            if alive or (has_dome and settings.path_traced == 0):
                d = bounced.direction
                if lobes.glass_share == 0.0 and not alive:
                    d = visible_direction(lobes, u, 1.0)
                o = offset_origin(point, bounced.transmitted)
                hit = bounce_hit(scene, o, d, leaving_skip(scene, point, bounced.transmitted), number, dimension)
                lamp = nearest_lamp(scene, o, d, 0.0, hit.t, 0, -1)
                found = wp.vec3(0.0, 0.0, 0.0)
                if lamp.light != NO_HIT:
                    if alive:
                        found = met_lamp(scene, point, lobes, bounced, lamp, targets)
                elif hit.instance == NO_HIT:
                    found = missed_environment(scene, settings, point, lobes, bounced, d, targets)
                elif alive and glows:
                    found = met_emission(scene, point, lobes, bounced, hit, o, d, targets)
                if settings.fog.density > 0.0 and settings.path_traced != 0:
                    stretch = fog_stretch(scene, settings, number, dimension, o, d, 0.0, lamp.t)
                    passed = stretch.passed
                    found = found * passed + wp.cw_mul(weight, stretch.light)
                local += found
                alive = alive and lamp.light == NO_HIT and hit.instance != NO_HIT
            radiance += limited(wp.cw_mul(throughput, local), limit)
            throughput = wp.cw_mul(throughput, weight) * passed
            if not alive or end:
                break
            bounce += wp.where(lobes.glass_share > 0.0 and settings.path_traced == 0, 0, 1)
            if settings.path_traced != 0 and bounce > ROULETTE_BOUNCES:
                survival = wp.min(wp.max(wp.max(throughput[0], throughput[1]), throughput[2]), 0.95)
                if sample_1d(number.index, number.seed, dimension + ROULETTE_DIMENSION) >= survival:
                    break
                throughput = throughput / survival
    shaded.radiance = radiance / float(paths)
    return shaded
