"""Splats of a stage in the image of a camera: where each lies, and which lie in each tile, from near to far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.splats import TILE, SplatData
from scenewright.render.lens.models import Central, Panorama, Parallel, Perspective
from scenewright.render.scene.splats import SplatCloud

__all__ = ["PlacedSplats", "place_splats"]

_LOW_PASS = 0.3
"""Added to the variance of every splat [px^2], as in training (Kerbl et al. 2023): none is thinner than a pixel."""
_FAINT = 1.0 / 255.0
_STEP = 1e-4
"""Part of a splat's distance over which the lens is taken to be linear."""


_BESIDE = 1.3


@dataclass(frozen=True, eq=False)
class PlacedSplats:
    """Splats of one image on a device."""

    splats: wp.array
    order: wp.array
    starts: wp.array
    tiles_across: int


def place_splats(clouds: Iterable[tuple[SplatCloud, np.ndarray]], image: ImageCamera, device: str) -> PlacedSplats | None:
    """Return the splats that an image shows, or None where there are none.

    Args:
        clouds: Splats, each with its (4, 4) float64 matrix to world space.
        image: The camera with its lens; each splat is projected by the lens' derivative at its centre.
        device: Warp device.
    """
    parts = [part for cloud, matrix in clouds if (part := _project(cloud, matrix, image)) is not None]
    if not parts:
        return None
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    by_depth = np.argsort(rows["depth"], kind="stable")
    rows = {name: values[by_depth] for name, values in rows.items()}
    order, starts, across = _bins(rows, image.width, image.height)
    packed = np.zeros(len(by_depth), dtype=SplatData.numpy_dtype())
    for name in ("center", "conic", "opacity", "depth", "color"):
        packed[name] = rows[name]
    return PlacedSplats(wp.array(packed, dtype=SplatData, device=device), wp.array(order, dtype=wp.int32, device=device),
                        wp.array(starts, dtype=wp.int32, device=device), across)


def _project(cloud: SplatCloud, matrix: np.ndarray, image: ImageCamera) -> dict[str, np.ndarray] | None:
    """Return centre, conic, reach [px], opacity, depth and colour of the splats that the image may show."""
    world = cloud.positions.astype(np.float64) @ matrix[:3, :3] + matrix[3, :3]
    local = image.local(world)
    distance = np.linalg.norm(local, axis=1)
    depth = -local[:, 2] if isinstance(image.lens, Perspective | Parallel) else distance
    near, far = image.record.clipping_range
    seen = np.flatnonzero((depth > max(near, 1e-6)) & (depth < far) & (cloud.opacities > _FAINT))
    if not len(seen):
        return None
    local, distance = local[seen], distance[seen]
    center = np.stack(image.lens.project(local), axis=1)
    turn = matrix[:3, :3] @ np.stack((image.right, image.up, -image.forward), axis=1)
    axes = cloud.axes[seen].astype(np.float64) @ turn  # (M, 3, 3) half axes in camera space
    slopes = _slopes(image, _near_view(image, local), distance)
    flat = axes @ slopes  # (M, 3, 2) half axes in the image
    covariance = flat.transpose(0, 2, 1) @ flat
    covariance[:, (0, 1), (0, 1)] += _LOW_PASS
    xx, xy, yy = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    det = xx * yy - xy * xy
    opacity = cloud.opacities[seen]
    cut = np.sqrt(2.0 * np.log(np.maximum(opacity / _FAINT, 1.0)))  # standard deviations to where it becomes invisible
    reach = np.stack([cut * np.sqrt(xx), cut * np.sqrt(yy)], axis=1)
    if isinstance(image.lens, Panorama):
        center[:, 0] = np.mod(center[:, 0], image.width)
    with np.errstate(invalid="ignore"):
        inside = ((center + reach > 0.0) & (center - reach < (image.width, image.height))).all(axis=1)
        kept = np.flatnonzero(inside & np.isfinite(det) & (det > 0.0))
    if not len(kept):
        return None
    conic = np.stack([yy, -xy, xx], axis=1) / det[:, None]
    center, kept = _round_the_back(image, center, reach, kept)
    chosen = seen[kept]
    to_local = (np.linalg.inv if np.linalg.det(matrix) else np.linalg.pinv)(matrix)  # a cloud may be scaled flat
    viewer = image.center @ to_local[:3, :3] + to_local[3, :3]
    away = cloud.positions[chosen] - viewer
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-30)
    return {"center": center, "conic": conic[kept], "reach": reach[kept], "opacity": opacity[kept],
            "depth": depth[chosen], "color": np.maximum(_radiance(cloud.harmonics[chosen], away) + 0.5, 0.0)}


def _near_view(image: ImageCamera, local: np.ndarray) -> np.ndarray:
    """Return where the lens is taken to be linear: a pinhole's derivative far beside its view smears splats over all of it.

    As in training, where positions go no farther than 1.3 times from the middle to the border (Kerbl et al. 2023).
    """
    lens = image.lens
    if not (isinstance(lens, Perspective) or (isinstance(lens, Central) and lens.profile.flat)):
        return local
    x, y = np.meshgrid(np.linspace(0.0, image.width, 9), np.linspace(0.0, image.height, 9))
    _, border = lens.rays(x.ravel(), y.ravel())
    shown = border[:, :2] / -border[:, 2:]
    low, high = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
    more = 0.5 * (_BESIDE - 1.0) * (high - low)
    depth = -local[:, 2:]
    return np.concatenate([np.clip(local[:, :2] / depth, low - more, high + more) * depth, local[:, 2:]], axis=1)


def _round_the_back(image: ImageCamera, center: np.ndarray, reach: np.ndarray, kept: np.ndarray
                    ) -> tuple[np.ndarray, np.ndarray]:
    """Return the centres of the chosen splats and their rows; those across a panorama's seam come once for each side."""
    if not isinstance(image.lens, Panorama):
        return center[kept], kept
    left = kept[center[kept, 0] < reach[kept, 0]]
    right = kept[center[kept, 0] + reach[kept, 0] > image.width]
    turn = np.array((float(image.width), 0.0))
    return np.concatenate([center[kept], center[left] + turn, center[right] - turn]), np.concatenate([kept, left, right])


def _slopes(image: ImageCamera, local: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return (M, 3, 2): how the image position changes with each camera-space coordinate."""
    center = np.stack(image.lens.project(local), axis=1)
    step = _STEP * distance
    slopes = np.empty((len(local), 3, 2))
    for axis in range(3):
        moved = local.copy()
        moved[:, axis] += step
        change = np.stack(image.lens.project(moved), axis=1) - center
        if isinstance(image.lens, Panorama):
            change[:, 0] -= image.width * np.round(change[:, 0] / image.width)  # not once round the image
        slopes[:, axis] = change / step[:, None]
    return slopes


def _bins(rows: dict[str, np.ndarray], width: int, height: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the splats of each tile in the order of ``rows``, where each tile's begin, and the number of tiles across."""
    tile = int(TILE)
    across, down = -(-width // tile), -(-height // tile)
    low = np.clip(np.floor((rows["center"] - rows["reach"]) / tile), 0, (across - 1, down - 1)).astype(np.int64)
    high = np.clip(np.floor((rows["center"] + rows["reach"]) / tile), 0, (across - 1, down - 1)).astype(np.int64)
    size = high - low + 1
    number = size[:, 0] * size[:, 1]
    splat = np.repeat(np.arange(len(number)), number)
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    key = (low[splat, 1] + within // size[splat, 0]) * across + low[splat, 0] + within % size[splat, 0]
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], np.arange(across * down + 1))
    return splat[order].astype(np.int32), starts.astype(np.int32), across


def _radiance(harmonics: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return (N, 3): real spherical harmonics up to degree 3 with the signs of Kerbl et al. 2023, in unit directions ``d``."""
    x, y, z = d.T
    basis = [np.full(len(d), 0.28209479177387814)]
    if harmonics.shape[1] > 1:
        basis += [-0.4886025119029199 * y, 0.4886025119029199 * z, -0.4886025119029199 * x]
    if harmonics.shape[1] > 4:
        basis += [1.0925484305920792 * x * y, -1.0925484305920792 * y * z, 0.31539156525252005 * (2 * z * z - x * x - y * y),
                  -1.0925484305920792 * x * z, 0.5462742152960396 * (x * x - y * y)]
    if harmonics.shape[1] > 9:
        basis += [-0.5900435899266435 * y * (3 * x * x - y * y), 2.890611442640554 * x * y * z,
                  -0.4570457994644658 * y * (4 * z * z - x * x - y * y),
                  0.3731763325901154 * z * (2 * z * z - 3 * x * x - 3 * y * y),
                  -0.4570457994644658 * x * (4 * z * z - x * x - y * y), 1.445305721320277 * z * (x * x - y * y),
                  -0.5900435899266435 * x * (x * x - 3 * y * y)]
    return np.einsum("nk,nkc->nc", np.stack(basis, axis=1), harmonics.astype(np.float64))
