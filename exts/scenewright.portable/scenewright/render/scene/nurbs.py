"""NURBS: basis functions, and UsdGeomNurbsPatch as a mesh."""

import logging

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.meshes import MeshSource
from scenewright.render.scene.point_motion import points_at
from scenewright.render.scene.primvars import MeshValues
from scenewright.render.scene.reach import within_reach

__all__ = ["nurbs_weights", "read_nurbs_patch"]

_log = logging.getLogger(__name__)

_PER_SPAN = 8


def nurbs_weights(knots: np.ndarray, order: int, at: np.ndarray, path: str) -> np.ndarray:
    """Return (S, n) B-spline basis functions (Cox-de Boor) at parameters ``at`` within the domain.

    Raises:
        SceneError: The order is below 2, the knots decrease, span nothing, or there are too few of them.
    """
    n = _control_points(knots, order, path)
    inside = np.clip(at, knots[order - 1], knots[n])[:, None]
    span = np.clip(np.searchsorted(knots, inside[:, 0], side="right") - 1, order - 1, n - 1)
    weights = np.zeros((len(at), len(knots) - 1))
    weights[np.arange(len(at)), span] = 1.0
    for degree in range(1, order):
        rising = knots[degree:-1] - knots[: -degree - 1]
        falling = knots[degree + 1 :] - knots[1:-degree]
        count = len(rising)
        with np.errstate(divide="ignore", invalid="ignore"):
            up = np.where(rising > 0.0, (inside - knots[:count]) / rising, 0.0)
            down = np.where(falling > 0.0, (knots[degree + 1 :] - inside) / falling, 0.0)
        weights = up * weights[:, :count] + down * weights[:, 1 : count + 1]
    return weights


def _control_points(knots: np.ndarray, order: int, path: str) -> int:
    n = len(knots) - order
    if order < 2 or n < order or (np.diff(knots) < 0.0).any() or not within_reach(knots).all():
        raise SceneError(f"{path}: order {order} with {len(knots)} knots: the order must be 2 or more, the knots as many as "
                         "order + points and not decreasing.")
    if not knots[order - 1] < knots[n]:
        raise SceneError(f"{path}: the knots from {knots[order - 1]} to {knots[n]} span nothing. Author growing knots.")
    return n


def read_nurbs_patch(prim: Usd.Prim, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    """Return a NurbsPatch as a mesh of ``8 x 8`` quads a span, its texture coordinates the parameters; None where it is empty.

    Trim curves are not honoured (a warning says so).

    Raises:
        SceneError: Points, knots or weights that do not fit the vertex counts.
    """
    patch, path = UsdGeom.NurbsPatch(prim), str(prim.GetPath())
    points = points_at(patch, time, points_time).astype(np.float64)
    counts = [int(a.Get(time) or 0) for a in (patch.GetUVertexCountAttr(), patch.GetVVertexCountAttr())]
    if not len(points) or 0 in counts:
        return None
    weights = np.array(patch.GetPointWeightsAttr().Get(time) or np.ones(len(points)), dtype=np.float64)
    if counts[0] * counts[1] != len(points) or len(weights) != len(points) or not within_reach(points).all():
        raise SceneError(f"{path}: {counts[0]} x {counts[1]} vertices need as many finite points ({len(points)} given) and as "
                         f"many pointWeights or none ({len(weights)}).")
    if len(patch.GetTrimCurveCountsAttr().Get(time) or []):
        _log.warning("%s: trim curves of NURBS patches are not honoured; the whole patch is drawn.", path)
    sides = []
    for n, order, knots in ((counts[0], patch.GetUOrderAttr(), patch.GetUKnotsAttr()),
                            (counts[1], patch.GetVOrderAttr(), patch.GetVKnotsAttr())):
        degree_order, values = int(order.Get(time) or 0), np.array(knots.Get(time) or [], dtype=np.float64)
        if len(values) != n + degree_order:
            raise SceneError(f"{path}: {n} vertices of order {degree_order} need {n + degree_order} knots, not {len(values)}.")
        _control_points(values, degree_order, path)
        at = np.linspace(values[degree_order - 1], values[n], _PER_SPAN * (n - degree_order + 1) + 1)
        sides.append(nurbs_weights(values, degree_order, at, path))
    u, v = sides
    grid = (points * weights[:, None]).reshape(counts[1], counts[0], 3)
    total = np.einsum("vj,ui,ji->vu", v, u, weights.reshape(counts[1], counts[0]))
    if not (np.abs(total) > 0.0).all():
        raise SceneError(f"{path}: its pointWeights add up to nothing somewhere. Author positive ones.")
    surface = np.einsum("vj,ui,jik->vuk", v, u, grid) / total[..., None]
    rows, columns = surface.shape[:2]
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    low = row * columns + column
    quads = np.stack([low, low + 1, low + columns + 1, low + columns], axis=-1).reshape(-1)
    st = np.stack(np.meshgrid(np.linspace(0.0, 1.0, columns), np.linspace(0.0, 1.0, rows)), axis=-1).reshape(-1, 2)
    return MeshSource(
        path=path,
        points=surface.reshape(-1, 3).astype(np.float32),
        counts=np.full(len(quads) // 4, 4, np.int32),
        indices=quads.astype(np.int32),
        holes=np.zeros(0, np.int32),
        left_handed=patch.GetOrientationAttr().Get(time) == UsdGeom.Tokens.leftHanded,
        smooth=True,
        uvs=MeshValues(st.astype(np.float32), "vertex"),
        double_sided=bool(patch.GetDoubleSidedAttr().Get(time)),
        animated=patch.GetPointsAttr().ValueMightBeTimeVarying(),
    )
