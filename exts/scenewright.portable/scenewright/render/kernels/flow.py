"""Where the points that one image shows are in another: the flow between two moments or two cameras."""

import warp as wp

from scenewright.render.kernels.facing import object_point
from scenewright.render.kernels.intersect import closest_hit
from scenewright.render.kernels.rays import camera_direction, camera_origin, image_position, sees
from scenewright.render.kernels.types import NO_HIT, CameraData, Hit, MotionData, SceneData

__all__ = ["FLOW_HIDDEN", "FLOW_NONE", "FLOW_OUTSIDE", "FLOW_VISIBLE", "flow_pixels"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

FLOW_NONE = wp.constant(wp.uint8(0))
"""The pixel shows nothing, or what it shows is not there at the other moment."""
FLOW_VISIBLE = wp.constant(wp.uint8(1))
FLOW_HIDDEN = wp.constant(wp.uint8(2))
FLOW_OUTSIDE = wp.constant(wp.uint8(3))
"""The point lies outside the other image, or behind its camera."""

CLEARANCE = wp.constant(1.0e-4)
"""Part of the distance to a point in which nothing hides it: what float32 may be off."""
BEHIND = wp.constant(1.0e-3)
"""Part of the distance by which a point lies behind what hides it for certain."""
SMOOTH = wp.constant(0.02)
"""Most by which the distances of four neighbouring pixels of one surface differ, relative to them."""


@wp.func
def visibility(scene: SceneData, camera: CameraData, hits: wp.array(dtype=Hit), instance: int, p: wp.vec3,
               at: wp.vec3) -> wp.uint8:
    """Return whether a camera sees a point at image position ``at``."""
    if at[2] == 0.0 or at[0] < 0.0 or at[1] < 0.0 or at[0] >= float(camera.width) or at[1] >= float(camera.height):
        return FLOW_OUTSIDE
    d = camera_direction(camera, at[0], at[1])
    if not sees(d):
        return FLOW_OUTSIDE
    o = camera_origin(camera, at[0], at[1])
    t = wp.dot(p - o, d) / wp.dot(d, d)
    if t < camera.near or t > camera.far:
        return FLOW_OUTSIDE
    around = state_around(camera, hits, instance, at[0], at[1], t)
    if around != FLOW_NONE:
        return around
    if closest_hit(scene, o, d, camera.near, t * (1.0 - CLEARANCE), -1).instance != NO_HIT:
        return FLOW_HIDDEN
    return FLOW_VISIBLE


@wp.func
def state_around(camera: CameraData, hits: wp.array(dtype=Hit), instance: int, x: float, y: float, t: float) -> wp.uint8:
    """Return what the four pixels around a point at ray parameter ``t`` say of it, ``FLOW_NONE`` where only a ray can tell.

    Where they show its instance smoothly and some are no nearer, it lies on that surface; where all are nearer, it is hidden.
    """
    if camera.width < 2 or camera.height < 2:
        return FLOW_NONE
    column = wp.clamp(int(wp.floor(x - 0.5)), 0, camera.width - 2)
    row = wp.clamp(int(wp.floor(y - 0.5)), 0, camera.height - 2)
    first = row * camera.width + column
    a = hits[first]
    b = hits[first + 1]
    c = hits[first + camera.width]
    d = hits[first + camera.width + 1]
    if a.instance == NO_HIT or b.instance == NO_HIT or c.instance == NO_HIT or d.instance == NO_HIT:
        return FLOW_NONE
    near = wp.min(wp.min(a.t, b.t), wp.min(c.t, d.t))
    far = wp.max(wp.max(a.t, b.t), wp.max(c.t, d.t))
    if far * (1.0 + BEHIND) < t:
        return FLOW_HIDDEN
    same = a.instance == instance and b.instance == instance and c.instance == instance and d.instance == instance
    if same and t <= far * (1.0 + CLEARANCE) and far - near <= SMOOTH * far:
        return FLOW_VISIBLE
    return FLOW_NONE


@wp.kernel
def flow_pixels(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    motion: wp.array(dtype=MotionData),
    corners: wp.array(dtype=wp.vec3),
    other_scene: SceneData,
    other_camera: CameraData,
    # In:
    hits: wp.array(dtype=Hit),
    other_hits: wp.array(dtype=Hit),
    same_instances: int,
    first: int,
    # Out:
    flow_out: wp.array(dtype=wp.vec2),
    state_out: wp.array(dtype=wp.uint8),
):
    """Write for each pixel how far the point that it shows is from it in the other image, and whether it is seen there."""
    i = first + wp.tid()
    hit = hits[i]
    flow = wp.vec2(0.0, 0.0)
    state = FLOW_NONE
    if hit.instance != NO_HIT:
        there = motion[hit.instance]
        if there.moves != 0:
            x = float(i % camera.width) + 0.5
            y = float(i // camera.width) + 0.5
            local = object_point(scene, hit, camera_origin(camera, x, y), camera_direction(camera, x, y))
            if there.first_corner >= 0:
                c = there.first_corner + 3 * hit.face
                local = corners[c] * hit.u + corners[c + 1] * hit.v + corners[c + 2] * (1.0 - hit.u - hit.v)
            p = there.forward * local + there.forward_origin
            at = image_position(other_camera, p)
            state = visibility(other_scene, other_camera, other_hits, wp.where(same_instances != 0, hit.instance, -1), p, at)
            if at[2] != 0.0:
                flow = wp.vec2(at[0] - x, at[1] - y)
    flow_out[i] = flow
    state_out[i] = state
