"""Glass in the frame of the surface: smooth and rough dielectrics, solid and thin-walled.

Smooth glass splits by Fresnel's equations. Rough glass is the microfacet model of Walter et al. ("Microfacet Models for
Refraction through Rough Surfaces", EGSR 2007): light scatters once, and what would do so again within the facets is lost.
Measured at index 1.5, the part lost at 0, 66 and 84 degrees where a path enters: 0.1, 1.1 and 8 % at roughness 0.3; 0.8, 6
and 12 % at 0.5; 11, 39 and 60 % at 1; where it leaves: 0.9, 4 and 14 % at 0.3; 7, 19 and 23 % at 0.5; 58, 58 and 66 % at 1.
Mitsuba's ``roughdielectric`` loses the same.

Radiance that enters a denser medium is squeezed into a smaller solid angle; paths run from the camera, so what they find
through the surface counts 1 / eta^2. A thin wall is two parallel surfaces between which light goes to and fro: it reflects
2 R / (1 + R) and lets the rest go straight on; where it is frosted, light that passes spreads as the reflection does, to the
other side.

``eta`` is the refractive index beyond the surface over the one on the viewer's side. ``view`` and ``light`` point away from
the surface and ``view`` has z > 0. Values contain the cosine of the light's direction.
"""

import warp as wp

from scenewright.render.kernels.ggx import ggx_density, ggx_half, ggx_masking, ggx_pdf

__all__ = ["Glass", "GlassSample", "fresnel_dielectric", "glass_eval", "glass_pdf", "glass_reflectance", "glass_sample"]


@wp.struct
class Glass:
    """A dielectric that light passes."""

    eta: wp.float32
    alpha: wp.float32  # 0 = smooth: its directions are found by sampling alone
    thin: wp.int32
    through: wp.vec3  # tint of what passes the surface
    back: wp.vec3  # tint of what it reflects


@wp.struct
class GlassSample:
    """A direction in the frame of the surface."""

    direction: wp.vec3
    weight: wp.vec3  # for smooth glass: share over the chance of choosing it
    pdf: wp.float32  # 0 for smooth glass


@wp.func
def fresnel_dielectric(cosine: float, eta: float) -> float:
    """Return what a smooth interface reflects of unpolarised light; 1 where it reflects totally."""
    sine2 = (1.0 - cosine * cosine) / (eta * eta)
    if sine2 >= 1.0:
        return 1.0
    beyond = wp.sqrt(1.0 - sine2)
    across = (cosine - eta * beyond) / (cosine + eta * beyond)
    along = (eta * cosine - beyond) / (eta * cosine + beyond)
    return 0.5 * (across * across + along * along)


@wp.func
def glass_reflectance(glass: Glass, cosine: float) -> float:
    """Return what a facet seen at an angle reflects."""
    once = fresnel_dielectric(wp.min(cosine, 1.0), glass.eta)
    if glass.thin != 0:
        return 2.0 * once / (1.0 + once)
    return once


@wp.func
def refraction_half(glass: Glass, view: wp.vec3, light: wp.vec3) -> wp.vec3:
    """Return the normal that refracts ``view`` into ``light`` below the surface; zero where there is none."""
    half = wp.normalize(view + light * glass.eta)
    if half[2] < 0.0:
        half = -half
    if wp.dot(view, half) <= 0.0 or wp.dot(light, half) >= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    return half


@wp.func
def glass_eval(glass: Glass, view: wp.vec3, light: wp.vec3) -> wp.vec3:
    """Return BSDF times cosine; smooth glass has none."""
    nothing = wp.vec3(0.0, 0.0, 0.0)
    if glass.alpha <= 0.0 or light[2] == 0.0:
        return nothing
    a2 = glass.alpha * glass.alpha
    masked = ggx_masking(a2, view[2]) * ggx_masking(a2, wp.abs(light[2]))
    if light[2] > 0.0 or glass.thin != 0:
        half = wp.normalize(view + wp.vec3(light[0], light[1], wp.abs(light[2])))
        reflected = glass_reflectance(glass, wp.dot(view, half))
        facets = ggx_density(a2, half) * masked / (4.0 * view[2])
        if light[2] > 0.0:
            return glass.back * (reflected * facets)
        return glass.through * ((1.0 - reflected) * facets)
    half = refraction_half(glass, view, light)
    if half[2] <= 0.0:
        return nothing
    seen = wp.dot(view, half)
    beyond = wp.dot(light, half)
    squeeze = seen + glass.eta * beyond
    passed = (1.0 - glass_reflectance(glass, seen)) * ggx_density(a2, half) * masked * seen * -beyond
    return glass.through * (passed / wp.max(view[2] * squeeze * squeeze, 1.0e-20))


@wp.func
def glass_pdf(glass: Glass, view: wp.vec3, light: wp.vec3) -> float:
    """Return the density per solid angle of ``glass_sample``; smooth glass has none."""
    if glass.alpha <= 0.0 or light[2] == 0.0:
        return 0.0
    if light[2] > 0.0 or glass.thin != 0:
        half = wp.normalize(view + wp.vec3(light[0], light[1], wp.abs(light[2])))
        reflected = glass_reflectance(glass, wp.dot(view, half))
        return ggx_pdf(glass.alpha, view, half) * wp.where(light[2] > 0.0, reflected, 1.0 - reflected)
    half = refraction_half(glass, view, light)
    if half[2] <= 0.0:
        return 0.0
    seen = wp.dot(view, half)
    beyond = wp.dot(light, half)
    squeeze = seen + glass.eta * beyond
    visible = ggx_pdf(glass.alpha, view, half) * 4.0 * seen  # of the normal
    return visible * (1.0 - glass_reflectance(glass, seen)) * glass.eta * glass.eta * -beyond / wp.max(squeeze * squeeze,
                                                                                                   1.0e-20)


@wp.func
def refracted(view: wp.vec3, half: wp.vec3, eta: float) -> wp.vec3:
    """Return the direction into which a facet refracts ``view``; it must not reflect totally."""
    seen = wp.dot(view, half)
    beyond = wp.sqrt(wp.max(1.0 - (1.0 - seen * seen) / (eta * eta), 0.0))
    return wp.normalize(half * (seen / eta - beyond) - view / eta)


@wp.func
def glass_sample(glass: Glass, view: wp.vec3, u: wp.vec2, choice: float) -> GlassSample:
    """Reflect or go through by chance ``choice`` in [0, 1)."""
    sample = GlassSample()
    half = wp.vec3(0.0, 0.0, 1.0)
    if glass.alpha > 0.0:
        half = ggx_half(glass.alpha, view, u)
    seen = wp.dot(view, half)
    reflected = glass_reflectance(glass, seen)
    if choice < reflected:
        sample.direction = 2.0 * seen * half - view
        sample.weight = glass.back
    elif glass.thin != 0:
        mirrored = 2.0 * seen * half - view
        sample.direction = wp.vec3(mirrored[0], mirrored[1], -mirrored[2])
        if glass.alpha <= 0.0:
            sample.direction = -view
        sample.weight = glass.through
    else:
        sample.direction = refracted(view, half, glass.eta)
        sample.weight = glass.through / (glass.eta * glass.eta)
    if glass.alpha > 0.0:
        # facets that send light to the wrong side are shadowed by others
        shadowed = (choice < reflected) != (sample.direction[2] > 0.0)
        passing = ggx_masking(glass.alpha * glass.alpha, wp.abs(sample.direction[2]))
        sample.weight = sample.weight * wp.where(shadowed, 0.0, passing)
        sample.pdf = wp.where(shadowed, 0.0, glass_pdf(glass, view, sample.direction))
    return sample
