"""The principled surface: Lambert below a GGX microfacet lobe, metalness, and an optional clear coat.

GGX with height-correlated Smith masking (Heitz, JCGT 2014), sampling of visible normals on a spherical cap (Dupuy &
Benyoub, HPG 2023), directional albedo from a table, which shares the energy between the lobes and makes up for what single
scattering loses (Turquin 2019).
"""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.sampling import basis_of, cosine_hemisphere
from scenewright.render.kernels.surface import Surface

__all__ = ["BsdfSample", "Lobes", "bsdf_eval", "bsdf_pdf", "bsdf_sample", "lobes_of"]

PI = wp.constant(3.141592653589793)
INV_PI = wp.constant(0.3183098861837907)
MIN_ALPHA = wp.constant(0.002)
TABLE_SIDE = wp.constant(32)


@wp.struct
class Lobes:
    """A surface as seen from one direction: what evaluation and sampling share."""

    frame: wp.mat33  # columns tangent, bitangent, shading normal
    view: wp.vec3  # towards the viewer, in the frame
    diffuse: wp.vec3  # reflectance of the Lambert lobe
    f0: wp.vec3
    f90: wp.float32
    boost: wp.vec3  # makes up for multiple scattering
    alpha: wp.float32
    specular_share: wp.float32  # probability of sampling the GGX lobe
    coat: wp.float32
    coat_alpha: wp.float32
    coat_share: wp.float32
    albedo: wp.vec3  # of all lobes together: what uniform light reflects


@wp.struct
class BsdfSample:
    """Where a path goes on from a surface."""

    direction: wp.vec3  # unit, world space, away from the surface
    weight: wp.vec3  # BSDF times cosine over the density; for a delta lobe its share over the chance of choosing it
    pdf: wp.float32  # per solid angle; 0 for a delta lobe, which no other way of sampling finds
    transmitted: wp.int32  # 1: the direction lies on the other side of the surface


@wp.func
def luminance(c: wp.vec3) -> float:
    """Rec.709 luminance."""
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]


@wp.func
def directional_albedo(table: wp.array(dtype=wp.vec2), cosine: float, roughness: float) -> wp.vec2:
    """Return scale and bias of F0 for the reflectance of a GGX lobe under uniform light, from device/glossy_albedo.py."""
    last = float(TABLE_SIDE - 1)
    x = wp.clamp(wp.sqrt(cosine), 0.0, 1.0) * last
    y = wp.clamp(roughness, 0.0, 1.0) * last
    column = wp.min(int(x), TABLE_SIDE - 2)
    row = wp.min(int(y), TABLE_SIDE - 2)
    fx = x - float(column)
    fy = y - float(row)
    i = row * TABLE_SIDE + column
    low = table[i] * (1.0 - fx) + table[i + 1] * fx
    high = table[i + TABLE_SIDE] * (1.0 - fx) + table[i + TABLE_SIDE + 1] * fx
    return low * (1.0 - fy) + high * fy


@wp.func
def lobes_of(albedo: wp.array(dtype=wp.vec2), surface: Surface, normal: wp.vec3, view: wp.vec3) -> Lobes:
    """Return the lobes of a surface with shading ``normal`` seen along the unit vector ``view`` (towards the viewer).

    ``albedo`` is the table ``SceneData.glossy_albedo``.
    """
    lobes = Lobes()
    n = normal
    cosine = wp.dot(n, view)
    if cosine < 1.0e-3:  # smooth normals turn away near silhouettes
        n = wp.normalize(n + view * (2.0e-3 - cosine))
        cosine = wp.max(wp.dot(n, view), 1.0e-4)
    lobes.frame = basis_of(n)
    lobes.view = wp.transpose(lobes.frame) * view
    roughness = wp.clamp(surface.roughness, 0.0, 1.0)
    lobes.alpha = wp.max(roughness * roughness, MIN_ALPHA)
    at_normal = (surface.ior - 1.0) / (surface.ior + 1.0)
    dielectric = wp.min(at_normal * at_normal * 2.0 * surface.specular, 1.0)
    white = wp.vec3(1.0, 1.0, 1.0)
    lobes.f0 = white * (dielectric * (1.0 - surface.metallic)) + surface.base_color * surface.metallic
    lobes.f90 = wp.clamp(50.0 * wp.max(wp.max(lobes.f0[0], lobes.f0[1]), lobes.f0[2]), 0.0, 1.0)
    fit = directional_albedo(albedo, cosine, roughness)
    lobes.boost = white + lobes.f0 * (1.0 / wp.max(fit[0] + fit[1], 0.1) - 1.0)
    glossy = wp.cw_mul(lobes.f0 * fit[0] + white * (lobes.f90 * fit[1]), lobes.boost)
    under = white - wp.vec3(wp.clamp(glossy[0], 0.0, 1.0), wp.clamp(glossy[1], 0.0, 1.0), wp.clamp(glossy[2], 0.0, 1.0))
    lobes.diffuse = wp.cw_mul(surface.base_color, under) * (1.0 - surface.metallic)
    lobes.coat = 0.0
    coat_albedo = float(0.0)
    if surface.clearcoat > 0.0:
        lobes.coat = wp.clamp(surface.clearcoat, 0.0, 1.0)
        coat_roughness = wp.clamp(surface.clearcoat_roughness, 0.0, 1.0)
        lobes.coat_alpha = wp.max(coat_roughness * coat_roughness, MIN_ALPHA)
        coat_fit = directional_albedo(albedo, cosine, coat_roughness)
        coat_albedo = lobes.coat * wp.clamp(0.04 * coat_fit[0] + coat_fit[1], 0.0, 1.0)
        lobes.diffuse = lobes.diffuse * (1.0 - coat_albedo)
        lobes.boost = lobes.boost * (1.0 - coat_albedo)
    lobes.albedo = lobes.diffuse + glossy * (1.0 - coat_albedo) + white * coat_albedo
    gloss = luminance(glossy) * (1.0 - coat_albedo)
    matt = luminance(lobes.diffuse)
    total = gloss + matt + coat_albedo
    if total > 0.0:
        lobes.specular_share = gloss / total
        lobes.coat_share = coat_albedo / total
    return lobes


@wp.func
def ggx_lambda_root(alpha2: float, cosine: float) -> float:
    """Return sqrt(cos^2 + alpha^2 sin^2), the term that Smith's masking and its inverse share."""
    return wp.sqrt(alpha2 + (1.0 - alpha2) * cosine * cosine)


@wp.func
def ggx_density(alpha2: float, cosine: float) -> float:
    """Return the GGX distribution of normals."""
    k = cosine * cosine * (alpha2 - 1.0) + 1.0
    return alpha2 / wp.max(PI * k * k, 1.0e-20)


@wp.func
def ggx_value(alpha: float, view: wp.vec3, light: wp.vec3, half: wp.vec3) -> float:
    """Return D G / (4 cos cos), without Fresnel."""
    a2 = alpha * alpha
    masked = light[2] * ggx_lambda_root(a2, view[2]) + view[2] * ggx_lambda_root(a2, light[2])
    return ggx_density(a2, half[2]) * 0.5 / wp.max(masked, 1.0e-12)


@wp.func
def ggx_pdf(alpha: float, view: wp.vec3, half: wp.vec3) -> float:
    """Return the density over light directions of sampling visible normals."""
    a2 = alpha * alpha
    return ggx_density(a2, half[2]) * 0.5 / wp.max(view[2] + ggx_lambda_root(a2, view[2]), 1.0e-12)


@wp.func
def ggx_sample(alpha: float, view: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Return a reflected direction by a visible normal."""
    stretched = wp.normalize(wp.vec3(alpha * view[0], alpha * view[1], view[2]))
    phi = 2.0 * PI * u[0]
    z = (1.0 - u[1]) * (1.0 + stretched[2]) - stretched[2]
    sine = wp.sqrt(wp.clamp(1.0 - z * z, 0.0, 1.0))
    h = wp.vec3(sine * wp.cos(phi), sine * wp.sin(phi), z) + stretched
    half = wp.normalize(wp.vec3(alpha * h[0], alpha * h[1], wp.max(h[2], 0.0)))
    return 2.0 * wp.dot(view, half) * half - view


@wp.func
def bsdf_eval(lobes: Lobes, direction: wp.vec3) -> wp.vec3:
    """Return BSDF times cosine for any unit world direction, also below the surface; delta lobes do not count."""
    light = wp.transpose(lobes.frame) * direction
    if light[2] <= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    half = wp.normalize(light + lobes.view)
    schlick = wp.pow(wp.clamp(1.0 - wp.dot(light, half), 0.0, 1.0), 5.0)
    fresnel = lobes.f0 * (1.0 - schlick) + wp.vec3(1.0, 1.0, 1.0) * (lobes.f90 * schlick)
    value = lobes.diffuse * INV_PI
    if lobes.f90 > 0.0:
        value += wp.cw_mul(fresnel, lobes.boost) * ggx_value(lobes.alpha, lobes.view, light, half)
    if lobes.coat > 0.0:
        coat = lobes.coat * (0.04 + 0.96 * schlick) * ggx_value(lobes.coat_alpha, lobes.view, light, half)
        value += wp.vec3(coat, coat, coat)
    return value * light[2]


@wp.func
def bsdf_pdf(lobes: Lobes, direction: wp.vec3) -> float:
    """Return the density with which ``bsdf_sample`` chooses any unit world direction; delta lobes do not count."""
    light = wp.transpose(lobes.frame) * direction
    if light[2] <= 0.0:
        return 0.0
    half = wp.normalize(light + lobes.view)
    pdf = (1.0 - lobes.specular_share - lobes.coat_share) * light[2] * INV_PI
    if lobes.specular_share > 0.0:
        pdf += lobes.specular_share * ggx_pdf(lobes.alpha, lobes.view, half)
    if lobes.coat_share > 0.0:
        pdf += lobes.coat_share * ggx_pdf(lobes.coat_alpha, lobes.view, half)
    return pdf


@wp.func
def bsdf_sample(lobes: Lobes, u: wp.vec2, choice: float) -> BsdfSample:
    """Choose the direction in which a path goes on.

    Args:
        lobes: The surface.
        u: Point of the unit square.
        choice: Number in [0, 1) that chooses the lobe.

    Returns:
        The sample; its weight is 0 where the direction points below a surface that lets nothing through.
    """
    local = wp.vec3(0.0, 0.0, 1.0)
    if choice < lobes.specular_share:
        local = ggx_sample(lobes.alpha, lobes.view, u)
    elif choice < lobes.specular_share + lobes.coat_share:
        local = ggx_sample(lobes.coat_alpha, lobes.view, u)
    else:
        local = cosine_hemisphere(u)
    sample = BsdfSample()
    sample.direction = lobes.frame * local
    sample.pdf = bsdf_pdf(lobes, sample.direction)
    if sample.pdf > 0.0:
        sample.weight = bsdf_eval(lobes, sample.direction) / sample.pdf
    return sample
