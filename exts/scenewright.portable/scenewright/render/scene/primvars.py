"""Values on a mesh (normals, texture coordinates, colours) brought to the corners of its triangles."""

import logging
from dataclasses import dataclass

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.triangulate import Triangulation

__all__ = ["MeshValues", "at_corners", "find_uv_name", "read_attribute", "read_primvar"]

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


def find_uv_name(api: UsdGeom.PrimvarsAPI) -> str:
    """Return the name (without ``primvars:``) of the texture coordinates to use; empty where there are none.

    ``st`` first, then the usual names of exporters, then the first primvar of a texture-coordinate type.
    """
    found = {p.GetPrimvarName(): p.GetTypeName() for p in api.GetPrimvarsWithAuthoredValues()}
    for name in _UV_NAMES:
        if found.get(name) in _UV_TYPES + _FLOAT2_TYPES:
            return name
    return next((name for name, kind in sorted(found.items()) if kind in _UV_TYPES), "")


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
    corners = cut.corners.reshape(-1)
    if data.interpolation == "constant":
        return np.broadcast_to(data.values, (len(corners), data.values.shape[1])).copy()
    if data.interpolation == "uniform":
        return data.values[np.repeat(cut.faces, 3)]
    return data.values[corners if data.interpolation == "faceVarying" else indices[corners]]
