"""Colours of a segmentation shaded by the surface, so that shapes can be told in it."""

import numpy as np

__all__ = ["shade"]

_AMBIENT = 0.3


def shade(colors: np.ndarray, normals: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Return ``colors`` darkened where the surface turns away from the viewing direction, as under a lamp at the camera.

    Args:
        colors: uint8 (H, W, 4).
        normals: World-space unit normals, (H, W, 3 or 4); zeros = no hit, which stays as it is.
        view: World to camera, row-vector (4, 4).

    Returns:
        uint8 (H, W, 4): colour * (0.3 + 0.7 max(n_z, 0)), n in camera space; alpha is kept.
    """
    facing = np.clip(np.asarray(normals)[..., :3] @ np.asarray(view)[:3, 2].astype(np.float32), 0.0, 1.0)
    hit = np.any(np.asarray(normals)[..., :3] != 0.0, axis=2)
    light = np.where(hit, _AMBIENT + (1.0 - _AMBIENT) * facing, 1.0)
    result = colors.copy()
    result[..., :3] = np.rint(colors[..., :3] * light[..., None])
    return result
