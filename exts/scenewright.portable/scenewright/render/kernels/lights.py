"""UsdLux lights: choosing a direction towards one, meeting one with a ray, and the density of that direction.

Rect and disk emit towards their local -Z (double-sided ones to both sides), sphere and cylinder outwards, a distant light
arrives along its local -Z within a cone, a dome surrounds the scene, and geometry may glow.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.domes import dome_pdf, dome_radiance, sample_dome_direction
from scenewright.render.kernels.emitters import sample_emitter
from scenewright.render.kernels.light_sample import LightSample, ball_pdf, cone_direction, sample_ball
from scenewright.render.kernels.shapes import away_from_zero
from scenewright.render.kernels.shaping import shape_factor
from scenewright.render.kernels.textures import CLAMP, sample_texture
from scenewright.render.kernels.types import LightData, SceneData
from scenewright.render.scene.records import LightKind

__all__ = ["Lamp", "distant_radiance", "intersect_light", "lamp_radiance", "light_estimate", "light_pdf", "nearest_lamp",
           "sample_light"]

DISTANT = wp.constant(int(LightKind.DISTANT))
SPHERE = wp.constant(int(LightKind.SPHERE))
RECT = wp.constant(int(LightKind.RECT))
DISK = wp.constant(int(LightKind.DISK))
CYLINDER = wp.constant(int(LightKind.CYLINDER))
DOME = wp.constant(int(LightKind.DOME))
MESH = wp.constant(int(LightKind.MESH))
NO_LIGHT = wp.constant(-1)

PI = wp.constant(3.141592653589793)
FAR = wp.constant(1.0e30)


@wp.func
def light_radiance(scene: SceneData, light: LightData, x: float, y: float) -> wp.vec3:
    """Return what an area light sends from local position x, y in -1..1 (rect lights may be textured).

    UsdLux: the image begins at (+X, +Y), so that it is upright to those it shines on.
    """
    if light.kind == RECT and light.texture >= 0:
        uv = wp.vec2(0.5 - 0.5 * x, 0.5 + 0.5 * y)
        texel = sample_texture(scene[0].textures[light.texture], scene[0].srgb_to_linear, uv, CLAMP, CLAMP)
        return wp.cw_mul(light.color, wp.vec3(texel[0], texel[1], texel[2]))
    return light.color


@wp.func
def sample_flat_light(light: LightData, p: wp.vec3, u: wp.vec2, x: float, y: float) -> LightSample:
    """Return the sample of a flat light through its local point x, y in -1..1."""
    sample = LightSample()
    to_light = light.position + light.axis_x * (x * light.half_x) + light.axis_y * (y * light.half_y) - p
    d2 = wp.max(wp.dot(to_light, to_light), 1.0e-30)
    sample.distance = wp.sqrt(d2)
    sample.direction = to_light / sample.distance
    cosine = wp.dot(sample.direction, light.axis_z)
    if light.double_sided != 0:
        cosine = wp.abs(cosine)
    sample.pdf = wp.where(cosine > 1.0e-6, d2 / (wp.max(cosine, 1.0e-6) * light.area), -1.0)
    return sample


@wp.func
def sample_cylinder_light(light: LightData, p: wp.vec3, u: wp.vec2) -> LightSample:
    """Choose a point on the part of a cylinder's side that faces ``p``; its axis is local X."""
    sample = LightSample()
    q = p - light.position
    across = q - light.axis_x * wp.dot(q, light.axis_x)
    distance = wp.length(across)
    radius = light.half_y
    sample.pdf = -1.0
    if distance <= radius:
        return sample
    towards = across / distance
    aside = wp.cross(light.axis_x, towards)
    reach = wp.acos(wp.clamp(radius / distance, 0.0, 1.0))
    phi = (2.0 * u[1] - 1.0) * reach
    normal = towards * wp.cos(phi) + aside * wp.sin(phi)
    to_light = light.axis_x * ((2.0 * u[0] - 1.0) * light.half_x) + normal * radius - q
    d2 = wp.max(wp.dot(to_light, to_light), 1.0e-30)
    sample.distance = wp.sqrt(d2)
    sample.direction = to_light / sample.distance
    cosine = -wp.dot(sample.direction, normal)
    if cosine > 1.0e-6:
        sample.pdf = d2 / (cosine * 4.0 * reach * radius * light.half_x)
    return sample


@wp.func
def sample_light(scene: SceneData, light: LightData, p: wp.vec3, u: wp.vec2, choice: float) -> LightSample:
    """Choose a direction from ``p`` towards a light.

    Args:
        scene: The scene.
        light: The light; of domes only textured ones are sampled.
        p: Where its light arrives.
        u: Point of the unit square.
        choice: Number in [0, 1) that picks a face of glowing geometry; others do not need it.
    """
    sample = LightSample()
    if light.kind == DISTANT:
        sample.direction = cone_direction(light.axis_z, light.spread, u)
        sample.distance = FAR
        sample.radiance = light.color
        if light.spread > 0.0:
            sample.pdf = 1.0 / (2.0 * PI * light.spread)
        return sample
    if light.kind == DOME:
        sample.direction = sample_dome_direction(scene, light, u)
        sample.distance = FAR
        sample.radiance = dome_radiance(scene, light, sample.direction)
        sample.pdf = dome_pdf(scene, light, sample.direction)
        return sample
    if light.kind == MESH:
        return sample_emitter(scene, light, p, u, choice)
    x = 2.0 * u[0] - 1.0
    y = 2.0 * u[1] - 1.0
    if light.kind == SPHERE:
        sample = sample_ball(light.position, light.half_x, p, u)
        if wp.length(p - light.position) <= light.half_x:  # it shines outwards alone
            sample.pdf = -1.0
    elif light.kind == CYLINDER:
        sample = sample_cylinder_light(light, p, u)
    else:
        if light.kind == DISK:
            r = wp.sqrt(u[0])
            x = r * wp.cos(2.0 * PI * u[1])
            y = r * wp.sin(2.0 * PI * u[1])
        sample = sample_flat_light(light, p, u, x, y)
    sample.radiance = wp.cw_mul(light_radiance(scene, light, x, y), shape_factor(scene, light, sample.direction))
    return sample


@wp.func
def distant_radiance(light: LightData, direction: wp.vec3) -> wp.vec3:
    """Return what arrives from a distant light along a unit direction; nothing from one without size."""
    sine2 = light.spread * (2.0 - light.spread)
    along = wp.dot(direction, light.axis_z)
    aside = direction - light.axis_z * along
    if light.spread > 0.0 and along > 0.0 and wp.dot(aside, aside) <= sine2:
        return light.color
    return wp.vec3(0.0, 0.0, 0.0)


@wp.func
def intersect_cylinder_light(light: LightData, o: wp.vec3, d: wp.vec3, t_min: float) -> float:
    """Return where a ray from outside meets the side of a cylinder light, or -1."""
    q = o - light.position
    dx = wp.dot(d, light.axis_x)
    qx = wp.dot(q, light.axis_x)
    d_flat = d - light.axis_x * dx
    q_flat = q - light.axis_x * qx
    a = wp.dot(d_flat, d_flat)
    if a <= 0.0:
        return -1.0
    b = wp.dot(q_flat, d_flat)
    nearest = q_flat - d_flat * (b / a)
    rest = light.half_y * light.half_y - wp.dot(nearest, nearest)
    if rest < 0.0:
        return -1.0
    t = (-b - wp.sqrt(a * rest)) / a
    if t > t_min and wp.abs(qx + t * dx) <= light.half_x:
        return t
    return -1.0


@wp.func
def intersect_light(light: LightData, o: wp.vec3, d: wp.vec3, t_min: float) -> float:
    """Return where a ray meets the shining side of an area light, or -1."""
    if light.kind == SPHERE:
        q = o - light.position
        a = wp.dot(d, d)
        b = -wp.dot(q, d)
        nearest = q + d * (b / a)
        rest = light.half_x * light.half_x - wp.dot(nearest, nearest)
        if rest < 0.0:
            return -1.0
        t = (b - wp.sqrt(a * rest)) / a
        return wp.where(t > t_min, t, -1.0)
    if light.kind == CYLINDER:
        return intersect_cylinder_light(light, o, d, t_min)
    if light.kind == RECT or light.kind == DISK:
        falling = wp.dot(d, light.axis_z)
        if wp.abs(falling) <= 1.0e-12 or (falling < 0.0 and light.double_sided == 0):
            return -1.0
        t = wp.dot(light.position - o, light.axis_z) / falling
        if t <= t_min:
            return -1.0
        local = o + d * t - light.position
        x = wp.dot(local, light.axis_x) / light.half_x
        y = wp.dot(local, light.axis_y) / light.half_y
        within = wp.abs(x) <= 1.0 and wp.abs(y) <= 1.0
        if light.kind == DISK:
            within = x * x + y * y <= 1.0
        return wp.where(within, t, -1.0)
    return -1.0


@wp.struct
class Lamp:
    """The nearest area light along a ray."""

    t: wp.float32
    light: wp.int32  # NO_LIGHT where none
    radiance: wp.vec3


@wp.func
def lamp_radiance(scene: SceneData, light: LightData, o: wp.vec3, d: wp.vec3, t: float) -> wp.vec3:
    """Return what an area light sends against a ray that meets it at ``t``."""
    local = o + d * t - light.position
    x = wp.dot(local, light.axis_x) / wp.max(light.half_x, 1.0e-20)
    y = wp.dot(local, light.axis_y) / wp.max(light.half_y, 1.0e-20)
    return wp.cw_mul(light_radiance(scene, light, x, y), shape_factor(scene, light, wp.normalize(d)))


@wp.func
def nearer_lamp(scene: SceneData, index: int, o: wp.vec3, d: wp.vec3, t_min: float, for_camera: int, skip: int,
                found: Lamp) -> Lamp:
    """Return an area light if a ray meets it before ``found``, else that; without its radiance."""
    nearer = found
    light = scene[0].lights[index]
    if index != skip and wp.where(for_camera != 0, light.visible, light.met) != 0:
        t = intersect_light(light, o, d, t_min)
        if t >= 0.0 and (t < found.t or (t == found.t and index < found.light)):
            nearer.t = t
            nearer.light = index
    return nearer


@wp.func
def nearest_lamp(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, for_camera: int, skip: int) -> Lamp:
    """Return the first area light but ``skip`` that a ray meets: of those that the camera sees, or that paths meet."""
    found = Lamp()
    found.t = t_max
    found.light = NO_LIGHT
    if scene[0].lamp_tree == wp.uint64(0):
        for i in range(scene[0].lamp_count):
            found = nearer_lamp(scene, i, o, d, t_min, for_camera, skip, found)
    else:
        slabs = wp.vec3(away_from_zero(d[0]), away_from_zero(d[1]), away_from_zero(d[2]))  # boxes are divided by it
        query = wp.bvh_query_ray(scene[0].lamp_tree, o, slabs)
        index = int(0)
        while wp.bvh_query_next(query, index, found.t * 1.000001):
            found = nearer_lamp(scene, index, o, d, t_min, for_camera, skip, found)
    if found.light != NO_LIGHT:
        found.radiance = lamp_radiance(scene, scene[0].lights[found.light], o, d, found.t)
    return found


@wp.func
def light_pdf(light: LightData, p: wp.vec3, direction: wp.vec3, distance: float) -> float:
    """Return the density with which ``sample_light`` chooses a unit direction that meets an area light at ``distance``."""
    if light.kind == DISTANT:
        return 1.0 / (2.0 * PI * wp.max(light.spread, 1.0e-20))
    if light.kind == SPHERE:
        return ball_pdf(light.position, light.half_x, p)
    if light.kind == CYLINDER:
        q = p - light.position
        across = wp.length(q - light.axis_x * wp.dot(q, light.axis_x))
        hit = q + direction * distance
        normal = (hit - light.axis_x * wp.dot(hit, light.axis_x)) / light.half_y
        reach = wp.acos(wp.clamp(light.half_y / across, 0.0, 1.0))
        cosine = wp.max(-wp.dot(direction, normal), 1.0e-6)
        return distance * distance / (cosine * 4.0 * reach * light.half_y * light.half_x)
    cosine = wp.max(wp.abs(wp.dot(direction, light.axis_z)), 1.0e-6)
    return distance * distance / (cosine * light.area)


@wp.func
def light_estimate(scene: SceneData, light: LightData, p: wp.vec3, normal: wp.vec3) -> float:
    """Return a cheap positive guess at the light's unshadowed irradiance, for choosing among many lights."""
    power = wp.max(wp.max(light.color[0], light.color[1]), light.color[2]) * light.area
    if light.kind == DISTANT:
        return power * (0.05 + wp.max(0.0, wp.dot(light.axis_z, normal)))
    if light.kind == DOME:
        return power * PI
    to_light = light.position - p
    size = wp.max(light.half_x, light.half_y)
    d2 = wp.dot(to_light, to_light) + size * size
    facing = float(1.0)
    if (light.kind == RECT or light.kind == DISK) and light.double_sided == 0:
        facing = 0.05 + wp.max(0.0, wp.dot(to_light, light.axis_z) / wp.sqrt(d2))
    if light.extra >= 0:
        factor = shape_factor(scene, light, to_light / wp.sqrt(wp.max(wp.dot(to_light, to_light), 1.0e-30)))
        facing *= 0.05 + wp.max(wp.max(factor[0], factor[1]), factor[2])
    lit = 0.05 + wp.max(0.0, (wp.dot(to_light, normal) + size) / wp.sqrt(d2))
    return power * facing * wp.min(lit, 1.0) / d2
