"""From a plan to USD: objects as native instances and point instancers, panels, lights, cameras and labels, in any layers.

Specs are written directly (Sdf), below one root prim and in one change block, because ten thousand prims through the
composed stage take seconds.
"""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pxr import Gf, Kind, Sdf, Tf, UsdGeom, Vt

from scenewright.sdg.scenes.plan import CameraPlan, Item, LightPlan, Panel, ScenePlan, looking_at

__all__ = ["GROUPS", "Layers", "author_plan"]

GROUPS = ("Structure", "Objects", "Lights", "Cameras", "Looks")
"""Prims below a scene's root."""

_DEF, _OVER = Sdf.SpecifierDef, Sdf.SpecifierOver


@dataclass(frozen=True)
class Layers:
    """Which layer takes what; all the same layer, or one for each owner."""

    layout: Sdf.Layer
    lighting: Sdf.Layer
    cameras: Sdf.Layer
    semantics: Sdf.Layer

    @classmethod
    def all_in(cls, layer: Sdf.Layer) -> "Layers":
        """Return the layers of a scene that stands in one layer."""
        return cls(layer, layer, layer, layer)


def author_plan(plan: ScenePlan, layers: Layers, root: str | Sdf.Path) -> None:
    """Write a plan below ``root``, replacing what the layers hold there.

    Assets are referred to relative to the layout layer where that has a file, else by their absolute paths.

    Args:
        plan: The scene.
        layers: Where it is written.
        root: Prim that is defined as an Xform of kind assembly.
    """
    path = Sdf.Path(root)
    with Sdf.ChangeBlock():
        for layer in {id(one): one for one in (layers.layout, layers.lighting, layers.cameras, layers.semantics)}.values():
            _clear(layer, path)
        top = _prim(layers.layout, path, "Xform")
        top.kind = Kind.Tokens.assembly
        _looks(plan, layers.layout, path)
        for panel in plan.panels:
            _panel(panel, layers, path)
        _objects(plan.items, layers, path)
        for group, made in (("Lights", layers.lighting), ("Cameras", layers.cameras)):
            _prim(made, path.AppendChild(group), "Scope")
        for light in plan.lights:
            _light(light, layers.lighting, path)
        for camera in plan.cameras:
            _camera(camera, layers.cameras, path)


def _clear(layer: Sdf.Layer, path: Sdf.Path) -> None:
    """Remove what a layer holds below a prim; the prim itself, which somebody may have moved, stays."""
    spec = layer.GetPrimAtPath(path)
    for name in [child.name for child in spec.nameChildren] if spec is not None else ():
        del spec.nameChildren[name]


def _prim(layer: Sdf.Layer, path: Sdf.Path, kind: str = "", specifier: Sdf.Specifier = _DEF) -> Sdf.PrimSpec:
    spec = Sdf.CreatePrimInLayer(layer, path)
    if specifier == _DEF:
        spec.specifier = _DEF
    if kind:
        spec.typeName = kind
    return spec


def _attribute(
    spec: Sdf.PrimSpec, name: str, kind: Sdf.ValueTypeName, value: object, *, uniform: bool = False, custom: bool = False
) -> Sdf.AttributeSpec:
    variability = Sdf.VariabilityUniform if uniform else Sdf.VariabilityVarying
    attribute = Sdf.AttributeSpec(spec, name, kind, variability, custom)
    attribute.default = value
    return attribute


def _pose(spec: Sdf.PrimSpec, position: Sequence[float], rotation: Sequence[float]) -> None:
    types = Sdf.ValueTypeNames
    _attribute(spec, "xformOp:translate", types.Double3, Gf.Vec3d(*(float(v) for v in position)))
    _attribute(spec, "xformOp:rotateXYZ", types.Float3, Gf.Vec3f(*(float(v) for v in rotation)))
    _attribute(spec, "xformOp:scale", types.Float3, Gf.Vec3f(1.0))
    order = Vt.TokenArray(["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"])
    _attribute(spec, "xformOpOrder", types.TokenArray, order, uniform=True)


def _label(layer: Sdf.Layer, path: Sdf.Path, taxonomy: str, label: str) -> None:
    spec = _prim(layer, path, specifier=_OVER)
    schemas = Sdf.TokenListOp()
    schemas.prependedItems = [f"SemanticsLabelsAPI:{taxonomy}"]
    spec.SetInfo("apiSchemas", schemas)
    _attribute(spec, f"semantics:labels:{taxonomy}", Sdf.ValueTypeNames.TokenArray, Vt.TokenArray([label]))


def _file(layer: Sdf.Layer, path: str) -> str:
    """Return a file as a path relative to the layer, or as it is where the layer has no file."""
    if layer.anonymous or not layer.realPath:
        return path
    relative = os.path.relpath(path, Path(layer.realPath).parent).replace(os.sep, "/")
    return relative if relative.startswith(".") else f"./{relative}"


def _refer(layer: Sdf.Layer, spec: Sdf.PrimSpec, file: str, variants: Mapping[str, str]) -> None:
    spec.referenceList.prependedItems = [Sdf.Reference(_file(layer, file))]
    for name, choice in variants.items():
        spec.variantSelections[name] = choice


def _looks(plan: ScenePlan, layer: Sdf.Layer, root: Sdf.Path) -> None:
    if plan.book.looks and plan.panels:
        spec = _prim(layer, root.AppendChild("Looks"), "Scope")
        spec.referenceList.prependedItems = [Sdf.Reference(_file(layer, plan.book.looks))]


def _panel(panel: Panel, layers: Layers, root: Sdf.Path) -> None:
    layer, types = layers.layout, Sdf.ValueTypeNames
    group = root.AppendChild("Structure")
    _prim(layer, group, "Xform").kind = Kind.Tokens.group
    path = group.AppendChild(panel.name)
    spec = _prim(layer, path, "Mesh")
    points, counts, indices, normals, st = _box(panel)
    _attribute(spec, "points", types.Point3fArray, Vt.Vec3fArray.FromNumpy(points))
    _attribute(spec, "faceVertexCounts", types.IntArray, Vt.IntArray.FromNumpy(counts))
    _attribute(spec, "faceVertexIndices", types.IntArray, Vt.IntArray.FromNumpy(indices))
    _attribute(spec, "extent", types.Float3Array, Vt.Vec3fArray([Gf.Vec3f(*panel.low), Gf.Vec3f(*panel.high)]))
    _attribute(spec, "subdivisionScheme", types.Token, UsdGeom.Tokens.none, uniform=True)
    made = _attribute(spec, "normals", types.Normal3fArray, Vt.Vec3fArray.FromNumpy(normals))
    made.SetInfo("interpolation", UsdGeom.Tokens.faceVarying)
    values, order = np.unique(st, axis=0, return_inverse=True)
    made = _attribute(spec, "primvars:st", types.TexCoord2fArray, Vt.Vec2fArray.FromNumpy(values))
    made.SetInfo("interpolation", UsdGeom.Tokens.faceVarying)
    _attribute(spec, "primvars:st:indices", types.IntArray, Vt.IntArray.FromNumpy(order.reshape(-1).astype(np.int32)))
    schemas = Sdf.TokenListOp()
    schemas.prependedItems = ["MaterialBindingAPI"]
    spec.SetInfo("apiSchemas", schemas)
    binding = Sdf.RelationshipSpec(spec, "material:binding", False)
    binding.targetPathList.explicitItems = [root.AppendPath(f"Looks/{panel.look}")]
    if layers.semantics is layer:
        schemas.prependedItems = ["MaterialBindingAPI", "SemanticsLabelsAPI:stuff"]
        spec.SetInfo("apiSchemas", schemas)
        _attribute(spec, "semantics:labels:stuff", types.TokenArray, Vt.TokenArray([panel.label]))
    else:
        _label(layers.semantics, path, "stuff", panel.label)


def _box(panel: Panel) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return points, counts, indices, normals and texture coordinates (metres over tile) of a panel's box."""
    low, high = np.array(panel.low), np.array(panel.high)
    corners = np.array([[(low, high)[(i >> axis) & 1][axis] for axis in range(3)] for i in range(8)])
    faces = {
        (0, -1): (0, 4, 6, 2),
        (0, 1): (1, 3, 7, 5),
        (1, -1): (0, 1, 5, 4),
        (1, 1): (2, 6, 7, 3),
        (2, -1): (0, 2, 3, 1),
        (2, 1): (4, 5, 7, 6),
    }
    indices, normals, st = [], [], []
    for (axis, sign), face in faces.items():
        indices += face
        normal = np.zeros(3)
        normal[axis] = sign
        normals += [normal] * 4
        u, v = {0: (1, 2), 1: (0, 2), 2: (0, 1)}[axis]
        st += [(corners[i][u] / panel.tile, corners[i][v] / panel.tile) for i in face]
    return (
        corners.astype(np.float32),
        np.full(6, 4, np.int32),
        np.array(indices, np.int32),
        np.array(normals, np.float32),
        np.array(st, np.float32),
    )


def _objects(items: Sequence[Item], layers: Layers, root: Sdf.Path) -> None:
    group = root.AppendChild("Objects")
    _prim(layers.layout, group, "Xform").kind = Kind.Tokens.group
    numbers: dict[str, int] = {}
    bulk: dict[str, list[Item]] = {}
    for item in items:
        if item.bulk:
            bulk.setdefault(item.placed.thing.label, []).append(item)
            continue
        name = _name(item.placed.thing.label)
        numbers[name] = numbers.get(name, 0) + 1
        _single(item, layers, group.AppendChild(f"{name}_{numbers[name]:03d}"))
    for label, found in bulk.items():
        _instancer(found, layers, group.AppendChild(f"{_name(label)}_Instances"))


def _name(label: str) -> str:
    return Tf.MakeValidIdentifier("".join(part.capitalize() for part in label.split("_")))


def _single(item: Item, layers: Layers, path: Sdf.Path) -> None:
    placed = item.placed
    spec = _prim(layers.layout, path, "Xform")
    _refer(layers.layout, spec, placed.thing.asset.path, placed.thing.variants)
    spec.SetInfo("instanceable", True)
    _pose(spec, placed.position, (0.0, 0.0, placed.yaw))
    _label(layers.semantics, path, "class", placed.thing.label)


def _instancer(items: Sequence[Item], layers: Layers, path: Sdf.Path) -> None:
    """Write all bulk items of one class as one point instancer with a prototype for each asset and choice of variants."""
    layer, types = layers.layout, Sdf.ValueTypeNames
    keys: dict[tuple, int] = {}
    indices = [keys.setdefault((i.placed.thing.asset.path, *sorted(i.placed.thing.variants.items())), len(keys)) for i in items]
    spec = _prim(layer, path, "PointInstancer")
    spec.kind = Kind.Tokens.group  # components stand below groups only
    _prim(layer, path.AppendChild("Prototypes"), "Scope").kind = Kind.Tokens.group
    targets = []
    for index in range(len(keys)):
        thing = items[indices.index(index)].placed.thing
        place = path.AppendPath(f"Prototypes/{Tf.MakeValidIdentifier(thing.asset.name or _name(thing.label))}_{index:02d}")
        _refer(layer, _prim(layer, place, "Xform"), thing.asset.path, thing.variants)
        _label(layers.semantics, place, "class", thing.label)
        targets.append(place)
    relation = Sdf.RelationshipSpec(spec, "prototypes", False)
    relation.targetPathList.explicitItems = targets
    half = np.radians([item.placed.yaw for item in items]) / 2.0
    turns = Vt.QuathArray([Gf.Quath(float(c), 0.0, 0.0, float(s)) for c, s in zip(np.cos(half), np.sin(half), strict=True)])
    places = np.array([item.placed.position for item in items], np.float32)
    _attribute(spec, "protoIndices", types.IntArray, Vt.IntArray(indices))
    _attribute(spec, "positions", types.Point3fArray, Vt.Vec3fArray.FromNumpy(places))
    _attribute(spec, "orientations", types.QuathArray, turns)
    reach = np.array([math.hypot(*item.placed.thing.asset.size[:2]) / 2 for item in items], np.float32)[:, None]
    tops = np.array([item.placed.thing.asset.size[2] for item in items], np.float32)[:, None]
    low = (places - reach * [1, 1, 0]).min(0)
    high = (places + np.concatenate([reach, reach, tops], axis=1)).max(0)
    extent = Vt.Vec3fArray([Gf.Vec3f(*low.tolist()), Gf.Vec3f(*high.tolist())])
    _attribute(spec, "extent", types.Float3Array, extent)


_LIGHT_TYPES = {
    float: Sdf.ValueTypeNames.Float,
    bool: Sdf.ValueTypeNames.Bool,
    str: Sdf.ValueTypeNames.Asset,
    int: Sdf.ValueTypeNames.Float,
}


def _light(light: LightPlan, layer: Sdf.Layer, root: Sdf.Path) -> None:
    types = Sdf.ValueTypeNames
    spec = _prim(layer, root.AppendPath(f"Lights/{light.name}"), light.kind)
    _attribute(spec, "inputs:intensity", types.Float, float(light.intensity))
    _attribute(spec, "inputs:color", types.Color3f, Gf.Vec3f(*light.color))
    for name, value in light.attributes.items():
        if isinstance(value, str):
            asset = name.endswith(":file")
            made = Sdf.AssetPath(_file(layer, value)) if asset else value
            _attribute(spec, name, types.Asset if asset else types.Token, made)
        else:
            _attribute(spec, name, _LIGHT_TYPES[type(value)], value)
    # RTX reads lights without this mark in the units of older releases.
    _attribute(spec, "omni:rtx:usdluxVersion", types.Int, 2505, custom=True)
    _pose(spec, light.position, light.rotation)


def _camera(camera: CameraPlan, layer: Sdf.Layer, root: Sdf.Path) -> None:
    types = Sdf.ValueTypeNames
    spec = _prim(layer, root.AppendPath(f"Cameras/{camera.name}"), "Camera")
    _attribute(spec, "focalLength", types.Float, float(camera.focal_length))
    _attribute(spec, "horizontalAperture", types.Float, float(camera.aperture[0]))
    _attribute(spec, "verticalAperture", types.Float, float(camera.aperture[1]))
    _attribute(spec, "clippingRange", types.Float2, Gf.Vec2f(0.01, 1000.0))
    distance = float(np.linalg.norm(np.subtract(camera.target, camera.position)))
    _attribute(spec, "focusDistance", types.Float, round(distance, 4))
    _attribute(spec, "fStop", types.Float, 0.0)
    _pose(spec, camera.position, looking_at(camera.position, camera.target))
