"""UsdGeom curves as meshes: round tubes with closed ends, or flat ribbons where the curves have normals.

Bases and wraps are those of UsdGeomBasisCurves; frames along a tube turn as little as possible (W. Wang et al.,
"Computation of rotation minimizing frames", 2008: the double reflection method).
"""

import logging
from dataclasses import dataclass

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.meshes import MeshSource
from scenewright.render.scene.nurbs import nurbs_weights
from scenewright.render.scene.point_motion import points_at
from scenewright.render.scene.primvars import MeshValues, read_primvar
from scenewright.render.scene.reach import MOST_REACH, within_reach

__all__ = ["read_curves"]

_log = logging.getLogger(__name__)

_BASES = {
    "bezier": np.array([[-1, 3, -3, 1], [3, -6, 3, 0], [-3, 3, 0, 0], [1, 0, 0, 0]], np.float64),
    "bspline": np.array([[-1, 3, -3, 1], [3, -6, 3, 0], [-3, 0, 3, 0], [1, 4, 1, 0]], np.float64) / 6.0,
    "catmullRom": np.array([[-1, 3, -3, 1], [2, -5, 4, -1], [-1, 0, 1, 0], [0, 2, 0, 0]], np.float64) / 2.0,
}
"""Rows: coefficients of u^3, u^2, u, 1 for the four control points of a segment."""
_MOST_SEGMENTS = 400_000


@dataclass(frozen=True, eq=False)
class _Strands:
    """Curves of equally many samples: centre lines and what varies along them."""

    numbers: np.ndarray  # (C,) which curves of the prim these are
    centres: np.ndarray  # (C, S, 3); a closed strand does not repeat its first sample
    values: np.ndarray  # (C, S, D) widths, colours, normals
    closed: bool


@dataclass(frozen=True, eq=False)
class _Sampler:
    """How the samples of curves with n control points follow from them."""

    control: np.ndarray  # (S, n) weights of the control points
    ends: np.ndarray  # (S, m) weights of values that are given at segment ends (varying)
    closed: bool


def read_curves(prim: Usd.Prim, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    """Return BasisCurves, NurbsCurves or HermiteCurves as a mesh; None where there is nothing to draw.

    Widths are diameters in the prim's space. Curves without widths are lines of no thickness: they are not drawn, and a
    warning says so.

    Raises:
        SceneError: Counts, points, widths or knots that do not fit together.
    """
    curves = UsdGeom.Curves(prim)
    path = str(prim.GetPath())
    points = points_at(curves, time, points_time).astype(np.float64)
    counts = np.array(curves.GetCurveVertexCountsAttr().Get(time) or [], dtype=np.int64)
    if not len(points) or not len(counts):
        return None
    if counts.min() < 0 or counts.sum() != len(points):
        raise SceneError(f"{path}: curveVertexCounts add up to {int(counts.sum())}, but there are {len(points)} points.")
    if not within_reach(points).all():
        raise SceneError(f"{path}: every point of a curve must be finite and within {MOST_REACH:g} units. Repair the points.")
    widths = _widths(prim, curves, time)
    if widths is None:
        _log.warning("%s: curves without widths are not drawn. Author widths, in units of the prim's space.", path)
        return None
    samplers = _samplers(prim, time, counts)
    places = points
    if prim.IsA(UsdGeom.HermiteCurves):
        places = np.stack([points, _hermite_tangents(prim, time, len(points))])
    columns, colour_at, normal_at = _columns(prim, curves, widths, time, counts, samplers)
    strands = _sample(places, counts, samplers, columns)
    if not strands:
        return None
    normal = None if normal_at is None else slice(normal_at, normal_at + 3)
    colour = None if colour_at is None else slice(colour_at, colour_at + 3)
    return _mesh(prim, strands, colour, normal, time)


def _samplers(prim: Usd.Prim, time: Usd.TimeCode, counts: np.ndarray) -> dict[int, _Sampler]:
    """Return how to sample the curves of each number of control points; curves that are too short are left out."""
    if prim.IsA(UsdGeom.NurbsCurves):
        return _nurbs_samplers(prim, time, counts)
    per_segment = 8 if counts.sum() < _MOST_SEGMENTS // 64 else (4 if counts.sum() < _MOST_SEGMENTS // 8 else 2)
    if prim.IsA(UsdGeom.HermiteCurves):
        return {int(n): _hermite(int(n), per_segment) for n in np.unique(counts) if n >= 2}
    curves = UsdGeom.BasisCurves(prim)
    wrap = str(curves.GetWrapAttr().Get(time))
    if str(curves.GetTypeAttr().Get(time)) == "linear":
        return {int(n): _straight(int(n), wrap == "periodic") for n in np.unique(counts) if n >= 2}
    basis = str(curves.GetBasisAttr().Get(time))
    if basis not in _BASES:
        raise SceneError(f"{prim.GetPath()}: basis is {basis!r}; allowed are {', '.join(_BASES)}.")
    found = {int(n): _cubic(int(n), basis, wrap, per_segment) for n in np.unique(counts)}
    return {n: sampler for n, sampler in found.items() if sampler is not None}


def _straight(n: int, closed: bool) -> _Sampler:
    return _Sampler(np.eye(n), np.eye(n), closed)


def _cubic(n: int, basis: str, wrap: str, per_segment: int) -> _Sampler | None:
    """Return the sampler of one cubic curve, or None where it has too few points for a segment."""
    periodic = wrap == "periodic"
    step = 3 if basis == "bezier" else 1
    control = np.eye(n)
    if wrap == "pinned" and step == 1:  # phantom points so that the curve begins and ends at its first and last point
        if n < 2:
            return None
        control = np.concatenate([[2 * control[0] - control[1]], control, [2 * control[-1] - control[-2]]])
    if periodic:
        segments = n // step
        control = np.concatenate([control, control[: 4 - step]])
    else:
        segments = (len(control) - 4) // step + 1
    if segments < 1 or len(control) < 4:
        return None
    u = np.arange(per_segment) / per_segment
    weights = np.stack([u**3, u**2, u, np.ones_like(u)], axis=1) @ _BASES[basis]
    rows = [weights @ control[k * step : k * step + 4] for k in range(segments)]
    along = np.arange(segments * per_segment) / per_segment
    if not periodic:
        rows.append((np.ones(4) @ _BASES[basis] @ control[(segments - 1) * step : (segments - 1) * step + 4])[None])
        along = np.append(along, segments)
    return _Sampler(np.concatenate(rows), _linear_weights(along, segments, periodic), periodic)


def _hermite(n: int, per_segment: int) -> _Sampler:
    """Return the sampler of a Hermite curve whose tangents follow its points: 2 n control points in all."""
    to_bezier = np.zeros((3 * n - 2, 2 * n))
    for k in range(n):
        to_bezier[3 * k, k] = 1.0
        for step, side in ((1, 1.0), (-1, -1.0)):
            if 0 <= 3 * k + step < len(to_bezier):
                to_bezier[3 * k + step, (k, n + k)] = (1.0, side / 3.0)
    cubic = _cubic(len(to_bezier), "bezier", "nonperiodic", per_segment)
    return _Sampler(cubic.control @ to_bezier, cubic.ends, closed=False)


def _linear_weights(along: np.ndarray, segments: int, closed: bool) -> np.ndarray:
    """Return weights of the values at segment ends for positions counted in segments."""
    first = np.minimum(along.astype(np.int64), segments - 1)
    share = along - first
    weights = np.zeros((len(along), segments if closed else segments + 1))
    rows = np.arange(len(along))
    weights[rows, first] += 1.0 - share
    weights[rows, (first + 1) % weights.shape[1]] += share
    return weights


def _nurbs_samplers(prim: Usd.Prim, time: Usd.TimeCode, counts: np.ndarray) -> dict[int, _Sampler]:
    """Curves of one prim may have different knots; only prims whose curves of equal length share them are drawn."""
    curves = UsdGeom.NurbsCurves(prim)
    orders = np.array(curves.GetOrderAttr().Get(time) or [], dtype=np.int64)
    knots = np.array(curves.GetKnotsAttr().Get(time) or [], dtype=np.float64)
    weights = np.array(curves.GetPointWeightsAttr().Get(time) or [], dtype=np.float64)
    path = prim.GetPath()
    if len(orders) != len(counts) or len(knots) != (counts + orders).sum():
        raise SceneError(f"{path}: needs one order a curve ({len(counts)}, given {len(orders)}) and order + points knots for "
                         f"each ({len(knots)} given).")
    if len(weights) and len(np.unique(weights)) > 1:
        _log.warning("%s: pointWeights of NURBS curves are not honoured; they are drawn as if all weights were 1.", path)
    starts = np.cumsum(counts + orders) - (counts + orders)
    found: dict[int, _Sampler] = {}
    for curve, n in enumerate(counts.tolist()):
        own = knots[starts[curve] : starts[curve] + n + orders[curve]]
        if n < 2 or n < orders[curve]:
            continue
        domain = np.linspace(own[orders[curve] - 1], own[n], 8 * (n - int(orders[curve]) + 1) + 1)
        sampler = _Sampler(nurbs_weights(own, int(orders[curve]), domain, str(path)),
                           _linear_weights(np.linspace(0.0, n - 1.0, len(domain)), n - 1, closed=False), closed=False)
        known = found.setdefault(n, sampler)
        if known.control.shape != sampler.control.shape or not np.allclose(known.control, sampler.control):
            raise SceneError(f"{path}: its curves of {n} points have different knots. Put them into prims of their own.")
    return found


def _widths(prim: Usd.Prim, curves: UsdGeom.Curves, time: Usd.TimeCode) -> MeshValues | None:
    """Return the diameters (N, 1), or None where none are authored."""
    widths = read_primvar(UsdGeom.PrimvarsAPI(prim).GetPrimvar("widths"), time)
    if widths is not None:
        return MeshValues(widths.values.reshape(-1, 1), widths.interpolation)
    raw = curves.GetWidthsAttr().Get(time)
    if raw is None or not len(raw):
        return None
    return MeshValues(np.array(raw, np.float32).reshape(-1, 1), str(curves.GetWidthsInterpolation()))


def _columns(prim: Usd.Prim, curves: UsdGeom.Curves, widths: MeshValues, time: Usd.TimeCode, counts: np.ndarray,
             samplers: dict[int, _Sampler]) -> tuple[list[MeshValues], int | None, int | None]:
    """Return what varies along the curves (widths first), and the column of the colours and of the normals in it."""
    api = UsdGeom.PrimvarsAPI(prim)
    columns, at = [widths], 1
    colours = read_primvar(api.GetPrimvar("displayColor"), time)
    colour_at = normal_at = None
    if colours is not None and colours.interpolation != "constant":
        columns.append(colours)
        colour_at, at = at, at + 3
    normals = curves.GetNormalsAttr().Get(time)
    if normals is not None and len(normals):
        columns.append(MeshValues(np.array(normals, np.float32), str(curves.GetNormalsInterpolation())))
        normal_at = at
    ends = sum(samplers[n].ends.shape[1] for n in counts.tolist() if n in samplers)
    for data, what in zip(columns, ("widths", "displayColor", "normals"), strict=False):
        needed = {"constant": 1, "uniform": len(counts), "vertex": int(counts.sum()), "varying": ends}
        if len(data.values) != needed.get(data.interpolation):
            raise SceneError(f"{prim.GetPath()}: {what} has {len(data.values)} values; interpolation {data.interpolation!r} "
                             f"needs {needed.get(data.interpolation)}.")
    return columns, colour_at, normal_at


def _sample(points: np.ndarray, counts: np.ndarray, samplers: dict[int, _Sampler], columns: list[MeshValues]) -> list[_Strands]:
    """Return the strands of each number of control points; ``points`` is (V, 3), of Hermite curves (2, V, 3) with tangents."""
    starts = np.cumsum(counts) - counts
    ends = np.array([samplers[n].ends.shape[1] if n in samplers else 0 for n in counts.tolist()])
    end_starts = np.cumsum(ends) - ends
    strands = []
    for n, sampler in samplers.items():
        chosen = np.flatnonzero(counts == n)
        at_points = starts[chosen][:, None] + np.arange(n)
        at_ends = end_starts[chosen][:, None] + np.arange(sampler.ends.shape[1])
        values = [_along(data, chosen, at_points, at_ends, sampler) for data in columns]
        control = points[at_points] if points.ndim == 2 else np.concatenate(list(points[:, at_points]), axis=1)
        centres = np.einsum("sn,cnk->csk", sampler.control, control)
        strands.append(_Strands(chosen, centres, np.concatenate(values, axis=2), sampler.closed))
    return strands


def _hermite_tangents(prim: Usd.Prim, time: Usd.TimeCode, count: int) -> np.ndarray:
    tangents = np.array(UsdGeom.HermiteCurves(prim).GetTangentsAttr().Get(time) or [], dtype=np.float64).reshape(-1, 3)
    if len(tangents) != count or not np.isfinite(tangents).all():
        raise SceneError(f"{prim.GetPath()}: needs one finite tangent for each of its {count} points, {len(tangents)} given.")
    return tangents


def _along(data: MeshValues, chosen: np.ndarray, at_points: np.ndarray, at_ends: np.ndarray, sampler: _Sampler) -> np.ndarray:
    """Return (C, S, D) the values at the samples of the chosen curves."""
    samples = len(sampler.control)
    values = data.values.astype(np.float64)
    if data.interpolation == "constant":
        return np.broadcast_to(values[:1, None], (len(chosen), samples, values.shape[1]))
    if data.interpolation == "uniform":
        return np.broadcast_to(values[chosen][:, None], (len(chosen), samples, values.shape[1]))
    if data.interpolation == "vertex" and sampler.control.shape[1] == at_points.shape[1]:
        return np.einsum("sn,cnk->csk", sampler.control, values[at_points])
    if data.interpolation == "vertex":  # Hermite: values at the points go linearly between them
        return np.einsum("sn,cnk->csk", sampler.ends, values[at_points])
    return np.einsum("sn,cnk->csk", sampler.ends, values[at_ends])


def _mesh(prim: Usd.Prim, strands: list[_Strands], colour: slice | None, normal: slice | None,
          time: Usd.TimeCode) -> MeshSource:
    samples = sum(s.centres.shape[0] * s.centres.shape[1] for s in strands)
    around = 2 if normal is not None else (12 if samples < 20_000 else 6 if samples < 200_000 else 4)
    points, counts, indices, colours, first = [], [], [], [], 0
    for group in strands:
        ring = _ribbon(group, normal) if normal is not None else _tube(group, around)
        points.append(ring.reshape(-1, 3))
        faces = _faces(group, around, capped=normal is None)
        counts.append(np.concatenate([np.full(len(f), f.shape[1]) for f in faces]))
        indices.append(np.concatenate([f.reshape(-1) for f in faces]) + first)
        if colour is not None:
            colours.append(np.repeat(group.values[..., colour].reshape(-1, 3), around, axis=0))
        first += ring.shape[0] * ring.shape[1] * around
    curves = UsdGeom.Curves(prim)
    attributes = (curves.GetPointsAttr(), curves.GetCurveVertexCountsAttr(), curves.GetWidthsAttr(), curves.GetNormalsAttr())
    return MeshSource(
        path=str(prim.GetPath()),
        points=np.concatenate(points).astype(np.float32),
        counts=np.concatenate(counts).astype(np.int32),
        indices=np.concatenate(indices).astype(np.int32),
        holes=np.zeros(0, np.int32),
        left_handed=False,
        smooth=True,
        colors=MeshValues(np.concatenate(colours).astype(np.float32), "vertex") if colours else None,
        double_sided=True,
        animated=any(a.ValueMightBeTimeVarying() for a in attributes),
    )


def _tangents(group: _Strands) -> np.ndarray:
    """Return (C, S, 3) unit tangents; where samples coincide, those of a neighbour or +Z."""
    p = group.centres
    if group.closed:
        tangent = np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1)
    else:
        tangent = np.gradient(p, axis=1) if p.shape[1] > 1 else np.zeros_like(p)
    length = np.linalg.norm(tangent, axis=2, keepdims=True)
    for k in range(1, p.shape[1]):
        empty = length[:, k, 0] == 0.0
        tangent[empty, k], length[empty, k] = tangent[empty, k - 1], length[empty, k - 1]
    return np.where(length > 0.0, tangent / np.where(length > 0.0, length, 1.0), (0.0, 0.0, 1.0))


def _across(tangent: np.ndarray) -> np.ndarray:
    """Return a unit vector perpendicular to each unit vector (N, 3)."""
    helper = np.eye(3)[np.argmin(np.abs(tangent), axis=1)]
    across = np.cross(tangent, helper)
    return across / np.linalg.norm(across, axis=1, keepdims=True)


def _tube(group: _Strands, around: int) -> np.ndarray:
    """Return (C, S, around, 3) points on rings round the centre lines."""
    tangent, p = _tangents(group), group.centres
    frames = np.empty_like(p)
    frames[:, 0] = _across(tangent[:, 0])
    for k in range(p.shape[1] - 1):  # double reflection
        step = p[:, k + 1] - p[:, k]
        size = np.einsum("ci,ci->c", step, step)[:, None]
        size[size == 0.0] = 1.0
        side = frames[:, k] - 2.0 / size * np.einsum("ci,ci->c", step, frames[:, k])[:, None] * step
        turned = tangent[:, k] - 2.0 / size * np.einsum("ci,ci->c", step, tangent[:, k])[:, None] * step
        bend = tangent[:, k + 1] - turned
        size = np.einsum("ci,ci->c", bend, bend)[:, None]
        size[size == 0.0] = 1.0
        frames[:, k + 1] = side - 2.0 / size * np.einsum("ci,ci->c", bend, side)[:, None] * bend
    other = np.cross(tangent, frames)
    angle = 2.0 * np.pi * np.arange(around) / around
    radius = 0.5 * np.abs(group.values[..., 0])
    ring = frames[:, :, None] * np.cos(angle)[:, None] + other[:, :, None] * np.sin(angle)[:, None]
    return p[:, :, None] + ring * radius[:, :, None, None]


def _ribbon(group: _Strands, normal: slice) -> np.ndarray:
    """Return (C, S, 2, 3) points to both sides of the centre lines, at right angles to the normals."""
    tangent = _tangents(group)
    across = np.cross(group.values[..., normal], tangent)
    length = np.linalg.norm(across, axis=2, keepdims=True)
    flat = _across(tangent.reshape(-1, 3)).reshape(tangent.shape)
    across = np.where(length > 1e-12, across / np.where(length > 1e-12, length, 1.0), flat)
    half = 0.5 * np.abs(group.values[..., 0])[..., None]
    return np.stack([group.centres - across * half, group.centres + across * half], axis=2)


def _faces(group: _Strands, around: int, capped: bool) -> list[np.ndarray]:
    """Return arrays of faces (N, corners): the sides, then the end caps."""
    curves, samples = group.centres.shape[:2]
    last = samples if group.closed else samples - 1
    sides = around if capped else around - 1
    curve, ring, side = np.meshgrid(np.arange(curves), np.arange(last), np.arange(sides), indexing="ij")
    low, high = (curve * samples + ring) * around, (curve * samples + (ring + 1) % samples) * around
    after = (side + 1) % around
    faces = [np.stack([low + side, low + after, high + after, high + side], axis=-1).reshape(-1, 4)]
    if capped and not group.closed:
        start = np.arange(curves)[:, None] * samples * around
        faces.append(start + np.arange(around)[::-1])
        faces.append(start + (samples - 1) * around + np.arange(around))
    return faces
