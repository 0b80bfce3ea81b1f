"""The principled surface: Lambert below a GGX microfacet lobe, metalness, an optional clear coat, and glass.

Directional albedo from a table shares the energy between the lobes and makes up for what single scattering loses (Turquin
2019). What the microfacets let through meets a Lambert surface and comes out again through them: the pair of directions
(view, light) gets ``(1 - A(view)) (1 - A(light)) / (1 - mean A)``, so light and viewer may change places and the albedo is
exactly what the microfacets left over (Kelemen & Szirmay-Kalos, "A Microfacet Based Coupled Specular-Matte BRDF Model with
Importance Sampling", Eurographics 2001). Under a coat, and by the making-up for scattering, light and viewer may not.
"""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.ggx import ggx_half, ggx_pdf, ggx_value
from scenewright.render.kernels.glass import Glass, glass_eval, glass_pdf, glass_reflectance, glass_sample
from scenewright.render.kernels.sampling import basis_of, cosine_hemisphere
from scenewright.render.kernels.surface import Surface

__all__ = ["BsdfSample", "Lobes", "bsdf_eval", "bsdf_pdf", "bsdf_sample", "has_choice", "lobes_of", "shines_through",
           "visible_direction"]

INV_PI = wp.constant(0.3183098861837907)
MIN_ALPHA = wp.constant(0.002)
MIN_GLASS_ALPHA = wp.constant(0.001)
TABLE_SIDE = wp.constant(32)


@wp.struct
class Lobes:
    """A surface as seen from one direction: what evaluation and sampling share."""

    frame: wp.mat33  # columns tangent, bitangent, shading normal
    view: wp.vec3  # towards the viewer, in the frame
    table: wp.array(dtype=wp.vec2)  # SceneData.glossy_albedo
    diffuse: wp.vec3  # of the Lambert lobe, but for what the microfacets keep from the light's direction
    f0: wp.vec3
    f90: wp.float32
    boost: wp.vec3  # makes up for multiple scattering
    roughness: wp.float32
    alpha: wp.float32
    specular_share: wp.float32  # probability of sampling the GGX lobe
    coat: wp.float32
    coat_alpha: wp.float32
    coat_share: wp.float32
    glass_share: wp.float32  # part of the surface that is glass, and probability of sampling it; the rest is as above
    glass: Glass
    albedo: wp.vec3  # of all lobes together: what uniform light on both sides gives back


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
def clamped(c: wp.vec3) -> wp.vec3:
    """Return a colour within 0..1."""
    return wp.vec3(wp.clamp(c[0], 0.0, 1.0), wp.clamp(c[1], 0.0, 1.0), wp.clamp(c[2], 0.0, 1.0))


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
def mean_albedo(table: wp.array(dtype=wp.vec2), row: int, roughness: float) -> wp.vec2:
    """Return an entry of the table's last two rows: cosine-weighted means over all directions, by roughness."""
    y = wp.clamp(roughness, 0.0, 1.0) * float(TABLE_SIDE - 1)
    column = wp.min(int(y), TABLE_SIDE - 2)
    fy = y - float(column)
    i = (TABLE_SIDE + row) * TABLE_SIDE + column
    return table[i] * (1.0 - fy) + table[i + 1] * fy


@wp.func
def scattering_boost(f0: wp.vec3, fit: wp.vec2) -> wp.vec3:
    """Return by how much light that scatters several times within the microfacets exceeds that which does so once."""
    return wp.vec3(1.0, 1.0, 1.0) + f0 * (1.0 / wp.max(fit[0] + fit[1], 0.1) - 1.0)


@wp.func
def glossy_albedo(f0: wp.vec3, f90: float, fit: wp.vec2) -> wp.vec3:
    """Return what the microfacets reflect of uniform light; ``fit`` is from the table."""
    edge = f90 * fit[1]
    return clamped(wp.cw_mul(f0 * fit[0] + wp.vec3(edge, edge, edge), scattering_boost(f0, fit)))


@wp.func
def mean_glossy_albedo(table: wp.array(dtype=wp.vec2), f0: wp.vec3, f90: float, roughness: float) -> wp.vec3:
    """Return the cosine-weighted mean of ``glossy_albedo`` over all directions."""
    plain = mean_albedo(table, 0, roughness)
    share = mean_albedo(table, 1, roughness)  # A / (A + B) and B / (A + B): the terms of the boost
    white = wp.vec3(1.0, 1.0, 1.0)
    first = f0 * plain[0] + white * (f90 * plain[1])
    whole = f0 * share[0] + white * (f90 * share[1])
    return clamped(first + wp.cw_mul(f0, whole - first))


@wp.func
def glass_of(surface: Surface) -> Glass:
    """Return the glass of a surface."""
    glass = Glass()
    ior = wp.max(surface.ior, 1.0e-3)
    if wp.abs(ior - 1.0) < 1.0e-3:  # nothing bends: the microfacet formulas divide by the difference
        ior = 1.0
    glass.thin = surface.thin
    glass.eta = ior
    if surface.inside != 0 and surface.thin == 0:
        glass.eta = 1.0 / ior
    roughness = wp.clamp(surface.roughness, 0.0, 1.0)
    glass.alpha = roughness * roughness
    if glass.alpha < MIN_GLASS_ALPHA or ior == 1.0:
        glass.alpha = 0.0
    glass.through = surface.base_color
    glass.back = surface.specular_color
    return glass


@wp.func
def lobes_of(table: wp.array(dtype=wp.vec2), surface: Surface, normal: wp.vec3, view: wp.vec3) -> Lobes:
    """Return the lobes of a surface with shading ``normal`` seen along the unit vector ``view`` (towards the viewer).

    ``table`` is ``SceneData.glossy_albedo``.
    """
    lobes = Lobes()
    n = normal
    cosine = wp.dot(n, view)
    if cosine < 1.0e-3:  # smooth normals turn away near silhouettes
        n = wp.normalize(n + view * (2.0e-3 - cosine))
        cosine = wp.max(wp.dot(n, view), 1.0e-4)
    lobes.frame = basis_of(n)
    lobes.view = wp.transpose(lobes.frame) * view
    lobes.table = table
    roughness = wp.clamp(surface.roughness, 0.0, 1.0)
    lobes.roughness = roughness
    lobes.alpha = wp.max(roughness * roughness, MIN_ALPHA)
    at_normal = (surface.ior - 1.0) / (surface.ior + 1.0)
    dielectric = surface.specular_color * (at_normal * at_normal * 2.0 * surface.specular)
    white = wp.vec3(1.0, 1.0, 1.0)
    lobes.f0 = clamped(dielectric) * (1.0 - surface.metallic) + surface.base_color * surface.metallic
    lobes.f90 = wp.clamp(50.0 * wp.max(wp.max(lobes.f0[0], lobes.f0[1]), lobes.f0[2]), 0.0, 1.0)
    fit = directional_albedo(table, cosine, roughness)
    lobes.boost = scattering_boost(lobes.f0, fit)
    glossy = glossy_albedo(lobes.f0, lobes.f90, fit)
    below = wp.cw_mul(surface.base_color, white - glossy) * (1.0 - surface.metallic)
    coat_albedo = float(0.0)
    if surface.clearcoat > 0.0:
        lobes.coat = wp.clamp(surface.clearcoat, 0.0, 1.0)
        coat_roughness = wp.clamp(surface.clearcoat_roughness, 0.0, 1.0)
        lobes.coat_alpha = wp.max(coat_roughness * coat_roughness, MIN_ALPHA)
        coat_fit = directional_albedo(table, cosine, coat_roughness)
        coat_albedo = lobes.coat * wp.clamp(0.04 * coat_fit[0] + coat_fit[1], 0.0, 1.0)
        below = below * (1.0 - coat_albedo)
        lobes.boost = lobes.boost * (1.0 - coat_albedo)
    lobes.diffuse = below
    if surface.metallic < 1.0 and lobes.f90 > 0.0:
        left = white - mean_glossy_albedo(table, lobes.f0, lobes.f90, roughness)
        lobes.diffuse = wp.cw_div(below, wp.max(left, wp.vec3(1.0e-3, 1.0e-3, 1.0e-3)))
    lobes.albedo = below + glossy * (1.0 - coat_albedo) + white * coat_albedo
    gloss = luminance(glossy) * (1.0 - coat_albedo)
    matt = luminance(below)
    total = gloss + matt + coat_albedo
    if total > 0.0:
        lobes.specular_share = gloss / total
        lobes.coat_share = coat_albedo / total
    if surface.transmission > 0.0:
        lobes.glass = glass_of(surface)
        lobes.glass_share = wp.clamp(surface.transmission * (1.0 - surface.metallic), 0.0, 1.0)
        reflected = glass_reflectance(lobes.glass, cosine)
        clear = lobes.glass.back * reflected + lobes.glass.through * (1.0 - reflected)
        lobes.albedo = lobes.albedo * (1.0 - lobes.glass_share) + clear * lobes.glass_share
    return lobes


@wp.func
def opaque_eval(lobes: Lobes, light: wp.vec3) -> wp.vec3:
    """Return BSDF times cosine of the lobes that only reflect, for a direction in the frame."""
    if light[2] <= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    value = lobes.diffuse * INV_PI
    if lobes.f90 <= 0.0 and lobes.coat <= 0.0:
        return value * light[2]
    half = wp.normalize(light + lobes.view)
    away = wp.clamp(1.0 - wp.dot(light, half), 0.0, 1.0)
    schlick = away * away * away * away * away
    if lobes.f90 > 0.0:
        kept = glossy_albedo(lobes.f0, lobes.f90, directional_albedo(lobes.table, light[2], lobes.roughness))
        value = wp.cw_mul(value, wp.vec3(1.0, 1.0, 1.0) - kept)
        fresnel = lobes.f0 * (1.0 - schlick) + wp.vec3(1.0, 1.0, 1.0) * (lobes.f90 * schlick)
        value += wp.cw_mul(fresnel, lobes.boost) * ggx_value(lobes.alpha, lobes.view, light, half)
    if lobes.coat > 0.0:
        coat = lobes.coat * (0.04 + 0.96 * schlick) * ggx_value(lobes.coat_alpha, lobes.view, light, half)
        value += wp.vec3(coat, coat, coat)
    return value * light[2]


@wp.func
def opaque_pdf(lobes: Lobes, light: wp.vec3) -> float:
    """Return the density of sampling the lobes that only reflect."""
    if light[2] <= 0.0:
        return 0.0
    pdf = (1.0 - lobes.specular_share - lobes.coat_share) * light[2] * INV_PI
    if lobes.specular_share <= 0.0 and lobes.coat_share <= 0.0:
        return pdf
    half = wp.normalize(light + lobes.view)
    if lobes.specular_share > 0.0:
        pdf += lobes.specular_share * ggx_pdf(lobes.alpha, lobes.view, half)
    if lobes.coat_share > 0.0:
        pdf += lobes.coat_share * ggx_pdf(lobes.coat_alpha, lobes.view, half)
    return pdf


@wp.func
def bsdf_eval(lobes: Lobes, direction: wp.vec3) -> wp.vec3:
    """Return BSDF times cosine for any unit world direction, also below the surface; delta lobes do not count."""
    light = wp.transpose(lobes.frame) * direction
    if lobes.glass_share > 0.0:
        value = glass_eval(lobes.glass, lobes.view, light) * lobes.glass_share
        if lobes.glass_share < 1.0:
            value += opaque_eval(lobes, light) * (1.0 - lobes.glass_share)
        return value
    return opaque_eval(lobes, light)


@wp.func
def bsdf_pdf(lobes: Lobes, direction: wp.vec3) -> float:
    """Return the density with which ``bsdf_sample`` chooses any unit world direction; delta lobes do not count."""
    light = wp.transpose(lobes.frame) * direction
    if lobes.glass_share > 0.0:
        pdf = glass_pdf(lobes.glass, lobes.view, light) * lobes.glass_share
        if lobes.glass_share < 1.0:
            pdf += opaque_pdf(lobes, light) * (1.0 - lobes.glass_share)
        return pdf
    return opaque_pdf(lobes, light)


@wp.func
def shines_through(lobes: Lobes, direction: wp.vec3) -> int:
    """Return 1 where light from a unit world direction would come through the surface from its other side."""
    if lobes.glass_share > 0.0:
        if wp.dot(direction, wp.vec3(lobes.frame[0, 2], lobes.frame[1, 2], lobes.frame[2, 2])) < 0.0:
            return 1
    return 0


@wp.func
def opaque_direction(lobes: Lobes, u: wp.vec2, choice: float) -> wp.vec3:
    """Choose a direction in the frame by the lobes that only reflect; reflections may point below the surface."""
    if choice < lobes.specular_share:
        half = ggx_half(lobes.alpha, lobes.view, u)
        return 2.0 * wp.dot(lobes.view, half) * half - lobes.view
    if choice < lobes.specular_share + lobes.coat_share:
        half = ggx_half(lobes.coat_alpha, lobes.view, u)
        return 2.0 * wp.dot(lobes.view, half) * half - lobes.view
    return cosine_hemisphere(u)


@wp.func
def visible_direction(lobes: Lobes, u: wp.vec2, choice: float) -> wp.vec3:
    """Choose a world direction above the surface by the lobes that only reflect: a diffuse one where a glossy one is not."""
    local = opaque_direction(lobes, u, choice)
    if local[2] <= 0.0:
        local = cosine_hemisphere(u)
    return lobes.frame * local


@wp.func
def has_choice(lobes: Lobes) -> bool:
    """Return whether there is more than one lobe to choose from."""
    return lobes.specular_share + lobes.coat_share + lobes.glass_share > 0.0


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
    sample = BsdfSample()
    pick = float(choice)
    if lobes.glass_share > 0.0:
        if pick < lobes.glass_share:
            found = glass_sample(lobes.glass, lobes.view, u, pick / lobes.glass_share)
            sample.direction = lobes.frame * found.direction
            sample.transmitted = wp.where(found.direction[2] < 0.0, 1, 0)
            sample.weight = found.weight
            sample.pdf = found.pdf
            if found.pdf > 0.0 and lobes.glass_share < 1.0:
                sample.pdf = bsdf_pdf(lobes, sample.direction)
                sample.weight = bsdf_eval(lobes, sample.direction) / sample.pdf
            return sample
        pick = (pick - lobes.glass_share) / (1.0 - lobes.glass_share)
    local = opaque_direction(lobes, u, pick)
    sample.direction = lobes.frame * local
    if local[2] > 0.0:  # reflections below the surface are shadowed; what glass sends there is another lobe's
        sample.pdf = bsdf_pdf(lobes, sample.direction)
        if sample.pdf > 0.0:
            sample.weight = bsdf_eval(lobes, sample.direction) / sample.pdf
    return sample
