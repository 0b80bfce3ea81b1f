"""The colour of a moving scene as a weighted sum of pictures at several times."""

import warp as wp

from scenewright.render.kernels.trace import GuideBuffers

__all__ = ["add_slice"]

wp.set_module_options({"enable_backward": False})


@wp.kernel
def add_slice(
    # In:
    hdr: wp.array(dtype=wp.vec4),
    guides: GuideBuffers,
    weights: wp.array(dtype=wp.float32),
    width: int,
    by_column: int,
    first: int,
    # Out:
    hdr_out: wp.array(dtype=wp.vec4),
    guides_out: GuideBuffers,
):
    """Add a picture with the weight of each image row (or column); a guide's distance stays 0 where one slice met nothing."""
    i = first + wp.tid()
    line = wp.where(by_column != 0, i % width, i // width)
    weight = weights[line]
    if weight > 0.0:
        hdr_out[i] = hdr_out[i] + hdr[i] * weight
        if guides_out.wanted != 0:
            guides_out.reflectance[i] = guides_out.reflectance[i] + guides.reflectance[i] * weight
            guides_out.sharpness[i] = guides_out.sharpness[i] + guides.sharpness[i] * weight
            before = guides_out.normals[i]
            more = guides.normals[i] * weight
            total = before + more
            if more[3] == 0.0 or before[3] < 0.0:
                total[3] = -1.0
            guides_out.normals[i] = total
