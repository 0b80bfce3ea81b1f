"""Image motion of a hit point since the step before."""

import warp as wp

from scenewright.render.kernels.rays import STRIP, image_position, strip_position, tile_of
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
    p = motion.forward * object_point + motion.forward_origin
    old = wp.vec3(0.0, 0.0, 0.0)
    if before.model == STRIP:
        old = strip_position(before, p, tile_of(before, y))
    else:
        old = image_position(before, p)
    if old[2] == 0.0:
        return none
    return wp.vec4(old[0] - x, old[1] - y, 0.0, 0.0)
