"""Polygon meshes: welded points, faces of any size, texture coordinates per corner, named groups of faces."""

from dataclasses import dataclass, field, replace

import numpy as np

__all__ = ["Mesh", "corner_normals", "grid_mesh", "merge", "rotation"]


@dataclass(eq=False)
class Mesh:
    """One polygon mesh in metres, right-handed winding (counter-clockwise seen from outside)."""

    points: np.ndarray  # (V, 3) float64 [m]
    counts: np.ndarray  # (F,) int, corners of each face
    indices: np.ndarray  # (C,) int, point of each corner
    st: np.ndarray  # (C, 2) float64, texture coordinates of each corner, v up
    groups: dict[str, np.ndarray] = field(default_factory=dict)  # name -> (n,) int faces; the rest have the mesh's look
    crease: float = 40.0  # [deg] faces that meet at a larger angle keep a sharp edge

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Mesh":
        """Return a copy displaced by (x, y, z) metres."""
        return replace(self, points=self.points + np.array([x, y, z]))

    def scaled(self, x: float, y: float, z: float) -> "Mesh":
        """Return a copy scaled along the axes by positive factors."""
        return replace(self, points=self.points * np.array([x, y, z]))

    def rotated(self, axis: str, degrees: float) -> "Mesh":
        """Return a copy turned about an axis of the origin, right-handed."""
        return replace(self, points=self.points @ rotation(axis, degrees).T)

    def on_ground(self) -> "Mesh":
        """Return a copy whose lowest point has z = 0."""
        return self.moved(z=-self.points[:, 2].min())

    def named(self, group: str) -> "Mesh":
        """Return a copy with all faces in one group."""
        return replace(self, groups={group: np.arange(len(self.counts))})

    def with_st(self, st: np.ndarray) -> "Mesh":
        """Return a copy with other texture coordinates, shape (C, 2)."""
        return replace(self, st=st)

    def face_of_corner(self) -> np.ndarray:
        """Return the face of each corner, shape (C,) int."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def face_vectors(self) -> np.ndarray:
        """Return twice the area vector of each face (Newell's method), shape (F, 3) [m2]."""
        corners = self.points[self.indices]
        starts = np.cumsum(self.counts) - self.counts
        following = np.arange(len(self.indices)) + 1
        following[starts + self.counts - 1] = starts
        return np.add.reduceat(np.cross(corners, corners[following]), starts, axis=0)

    def volume(self) -> float:
        """Return the signed volume [m3]; positive for a closed mesh whose faces point outwards."""
        starts = np.cumsum(self.counts) - self.counts
        return float((self.points[self.indices[starts]] * self.face_vectors()).sum() / 6.0)

    def is_closed(self) -> bool:
        """Tell whether every edge belongs to exactly two faces, once in each direction."""
        starts = np.cumsum(self.counts) - self.counts
        following = np.arange(len(self.indices)) + 1
        following[starts + self.counts - 1] = starts
        size = len(self.points)
        forward = np.sort(self.indices * size + self.indices[following])
        backward = np.sort(self.indices[following] * size + self.indices)
        return bool(np.all(np.diff(forward) > 0) and np.array_equal(forward, backward))


def grid_mesh(points: np.ndarray, s: np.ndarray, t: np.ndarray, crease: float = 40.0) -> Mesh:
    """Return an open patch of quads.

    Args:
        points: (R, C, 3) [m]; the direction along a row crossed with the direction from row to row points outwards.
        s: (C,) texture coordinate of each column.
        t: (R,) texture coordinate of each row.
        crease: See `Mesh.crease`.
    """
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=2).reshape(-1)
    st = np.stack(np.broadcast_arrays(s[None, :], t[:, None]), axis=2).reshape(-1, 2)
    return Mesh(points.reshape(-1, 3), np.full((rows - 1) * (columns - 1), 4), quads, st[quads], crease=crease)


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Return the (3, 3) column-vector rotation matrix about "x", "y" or "z", right-handed."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def merge(*meshes: Mesh) -> Mesh:
    """Return one mesh of all the parts; groups of the same name are united, the first crease angle is kept."""
    point_starts = np.cumsum([0] + [len(mesh.points) for mesh in meshes])
    face_starts = np.cumsum([0] + [len(mesh.counts) for mesh in meshes])
    groups: dict[str, list[np.ndarray]] = {}
    for mesh, start in zip(meshes, face_starts, strict=False):
        for name, faces in mesh.groups.items():
            groups.setdefault(name, []).append(faces + start)
    return Mesh(
        points=np.concatenate([mesh.points for mesh in meshes]),
        counts=np.concatenate([mesh.counts for mesh in meshes]),
        indices=np.concatenate([mesh.indices + start for mesh, start in zip(meshes, point_starts, strict=False)]),
        st=np.concatenate([mesh.st for mesh in meshes]),
        groups={name: np.concatenate(faces) for name, faces in groups.items()},
        crease=meshes[0].crease,
    )


def corner_normals(mesh: Mesh) -> np.ndarray:
    """Return the unit shading normal of each corner, shape (C, 3).

    A corner averages the faces round its point that lie within the crease angle of its own face, weighted by area and
    corner angle; large flat faces so stay flat beside their small bevels.
    """
    face_of_corner = mesh.face_of_corner()
    vectors = mesh.face_vectors()
    areas = np.linalg.norm(vectors, axis=1)
    units = vectors / np.maximum(areas, 1e-30)[:, None]
    weighted = units[face_of_corner] * (areas[face_of_corner] * _corner_angles(mesh))[:, None]

    order = np.argsort(mesh.indices, kind="stable")
    valence = np.bincount(mesh.indices, minlength=len(mesh.points))
    group_size = valence[mesh.indices[order]]
    group_start = np.repeat(np.cumsum(valence) - valence, valence)
    corner = np.repeat(np.arange(len(order)), group_size)
    within = np.arange(len(corner)) - np.repeat(np.cumsum(group_size) - group_size, group_size)
    one, other = order[corner], order[group_start[corner] + within]
    agree = np.einsum("ij,ij->i", units[face_of_corner[one]], units[face_of_corner[other]]) >= np.cos(np.radians(mesh.crease))
    one, other = one[agree], other[agree]
    normals = np.stack([np.bincount(one, weighted[other, axis], len(order)) for axis in range(3)], axis=1)
    return normals / np.maximum(np.linalg.norm(normals, axis=1), 1e-30)[:, None]


def _corner_angles(mesh: Mesh) -> np.ndarray:
    """Return the interior angle of each corner, shape (C,) [rad]."""
    starts = np.cumsum(mesh.counts) - mesh.counts
    last = starts + mesh.counts - 1
    following = np.arange(len(mesh.indices)) + 1
    following[last] = starts
    previous = np.arange(len(mesh.indices)) - 1
    previous[starts] = last
    corners = mesh.points[mesh.indices]
    ahead, behind = corners[following] - corners, corners[previous] - corners
    sine = np.linalg.norm(np.cross(ahead, behind), axis=1)
    return np.arctan2(sine, np.einsum("ij,ij->i", ahead, behind))
