"""USD in: what a stage shows at its default time, as parts with looks.

Instances become geometry of their own, transforms are applied, variants stay as they are selected. Cubes, spheres,
cylinders, cones and planes become meshes, curves and the like are left out with a note; point instances are refused, since
such a file is a scene and no asset.
"""

from dataclasses import replace

import numpy as np
from pxr import Sdf, Usd, UsdGeom, UsdSemantics, UsdShade

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.meshes import moved_part, reversed_faces
from scenewright.sdg.assets.model import Model, Part
from scenewright.sdg.assets.sources import Source
from scenewright.sdg.assets.usd_files import opened_stage
from scenewright.sdg.assets.usd_looks import UsdLooks
from scenewright.sdg.assets.usd_shapes import shape_part

__all__ = ["read_usd"]

_SHOWN = (UsdGeom.Tokens.default_, UsdGeom.Tokens.render)


def read_usd(source: Source) -> Model:
    """Return the model of a .usd, .usda, .usdc or .usdz file.

    Raises:
        AssetError: The file is damaged or hostile, or shows nothing.
    """
    with opened_stage(source) as (stage, files):
        looks = UsdLooks(files)
        notes: set[str] = set()
        parts = _parts(stage, looks, notes, source)
        if not parts:
            raise AssetError("it shows no mesh" + (f" ({'; '.join(sorted(notes))})." if notes else "."))
        up = str(UsdGeom.GetStageUpAxis(stage))
        unit = UsdGeom.GetStageMetersPerUnit(stage)
        if not (np.isfinite(unit) and unit > 0.0):
            raise AssetError(f"its metersPerUnit is {unit}.")
        return Model(parts, looks.surfaces, looks.shelf.files, unit, up, sorted(notes | looks.notes), _facts(stage))


def _facts(stage: Usd.Stage) -> dict[str, str]:
    """Return licence, attribution and label as our own layers and those of others state them."""
    data = dict(stage.GetRootLayer().customLayerData)
    facts = {"licence": data.get("licence") or data.get("license") or "",
             "attribution": data.get("attribution") or data.get("author") or data.get("creator") or ""}
    root = stage.GetDefaultPrim()
    if root and root.HasAPI(UsdSemantics.LabelsAPI, "class"):
        facts["label"] = next(iter(UsdSemantics.LabelsAPI(root, "class").GetLabelsAttr().Get() or ()), "")
    return {key: str(value)[:200] for key, value in facts.items() if value and isinstance(value, str)}


def _parts(stage: Usd.Stage, looks: UsdLooks, notes: set[str], source: Source) -> list[Part]:
    places = UsdGeom.XformCache(Usd.TimeCode.Default())
    root = stage.GetDefaultPrim() or stage.GetPseudoRoot()
    parts: list[Part] = []
    prims = 0
    walk = iter(Usd.PrimRange(root, Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)))
    for prim in walk:
        prims += 1
        if prims > source.limits.nodes:
            raise AssetError(f"it composes to more than {source.limits.nodes:,} prims.")
        image = UsdGeom.Imageable(prim)
        if image and (image.ComputePurpose() not in _SHOWN or image.ComputeVisibility() == UsdGeom.Tokens.invisible):
            walk.PruneChildren()
            continue
        if prim.IsA(UsdGeom.PointInstancer):
            raise AssetError(f"{prim.GetPath()} is a point instancer: this is a scene. Import what it instances.")
        part = _mesh_part(UsdGeom.Mesh(prim), looks) if prim.IsA(UsdGeom.Mesh) else shape_part(prim)
        if part is None:
            if prim.IsA(UsdGeom.Gprim):
                notes.add(f"left out: {prim.GetTypeName()}")
            continue
        if not prim.IsA(UsdGeom.Mesh):
            part = replace(part, looks=[looks.look_of(prim)])
        matrix = np.array(places.GetLocalToWorldTransform(prim))
        parts.append(moved_part(part, matrix[:3, :3].T, matrix[3, :3]))
        if len(parts) > source.limits.parts:
            raise AssetError(f"it has more than {source.limits.parts:,} parts.")
    return parts


def _mesh_part(mesh: UsdGeom.Mesh, looks: UsdLooks) -> Part | None:
    points = _array(mesh.GetPointsAttr(), np.float64)
    counts, indices = _array(mesh.GetFaceVertexCountsAttr(), np.int64), _array(mesh.GetFaceVertexIndicesAttr(), np.int64)
    path = mesh.GetPath()
    if not len(points) or not len(counts):
        return None
    if not np.isfinite(points).all():
        raise AssetError(f"{path} has points that are not finite numbers.")
    if counts.min() < 0 or int(counts.sum()) != len(indices):
        raise AssetError(f"{path}: its faces count {int(counts.sum())} corners; it has {len(indices)}.")
    if len(indices) and (indices.min() < 0 or indices.max() >= len(points)):
        raise AssetError(f"{path}: a face refers to point {indices.max()} of {len(points)}.")
    names, face_looks = _looks_of_faces(mesh, len(counts), looks)
    part = Part(mesh.GetPrim().GetName(), points.reshape(-1, 3), counts, indices, names, face_looks,
                subdivision=str(mesh.GetSubdivisionSchemeAttr().Get()), double_sided=bool(mesh.GetDoubleSidedAttr().Get()))
    if part.subdivision not in ("none", "catmullClark", "loop", "bilinear"):
        part = replace(part, subdivision="none")
    if part.subdivision == "none":
        part = replace(part, normals=_normals(mesh, part))
    part = replace(part, st=_primvar(mesh, _st_name(mesh), part, 2), colors=_primvar(mesh, "displayColor", part, 3))
    if str(mesh.GetOrientationAttr().Get()) == UsdGeom.Tokens.leftHanded:
        part = reversed_faces(part)
    return part


def _array(attribute: Usd.Attribute, kind: type) -> np.ndarray:
    value = attribute.Get()
    return np.array(() if value is None else value, dtype=kind)


def _looks_of_faces(mesh: UsdGeom.Mesh, count: int, looks: UsdLooks) -> tuple[list[str], np.ndarray]:
    names = [looks.look_of(mesh.GetPrim())]
    faces = np.zeros(count, int)
    for subset in UsdShade.MaterialBindingAPI(mesh.GetPrim()).GetMaterialBindSubsets():
        chosen = np.array(subset.GetIndicesAttr().Get() or (), dtype=np.int64)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= count):
            raise AssetError(f"{subset.GetPath()}: it holds face {chosen.max()} of {count}.")
        name = looks.look_of(subset.GetPrim())
        if name not in names:
            names.append(name)
        faces[chosen] = names.index(name)
    return names, faces


def _st_name(mesh: UsdGeom.Mesh) -> str:
    primvars = UsdGeom.PrimvarsAPI(mesh)
    if primvars.HasPrimvar("st"):
        return "st"
    wanted = (Sdf.ValueTypeNames.TexCoord2fArray, Sdf.ValueTypeNames.Float2Array)
    return next((p.GetPrimvarName() for p in primvars.GetPrimvarsWithAuthoredValues() if p.GetTypeName() in wanted), "st")


def _normals(mesh: UsdGeom.Mesh, part: Part) -> np.ndarray | None:
    if (authored := _primvar(mesh, "normals", part, 3)) is not None:
        return authored
    values = mesh.GetNormalsAttr().Get()
    return None if not values else _per_corner(np.array(values, dtype=np.float64), str(mesh.GetNormalsInterpolation()), part)


def _primvar(mesh: UsdGeom.Mesh, name: str, part: Part, width: int) -> np.ndarray | None:
    primvar = UsdGeom.PrimvarsAPI(mesh).FindPrimvarWithInheritance(name)
    values = primvar.ComputeFlattened() if primvar and primvar.HasValue() else None
    if values is None or not len(values):
        return None
    rows = np.array(values, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != width:
        return None
    return _per_corner(rows, str(primvar.GetInterpolation()), part)


def _per_corner(rows: np.ndarray, interpolation: str, part: Part) -> np.ndarray | None:
    """Return a row for each corner, None where the number of rows does not fit the interpolation."""
    size, index = {
        "faceVarying": (len(part.indices), slice(None)), "vertex": (len(part.points), part.indices),
        "varying": (len(part.points), part.indices), "uniform": (len(part.counts), part.face_of_corner()),
        "constant": (1, np.zeros(len(part.indices), int)),
    }.get(interpolation, (-1, slice(None)))
    return rows[index] if len(rows) == size else None
