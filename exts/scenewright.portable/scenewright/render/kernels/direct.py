"""Light that arrives at a point straight from the lights.

Each lamp gets one sample (four are chosen in proportion to their estimated light where there are more than eight).
Directions sampled from the surface and from a light are combined by the balance heuristic, so both sharp reflections of
lamps and small bright lights are unbiased and calm. A constant dome needs only to be seen or not along a surface sample:
what it adds is the albedo of all lobes, so open surfaces show no noise even with one sample.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.bsdf import Lobes, bsdf_eval, bsdf_pdf, bsdf_sample, shines_through
from scenewright.render.kernels.intersect import transmittance
from scenewright.render.kernels.lights import dome_pdf, dome_radiance, light_estimate, sample_light
from scenewright.render.kernels.sampling import cosine_hemisphere, sample_1d, sample_2d
from scenewright.render.kernels.surface import Point, leaving_skip, offset_origin
from scenewright.render.kernels.types import SceneData

__all__ = ["MANY_LIGHTS", "PICKS", "Sampler", "direct_light", "estimate_total", "expected_samples", "visible_direction"]

FAR = wp.constant(1.0e30)
MANY_LIGHTS = wp.constant(8)
PICKS = wp.constant(4)


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
    casts: wp.int32  # whether shadows count


@wp.func
def shadow(scene: SceneData, point: Point, direction: wp.vec3, distance: float, through: int) -> float:
    """Return the part of a light's radiance that arrives at a point; ``through``: from the other side of the surface."""
    t_max = wp.where(distance < FAR, distance * 0.99999, FAR)
    return transmittance(scene, offset_origin(point, through), direction, t_max, leaving_skip(scene, point, through))


@wp.func
def light_arrival(scene: SceneData, point: Point, lobes: Lobes, index: int, count: float, u: wp.vec2,
                  weighted: bool) -> Arrival:
    """Return one light's unshadowed share by sampling the light; with ``weighted`` it leaves room for surface sampling.

    Args:
        scene: The scene.
        point: Where the light arrives.
        lobes: The surface there.
        index: Row of the light.
        count: How many samples the light gets on average.
        u: Point of the unit square.
        weighted: Whether surface samples will look for this light, too.
    """
    light = scene.lights[index]
    arrival = Arrival()
    sample = sample_light(scene, light, point.position, u)
    if sample.pdf < 0.0:
        return arrival
    value = bsdf_eval(lobes, sample.direction)
    scale = 1.0 / count
    if sample.pdf > 0.0:
        rival = float(0.0)
        if weighted and light.visible != 0:
            rival = bsdf_pdf(lobes, sample.direction)
        scale = 1.0 / (sample.pdf * count + rival)
    arrival.direction = sample.direction
    arrival.distance = sample.distance
    arrival.radiance = wp.cw_mul(value, sample.radiance) * scale
    arrival.casts = light.shadows
    return arrival


@wp.func
def expected_samples(scene: SceneData, point: Point, index: int, total: float, picks: float) -> float:
    """Return how many samples light ``index`` gets on average at a point."""
    if total <= 0.0:
        return 1.0
    return picks * light_estimate(scene.lights[index], point.position, point.normal) / total


@wp.func
def estimate_total(scene: SceneData, point: Point, first: int, last: int) -> float:
    """Return the sum of the light estimates of a range of lights."""
    total = float(0.0)
    for i in range(first, last):
        total += light_estimate(scene.lights[i], point.position, point.normal)
    return total


@wp.func
def picked_light(scene: SceneData, point: Point, reach: float) -> int:
    """Return the lamp in which the running sum of light estimates passes ``reach``."""
    reached = float(0.0)
    last = scene.first_dome - 1
    for i in range(scene.first_dome):
        reached += light_estimate(scene.lights[i], point.position, point.normal)
        if reached > reach:
            return i
    return last


@wp.func
def visible_direction(lobes: Lobes, direction: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Return the direction, or a diffuse one where a glossy sample went below the surface."""
    if wp.dot(direction, wp.vec3(lobes.frame[0, 2], lobes.frame[1, 2], lobes.frame[2, 2])) > 0.0:
        return direction
    return lobes.frame * cosine_hemisphere(u)


@wp.func
def dome_arrival(scene: SceneData, point: Point, lobes: Lobes, sampler: Sampler, dimension: int) -> Arrival:
    """Return the domes' unshadowed light at the end of a path, by one sample of a mixture of light and surface densities."""
    arrival = Arrival()
    count = scene.light_count - scene.first_dome
    choice = sample_1d(sampler.index, sampler.seed, dimension + 1)
    u = sample_2d(sampler.index, sampler.seed, dimension)
    pick = int(0)
    if count > 1:
        pick = wp.min(int(sample_1d(sampler.index, sampler.seed, dimension + 3) * float(count)), count - 1)
    light = scene.lights[scene.first_dome + pick]
    arrival.distance = FAR
    arrival.casts = light.shadows
    if lobes.glass_share > 0.0:
        sample = bsdf_sample(lobes, u, choice)
        arrival.direction = sample.direction
        arrival.radiance = wp.cw_mul(sample.weight, dome_radiance(scene, light, sample.direction)) * float(count)
        return arrival
    if light.dome < 0:
        arrival.direction = visible_direction(lobes, bsdf_sample(lobes, u, choice).direction, u)
        arrival.radiance = wp.cw_mul(lobes.albedo, light.color) * float(count)
        return arrival
    if choice < 0.5:
        arrival.direction = sample_light(scene, light, point.position, u).direction
    else:
        arrival.direction = bsdf_sample(lobes, u, 2.0 * choice - 1.0).direction
    pdf = 0.5 * (bsdf_pdf(lobes, arrival.direction) + dome_pdf(scene, light, arrival.direction))
    value = bsdf_eval(lobes, arrival.direction)
    if pdf > 0.0:
        arrival.radiance = wp.cw_mul(value, dome_radiance(scene, light, arrival.direction)) * (float(count) / pdf)
    return arrival


@wp.func
def direct_light(scene: SceneData, point: Point, lobes: Lobes, sampler: Sampler, dimension: int, total: float, picks: int,
                 last: bool) -> wp.vec3:
    """Return light that arrives straight from the lights, a shadow ray for each sample.

    Args:
        scene: The scene.
        point: Where the light arrives.
        lobes: The surface there.
        sampler: Source of numbers.
        dimension: First sampler dimension of this vertex.
        total: Sum of the lamps' estimates, from which ``picks`` are chosen; 0: every lamp gets a sample.
        picks: Number of lamps chosen.
        last: The path ends here, so that domes get one sample of light and surface together; otherwise textured domes get
            a light sample each and leave the rest to surface sampling.
    """
    light_sum = wp.vec3(0.0, 0.0, 0.0)
    lamps = scene.first_dome
    offset = float(0.0)
    if total > 0.0:
        lamps = picks
        offset = sample_1d(sampler.index, sampler.seed, dimension + 2)
    domes = scene.light_count - scene.first_dome
    if last:
        domes = wp.min(domes, 1)
    for k in range(lamps + domes):
        u = sample_2d(sampler.index, sampler.seed, dimension + 4 + k)
        arrival = Arrival()
        if k >= lamps and last:
            arrival = dome_arrival(scene, point, lobes, sampler, dimension)
        else:
            index = k
            count = float(1.0)
            if k >= lamps:
                index = scene.first_dome + k - lamps
            elif total > 0.0:
                index = picked_light(scene, point, (float(k) + offset) * total / float(picks))
                count = expected_samples(scene, point, index, total, float(picks))
            if k < lamps or scene.lights[index].dome >= 0:
                arrival = light_arrival(scene, point, lobes, index, count, u, not last)
        if arrival.radiance[0] + arrival.radiance[1] + arrival.radiance[2] > 0.0:
            passed = float(1.0)
            if arrival.casts != 0:
                passed = shadow(scene, point, arrival.direction, arrival.distance, shines_through(lobes, arrival.direction))
            light_sum += arrival.radiance * passed
    return light_sum
