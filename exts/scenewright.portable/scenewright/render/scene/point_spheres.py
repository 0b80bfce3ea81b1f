"""UsdGeomPoints as small spheres in one mesh."""

import logging
from functools import lru_cache

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.meshes import MeshSource
from scenewright.render.scene.point_motion import points_at
from scenewright.render.scene.primvars import MeshValues, read_attribute, read_primvar
from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.subdivision import Cage, refine

__all__ = ["read_points"]

_log = logging.getLogger(__name__)

_FINE_BELOW, _PLAIN_BELOW = 2_000, 20_000


def read_points(prim: Usd.Prim, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    """Return a Points prim as spheres of ``widths`` diameter, with a colour each if it has them.

    Points without widths have no size: they are not drawn, and a warning says so.
    Up to 2,000 points are spheres of 320 triangles, up to 20,000 of 80, more of 20; all are shaded smoothly.

    Raises:
        SceneError: Points that are not finite, or widths that do not fit them.
    """
    points_prim, path = UsdGeom.Points(prim), str(prim.GetPath())
    centres = points_at(points_prim, time, points_time).astype(np.float64)
    if not len(centres):
        return None
    api = UsdGeom.PrimvarsAPI(prim)
    widths = read_primvar(api.GetPrimvar("widths"), time) or read_attribute(
        points_prim.GetWidthsAttr(), str(points_prim.GetWidthsInterpolation()), time)
    if widths is None:
        _log.warning("%s: points without widths are not drawn. Author widths, in units of the prim's space.", path)
        return None
    diameter = widths.values.reshape(-1).astype(np.float64)
    if len(diameter) not in (1, len(centres)):
        raise SceneError(f"{path}: widths has {len(diameter)} values; give one for all or each of the {len(centres)} points.")
    if not (within_reach(centres).all() and within_reach(diameter).all()):
        raise SceneError(f"{path}: points and widths must be finite and within {MOST_REACH:g} units. Repair the prim.")
    sphere, triangles = unit_sphere(2 if len(centres) <= _FINE_BELOW else 1 if len(centres) <= _PLAIN_BELOW else 0)
    radius = np.broadcast_to(0.5 * np.abs(diameter), len(centres))
    points = centres[:, None] + radius[:, None, None] * sphere
    indices = triangles + (np.arange(len(centres)) * len(sphere))[:, None, None]
    colors = read_primvar(api.GetPrimvar("displayColor"), time)
    if colors is not None:
        own = len(colors.values) == len(centres) and colors.interpolation != "constant"
        colors = MeshValues(np.repeat(colors.values, len(sphere), axis=0), "vertex", colors.animated) if own else None
    return MeshSource(
        path=path,
        points=points.reshape(-1, 3).astype(np.float32),
        counts=np.full(indices.shape[0] * indices.shape[1], 3, np.int32),
        indices=indices.reshape(-1).astype(np.int32),
        holes=np.zeros(0, np.int32),
        left_handed=False,
        smooth=True,
        normals=MeshValues(np.tile(sphere, (len(centres), 1)).astype(np.float32), "vertex"),
        colors=colors,
        animated=points_prim.GetPointsAttr().ValueMightBeTimeVarying() or points_prim.GetWidthsAttr().ValueMightBeTimeVarying(),
    )


@lru_cache
def unit_sphere(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points (V, 3) and triangles (T, 3) of an icosahedron, split ``levels`` times, on the unit sphere."""
    golden = 0.5 * (1.0 + 5.0**0.5)
    points = np.array([(0, s, t * golden) for s in (-1, 1) for t in (-1, 1)], np.float64)
    points = np.concatenate([points, points[:, (2, 0, 1)], points[:, (1, 2, 0)]])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    near = np.linalg.norm(points[:, None] - points[None], axis=2)
    edge = np.min(near[near > 1e-6]) * 1.01
    triples = [(a, b, c) for a in range(12) for b in range(a + 1, 12) for c in range(b + 1, 12)
               if max(near[a, b], near[b, c], near[a, c]) < edge]
    out = [(a, b, c) if np.dot(np.cross(points[b] - points[a], points[c] - points[a]), points[a]) > 0 else (a, c, b)
           for a, b, c in triples]
    cage = Cage.of(np.full(len(out), 3), np.array(out).reshape(-1), 12)
    for _ in range(levels):
        cage, _smooth, points = refine(cage, points, "loop", points)
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points, cage.indices.reshape(-1, 3)
