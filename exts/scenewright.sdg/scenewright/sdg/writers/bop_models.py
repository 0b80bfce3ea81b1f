"""Object models for BOP: the meshes of labelled prims as PLY, in millimetres and in the frame of the poses."""

from collections.abc import Iterator

import numpy as np
from pxr import Usd, UsdGeom

__all__ = ["MODEL_FOLDER", "farthest_distance", "model_meshes", "ply_bytes", "read_ply"]

MODEL_FOLDER = ".scenewright/bop_models"
"""Where models lie until `finalise` knows the classes' numbers: files named by `object_id` of the class."""

_LABELS = "semantics:labels:"
_AROUND = 48  # corners of the circles of gprims
_ALONG = 24  # rings of a sphere
_HEADER = (
    "ply\nformat binary_little_endian 1.0\ncomment millimetres\nelement vertex {points}\nproperty float x\nproperty float y\n"
    "property float z\nelement face {triangles}\nproperty list uchar int vertex_indices\nend_header\n"
)
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", (3,))])


def model_meshes(stage: Usd.Stage, semantic_type: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the mesh of the first prim of each class in the stage's namespace order, by class.

    A mesh is points [mm] in the prim's space with its scale taken in, shape (P, 3), float64, and triangles, shape (T, 3), int.
    Meshes are taken as they are authored, without subdivision, gprims as fine meshes; invisible prims and guides do not count.

    Args:
        stage: the stage.
        semantic_type: label type whose first values are the classes.
    """
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for prim in stage.Traverse(Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)):
        attribute = prim.GetAttribute(_LABELS + semantic_type)
        values = attribute.Get() if attribute else None
        if values and str(values[0]) not in found:
            points, triangles = _gathered(prim, UsdGeom.GetStageMetersPerUnit(stage) * 1000.0)
            if len(triangles):
                found[str(values[0])] = points, triangles
    return found


def ply_bytes(points: np.ndarray, triangles: np.ndarray) -> bytes:
    """Return a binary PLY file of a triangle mesh."""
    faces = np.zeros(len(triangles), _FACE)
    faces["count"], faces["corners"] = 3, triangles
    header = _HEADER.format(points=len(points), triangles=len(triangles)).encode()
    return header + np.asarray(points, "<f4").tobytes() + faces.tobytes()


def read_ply(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return points, shape (P, 3), float32, and triangles, shape (T, 3), of a file of `ply_bytes`."""
    header, _, body = data.partition(b"end_header\n")
    counts = [int(line.split()[2]) for line in header.decode().splitlines() if line.startswith("element")]
    points = np.frombuffer(body, "<f4", counts[0] * 3).reshape(-1, 3)
    faces = np.frombuffer(body, _FACE, counts[1], offset=points.nbytes)
    return points, faces["corners"]


def farthest_distance(points: np.ndarray) -> float:
    """Return the largest distance between two of some points, shape (P, 3); exact.

    A pair is no farther apart than the sum of its distances from the middle, so only points far from it can be in the farthest.
    """
    points = np.unique(np.asarray(points, np.float64), axis=0)
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    radii = np.linalg.norm(points - middle, axis=1)
    best, start = 0.0, int(radii.argmax())
    for _ in range(4):  # a lower bound: from any point to the farthest, and on from there
        distances = np.linalg.norm(points - points[start], axis=1)
        start = int(distances.argmax())
        best = max(best, float(distances[start]))
    outer = points[radii >= best - radii.max() - 1e-9]
    for begin in range(0, len(outer), 512):
        part = outer[begin : begin + 512]
        best = max(best, float(np.linalg.norm(part[:, None] - outer[None, begin:], axis=2).max()))
    return best


def _gathered(prim: Usd.Prim, millimetres: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of a prim and all below it."""
    cache = UsdGeom.XformCache()
    frame = np.array(cache.GetLocalToWorldTransform(prim))
    scale = np.linalg.norm(frame[:3, :3], axis=1)
    if not np.all(scale > 0.0) or np.linalg.det(frame) == 0.0:
        return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
    to_model = np.linalg.inv(frame) @ np.diag([*(scale * millimetres), 1.0])
    points, triangles, count = [np.zeros((0, 3))], [np.zeros((0, 3), np.int64)], 0
    for part in Usd.PrimRange(prim, Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)):
        for local, corners in _shape(part):
            matrix = np.array(cache.GetLocalToWorldTransform(part)) @ to_model
            points.append(local @ matrix[:3, :3] + matrix[3, :3])
            triangles.append(corners[:, ::-1] + count if np.linalg.det(matrix) < 0.0 else corners + count)
            count += len(local)
    return np.concatenate(points), np.concatenate(triangles)


def _shape(prim: Usd.Prim) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield points and triangles of one prim in its own space; nothing for what draws nothing."""
    image = UsdGeom.Imageable(prim)
    if not image or image.ComputeVisibility() == "invisible" or image.ComputePurpose() in ("guide", "proxy"):
        return
    if prim.IsA(UsdGeom.Mesh):
        yield from _mesh(UsdGeom.Mesh(prim))
    elif prim.GetTypeName() in _PROFILES:
        points, triangles = _PROFILES[prim.GetTypeName()](prim)
        yield points, triangles


def _mesh(mesh: UsdGeom.Mesh) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    points = mesh.GetPointsAttr().Get()
    counts, corners = mesh.GetFaceVertexCountsAttr().Get(), mesh.GetFaceVertexIndicesAttr().Get()
    if not points or not counts or not corners or sum(counts) != len(corners) or max(corners) >= len(points):
        return
    counts, corners = np.array(counts), np.array(corners)
    first = np.cumsum(counts) - counts
    fans = np.maximum(counts - 2, 0)
    start = np.repeat(first, fans)
    step = np.arange(len(start)) - np.repeat(np.cumsum(fans) - fans, fans)
    triangles = np.stack([corners[start], corners[start + step + 1], corners[start + step + 2]], axis=1)
    left = mesh.GetOrientationAttr().Get() == UsdGeom.Tokens.leftHanded
    yield np.array(points, np.float64), triangles[:, ::-1] if left else triangles


def _turned(profile: list[tuple[float, float]], axis: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the surface that a profile of (radius, height) points makes around an axis, from below to above."""
    widest = max(radius for radius, _ in profile)
    profile = [(radius if radius > 1e-9 * widest else 0.0, z) for radius, z in profile]  # poles are points
    angle = 2.0 * np.pi * np.arange(_AROUND) / _AROUND
    rings = np.array([[radius * np.cos(angle), radius * np.sin(angle), np.full(_AROUND, z)] for radius, z in profile])
    points = rings.transpose(0, 2, 1).reshape(-1, 3)
    ring, side = np.meshgrid(np.arange(len(profile) - 1), np.arange(_AROUND), indexing="ij")
    a, b = ring * _AROUND + side, ring * _AROUND + (side + 1) % _AROUND
    triangles = np.stack([a, b, b + _AROUND, a, b + _AROUND, a + _AROUND], axis=-1).reshape(-1, 3)
    order = {"X": [2, 0, 1], "Y": [1, 2, 0], "Z": [0, 1, 2]}[axis]
    points = points[:, order]
    used = np.linalg.norm(np.cross(points[triangles[:, 1]] - points[triangles[:, 0]],
                                   points[triangles[:, 2]] - points[triangles[:, 0]]), axis=1) > 0.0
    return points, triangles[used]


def _value(prim: Usd.Prim, name: str) -> float:
    return float(prim.GetAttribute(name).Get())


def _sphere(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    r = _value(prim, "radius")
    turn = np.linspace(-np.pi / 2, np.pi / 2, _ALONG + 1)
    return _turned([(r * np.cos(t), r * np.sin(t)) for t in turn], "Z")


def _cylinder(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    r, h = _value(prim, "radius"), _value(prim, "height") / 2.0
    return _turned([(0.0, -h), (r, -h), (r, h), (0.0, h)], str(prim.GetAttribute("axis").Get()))


def _cone(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    r, h = _value(prim, "radius"), _value(prim, "height") / 2.0
    return _turned([(0.0, -h), (r, -h), (0.0, h)], str(prim.GetAttribute("axis").Get()))


def _capsule(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    r, h = _value(prim, "radius"), _value(prim, "height") / 2.0
    turn = np.linspace(0.0, np.pi / 2, _ALONG // 2 + 1)
    lower = [(r * np.cos(t), -h - r * np.sin(t)) for t in turn[::-1]]
    upper = [(r * np.cos(t), h + r * np.sin(t)) for t in turn]
    return _turned([*lower, *upper], str(prim.GetAttribute("axis").Get()))


def _cube(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    half = _value(prim, "size") / 2.0
    points = np.array([[x, y, z] for x in (-half, half) for y in (-half, half) for z in (-half, half)])
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    return points, np.array([corners for a, b, c, d in quads for corners in ((a, b, c), (a, c, d))])


def _plane(prim: Usd.Prim) -> tuple[np.ndarray, np.ndarray]:
    x, y = _value(prim, "width") / 2.0, _value(prim, "length") / 2.0
    order = {"X": [2, 0, 1], "Y": [1, 2, 0], "Z": [0, 1, 2]}[str(prim.GetAttribute("axis").Get())]
    points = np.array([[-x, -y, 0.0], [x, -y, 0.0], [x, y, 0.0], [-x, y, 0.0]])[:, order]
    return points, np.array([[0, 1, 2], [0, 2, 3]])


_PROFILES = {"Sphere": _sphere, "Cylinder": _cylinder, "Cone": _cone, "Capsule": _capsule, "Cube": _cube, "Plane": _plane}
