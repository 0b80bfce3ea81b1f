"""Points at the moments of a frame's shutter time: carried by UsdGeom's velocities, read there, or without a way between."""

from dataclasses import dataclass

import numpy as np
from pxr import Usd, UsdGeom

__all__ = ["VELOCITY_ATTRIBUTES", "Moment", "has_velocities", "instance_moment", "point_moment", "points_at"]

VELOCITY_ATTRIBUTES = frozenset({"velocities", "accelerations"})

_TOPOLOGY = ("faceVertexCounts", "faceVertexIndices", "holeIndices", "curveVertexCounts", "uVertexCount", "vVertexCount",
             "tetVertexIndices", "surfaceFaceVertexIndices", "ids")


@dataclass(frozen=True)
class Moment:
    """When to read what of a prim."""

    values: Usd.TimeCode
    """Faces, numbers of points, and all values on them."""
    points: Usd.TimeCode
    """Where the points are."""
    is_stuck: bool = False
    """Whether another moment was asked for, to which nothing leads."""


def point_moment(prim: Usd.Prim, time: Usd.TimeCode, frame: Usd.TimeCode) -> Moment:
    """Return when to read a PointBased prim for ``time`` within the shutter time of the frame at ``frame``.

    Velocities carry the points of the frame. Without them points are where their time samples say, as long as these are the
    points of the same faces; else they are where they are in the frame.
    """
    if time == frame:
        return Moment(time, time)
    if has_velocities(UsdGeom.PointBased(prim), frame):
        return Moment(frame, time)
    same = _as_many(prim, "points", time, frame) and all(_equal(prim, name, time, frame) for name in _TOPOLOGY)
    return Moment(time, time) if same else Moment(frame, frame, True)


def instance_moment(instancer: Usd.Prim, time: Usd.TimeCode, frame: Usd.TimeCode) -> Moment:
    """Return when to read a PointInstancer: as :func:`point_moment`, with the instances for the faces."""
    if time == frame:
        return Moment(time, time)
    if any(instancer.GetAttribute(name).GetNumTimeSamples() for name in ("velocities", "angularVelocities")):
        return Moment(frame, time)
    same = _as_many(instancer, "positions", time, frame) and all(
        _equal(instancer, name, time, frame) for name in ("protoIndices", "ids"))
    return Moment(time, time) if same else Moment(frame, frame, True)


def has_velocities(points: UsdGeom.PointBased, time: Usd.TimeCode) -> bool:
    """Return whether velocities say where the points are round ``time``.

    USD wants them to be authored at the time samples of the points, as many as these (UsdGeomPointBased, "velocities").
    """
    own, velocities = points.GetPointsAttr(), points.GetVelocitiesAttr()
    if time.IsDefault() or not velocities.GetNumTimeSamples() or not own.GetNumTimeSamples():
        return False
    sample, aligned = (attribute.GetBracketingTimeSamples(time.GetValue())[0] for attribute in (own, velocities))
    return sample == aligned and len(own.Get(sample) or []) == len(velocities.Get(sample) or [])


def points_at(points: UsdGeom.PointBased, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> np.ndarray:
    """Return the points of ``time``, (N, 3) float32; velocities, where there are some, carry them to ``points_time``."""
    if has_velocities(points, time):
        found = points.ComputePointsAtTime(time if points_time is None else points_time, time)
    else:
        found = points.GetPointsAttr().Get(time)
    return np.array(found or [], dtype=np.float32).reshape(-1, 3)


def _as_many(prim: Usd.Prim, name: str, time: Usd.TimeCode, frame: Usd.TimeCode) -> bool:
    attribute = prim.GetAttribute(name)
    return not attribute.ValueMightBeTimeVarying() or len(attribute.Get(time) or []) == len(attribute.Get(frame) or [])


def _equal(prim: Usd.Prim, name: str, time: Usd.TimeCode, frame: Usd.TimeCode) -> bool:
    attribute = prim.GetAttribute(name)
    return not attribute or not attribute.ValueMightBeTimeVarying() or attribute.Get(time) == attribute.Get(frame)
