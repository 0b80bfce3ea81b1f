"""The GGX distribution of microfacets, in the frame of the surface (+Z is its normal).

Height-correlated Smith masking for reflection (Heitz, JCGT 2014), the product of both directions' masking where light may
also go through (Walter et al., EGSR 2007), sampling of visible normals on a spherical cap (Dupuy & Benyoub, HPG 2023).
"""

import warp as wp

__all__ = ["ggx_density", "ggx_half", "ggx_masking", "ggx_pdf", "ggx_root", "ggx_value"]

PI = wp.constant(3.141592653589793)


@wp.func
def ggx_root(alpha2: float, cosine: float) -> float:
    """Return sqrt(cos^2 + alpha^2 sin^2), the term that Smith's masking and its inverse share."""
    return wp.sqrt(alpha2 + (1.0 - alpha2) * cosine * cosine)


@wp.func
def ggx_density(alpha2: float, half: wp.vec3) -> float:
    """Return the distribution of normals; from the sine, so that it stays exact for nearly smooth surfaces."""
    k = half[0] * half[0] + half[1] * half[1] + alpha2 * half[2] * half[2]
    return alpha2 / wp.max(PI * k * k, 1.0e-20)


@wp.func
def ggx_masking(alpha2: float, cosine: float) -> float:
    """Return Smith's G1: the part of the facets turned to a direction that is seen from it."""
    return 2.0 * cosine / wp.max(cosine + ggx_root(alpha2, cosine), 1.0e-12)


@wp.func
def ggx_value(alpha: float, view: wp.vec3, light: wp.vec3, half: wp.vec3) -> float:
    """Return D G / (4 cos cos) of a reflection, without Fresnel."""
    a2 = alpha * alpha
    masked = light[2] * ggx_root(a2, view[2]) + view[2] * ggx_root(a2, light[2])
    return ggx_density(a2, half) * 0.5 / wp.max(masked, 1.0e-12)


@wp.func
def ggx_pdf(alpha: float, view: wp.vec3, half: wp.vec3) -> float:
    """Return the density over light directions of reflecting ``view`` on sampled visible normals."""
    a2 = alpha * alpha
    return ggx_density(a2, half) * 0.5 / wp.max(view[2] + ggx_root(a2, view[2]), 1.0e-12)


@wp.func
def ggx_half(alpha: float, view: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Return a visible normal."""
    stretched = wp.normalize(wp.vec3(alpha * view[0], alpha * view[1], view[2]))
    phi = 2.0 * PI * u[0]
    z = (1.0 - u[1]) * (1.0 + stretched[2]) - stretched[2]
    sine = wp.sqrt(wp.clamp(1.0 - z * z, 0.0, 1.0))
    h = wp.vec3(sine * wp.cos(phi), sine * wp.sin(phi), z) + stretched
    return wp.normalize(wp.vec3(alpha * h[0], alpha * h[1], wp.max(h[2], 0.0)))
