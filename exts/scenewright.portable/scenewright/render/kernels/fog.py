"""Fog: how much light passes, how far it gets before it scatters, and where it scatters to.

The density is even, or falls off exponentially above a base height (below the base it stays as it is there, so that it never
grows beyond what was asked for). Optical depths are closed forms, and so are their inverses; no ray is marched.
"""

import warp as wp

from scenewright.render.kernels.sampling import basis_of
from scenewright.render.kernels.types import FogData

__all__ = ["equiangular_distance", "equiangular_pdf", "fog_depth", "fog_density", "fog_distance", "fog_span",
           "fog_transmittance", "phase", "sample_phase"]

FAR = wp.constant(1.0e30)
INV_4PI = wp.constant(0.07957747154594767)
SLANT = wp.constant(1.0e-4)
"""Below this change of the exponent over a stretch, the density counts as even there."""


@wp.func
def fog_density(fog: FogData, p: wp.vec3) -> float:
    """Return the extinction coefficient at a point, per stage unit."""
    if fog.falloff <= 0.0:
        return fog.density
    height = wp.dot(p, fog.up) - fog.base
    return fog.density * wp.exp(-fog.falloff * wp.max(height, 0.0))


@wp.func
def fog_span(fog: FogData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> wp.vec2:
    """Return the part of a ray (unit direction) that lies in fog, within the balls that bound it; empty where end <= start."""
    along = -wp.dot(o, d)
    nearest = o + d * along
    miss2 = wp.dot(nearest, nearest)
    reach2 = fog.reach * fog.reach - miss2
    if reach2 <= 0.0:
        return wp.vec2(0.0, 0.0)
    half = wp.sqrt(reach2)
    low = wp.max(t_min, along - half)
    high = wp.min(t_max, along + half)
    return wp.vec2(low, wp.max(high, low))


@wp.func
def upper_depth(fog: FogData, height: float, climb: float, length: float) -> float:
    """Return the optical depth of a stretch above the base that starts ``height`` over it and climbs ``climb`` a unit."""
    density = fog.density * wp.exp(-fog.falloff * height)
    x = fog.falloff * climb * length
    if wp.abs(x) < SLANT:
        return density * length * (1.0 - 0.5 * x)
    return density * length * (1.0 - wp.exp(-x)) / x


@wp.func
def fog_depth(fog: FogData, o: wp.vec3, d: wp.vec3, start: float, end: float) -> float:
    """Return the optical depth of a ray (unit direction) between two distances, both finite."""
    length = end - start
    if length <= 0.0 or fog.density <= 0.0:
        return 0.0
    if fog.falloff <= 0.0:
        return fog.density * length
    climb = wp.dot(d, fog.up)
    low = wp.dot(o, fog.up) + climb * start - fog.base
    high = low + climb * length
    if low >= 0.0 and high >= 0.0:
        return upper_depth(fog, low, climb, length)
    if low <= 0.0 and high <= 0.0:
        return fog.density * length
    crossing = wp.clamp(-low / climb, 0.0, length)
    if low < 0.0:
        return fog.density * crossing + upper_depth(fog, 0.0, climb, length - crossing)
    return upper_depth(fog, low, climb, crossing) + fog.density * (length - crossing)


@wp.func
def fog_transmittance(fog: FogData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> float:
    """Return the part of light that passes a ray (unit direction) between two distances."""
    if fog.density <= 0.0:
        return 1.0
    span = fog_span(fog, o, d, t_min, t_max)
    depth = fog_depth(fog, o, d, span[0], span[1])
    if fog.start > 0.0:  # the ball round the camera that stays clear
        inner = fog
        inner.reach = fog.start
        clear = fog_span(inner, o, d, t_min, t_max)
        depth -= fog_depth(fog, o, d, clear[0], clear[1])
    return wp.exp(-wp.max(depth, 0.0))


@wp.func
def upper_distance(fog: FogData, height: float, climb: float, depth: float) -> float:
    """Return how far a stretch above the base goes until its optical depth is ``depth``; FAR where it never is."""
    density = fog.density * wp.exp(-fog.falloff * height)
    if density <= 0.0:
        return FAR
    x = fog.falloff * climb * depth / density
    if wp.abs(x) < SLANT:
        return depth / density * (1.0 + 0.5 * x)
    if x >= 1.0:
        return FAR
    return -wp.log(1.0 - x) / (fog.falloff * climb)


@wp.func
def fog_distance(fog: FogData, o: wp.vec3, d: wp.vec3, start: float, depth: float) -> float:
    """Return the distance along a ray (unit direction) at which the optical depth from ``start`` on is ``depth``."""
    if fog.falloff <= 0.0:
        return start + depth / fog.density
    climb = wp.dot(d, fog.up)
    low = wp.dot(o, fog.up) + climb * start - fog.base
    if low < 0.0:
        crossing = FAR
        if climb > 0.0:
            crossing = -low / climb
        if fog.density * crossing >= depth:
            return start + depth / fog.density
        return start + crossing + upper_distance(fog, 0.0, climb, depth - fog.density * crossing)
    if climb < 0.0:
        crossing = low / -climb
        above = upper_depth(fog, low, climb, crossing)
        if above < depth:
            return start + crossing + (depth - above) / fog.density
    return start + upper_distance(fog, low, climb, depth)


@wp.func
def phase(anisotropy: float, cosine: float) -> float:
    """Return the Henyey-Greenstein phase function; ``cosine`` is between the directions before and after scattering."""
    g = anisotropy
    below = 1.0 + g * g - 2.0 * g * cosine
    return INV_4PI * (1.0 - g * g) / (below * wp.sqrt(wp.max(below, 1.0e-12)))


@wp.func
def sample_phase(anisotropy: float, incoming: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Choose the direction in which light that travels along ``incoming`` goes on, by the density ``phase``."""
    g = anisotropy
    cosine = 1.0 - 2.0 * u[0]
    if wp.abs(g) > 1.0e-3:
        part = (1.0 - g * g) / (1.0 - g + 2.0 * g * u[0])
        cosine = wp.clamp((1.0 + g * g - part * part) / (2.0 * g), -1.0, 1.0)
    sine = wp.sqrt(wp.max(0.0, 1.0 - cosine * cosine))
    phi = 6.283185307179586 * u[1]
    return basis_of(incoming) * wp.vec3(sine * wp.cos(phi), sine * wp.sin(phi), cosine)


@wp.func
def equiangular_distance(o: wp.vec3, d: wp.vec3, light: wp.vec3, low: float, high: float, u: float) -> float:
    """Choose a distance along a ray (unit direction) so that all angles seen from a point are equally likely.

    Kulla & Fajardo, "Importance Sampling Techniques for Path Tracing in Participating Media", EGSR 2012.
    """
    middle = wp.dot(light - o, d)
    aside = wp.max(wp.length(light - o - d * middle), 1.0e-6)
    first = wp.atan2(low - middle, aside)
    last = wp.atan2(high - middle, aside)
    return wp.clamp(middle + aside * wp.tan(first + (last - first) * u), low, high)


@wp.func
def equiangular_pdf(o: wp.vec3, d: wp.vec3, light: wp.vec3, low: float, high: float, t: float) -> float:
    """Return the density of ``equiangular_distance`` per unit of distance."""
    middle = wp.dot(light - o, d)
    aside = wp.max(wp.length(light - o - d * middle), 1.0e-6)
    spread = wp.atan2(high - middle, aside) - wp.atan2(low - middle, aside)
    return aside / wp.max(spread * (aside * aside + (t - middle) * (t - middle)), 1.0e-30)
