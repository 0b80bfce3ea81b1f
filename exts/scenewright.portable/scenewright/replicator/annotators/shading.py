"""Colours of a segmentation shaded by the surface, so that shapes can be told in it."""

import numpy as np

__all__ = ["shade"]

_AMBIENT = 0.3
_TO_LAMP = np.array([-0.3, 0.5, 1.0]) / np.sqrt(1.34)
"""Camera space: above the camera and to its left, so that faces which are symmetric to the camera can be told apart."""


def shade(colors: np.ndarray, normals: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Return ``colors`` darkened where the surface turns away from the viewing direction, as under a lamp beside the camera.

    Args:
        colors: uint8 (H, W, 4).
        normals: World-space unit normals, (H, W, 3 or 4); zeros = no hit, which stays as it is.
        view: World to camera, row-vector (4, 4).

    Returns:
        uint8 (H, W, 4): colour * (0.3 + 0.7 max(n · l, 0)), l = (-0.3, 0.5, 1) normalised in camera space; alpha is kept.
    """
    to_lamp = np.asarray(view)[:3, :3] @ _TO_LAMP
    facing = np.clip(np.asarray(normals)[..., :3] @ to_lamp.astype(np.float32), 0.0, 1.0)
    hit = np.any(np.asarray(normals)[..., :3] != 0.0, axis=2)
    light = np.where(hit, _AMBIENT + (1.0 - _AMBIENT) * facing, 1.0)
    result = colors.copy()
    result[..., :3] = np.rint(colors[..., :3] * light[..., None])
    return result
