"""Light that fog scatters towards a viewer: one scattering for each stretch of a path, lights sampled from it."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.direct import Sampler, light_passed
from scenewright.render.kernels.fog import (
    equiangular_distance,
    equiangular_pdf,
    fog_density,
    fog_depth,
    fog_distance,
    fog_span,
    fog_transmittance,
    phase,
    sample_phase,
)
from scenewright.render.kernels.light_choice import picked_light, targets_of
from scenewright.render.kernels.light_sample import LightSample
from scenewright.render.kernels.lights import intersect_light, lamp_radiance, light_pdf, sample_light
from scenewright.render.kernels.sampling import sample_2d
from scenewright.render.kernels.types import PathSettings, SceneData

__all__ = ["Stretch", "fog_stretch"]

FAR = wp.constant(1.0e30)
FOG_DIMENSION = wp.constant(27)
"""First sampler dimension of fog, from that of the vertex on."""


@wp.struct
class Stretch:
    """What fog makes of a stretch of a path."""

    passed: wp.float32  # part of what comes from its end
    light: wp.vec3  # what the fog adds


@wp.struct
class ScatterLight:
    """The light towards which a scattering looks."""

    index: wp.int32
    chance: wp.float32


@wp.func
def chosen_light(scene: SceneData, p: wp.vec3, u: float) -> ScatterLight:
    """Choose one light: half of the time a dome, if there are both domes and others, which are chosen by their estimates."""
    chosen = ScatterLight()
    domes = scene[0].light_count - scene[0].first_dome
    others = scene[0].first_dome
    rest = float(u)
    chosen.chance = 1.0
    if domes > 0 and others > 0:
        chosen.chance = 0.5
        rest = wp.where(u < 0.5, 2.0 * u, 2.0 * u - 1.0)
    if domes > 0 and (others == 0 or u < 0.5):
        chosen.index = scene[0].first_dome + wp.min(int(rest * float(domes)), domes - 1)
        chosen.chance = chosen.chance / float(domes)
        return chosen
    nowhere = wp.vec3(0.0, 0.0, 0.0)
    targets = targets_of(scene, p, nowhere, 0, 1)
    pick = picked_light(scene, p, nowhere, rest, targets)
    chosen.index = pick.index
    chosen.chance = chosen.chance * pick.count
    return chosen


@wp.func
def scattered_light(scene: SceneData, settings: PathSettings, p: wp.vec3, d: wp.vec3, index: int, u: wp.vec2,
                    choice: float) -> wp.vec3:
    """Return what a light sends through a point of the fog against the ray direction ``d``, per unit of scattering.

    Lamps are sought by themselves and by the scattering in turn: next to one, its own density falls without bound.
    """
    light = scene[0].lights[index]
    if index >= scene[0].first_dome and light.dome < 0:
        away = sample_phase(settings.fog.anisotropy, d, u)
        return light.color * light_passed(scene, settings, index, p, away, FAR, -1)
    sample = LightSample()
    lamp = index < scene[0].lamp_count and light.met != 0
    if lamp and choice >= 0.5:
        sample.direction = sample_phase(settings.fog.anisotropy, d, u)
        sample.distance = intersect_light(light, p, sample.direction, 0.0)
        if sample.distance < 0.0:
            return wp.vec3(0.0, 0.0, 0.0)
        sample.radiance = lamp_radiance(scene, light, p, sample.direction, sample.distance)
    else:
        sample = sample_light(scene, light, p, u, choice)
        if sample.pdf < 0.0:
            return wp.vec3(0.0, 0.0, 0.0)
    scale = phase(settings.fog.anisotropy, wp.dot(sample.direction, d))
    if lamp:
        scale = 2.0 * scale / (scale + light_pdf(light, p, sample.direction, sample.distance))
    elif sample.pdf > 0.0:
        scale = scale / sample.pdf
    return sample.radiance * (scale * light_passed(scene, settings, index, p, sample.direction, sample.distance,
                                                      sample.blocker - 1))


@wp.func
def fog_stretch(scene: SceneData, settings: PathSettings, sampler: Sampler, dimension: int, o: wp.vec3, d: wp.vec3,
                t_min: float, t_max: float) -> Stretch:
    """Return what fog takes from and adds to a stretch of a ray (unit direction)."""
    fog = settings.fog
    stretch = Stretch()
    stretch.passed = fog_transmittance(fog, o, d, t_min, t_max)
    stretch.light = fog.glow * (1.0 - stretch.passed)
    if settings.path_traced == 0 or fog.albedo[0] + fog.albedo[1] + fog.albedo[2] <= 0.0 or scene[0].light_count == 0:
        return stretch
    span = fog_span(fog, o, d, t_min, t_max)
    low = span[0]
    high = span[1]
    whole = fog_depth(fog, o, d, low, high)
    if whole <= 0.0:
        return stretch
    reached = 1.0 - wp.exp(-whole)
    u = sample_2d(sampler.index, sampler.seed, dimension + FOG_DIMENSION)
    picks = sample_2d(sampler.index, sampler.seed, dimension + FOG_DIMENSION + 1)
    middle = wp.clamp(fog_distance(fog, o, d, low, wp.min(0.5 * whole, 1.0)), low, high)
    chosen = chosen_light(scene, o + d * middle, picks[0])
    light = scene[0].lights[chosen.index]
    near = chosen.index < scene[0].first_distant
    t = float(0.0)
    if near and u[1] < 0.5:
        t = equiangular_distance(o, d, light.position, low, high, u[0])
    else:
        t = wp.clamp(fog_distance(fog, o, d, low, -wp.log(1.0 - u[0] * reached)), low, high)
    p = o + d * t
    density = fog_density(fog, p)
    pdf = density * wp.exp(-fog_depth(fog, o, d, low, t)) / reached
    if near:
        pdf = 0.5 * (pdf + equiangular_pdf(o, d, light.position, low, high, t))
    if pdf <= 0.0 or wp.length(p) < fog.start:
        return stretch
    towards = sample_2d(sampler.index, sampler.seed, dimension + FOG_DIMENSION + 2)
    arriving = scattered_light(scene, settings, p, d, chosen.index, towards, picks[1])
    passed = fog_transmittance(fog, o, d, t_min, t)
    stretch.light += wp.cw_mul(arriving, fog.albedo) * (density * passed / (pdf * chosen.chance))
    return stretch
