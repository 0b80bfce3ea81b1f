"""Light that arrives at a point straight from the lights.

Each light gets one sample (four are chosen in proportion to their estimated light where there are more than eight).
Directions sampled from the surface and from a light are combined by the balance heuristic, so both sharp reflections of
lamps and small bright lights are unbiased and calm. A constant dome is found by surface samples alone; in the real-time mode
it needs only to be seen or not along one: what it adds is the albedo of all lobes, so open surfaces show no noise even with
one sample.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.bsdf import (
    BsdfSample,
    Lobes,
    bsdf_eval,
    bsdf_pdf,
    bsdf_sample,
    has_choice,
    shines_through,
    visible_direction,
)
from scenewright.render.kernels.domes import dome_pdf, dome_radiance, sample_dome_direction
from scenewright.render.kernels.fog import fog_transmittance
from scenewright.render.kernels.intersect import closest_hit, transmittance
from scenewright.render.kernels.light_choice import Targets, picked_light
from scenewright.render.kernels.lights import nearest_lamp, sample_light
from scenewright.render.kernels.sampling import sample_1d, sample_2d
from scenewright.render.kernels.surface import Point, leaving_skip, offset_origin, opacity_at
from scenewright.render.kernels.types import NO_HIT, LightData, PathSettings, SceneData
from scenewright.render.scene.records import LightKind

__all__ = ["CALM_LIGHT", "FACE_CHOICE", "MANY_LIGHTS", "NOISY_LIGHT", "PICKS", "Sampler", "direct_light", "is_lit",
           "light_passed", "lit_weight"]

DISTANT = wp.constant(int(LightKind.DISTANT))
FAR = wp.constant(1.0e30)
CALM_LIGHT = wp.constant(1)
"""Of suns without size, where all lights are looked for: every sample of a point brings the same."""
NOISY_LIGHT = wp.constant(2)
"""Of everything else."""
MANY_LIGHTS = wp.constant(8)
PICKS = wp.constant(4)
FACE_CHOICE = wp.constant(16)
"""Sampler dimension, from that of a light sample on, of the choice of a face."""
LINKED_LAYERS = wp.constant(64)
"""Most surfaces that a shadow ray of a light with linked shadows looks at."""


@wp.struct
class Sampler:
    """Which sample of which pixel asks for random numbers."""

    index: wp.uint32
    seed: wp.uint32


@wp.struct
class Arrival:
    """Light that would arrive at a point if nothing stood in between."""

    direction: wp.vec3
    distance: wp.float32
    radiance: wp.vec3  # BSDF, cosine and sampling weight included
    light: wp.int32
    blocker: wp.int32  # as in LightSample


@wp.struct
class DirectLight:
    """What arrives at a point straight from the lights."""

    total: wp.vec3
    calm: wp.vec3  # the part of it that every sample of the point brings: of lights without size


@wp.func
def is_lit(scene: SceneData, light: LightData, instance: int) -> bool:
    """Return whether a light with extras shines on an instance."""
    link = scene[0].lighting[0].extras[light.extra].light_link
    if link < 0:
        return True
    return scene[0].lighting[0].links[link + instance] != wp.uint8(0)


@wp.func
def lit_value(scene: SceneData, light: LightData, lobes: Lobes, direction: wp.vec3) -> wp.vec3:
    """Return BSDF times cosine with the multipliers of diffuse and specular reflection of a light with extras."""
    extra = scene[0].lighting[0].extras[light.extra]
    scaled = lobes
    scaled.diffuse = lobes.diffuse * extra.diffuse
    scaled.boost = lobes.boost * extra.specular
    scaled.coat = lobes.coat * extra.specular
    scaled.glass.through = lobes.glass.through * extra.specular
    scaled.glass.back = lobes.glass.back * extra.specular
    return bsdf_eval(scaled, direction)


@wp.func
def lit_weight(scene: SceneData, light: LightData, lobes: Lobes, bounced: BsdfSample, instance: int) -> wp.vec3:
    """Return the weight of a surface sample that met a light with extras: value over density, with multipliers and link."""
    if not is_lit(scene, light, instance):
        return wp.vec3(0.0, 0.0, 0.0)
    if bounced.pdf <= 0.0:
        return bounced.weight * scene[0].lighting[0].extras[light.extra].specular
    return lit_value(scene, light, lobes, bounced.direction) / bounced.pdf


@wp.func
def linked_transmittance(scene: SceneData, o: wp.vec3, d: wp.vec3, t_max: float, skip: int, link: int) -> float:
    """Return the part of light that passes the instances which throw the light's shadow."""
    passed = float(1.0)
    t_min = float(0.0)
    for _layer in range(LINKED_LAYERS):
        hit = closest_hit(scene, o, d, t_min, t_max, skip)
        if hit.instance == NO_HIT:
            break
        if scene[0].lighting[0].links[link + hit.instance] != wp.uint8(0):
            passed *= 1.0 - opacity_at(scene, hit, o, d)
            if passed <= 0.001:
                return 0.0
        t_min = hit.t * 1.00001
    return passed


@wp.func
def has_size(light: LightData) -> bool:
    """Return whether there is more than one direction in which a light may lie."""
    return light.kind != DISTANT or light.spread > 0.0


@wp.func
def light_passed(scene: SceneData, settings: PathSettings, index: int, o: wp.vec3, direction: wp.vec3, distance: float,
                 skip: int) -> float:
    """Return the part of a light's radiance that comes from ``distance`` along a unit direction to ``o``.

    In the path-traced mode lamps stand in each other's light, as they do where a path meets them, and fog dims it.
    """
    passed = float(1.0)
    light = scene[0].lights[index]
    if light.shadows != 0:
        t_max = wp.where(distance < FAR, distance * 0.99999, FAR)
        link = int(-1)
        if light.extra >= 0:
            link = scene[0].lighting[0].extras[light.extra].shadow_link
        if link >= 0:
            passed = linked_transmittance(scene, o, direction, t_max, skip, link)
        else:
            if settings.path_traced != 0:
                lamp = nearest_lamp(scene, o, direction, 0.0, t_max, 0, index)
                if lamp.light != NO_HIT:
                    return 0.0
            passed = transmittance(scene, o, direction, t_max, skip)
    if settings.path_traced != 0 and passed > 0.0:
        passed *= fog_transmittance(settings.fog, o, direction, 0.0, distance)
    return passed


@wp.func
def light_arrival(scene: SceneData, point: Point, lobes: Lobes, index: int, count: float, u: wp.vec2, choice: float,
                  weighted: bool) -> Arrival:
    """Return one light's unshadowed share by sampling the light; with ``weighted`` it leaves room for surface sampling.

    Args:
        scene: The scene.
        point: Where the light arrives.
        lobes: The surface there.
        index: Row of the light.
        count: How many samples the light gets on average.
        u: Point of the unit square.
        choice: Number that picks a face of glowing geometry.
        weighted: Whether surface samples will look for this light, too.
    """
    light = scene[0].lights[index]
    arrival = Arrival()
    arrival.light = index
    if light.extra >= 0:
        if not is_lit(scene, light, point.instance):
            return arrival
    sample = sample_light(scene, light, point.position, u, choice)
    if sample.pdf < 0.0:
        return arrival
    value = wp.vec3(0.0, 0.0, 0.0)
    if light.extra >= 0:
        value = lit_value(scene, light, lobes, sample.direction)
    else:
        value = bsdf_eval(lobes, sample.direction)
    scale = 1.0 / count
    if sample.pdf > 0.0:
        rival = float(0.0)
        if weighted and light.met != 0:
            rival = bsdf_pdf(lobes, sample.direction)
        scale = 1.0 / (sample.pdf * count + rival)
    arrival.direction = sample.direction
    arrival.distance = sample.distance
    arrival.blocker = sample.blocker
    arrival.radiance = wp.cw_mul(value, sample.radiance) * scale
    return arrival


@wp.func
def dome_arrival(scene: SceneData, point: Point, lobes: Lobes, sampler: Sampler, dimension: int) -> Arrival:
    """Return the domes' unshadowed light at the end of a path, by one sample of a mixture of light and surface densities."""
    arrival = Arrival()
    count = scene[0].light_count - scene[0].first_dome
    u = sample_2d(sampler.index, sampler.seed, dimension)
    pick = int(0)
    if count > 1:
        pick = wp.min(int(sample_1d(sampler.index, sampler.seed, dimension + 3) * float(count)), count - 1)
    arrival.light = scene[0].first_dome + pick
    light = scene[0].lights[arrival.light]
    arrival.distance = FAR
    choice = float(0.0)
    if light.dome >= 0 or has_choice(lobes):
        choice = sample_1d(sampler.index, sampler.seed, dimension + 1)
    if lobes.glass_share > 0.0 or (light.dome < 0 and light.extra >= 0):
        sample = bsdf_sample(lobes, u, choice)
        arrival.direction = sample.direction
        weight = sample.weight
        if light.extra >= 0:
            weight = lit_weight(scene, light, lobes, sample, point.instance)
        arrival.radiance = wp.cw_mul(weight, dome_radiance(scene, light, sample.direction)) * float(count)
        return arrival
    if light.dome < 0:
        arrival.direction = visible_direction(lobes, u, choice)
        arrival.radiance = wp.cw_mul(lobes.albedo, light.color) * float(count)
        return arrival
    if choice < 0.5:
        arrival.direction = sample_dome_direction(scene, light, u)
    else:
        arrival.direction = bsdf_sample(lobes, u, 2.0 * choice - 1.0).direction
    pdf = 0.5 * (bsdf_pdf(lobes, arrival.direction) + dome_pdf(scene, light, arrival.direction))
    if pdf > 0.0:
        value = wp.vec3(0.0, 0.0, 0.0)
        if light.extra < 0:
            value = bsdf_eval(lobes, arrival.direction)
        elif is_lit(scene, light, point.instance):
            value = lit_value(scene, light, lobes, arrival.direction)
        arrival.radiance = wp.cw_mul(value, dome_radiance(scene, light, arrival.direction)) * (float(count) / pdf)
    return arrival


@wp.func
def direct_light(scene: SceneData, settings: PathSettings, point: Point, lobes: Lobes, sampler: Sampler, dimension: int,
                 targets: Targets, last: bool, parts: int) -> DirectLight:
    """Return light that arrives straight from the lights, a shadow ray for each sample.

    Args:
        scene: The scene.
        settings: Of the colour pass.
        point: Where the light arrives.
        lobes: The surface there.
        sampler: Source of numbers.
        dimension: First sampler dimension of this vertex.
        targets: How lights other than domes are sampled here.
        last: The path ends here, so that domes get one sample of light and surface together; otherwise textured domes get
            a light sample each and leave the rest to surface sampling.
        parts: ``CALM_LIGHT``, which every sample of the point brings, ``NOISY_LIGHT``, or both.
    """
    light_sum = DirectLight()
    lamps = scene[0].first_dome
    offset = float(0.0)
    if targets.total > 0.0:
        lamps = targets.picks
        offset = sample_1d(sampler.index, sampler.seed, dimension + 2)
    domes = scene[0].light_count - scene[0].first_dome
    if last:
        domes = wp.min(domes, 1)
    for k in range(lamps + domes):
        arrival = Arrival()
        calm = int(0)
        if k >= lamps and last:
            if (parts & NOISY_LIGHT) != 0:
                arrival = dome_arrival(scene, point, lobes, sampler, dimension)
        else:
            index = k
            count = float(1.0)
            if k >= lamps:
                index = scene[0].first_dome + k - lamps
            elif targets.total > 0.0:
                reach = (float(k) + offset) / float(targets.picks)
                pick = picked_light(scene, point.position, point.normal, reach, targets)
                index = pick.index
                count = pick.count
            choice = float(0.0)
            if index >= scene[0].lamp_count and index < scene[0].first_distant:
                choice = sample_1d(sampler.index, sampler.seed, dimension + FACE_CHOICE + k)
            wanted = k < lamps or scene[0].lights[index].dome >= 0
            u = wp.vec2(0.0, 0.0)
            if not has_size(scene[0].lights[index]):
                calm = wp.where(targets.total > 0.0, 0, 1)
            wanted = wanted and (parts & wp.where(calm != 0, CALM_LIGHT, NOISY_LIGHT)) != 0
            if wanted and has_size(scene[0].lights[index]):
                u = sample_2d(sampler.index, sampler.seed, dimension + 4 + k)
            if wanted:
                arrival = light_arrival(scene, point, lobes, index, count, u, choice, not last)
        if arrival.radiance[0] + arrival.radiance[1] + arrival.radiance[2] > 0.0:
            through = shines_through(lobes, arrival.direction)
            o = offset_origin(point, through)
            direction = arrival.direction
            distance = arrival.distance
            if distance < FAR:  # what was sampled, as seen from where the shadow ray starts
                direction = point.position + direction * distance - o
                distance = wp.length(direction)
                direction = direction / distance
            skip = leaving_skip(scene, point, through)
            if skip < 0:
                skip = arrival.blocker - 1
            part = arrival.radiance * light_passed(scene, settings, arrival.light, o, direction, distance, skip)
            light_sum.total += part
            if calm != 0:
                light_sum.calm += part
    return light_sum
