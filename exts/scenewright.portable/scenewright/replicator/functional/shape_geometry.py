"""The unit shapes as polygon meshes: points, faces, corner normals and corner texture coordinates. Pure numpy.

Every shape is centred at the origin with its axis along +Z and fits a box of edge 1: cube +-0.5, sphere and disk of diameter 1,
cylinder and cone of diameter 1 and height 1, plane 1 x 1 facing +Z, torus of outer diameter 1 (hole of diameter 1/3),
capsule of height 1 and diameter 0.5. Faces wind counter-clockwise seen from outside.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["SHAPE_MESHES", "PolygonMesh", "oriented", "triangulated"]


@dataclass(frozen=True, eq=False)
class PolygonMesh:
    """A polygon mesh with values per face corner.

    Attributes:
        points: Shape (V, 3), float32.
        face_counts: Corners of each face, shape (F,), int32.
        corners: Point index of each corner, shape (C,), int32.
        normals: Unit normal of each corner, shape (C, 3), float32.
        uvs: Texture coordinates of each corner, shape (C, 2), float32.
    """

    points: np.ndarray
    face_counts: np.ndarray
    corners: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray

    def scaled(self, factor: float) -> "PolygonMesh":
        """Return the mesh with its points multiplied by a positive factor."""
        points = (self.points.astype(np.float64) * factor).astype(np.float32)
        return PolygonMesh(points, self.face_counts, self.corners, self.normals, self.uvs)


def triangulated(face_counts: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return the triangles of polygon faces as fans.

    Args:
        face_counts: Corners of each face, shape (F,); faces with fewer than three give none.
        corners: Point index of each corner, shape (C,).

    Returns:
        Point indices, shape (T, 3), int32, faces in order.
    """
    counts = np.asarray(face_counts, dtype=np.int64)
    corners = np.asarray(corners, dtype=np.int32)
    fans = np.maximum(counts - 2, 0)
    first = np.repeat(np.cumsum(counts) - counts, fans)
    step = np.arange(fans.sum()) - np.repeat(np.cumsum(fans) - fans, fans)
    return np.stack([corners[first], corners[first + step + 1], corners[first + step + 2]], axis=1)


def oriented(mesh: PolygonMesh, axis: str) -> PolygonMesh:
    """Return the mesh with its axis turned from Z to another axis by a rotation (X: about +Y, Y: about -X)."""
    turn = {"Z": np.eye(3), "Y": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
            "X": np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])}[axis].astype(np.float32)
    return PolygonMesh(mesh.points @ turn, mesh.face_counts, mesh.corners, mesh.normals @ turn, mesh.uvs)


@functools.cache
def cube_mesh() -> PolygonMesh:
    """Return six quads with normals and the whole texture on each face, in the order +X, -X, +Y, -Y, -Z, +Z.

    So faces 0, 2 and 5 are those that Isaac Sim's ``sdg_geomsubset`` expects to see from (5, 5, 5).
    """
    normals, points = [], []
    for axis in range(3):
        for sign in ((-1.0, 1.0) if axis == 2 else (1.0, -1.0)):
            normal, u = np.zeros(3), np.zeros(3)
            normal[axis], u[(axis + 1) % 3] = sign, 1.0
            v = np.cross(normal, u)
            normals += [normal] * 4
            points += [0.5 * (normal + a * u + b * v) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    shared, corners = np.unique(np.array(points), axis=0, return_inverse=True)
    uvs = np.tile([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], (6, 1))
    return _mesh(shared, [4] * 6, corners.reshape(-1), np.array(normals), uvs)


@functools.cache
def plane_mesh() -> PolygonMesh:
    """Return one quad in XY that faces +Z."""
    points = np.array([[-0.5, -0.5, 0.0], [0.5, -0.5, 0.0], [0.5, 0.5, 0.0], [-0.5, 0.5, 0.0]])
    return _mesh(points, [4], np.arange(4), np.tile([0.0, 0.0, 1.0], (4, 1)), points[:, :2] + 0.5)


@functools.cache
def disk_mesh(segments: int = 48) -> PolygonMesh:
    """Return a disk in XY that faces +Z, as a fan of triangles round its centre."""
    rim = _circle(segments) * 0.5
    points = np.concatenate([[[0.0, 0.0, 0.0]], np.column_stack([rim, np.zeros(segments)])])
    here = np.arange(segments)
    corners = np.stack([np.zeros(segments, int), here + 1, (here + 1) % segments + 1], axis=1).reshape(-1)
    return _mesh(points, [3] * segments, corners, np.tile([0.0, 0.0, 1.0], (len(corners), 1)), points[corners, :2] + 0.5)


@functools.cache
def sphere_mesh(segments: int = 48, rings: int = 24) -> PolygonMesh:
    """Return a sphere of quads with triangles at the poles."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _lathe(0.5 * profile, profile, segments)


@functools.cache
def capsule_mesh(segments: int = 48, rings: int = 24) -> PolygonMesh:
    """Return a capsule: hemispheres of radius 0.25 on a cylinder of height 0.5."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    angle = np.insert(angle, rings // 2, 0.0)
    normals = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lift = np.where(np.arange(len(angle)) <= rings // 2, -0.25, 0.25)
    return _lathe(0.25 * normals + np.stack([np.zeros_like(lift), lift], axis=1), normals, segments)


@functools.cache
def cylinder_mesh(segments: int = 48) -> PolygonMesh:
    """Return a capped cylinder; the caps do not share normals with the side."""
    profile = np.array([[0.0, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [0.5, 0.5], [0.0, 0.5]])
    normals = np.array([[0, -1], [0, -1], [1, 0], [1, 0], [0, 1], [0, 1]], dtype=float)
    return _lathe(profile, normals, segments)


@functools.cache
def cone_mesh(segments: int = 48) -> PolygonMesh:
    """Return a cone with base at z = -0.5 and apex at z = +0.5."""
    side = np.array([1.0, 0.5]) / np.hypot(1.0, 0.5)
    profile = np.array([[0.0, -0.5], [0.5, -0.5], [0.5, -0.5], [0.0, 0.5]])
    return _lathe(profile, np.array([[0, -1], [0, -1], side, side]), segments)


@functools.cache
def torus_mesh(segments: int = 48, rings: int = 24) -> PolygonMesh:
    """Return a torus in XY: circle of radius 1/3, tube of radius 1/6."""
    angle = np.linspace(-np.pi, np.pi, rings + 1)
    normals = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _lathe(normals / 6 + [1 / 3, 0.0], normals, segments)


SHAPE_MESHES: dict[str, Callable[[], PolygonMesh]] = {
    "capsule": capsule_mesh, "cone": cone_mesh, "cube": cube_mesh, "cylinder": cylinder_mesh, "disk": disk_mesh,
    "plane": plane_mesh, "sphere": sphere_mesh, "torus": torus_mesh,
}


def _circle(segments: int) -> np.ndarray:
    angle = np.arange(segments) * (2.0 * np.pi / segments)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _lathe(profile: np.ndarray, profile_normals: np.ndarray, segments: int) -> PolygonMesh:
    """Turn a profile of (radius, z) from bottom to top about Z; equal neighbours in the profile make a crease."""
    circle = _circle(segments)
    radius, height = profile.T
    ring = np.concatenate([radius[:, None, None] * circle, np.broadcast_to(height[:, None, None], (len(profile), segments, 1))],
                          axis=2)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    counts, corners, normals, uvs = [], [], [], []
    for low in range(len(profile) - 1):
        if np.allclose(profile[low], profile[low + 1]):
            continue
        for j in range(segments):
            quad = [(low, j), (low, j + 1), (low + 1, j + 1), (low + 1, j)]
            if radius[low] < 1e-9:
                quad.pop(1)
            elif radius[low + 1] < 1e-9:
                quad.pop(2)
            middle = 0.5 if len(quad) == 3 else 0.0
            counts.append(len(quad))
            for row, column in quad:
                at_pole = radius[row] < 1e-9
                corners.append(row * segments + (0 if at_pole else column % segments))
                turn = (j + middle if at_pole else column) / segments
                outward, upward = profile_normals[row]
                normals.append([outward * np.cos(2 * np.pi * turn), outward * np.sin(2 * np.pi * turn), upward])
                uvs.append([turn, length[row] / length[-1]])
    keys, index = np.unique(np.round(ring.reshape(-1, 3)[corners], 9) + 0.0, axis=0, return_inverse=True)
    return _mesh(keys, counts, index.reshape(-1), np.array(normals), np.array(uvs))


def _mesh(points: np.ndarray, counts: list[int], corners: np.ndarray, normals: np.ndarray, uvs: np.ndarray) -> PolygonMesh:
    arrays = (points.astype(np.float32), np.array(counts, dtype=np.int32), corners.astype(np.int32),
              normals.astype(np.float32), uvs.astype(np.float32))
    for array in arrays:  # the meshes are made once and shared
        array.setflags(write=False)
    return PolygonMesh(*arrays)
