"""Image motion of a hit point since the step before."""

import warp as wp

from scenewright.render.kernels.types import CameraData, MotionData

__all__ = ["image_motion"]


@wp.func
def image_motion(motion: MotionData, before: CameraData, object_point: wp.vec3, x: float, y: float) -> wp.vec4:
    """Return (previous - present) image position in pixels: +x is motion to the left, +y motion up.

    Zero where the instance was not there before, where nothing moved, or where the point was behind the camera.
    """
    none = wp.vec4(0.0, 0.0, 0.0, 0.0)
    if motion.moves == 0:
        return none
    p = motion.forward * object_point + motion.forward_origin
    depth = wp.dot(p, before.forward)
    if depth <= 0.0:
        return none
    old_x = (wp.dot(p, before.right) / depth - before.start_x) / before.step_x
    old_y = (wp.dot(p, before.up) / depth - before.start_y) / before.step_y
    return wp.vec4(old_x - x, old_y - y, 0.0, 0.0)
