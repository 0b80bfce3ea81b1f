"""The stages: a root with metadata only, and one layer each for layout, lighting, cameras and semantics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pxr import Gf, Kind, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics

from .asset import new_layer_stage
from .layout import Placement

__all__ = ["Camera", "Light", "looking_at", "write_cameras", "write_layout", "write_lighting", "write_root", "write_semantics"]

LAYERS = ("semantics", "cameras", "lighting", "layout")  # strongest first


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at a point. Focal length and aperture in millimetres, as photographers give them."""

    name: str
    position: tuple[float, float, float]  # [m]
    target: tuple[float, float, float]  # [m]
    focal_length: float = 50.0
    aperture: tuple[float, float] = (36.0, 20.25)


@dataclass(frozen=True)
class Light:
    """A UsdLux light; area lights shine at ``target``."""

    name: str
    kind: str  # "RectLight" or "DomeLight"
    intensity: float  # [cd/m2]
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)  # [m]
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)  # [m]
    attributes: Mapping[str, object] = field(default_factory=dict)


def write_root(path: Path, comment: str, layers: Iterable[str] = tuple(f"{name}.usda" for name in LAYERS)) -> None:
    """Write the root layer: metadata and sublayers (files in layers/), no prims of its own except the default prim's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    layer = Sdf.Layer.CreateNew(str(path))
    layer.subLayerPaths[:] = [f"./layers/{name}" for name in layers]
    layer.defaultPrim = "World"
    layer.comment = comment
    stage = Usd.Stage.Open(layer)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    layer.Save()


def _open_world(path: Path) -> Usd.Stage:
    stage = new_layer_stage(path)
    stage.GetRootLayer().defaultPrim = "World"
    return stage


def write_layout(path: Path, environment: Iterable[Placement], objects: Iterable[Placement],
                 surface: tuple[float, float, float] | None = None) -> None:
    """Write the layout layer: references to the assets with poses and variant selections.

    Args:
        path: Of the layer.
        environment: What is defined below /World/Environment.
        objects: What is defined below /World/Objects.
        surface: Width, depth and height [m] of an invisible plane on which randomizers may scatter objects.
    """
    stage = _open_world(path)
    world = UsdGeom.Xform.Define(stage, "/World")
    Usd.ModelAPI(world).SetKind(Kind.Tokens.assembly)
    for group, placements in (("Environment", environment), ("Objects", objects)):
        Usd.ModelAPI(UsdGeom.Xform.Define(stage, f"/World/{group}")).SetKind(Kind.Tokens.group)
        for placement in placements:
            _place(stage, f"/World/{group}/{placement.name}", placement)
    if surface is not None:
        _scatter_area(stage, *surface)
    stage.GetRootLayer().Save()


def _scatter_area(stage: Usd.Stage, width: float, depth: float, height: float) -> None:
    area = UsdGeom.Mesh.Define(stage, "/World/Environment/ScatterArea")
    corners = [Gf.Vec3f(0.5 * sx * width, 0.5 * sy * depth, 0.0) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    area.CreatePointsAttr(corners)
    area.CreateFaceVertexCountsAttr([4])
    area.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    area.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    area.CreateNormalsAttr([Gf.Vec3f(0.0, 0.0, 1.0)] * 4)
    area.SetNormalsInterpolation(UsdGeom.Tokens.faceVarying)
    area.CreateExtentAttr([corners[0], corners[2]])
    area.CreateVisibilityAttr(UsdGeom.Tokens.invisible)
    area.AddTranslateOp().Set(Gf.Vec3d(0.0, 0.0, height))


def _place(stage: Usd.Stage, path: str, placement: Placement) -> None:
    xform = UsdGeom.Xform.Define(stage, path)
    prim = xform.GetPrim()
    prim.GetReferences().AddReference(f"../assets/{placement.asset}")
    for name, choice in placement.variants.items():
        prim.GetVariantSets().GetVariantSet(name).SetVariantSelection(choice)
    if placement.instanceable:
        prim.SetInstanceable(True)
    _author_pose(xform, placement.position, placement.rotation)


def _author_pose(xform: UsdGeom.Xformable, position: Iterable[float], rotation: Iterable[float]) -> None:
    xform.AddTranslateOp().Set(Gf.Vec3d(*position))
    xform.AddRotateXYZOp().Set(Gf.Vec3f(*rotation))
    xform.AddScaleOp().Set(Gf.Vec3f(1.0))


def looking_at(position: tuple[float, float, float], target: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return XYZ Euler angles [deg] of something that looks along its -Z at ``target`` with +Z of the world up."""
    backward = np.subtract(position, target)
    backward /= np.linalg.norm(backward)
    pitch = np.degrees(np.arccos(np.clip(backward[2], -1.0, 1.0)))
    yaw = np.degrees(np.arctan2(backward[0], -backward[1]))
    return (round(float(pitch), 4), 0.0, round(float(yaw), 4))


def write_cameras(path: Path, cameras: Iterable[Camera]) -> None:
    """Write the cameras below /World/Cameras."""
    stage = _open_world(path)
    stage.OverridePrim("/World")
    UsdGeom.Scope.Define(stage, "/World/Cameras")
    for camera in cameras:
        prim = UsdGeom.Camera.Define(stage, f"/World/Cameras/{camera.name}")
        _author_pose(prim, camera.position, looking_at(camera.position, camera.target))
        prim.CreateFocalLengthAttr(camera.focal_length)
        prim.CreateHorizontalApertureAttr(camera.aperture[0])
        prim.CreateVerticalApertureAttr(camera.aperture[1])
        prim.CreateClippingRangeAttr(Gf.Vec2f(0.01, 100.0))
        prim.CreateFocusDistanceAttr(round(float(np.linalg.norm(np.subtract(camera.target, camera.position))), 4))
        prim.CreateFStopAttr(0.0)
    stage.GetRootLayer().Save()


def write_lighting(path: Path, lights: Iterable[Light]) -> None:
    """Write the lights below /World/Lights."""
    stage = _open_world(path)
    stage.OverridePrim("/World")
    UsdGeom.Scope.Define(stage, "/World/Lights")
    for light in lights:
        prim = stage.DefinePrim(f"/World/Lights/{light.name}", light.kind)
        inputs = UsdLux.LightAPI(prim)
        inputs.CreateIntensityAttr(light.intensity)
        inputs.CreateColorAttr(Gf.Vec3f(*light.color))
        for name, value in light.attributes.items():
            prim.GetAttribute(name).Set(value)
        # RTX reads lights without this mark in the units of older releases.
        prim.CreateAttribute("omni:rtx:usdluxVersion", Sdf.ValueTypeNames.Int, custom=True).Set(2505)
        rotation = (90.0, 0.0, 0.0) if light.kind == "DomeLight" else looking_at(light.position, light.target)
        _author_pose(UsdGeom.Xformable(prim), light.position, rotation)
    stage.GetRootLayer().Save()


def write_semantics(path: Path, labels: Mapping[str, Mapping[str, str]]) -> None:
    """Write the labels: prim path -> taxonomy -> label."""
    stage = _open_world(path)
    for prim_path, taxonomies in labels.items():
        prim = stage.OverridePrim(prim_path)
        for taxonomy, label in taxonomies.items():
            UsdSemantics.LabelsAPI.Apply(prim, taxonomy).CreateLabelsAttr([label])
    stage.GetRootLayer().Save()
