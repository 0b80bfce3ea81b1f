"""The files of one asset: an interface layer in text, a geometry payload in crate, textures.

The interface (``<name>.usda``) has what people look for and override: kind, label, looks, bindings, licence. The payload
(``<name>.geo.usdc``) has meshes and collision shapes, so a scene of many assets opens before any of them is loaded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pxr import Gf, Kind, Sdf, Usd, UsdGeom, UsdPhysics, UsdSemantics, UsdShade, Vt

from scenewright.sdg.assets.materials import MAPS, Surface, define_material
from scenewright.sdg.assets.meshes import corner_normals, is_closed
from scenewright.sdg.assets.model import Part

__all__ = ["AssetContent", "TEXTURES", "identifier", "unique_names", "write_asset_files"]

TEXTURES = "textures"
_NOT_NAME = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 64


@dataclass(frozen=True, eq=False)
class AssetContent:
    """Everything that one asset's files say.

    Attributes:
        name: File and prim name.
        label: Semantic class; "" = none.
        parts: Checked, in metres, Z up, on z = 0.
        looks: By name; maps are keys of ``images``.
        images: Encoded images by file name.
        collision: Convex shapes, points (V, 3) and triangles (T, 3).
        data: Texts for the interface layer's customLayerData: ``licence``, ``attribution``, ``source``.
    """

    name: str
    label: str
    parts: list[Part]
    looks: Mapping[str, Surface] = field(default_factory=dict)
    images: Mapping[str, bytes] = field(default_factory=dict)
    collision: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    data: Mapping[str, str] = field(default_factory=dict)


def identifier(text: str, standard: str = "part") -> str:
    """Return a prim name made of a text: ASCII letters, digits and underscores, not beginning with a digit."""
    name = _NOT_NAME.sub("_", text).strip("_")[:_LONGEST].strip("_") or standard
    return f"_{name}" if name[0].isdigit() else name


def unique_names(texts: Iterable[str], standard: str = "part") -> list[str]:
    """Return an identifier for each text; those that are taken get a number. Case does not tell names apart."""
    found: list[str] = []
    taken: dict[str, int] = {}
    for text in texts:
        name = wanted = identifier(text, standard)
        while name.lower() in taken:
            taken[wanted.lower()] += 1
            name = f"{wanted}_{taken[wanted.lower()]}"
        taken[name.lower()] = 1
        found.append(name)
    return found


def write_asset_files(content: AssetContent, folder: Path) -> Path:
    """Write an asset's files into a folder and return the interface layer's path."""
    names = unique_names([part.name or "Body" for part in content.parts])
    used = sorted({look for part in content.parts for look in part.looks if look in content.looks})
    looks = dict(zip(used, unique_names(used, "Look"), strict=True))
    for file in sorted({getattr(content.looks[look], name) for look in used for name in MAPS} - {""}):
        path = folder / TEXTURES / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.images[file])
    parts = dict(zip(names, content.parts, strict=True))
    _write_geometry(folder / f"{content.name}.geo.usdc", content, parts, looks)
    path = folder / f"{content.name}.usda"
    stage = _new_stage(path, content.name)
    _write_interface(stage, content, parts, looks)
    stage.GetRootLayer().Save()
    return path


def _new_stage(path: Path, name: str) -> Usd.Stage:
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, f"/{name}").GetPrim())
    return stage


def _write_interface(stage: Usd.Stage, content: AssetContent, parts: Mapping[str, Part], looks: Mapping[str, str]) -> None:
    root = stage.GetDefaultPrim()
    model = Usd.ModelAPI(root)
    model.SetKind(Kind.Tokens.component)
    model.SetAssetName(content.name)
    model.SetAssetIdentifier(Sdf.AssetPath(f"./{content.name}.usda"))
    if content.label:
        UsdSemantics.LabelsAPI.Apply(root, "class").CreateLabelsAttr([content.label])
    if data := {key: value for key, value in sorted(content.data.items()) if value}:
        stage.GetRootLayer().customLayerData = data
    places = {}
    if looks:
        scope = stage.DefinePrim(root.GetPath().AppendChild("Looks"), "Scope").GetPath()
        for look, name in looks.items():
            places[look] = scope.AppendChild(name)
            define_material(stage, places[look], _with_paths(content.looks[look]))
    root.GetPayloads().AddPayload(f"./{content.name}.geo.usdc")
    for name, part in parts.items():
        path = root.GetPath().AppendPath(f"Geometry/{name}")
        for target, look in _bindings(part, looks):
            if look in places:
                prim = stage.OverridePrim(path.AppendChild(target) if target else path)
                UsdShade.MaterialBindingAPI.Apply(prim).Bind(UsdShade.Material(stage.GetPrimAtPath(places[look])))
    # Authored after the payload, so that the box of an asset is known before it is loaded.
    low, high = (bound.astype(np.float32) for bound in _bounds(parts.values()))
    UsdGeom.ModelAPI.Apply(root).SetExtentsHint([Gf.Vec3f(*low.tolist()), Gf.Vec3f(*high.tolist())])


def _with_paths(surface: Surface) -> Surface:
    return replace(surface, **{name: f"./{TEXTURES}/{file}" for name in MAPS if (file := getattr(surface, name))})


def _bounds(parts: Iterable[Part]) -> tuple[np.ndarray, np.ndarray]:
    points = [part.points for part in parts]
    return np.min([p.min(axis=0) for p in points], axis=0), np.max([p.max(axis=0) for p in points], axis=0)


def _bindings(part: Part, looks: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (subset, look) of each binding of a part; a part of one look is bound as a whole, with "" for the subset."""
    worn = [part.looks[index] for index in np.unique(part.face_looks)]
    if len(worn) == 1:
        return [("", worn[0])]
    return list(zip(unique_names([looks.get(look, look) or "rest" for look in worn]), worn, strict=True))


def _write_geometry(path: Path, content: AssetContent, parts: Mapping[str, Part], looks: Mapping[str, str]) -> None:
    stage = _new_stage(path, content.name)
    root = stage.GetDefaultPrim().GetPath()
    UsdGeom.Scope.Define(stage, root.AppendChild("Geometry"))
    for name, part in parts.items():
        _write_part(stage, root.AppendPath(f"Geometry/{name}"), part, looks)
    if content.collision:
        UsdGeom.Scope.Define(stage, root.AppendChild("Collision"))
    for index, (points, triangles) in enumerate(content.collision):
        name = "Hull" if len(content.collision) == 1 else f"Piece_{index:02d}"
        _write_collider(stage, root.AppendPath(f"Collision/{name}"), points, triangles)
    stage.GetRootLayer().Save()


def _define_mesh(stage: Usd.Stage, path: Sdf.Path, points: np.ndarray, counts: np.ndarray, indices: np.ndarray) -> UsdGeom.Mesh:
    mesh = UsdGeom.Mesh.Define(stage, path)
    points = points.astype(np.float32)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(counts.astype(np.int32)))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(indices.reshape(-1).astype(np.int32)))
    mesh.CreateExtentAttr([Gf.Vec3f(*points.min(0).tolist()), Gf.Vec3f(*points.max(0).tolist())])
    return mesh


def _write_part(stage: Usd.Stage, path: Sdf.Path, part: Part, looks: Mapping[str, str]) -> None:
    mesh = _define_mesh(stage, path, part.points, part.counts, part.indices)
    mesh.CreateSubdivisionSchemeAttr(part.subdivision)
    mesh.CreateDoubleSidedAttr(part.double_sided and not is_closed(part))
    if part.subdivision == "none":
        values, interpolation = _compact(np.round(corner_normals(part), 4) + 0.0, part)
        mesh.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(values.astype(np.float32)))
        mesh.SetNormalsInterpolation(interpolation)
    primvars = UsdGeom.PrimvarsAPI(mesh)
    if part.st is not None:
        values, indices = np.unique(np.round(part.st, 5) + 0.0, axis=0, return_inverse=True)
        st = primvars.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.faceVarying)
        st.Set(Vt.Vec2fArray.FromNumpy(values.astype(np.float32)))
        st.SetIndices(Vt.IntArray.FromNumpy(indices.reshape(-1).astype(np.int32)))
    if part.colors is not None:
        values, interpolation = _compact(np.round(part.colors, 4), part)
        colors = primvars.CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, interpolation)
        colors.Set(Vt.Vec3fArray.FromNumpy(values.astype(np.float32)))
    bindings = _bindings(part, looks)
    for subset, look in bindings if bindings[0][0] else ():
        faces = np.flatnonzero(part.face_looks == part.looks.index(look)).astype(np.int32)
        UsdGeom.Subset.CreateGeomSubset(mesh, subset, UsdGeom.Tokens.face, Vt.IntArray.FromNumpy(faces),
                                        UsdShade.Tokens.materialBind, UsdGeom.Tokens.partition)


def _compact(values: np.ndarray, part: Part) -> tuple[np.ndarray, str]:
    """Return values of corners as one for each point where all corners of each point agree, with the interpolation."""
    by_point = np.zeros((len(part.points), values.shape[1]))
    by_point[part.indices] = values
    same = np.array_equal(by_point[part.indices], values)
    return (by_point, UsdGeom.Tokens.vertex) if same else (values, UsdGeom.Tokens.faceVarying)


def _write_collider(stage: Usd.Stage, path: Sdf.Path, points: np.ndarray, triangles: np.ndarray) -> None:
    mesh = _define_mesh(stage, path, points, np.full(len(triangles), 3), triangles)
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateDoubleSidedAttr(False)
    edges = points[triangles]
    normals = np.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    mesh.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(np.round(normals, 4).astype(np.float32)))
    mesh.SetNormalsInterpolation(UsdGeom.Tokens.uniform)
    mesh.CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdPhysics.CollisionAPI.Apply(mesh.GetPrim())
    UsdPhysics.MeshCollisionAPI.Apply(mesh.GetPrim()).CreateApproximationAttr(UsdPhysics.Tokens.convexHull)
