"""Surfaces through rings of points: lofts, surfaces of revolution and sweeps along a path."""

from collections.abc import Callable, Sequence

import numpy as np

from .curves import lengths
from .mesh import Mesh, grid_mesh

__all__ = ["lathe", "loft", "profile_groups", "sweep", "wrap"]


def loft(rings: np.ndarray, *, v: np.ndarray | None = None, u: np.ndarray | None = None, closed: bool = False,
         crease: float = 40.0) -> Mesh:
    """Return the surface through closed rings.

    Args:
        rings: (R, N, 3) [m], each counter-clockwise seen against the direction of travel; a first or last ring of
            coinciding points becomes one pole point.
        v: (R,) texture coordinate of each ring; default the mean arc length from 0 to 1.
        u: (N + 1,) texture coordinate round the ring; default 0 to 1 in equal steps.
        closed: Join the last ring to the first.
        crease: See `Mesh.crease`.
    """
    count, around = rings.shape[:2]
    if v is None:
        v = np.mean([lengths(rings[:, i]) for i in range(around)], axis=0)
        v = v / v[-1]
    if u is None:
        u = np.linspace(0.0, 1.0, around + 1)
    is_pole = np.ptp(rings, axis=1).max(axis=1) < 1e-9
    sizes = np.where(is_pole, 1, around)
    starts = np.cumsum(sizes) - sizes
    points = np.concatenate([ring[:size] for ring, size in zip(rings, sizes, strict=True)])

    counts, indices, st = [], [], []
    column = np.arange(around)
    beside = (column + 1) % around
    for low in range(count if closed else count - 1):
        high = (low + 1) % count
        a, b = starts[low] + (0 if is_pole[low] else 1) * column, starts[low] + (0 if is_pole[low] else 1) * beside
        d, c = starts[high] + (0 if is_pole[high] else 1) * column, starts[high] + (0 if is_pole[high] else 1) * beside
        v_low, v_high = np.full(around, v[low]), np.full(around, v[high] if high else v[-1])
        mid = 0.5 * (u[:-1] + u[1:])
        corners = [(a, u[:-1] if not is_pole[low] else mid, v_low), (b, u[1:], v_low),
                   (c, u[1:], v_high), (d, u[:-1] if not is_pole[high] else mid, v_high)]
        if is_pole[low] and is_pole[high]:
            continue
        if is_pole[low]:
            corners.pop(1)
        elif is_pole[high]:
            corners.pop(2)
        counts.append(np.full(around, len(corners)))
        indices.append(np.stack([corner[0] for corner in corners], axis=1).ravel())
        st.append(np.stack([np.stack(corner[1:], axis=1) for corner in corners], axis=1).reshape(-1, 2))
    return Mesh(points, np.concatenate(counts), np.concatenate(indices), np.concatenate(st), crease=crease)


def lathe(profile: np.ndarray, segments: int = 56, *, groups: Sequence[tuple[str, int, int]] = (), repeat: float = 1.0,
          crease: float = 40.0) -> Mesh:
    """Return a surface of revolution about z.

    Args:
        profile: (P, 2) radius and height [m], from the underside's centre outwards, up and over to the inside, so that
            the surface faces outwards. Points on the axis become poles.
        segments: Faces round the axis.
        groups: (name, first, last) profile points; the faces between them form the group, whose v runs from 0 to 1.
        repeat: How often u runs from 0 to 1 round the axis; u = 0 is at -x, so u = 0.5 faces +x.
        crease: See `Mesh.crease`.
    """
    angle = np.pi + np.arange(segments) * (2 * np.pi / segments)
    rings = np.stack([profile[:, :1] * np.cos(angle), profile[:, :1] * np.sin(angle),
                      np.broadcast_to(profile[:, 1:], (len(profile), segments))], axis=2)
    rings[profile[:, 0] < 1e-9, :, :2] = 0.0
    along = lengths(profile)
    mesh = loft(rings, v=along / along[-1], u=np.linspace(0.0, repeat, segments + 1), crease=crease)
    bands = [slice(first, last) for _, first, last in groups]
    for (name, first, last), band in zip(groups, bands, strict=True):
        faces = np.concatenate([np.arange(segments) + segments * row for row in range(band.start, band.stop)])
        mesh.groups[name] = faces
        corners = np.isin(mesh.face_of_corner(), faces)
        low, high = along[first] / along[-1], along[last] / along[-1]
        mesh.st[corners, 1] = (mesh.st[corners, 1] - low) / (high - low)
    return mesh


def profile_groups(*pieces: tuple[str, np.ndarray]) -> tuple[np.ndarray, list[tuple[str, int, int]]]:
    """Join named pieces of a profile that meet end to end; return (profile, groups) for `lathe`. Unnamed pieces: ""."""
    points, groups = [pieces[0][1][:1]], []
    total = 1
    for name, piece in pieces:
        points.append(piece[1:])
        if name:
            groups.append((name, total - 1, total + len(piece) - 2))
        total += len(piece) - 1
    return np.concatenate(points), groups


def sweep(path: np.ndarray, section: np.ndarray | Callable[[float], np.ndarray], scale: np.ndarray | float = 1.0, *,
          up: Sequence[float] = (0.0, 0.0, 1.0), rounded: bool = True, crease: float = 40.0) -> Mesh:
    """Return a closed tube: a section carried along a path with a minimally rotating frame.

    Args:
        path: (P, 3) [m].
        section: (N, 2) [m] counter-clockwise; x along the frame's normal, y along its binormal; or a function of the
            position 0..1 on the path that returns it.
        scale: Factor of the section at each path point, scalar or (P,).
        up: Direction that the section's y axis starts closest to.
        rounded: Close the ends with domes; otherwise with flat fans.
        crease: See `Mesh.crease`.
    """
    position = lengths(path) / lengths(path)[-1]
    shapes = np.stack([section(t) if callable(section) else section for t in position])
    shapes = shapes * np.broadcast_to(np.asarray(scale, float), (len(path),))[:, None, None]
    tangents, normals, binormals = _frames(path, np.asarray(up, float))
    rings = path[:, None] + shapes[..., :1] * normals[:, None] + shapes[..., 1:] * binormals[:, None]
    head = _dome(path[0], rings[0], -tangents[0], rounded)[::-1]
    tail = _dome(path[-1], rings[-1], tangents[-1], rounded)
    return loft(np.concatenate([head, rings, tail]), crease=crease)


def _frames(path: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tangents, normals and binormals (P, 3) with normal x binormal = tangent, carried without needless roll."""
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1)[:, None]
    binormals = np.empty_like(tangents)
    previous = up
    for i, tangent in enumerate(tangents):
        across = previous - tangent * (previous @ tangent)
        previous = binormals[i] = across / np.linalg.norm(across)
    return tangents, np.cross(binormals, tangents), binormals


def _dome(center: np.ndarray, ring: np.ndarray, outward: np.ndarray, rounded: bool) -> np.ndarray:
    """Return the rings (R, N, 3) that close a tube beyond ``ring``, the last one a pole."""
    if not rounded:
        return np.repeat(center[None, None], ring.shape[0], axis=1)
    spokes = ring - center
    height = np.linalg.norm(spokes, axis=1).min()
    return np.stack([center + spokes * np.cos(a) + outward * (height * np.sin(a)) for a in np.radians([30.0, 60.0])]
                    + [np.repeat((center + outward * height)[None], len(ring), axis=0)])


def wrap(profile: np.ndarray, degrees: float, segments: int = 24) -> Mesh:
    """Return an open patch of a surface of revolution, centred on -y: a label round a bottle. st fills 0..1.

    Args:
        profile: (P, 2) radius and height [m], upwards.
        degrees: Angle that the patch covers.
        segments: Faces along the arc.
    """
    angle = np.radians(-90.0 + degrees * (np.linspace(0.0, 1.0, segments + 1) - 0.5))
    grid = np.stack([profile[:, :1] * np.cos(angle), profile[:, :1] * np.sin(angle),
                     np.broadcast_to(profile[:, 1:], (len(profile), segments + 1))], axis=2)
    return grid_mesh(grid, np.linspace(0, 1, segments + 1), lengths(profile) / lengths(profile)[-1])
