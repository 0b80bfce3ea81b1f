"""Asset files: an interface layer in text (kind, looks, variants, bindings) and geometry payloads in crate files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from pxr import Gf, Kind, Sdf, Usd, UsdGeom, UsdShade, Vt

from .images import save_png
from .materials import Surface, define_material, override_material
from .mesh import Mesh, corner_normals

__all__ = ["Asset", "Part", "Variant", "new_layer_stage", "write_asset"]


@dataclass(frozen=True)
class Part:
    """One mesh of an asset and the looks it wears."""

    mesh: Mesh
    look: str
    group_looks: Mapping[str, str] = field(default_factory=dict)  # face group -> look; written as GeomSubsets
    double_sided: bool = False

    def subsets(self) -> dict[str, tuple[np.ndarray, str]]:
        """Return (faces, look) of each GeomSubset, a partition of all faces; empty when one look covers the mesh."""
        named = {group: (np.sort(self.mesh.groups[group]), look) for group, look in self.group_looks.items()}
        if not named:
            return {}
        rest = np.setdiff1d(np.arange(len(self.mesh.counts)), np.concatenate([faces for faces, _ in named.values()]))
        return {**named, "rest": (rest, self.look)}


@dataclass(frozen=True)
class Variant:
    """What one choice of a variant set changes: inputs of looks, geometry, or both."""

    looks: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # look -> field of Surface -> value
    parts: Mapping[str, Part] = field(default_factory=dict)  # further meshes, in a payload of the variant's own


@dataclass(frozen=True)
class Asset:
    """One object on the table, in metres, standing on z = 0 about its own origin."""

    label: str  # semantic class, and the folder it lives in
    name: str  # file and prim name
    looks: Mapping[str, Surface]
    parts: Mapping[str, Part] = field(default_factory=dict)  # geometry of every variant
    variants: Mapping[str, Mapping[str, Variant]] = field(default_factory=dict)  # set -> choice -> change; first is default
    images: Mapping[str, np.ndarray | Image.Image] = field(default_factory=dict)  # file name -> image, under textures/

    @property
    def path(self) -> str:
        """The interface file, relative to the folder of assets."""
        return f"{self.label}/{self.name}.usda"

    def varied_fields(self, look: str) -> set[str]:
        """Return the fields of a look that some variant authors."""
        changes = [change for choices in self.variants.values() for change in choices.values()]
        return {name for change in changes for name in change.looks.get(look, ())}


def new_layer_stage(path: Path) -> Usd.Stage:
    """Return an empty Z-up stage in metres that is to be saved at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    return stage


def write_asset(asset: Asset, folder: Path) -> None:
    """Write the interface file, the geometry payloads and the textures of one asset below ``folder``."""
    home = folder / asset.label
    for name, image in asset.images.items():
        save_png(home / "textures" / name, image)
    stage = new_layer_stage(home / f"{asset.name}.usda")
    root = UsdGeom.Xform.Define(stage, f"/{asset.name}").GetPrim()
    stage.SetDefaultPrim(root)
    model = Usd.ModelAPI(root)
    model.SetKind(Kind.Tokens.component)
    model.SetAssetName(asset.name)
    model.SetAssetIdentifier(Sdf.AssetPath(f"./{asset.name}.usda"))

    looks = stage.DefinePrim(root.GetPath().AppendChild("Looks"), "Scope").GetPath()
    for name, surface in asset.looks.items():
        define_material(stage, looks.AppendChild(name), surface, asset.varied_fields(name))
    if asset.parts:
        _attach_parts(stage, root, asset.parts, home, f"{asset.name}.geo.usdc")
    for set_name, choices in asset.variants.items():
        _write_variants(stage, root, set_name, choices, home, asset.name)
    stage.GetRootLayer().Save()


def _write_variants(stage: Usd.Stage, root: Usd.Prim, set_name: str, choices: Mapping[str, Variant], home: Path,
                    name: str) -> None:
    variants = root.GetVariantSets().AddVariantSet(set_name)
    for choice in choices:
        variants.AddVariant(choice)
    for choice, change in choices.items():
        variants.SetVariantSelection(choice)
        with variants.GetVariantEditContext():
            for look, values in change.looks.items():
                override_material(stage, root.GetPath().AppendPath(f"Looks/{look}"), **values)
            if change.parts:
                _attach_parts(stage, root, change.parts, home, f"{name}.{set_name}_{choice}.geo.usdc")
    variants.SetVariantSelection(next(iter(choices)))


def _attach_parts(stage: Usd.Stage, root: Usd.Prim, parts: Mapping[str, Part], home: Path, file_name: str) -> None:
    """Write ``parts`` to a payload file, add the payload at the edit target and bind the looks there."""
    _write_geometry(home / file_name, root.GetName(), parts)
    root.GetPayloads().AddPayload(f"./{file_name}")
    looks = root.GetPath().AppendChild("Looks")
    for name, part in parts.items():
        path = root.GetPath().AppendPath(f"Geometry/{name}")
        _bind(stage, path, looks.AppendChild(part.look))
        for group, (_, look) in part.subsets().items():
            _bind(stage, path.AppendChild(group), looks.AppendChild(look))


def _bind(stage: Usd.Stage, path: Sdf.Path, material: Sdf.Path) -> None:
    prim = stage.OverridePrim(path)
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(UsdShade.Material(stage.GetPrimAtPath(material)))


def _write_geometry(path: Path, root: str, parts: Mapping[str, Part]) -> None:
    stage = new_layer_stage(path)
    prim = UsdGeom.Xform.Define(stage, f"/{root}").GetPrim()
    stage.SetDefaultPrim(prim)
    UsdGeom.Scope.Define(stage, f"/{root}/Geometry")
    for name, part in parts.items():
        _write_mesh(stage, f"/{root}/Geometry/{name}", part)
    stage.GetRootLayer().Save()


def _write_mesh(stage: Usd.Stage, path: str, part: Part) -> None:
    mesh = part.mesh
    prim = UsdGeom.Mesh.Define(stage, path)
    points = np.round(mesh.points, 6).astype(np.float32)
    prim.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    prim.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(mesh.counts.astype(np.int32)))
    prim.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(mesh.indices.astype(np.int32)))
    prim.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    prim.CreateExtentAttr([Gf.Vec3f(*points.min(0).tolist()), Gf.Vec3f(*points.max(0).tolist())])
    prim.CreateDoubleSidedAttr(part.double_sided)
    prim.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(np.round(corner_normals(mesh), 4).astype(np.float32)))
    prim.SetNormalsInterpolation(UsdGeom.Tokens.faceVarying)
    _write_coordinates(prim, mesh)
    for group, (faces, _) in part.subsets().items():
        UsdGeom.Subset.CreateGeomSubset(prim, group, UsdGeom.Tokens.face, Vt.IntArray.FromNumpy(faces.astype(np.int32)),
                                        UsdShade.Tokens.materialBind, UsdGeom.Tokens.partition)


def _write_coordinates(prim: UsdGeom.Mesh, mesh: Mesh) -> None:
    """Author primvars:st, indexed, per corner."""
    values, indices = np.unique(np.round(mesh.st, 5), axis=0, return_inverse=True)
    primvar = UsdGeom.PrimvarsAPI(prim).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.faceVarying)
    primvar.Set(Vt.Vec2fArray.FromNumpy(values.astype(np.float32)))
    primvar.SetIndices(Vt.IntArray.FromNumpy(indices.reshape(-1).astype(np.int32)))
