"""Image motion of a hit point since the step before."""

import warp as wp

from scenewright.render.kernels.rays import image_position
from scenewright.render.kernels.types import CameraData, MotionData

__all__ = ["image_motion"]


@wp.func
def image_motion(motion: MotionData, before: CameraData, object_point: wp.vec3, x: float, y: float) -> wp.vec4:
    """Return (previous - present) image position in pixels: +x is motion to the left, +y motion up.

    Zero where the instance was not there before, where nothing moved, or where the point was where the lens sees nothing.
    """
    none = wp.vec4(0.0, 0.0, 0.0, 0.0)
    if motion.moves == 0:
        return none
    old = image_position(before, motion.forward * object_point + motion.forward_origin)
    if old[2] == 0.0:
        return none
    return wp.vec4(old[0] - x, old[1] - y, 0.0, 0.0)
