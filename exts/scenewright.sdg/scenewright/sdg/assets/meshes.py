"""Meshes made fit to be written: checked, welded, without degenerate faces, with a normal at every corner."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import LIMITS, Limits
from scenewright.sdg.assets.model import Model, Part

__all__ = [
    "checked_parts",
    "cleaned_parts",
    "corner_normals",
    "face_vectors",
    "is_closed",
    "moved_part",
    "reversed_faces",
    "take_faces",
]

_CREASE = 40.0
_CROWDED = 48
"""Corners of one point beyond which its normals are averaged by direction, not pair by pair."""


def checked_parts(model: Model, limits: Limits = LIMITS) -> list[Part]:
    """Return a model's parts with the faces that have an area, and the points that those use.

    Faces without area are seen nowhere, so they shall not say how large a model is or where it stands either.

    Raises:
        AssetError: There is too much or nothing, a point is no finite number, or a face refers to a point that is not there.
    """
    points = sum(len(part.points) for part in model.parts)
    corners = sum(len(part.indices) for part in model.parts)
    if points > limits.points or corners > limits.corners or len(model.parts) > limits.parts:
        raise AssetError(f"it has {points:,} points, {corners:,} corners and {len(model.parts):,} parts; at most "
                         f"{limits.points:,}, {limits.corners:,} and {limits.parts:,} are taken.")
    parts = [_checked(part) for part in model.parts if len(part.indices)]
    if not parts:
        raise AssetError("it has no faces.")
    return _not_empty(_with_area(part) for part in parts)


def cleaned_parts(parts: list[Part]) -> list[Part]:
    """Return placed parts without what no renderer can use; parts of which nothing is left are dropped.

    Points are rounded to a micrometre (those of objects below 20 cm to 10 nanometres) and equal ones joined; repeated corners,
    repeated faces and faces without area go.

    Raises:
        AssetError: Nothing is left.
    """
    extent = float(np.max([np.ptp(part.points, axis=0).max() for part in parts]))
    return _not_empty(_cleaned(part, 6 if extent > 0.2 else 8) for part in parts)


def moved_part(part: Part, linear: np.ndarray, offset: np.ndarray) -> Part:
    """Return the part at ``linear @ point + offset``; faces of a mirrored part are turned round, so that they keep their side.

    Args:
        part: Of any frame.
        linear: (3, 3) column-vector matrix.
        offset: (3,).
    """
    normals = part.normals
    if normals is not None:
        cofactors = np.stack([np.cross(linear[1], linear[2]), np.cross(linear[2], linear[0]), np.cross(linear[0], linear[1])])
        normals = (normals @ cofactors.T) * (np.sign(np.linalg.det(linear)) or 1.0)
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.where(length > 0.0, normals / np.maximum(length, 1e-300), 0.0)
    part = replace(part, points=part.points @ linear.T + offset, normals=normals)
    return reversed_faces(part) if np.linalg.det(linear) < 0.0 else part


def reversed_faces(part: Part) -> Part:
    """Return the part with each face's corners in the opposite order; normals stay as they are."""
    starts = np.repeat(part.starts, part.counts)
    order = 2 * starts + np.repeat(part.counts, part.counts) - 1 - np.arange(len(part.indices))
    rows = {name: None if getattr(part, name) is None else getattr(part, name)[order] for name in ("normals", "st", "colors")}
    return replace(part, indices=part.indices[order], **rows)


def take_faces(part: Part, keep: np.ndarray) -> Part:
    """Return the part with some of its faces, (F,) bool, and the points that they use."""
    corners = np.repeat(keep, part.counts)
    used, indices = np.unique(part.indices[corners], return_inverse=True)
    return replace(
        part, points=part.points[used], counts=part.counts[keep], indices=indices.reshape(-1),
        face_looks=part.face_looks[keep],
        normals=None if part.normals is None else part.normals[corners],
        st=None if part.st is None else part.st[corners],
        colors=None if part.colors is None else part.colors[corners],
        creases=None if part.creases is None else part.creases[keep],
    )


def _checked(part: Part) -> Part:
    if len(part.indices) and (part.indices.min() < 0 or part.indices.max() >= len(part.points)):
        raise AssetError(f"part '{part.name[:60]}': a face refers to point {part.indices.max()} of {len(part.points)}.")
    used = part.points[part.indices]
    if not np.isfinite(used).all() or np.abs(used).max(initial=0.0) > 1e15:
        raise AssetError(f"part '{part.name[:60]}' has points that are not finite numbers.")
    for name in ("normals", "st", "colors"):
        values = getattr(part, name)
        if values is not None and not np.isfinite(values).all():
            part = replace(part, **{name: np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)})
    kept, indices = np.unique(part.indices, return_inverse=True)
    return part if len(kept) == len(part.points) else replace(part, points=part.points[kept], indices=indices.reshape(-1))


def _not_empty(parts: Iterable[Part]) -> list[Part]:
    kept = [part for part in parts if len(part.counts)]
    if not kept:
        raise AssetError("none of its faces has an area.")
    return kept


def _with_area(part: Part) -> Part:
    keep = _have_area(part)
    return part if keep.all() else take_faces(part, keep)


def _have_area(part: Part) -> np.ndarray:
    """Return which faces have an area worth the name beside their part's extent, (F,) bool."""
    scale = float(np.ptp(part.points, axis=0).max(initial=0.0)) if len(part.points) else 0.0
    return (part.counts >= 3) & (np.linalg.norm(face_vectors(part), axis=1) > 1e-12 * scale * scale)


def _cleaned(part: Part, decimals: int) -> Part:
    part = _without_repeated_corners(_welded(part, decimals))
    keep = _have_area(part) & _first_of_its_kind(part)
    return part if keep.all() and len(part.points) == len(np.unique(part.indices)) else take_faces(part, keep)


def _welded(part: Part, decimals: int) -> Part:
    """Return the part with its points rounded as they will be written, and equal ones joined."""
    points = np.round(part.points, decimals).astype(np.float32) + np.float32(0.0)  # no negative zeros
    keys = np.ascontiguousarray(points).view([("", np.float32)] * 3).reshape(-1)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    points = points.astype(np.float64)
    if len(first) == len(points):
        return replace(part, points=points)
    order = np.sort(first)  # points keep the order of the file
    place = np.empty(len(first), int)
    place[np.argsort(first)] = np.arange(len(first))
    return replace(part, points=points[order], indices=place[inverse.reshape(-1)][part.indices])


def _without_repeated_corners(part: Part) -> Part:
    """Return the part without corners that stand at the same point as the one before in their face."""
    if not len(part.indices):
        return part
    starts = part.starts
    previous = np.arange(len(part.indices)) - 1
    full = part.counts > 0
    previous[starts[full]] = starts[full] + part.counts[full] - 1
    repeated = part.indices == part.indices[previous]
    if not repeated.any():
        return part
    counts = part.counts - np.add.reduceat(np.append(repeated, False), np.minimum(starts, len(repeated))).astype(int) * full
    keep = ~repeated
    return replace(part, counts=counts, indices=part.indices[keep],
                   normals=None if part.normals is None else part.normals[keep],
                   st=None if part.st is None else part.st[keep],
                   colors=None if part.colors is None else part.colors[keep])


def _first_of_its_kind(part: Part) -> np.ndarray:
    """Return which triangles and quads are not there a second time with the same corners in the same order, (F,) bool."""
    keep = np.ones(len(part.counts), bool)
    starts = part.starts
    for size in (3, 4):
        faces = np.flatnonzero(part.counts == size)
        if len(faces):
            table = part.indices[starts[faces][:, None] + np.arange(size)]
            turn = (np.argmin(table, axis=1)[:, None] + np.arange(size)) % size
            _, first = np.unique(np.take_along_axis(table, turn, axis=1), axis=0, return_index=True)
            keep[faces] = False
            keep[faces[first]] = True
    return keep


def face_vectors(part: Part) -> np.ndarray:
    """Return twice the area vector of each face (Newell's method), (F, 3)."""
    if not len(part.indices):
        return np.zeros((len(part.counts), 3))
    corners = part.points[part.indices] - part.points.mean(axis=0)
    following = np.arange(len(part.indices)) + 1
    full = part.counts > 0
    following[part.starts[full] + part.counts[full] - 1] = part.starts[full]
    products = np.concatenate([np.cross(corners, corners[following]), np.zeros((1, 3))])
    sums = np.add.reduceat(products, np.minimum(part.starts, len(part.indices)), axis=0)
    return sums * full[:, None]


def is_closed(part: Part) -> bool:
    """Tell whether every edge belongs to exactly two faces, once in each direction, and faces point outwards."""
    following = np.arange(len(part.indices)) + 1
    following[part.starts + part.counts - 1] = part.starts
    size = len(part.points)
    forward = np.sort(part.indices * size + part.indices[following])
    backward = np.sort(part.indices[following] * size + part.indices)
    if not (np.all(np.diff(forward) > 0) and np.array_equal(forward, backward)):
        return False
    centred = part.points - part.points.mean(axis=0)
    return bool((centred[part.indices[part.starts]] * face_vectors(part)).sum() > 0.0)


def corner_normals(part: Part) -> np.ndarray:
    """Return the unit normal of each corner, (C, 3): the part's own where it has one, else computed.

    A computed corner averages the faces round its point that lie within the crease angle of its own face, weighted by area
    and corner angle, so large flat faces stay flat beside small bevels. Points where many faces meet are averaged in linear
    time: over all faces that look to the same side.
    """
    own = part.normals
    if own is not None:
        length = np.linalg.norm(own, axis=1)
        missing = length < 1e-6
        if not missing.any():
            return own / length[:, None]
    vectors = face_vectors(part)
    areas = np.linalg.norm(vectors, axis=1)
    units = vectors / np.maximum(areas, 1e-300)[:, None]
    face = part.face_of_corner()
    weights = (areas[face] * _corner_angles(part))[:, None] * units[face]
    computed = _smoothed(part, units, face, weights)
    if own is None:
        return computed
    return np.where(missing[:, None], computed, own / np.maximum(length, 1e-300)[:, None])


def _smoothed(part: Part, units: np.ndarray, face: np.ndarray, weights: np.ndarray) -> np.ndarray:
    creases = np.full(len(part.counts), _CREASE) if part.creases is None else part.creases
    cosines = np.cos(np.radians(creases))
    normals = units[face].copy()
    valence = np.bincount(part.indices, minlength=len(part.points))
    smooth = creases[face] > 0.0
    crowded = valence[part.indices] > _CROWDED
    _average_pairs(part, units, face, weights, cosines, np.flatnonzero(smooth & ~crowded), normals)
    rest = np.flatnonzero(smooth & crowded)
    if len(rest):
        total = np.zeros((len(part.points), 3))
        np.add.at(total, part.indices[rest], weights[rest])
        mean = total[part.indices[rest]]
        mean /= np.maximum(np.linalg.norm(mean, axis=1), 1e-300)[:, None]
        fits = np.einsum("ij,ij->i", mean, units[face[rest]]) >= cosines[face[rest]]
        normals[rest] = np.where(fits[:, None], mean, normals[rest])
    length = np.linalg.norm(normals, axis=1)
    return np.where(length[:, None] > 1e-12, normals / np.maximum(length, 1e-300)[:, None], [0.0, 0.0, 1.0])


def _average_pairs(part: Part, units: np.ndarray, face: np.ndarray, weights: np.ndarray, cosines: np.ndarray,
                   corners: np.ndarray, normals: np.ndarray) -> None:
    """Write the averaged normal of some corners, comparing each with every other at its point."""
    if not len(corners):
        return
    order = corners[np.argsort(part.indices[corners], kind="stable")]
    points = part.indices[order]
    valence = np.bincount(points, minlength=len(part.points))
    sizes = valence[points]
    firsts = np.repeat(np.cumsum(valence) - valence, valence)
    place = np.repeat(np.arange(len(order)), sizes)
    within = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    one, other = order[place], order[firsts[place] + within]
    agree = np.einsum("ij,ij->i", units[face[one]], units[face[other]]) >= cosines[face[one]]
    one, other = one[agree], other[agree]
    sums = np.stack([np.bincount(one, weights[other, axis], len(part.indices)) for axis in range(3)], axis=1)
    length = np.linalg.norm(sums, axis=1)
    usable = np.zeros(len(part.indices), bool)
    usable[corners] = True
    usable &= length > 1e-300
    normals[usable] = sums[usable] / length[usable][:, None]


def _corner_angles(part: Part) -> np.ndarray:
    """Return the interior angle of each corner, (C,) [rad]."""
    starts = part.starts
    last = starts + part.counts - 1
    following = np.arange(len(part.indices)) + 1
    following[last] = starts
    previous = np.arange(len(part.indices)) - 1
    previous[starts] = last
    corners = part.points[part.indices]
    ahead, behind = corners[following] - corners, corners[previous] - corners
    sine = np.linalg.norm(np.cross(ahead, behind), axis=1)
    return np.arctan2(sine, np.einsum("ij,ij->i", ahead, behind))
