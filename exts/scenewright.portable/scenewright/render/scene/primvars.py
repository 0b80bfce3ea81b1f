"""Values on a mesh (normals, texture coordinates, colours) brought to the corners of its triangles."""

import logging
from dataclasses import dataclass

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.triangulate import Triangulation

__all__ = ["MeshValues", "at_corners", "find_uv_names", "join_uvs", "read_attribute", "read_primvar"]

_log = logging.getLogger(__name__)

_UV_NAMES = ("st", "UVMap", "st0", "st_0", "uv", "map1")
_UV_TYPES = (Sdf.ValueTypeNames.TexCoord2fArray, Sdf.ValueTypeNames.TexCoord2dArray, Sdf.ValueTypeNames.TexCoord2hArray)
_FLOAT2_TYPES = (Sdf.ValueTypeNames.Float2Array, Sdf.ValueTypeNames.Double2Array, Sdf.ValueTypeNames.Half2Array)


@dataclass(frozen=True, eq=False)
class MeshValues:
    """One array over a mesh with its interpolation; indices are already applied."""

    values: np.ndarray
    """(N, C) float32."""
    interpolation: str
    """constant, uniform, vertex, varying or faceVarying."""
    animated: bool = False


def read_primvar(primvar: UsdGeom.Primvar, time: Usd.TimeCode) -> MeshValues | None:
    """Return the flattened values of a primvar, or None where it has no value."""
    if not primvar.HasValue():
        return None
    flat = primvar.ComputeFlattened(time)
    if flat is None:
        return None
    values = np.array(flat, dtype=np.float32)
    if values.ndim == 1:  # a scalar (not an array) constant, e.g. color3f
        values = values[None] if values.size else values.reshape(0, 3)
    return MeshValues(values, str(primvar.GetInterpolation()), primvar.ValueMightBeTimeVarying())


def read_attribute(attribute: Usd.Attribute, interpolation: str, time: Usd.TimeCode) -> MeshValues | None:
    """Return the values of a plain array attribute, or None where it is empty."""
    raw = attribute.Get(time)
    if raw is None or len(raw) == 0:
        return None
    return MeshValues(np.array(raw, dtype=np.float32), interpolation, attribute.ValueMightBeTimeVarying())


def find_uv_names(api: UsdGeom.PrimvarsAPI) -> list[str]:
    """Return the names (without ``primvars:``) of all texture coordinates: the one to use by default, then the others sorted.

    By default ``st``, then the usual names of exporters, then the first primvar of a texture-coordinate type.
    """
    found = {p.GetPrimvarName(): p.GetTypeName() for p in api.GetPrimvarsWithAuthoredValues()}
    names = [name for name, kind in sorted(found.items()) if kind in _UV_TYPES or (name in _UV_NAMES and kind in _FLOAT2_TYPES)]
    first = [name for name in _UV_NAMES if name in names][:1] or names[:1]
    return first + [name for name in names if name not in first]


def join_uvs(sets: list[MeshValues], indices: np.ndarray, counts: np.ndarray) -> MeshValues:
    """Return several sets of texture coordinates side by side, (N, 2 K); of unlike interpolation at the faces' corners."""
    if len({(one.interpolation, len(one.values)) for one in sets}) == 1:
        kind, columns = sets[0].interpolation, [one.values[:, :2] for one in sets]
    else:
        kind, columns = "faceVarying", [_at_face_corners(one, indices, counts) for one in sets]
    return MeshValues(np.concatenate(columns, axis=1), kind, any(one.animated for one in sets))


def _at_face_corners(data: MeshValues, indices: np.ndarray, counts: np.ndarray) -> np.ndarray:
    values = data.values[:, :2]
    if data.interpolation == "constant":
        return np.repeat(values[:1], len(indices), axis=0)
    if data.interpolation == "uniform":
        return np.repeat(values, counts, axis=0)
    return values if data.interpolation == "faceVarying" else values[indices]


def at_corners(
    data: MeshValues | None, what: str, path: str, cut: Triangulation, indices: np.ndarray, counts: np.ndarray, vertices: int
) -> np.ndarray | None:
    """Return ``data`` at every triangle corner, (3 T, C) float32, or None (with a warning) where its length is wrong."""
    if data is None:
        return None
    needed = {"constant": 1, "uniform": len(counts), "vertex": vertices, "varying": vertices, "faceVarying": len(indices)}
    want = needed.get(data.interpolation)
    if want is None or len(data.values) != want:
        _log.warning(
            "%s: %s has %d values; interpolation %r needs %s. It is ignored.",
            path,
            what,
            len(data.values),
            data.interpolation,
            want,
        )
        return None
    values = data.values
    bad = ~within_reach(values)
    if bad.any():
        _log.warning("%s: %s holds numbers that are not finite, or beyond %g. They count as 0.", path, what, MOST_REACH)
        values = np.where(bad, np.float32(0.0), values)
    corners = cut.corners.reshape(-1)
    if data.interpolation == "constant":
        return np.broadcast_to(values, (len(corners), values.shape[1])).copy()
    if data.interpolation == "uniform":
        return values[np.repeat(cut.faces, 3)]
    return values[corners if data.interpolation == "faceVarying" else indices[corners]]
