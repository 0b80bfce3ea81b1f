"""Sorting a stage's change notices by what they make stale."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pxr import UsdGeom

from scenewright.render.scene.changes import StageChanges
from scenewright.render.scene.gprims import ANALYTIC_ATTRIBUTES
from scenewright.render.scene.leaves import ancestors_of, color_varies
from scenewright.render.scene.meshes import MESH_ATTRIBUTES
from scenewright.render.scene.semantics import is_label_property

if TYPE_CHECKING:
    from scenewright.render.scene.stage_scene import StageScene

__all__ = ["Dirt", "sort_changes"]

_COLOR = ("primvars:displayColor", "primvars:displayColor:indices")
_SUBSET = frozenset({"indices", "elementType", "familyName"})
_INSTANCER = frozenset(
    {
        "positions",
        "orientations",
        "orientationsf",
        "scales",
        "protoIndices",
        "prototypes",
        "ids",
        "invisibleIds",
        "velocities",
        "accelerations",
        "angularVelocities",
    }
)


@dataclass(eq=False)
class Dirt:
    """What is stale. Anchors are numbers into the row table's anchors."""

    everything: bool = False
    """The namespace must be read again (what is cached and not named below is kept)."""
    rows: bool = False
    """The namespace is as it was, but other parts of it may be drawn, or in another way."""
    moved: set[int] = field(default_factory=set)
    colors: set[int] = field(default_factory=set)
    geometry: set[str] = field(default_factory=set)
    """Paths of leaves whose shape or mesh changed, or of subtrees that were composed anew."""
    materials: set[str] = field(default_factory=set)
    bindings: bool = False
    lights: bool = False
    labels: bool = False


def sort_changes(notices: StageChanges, scene: "StageScene") -> Dirt:
    """Return what ``notices`` make stale in ``scene``; changes that concern nothing it mirrors are dropped."""
    dirt = Dirt()
    if notices.resynced:
        _sort_resyncs(notices.resynced, scene, dirt)
    properties = notices.properties
    if notices.resynced:  # what was edited may be gone by now
        alive = {prim for prim in {prim for prim, _ in properties} if scene.stage.GetPrimAtPath(prim)}
        properties = {(prim, name) for prim, name in properties if prim in alive}
    for prim in {prim for prim, name in properties if name.startswith("xformOp")}:
        _sort_move(prim, scene, dirt)
    for prim, name in properties:
        if name.startswith("xformOp"):
            continue
        if name in _COLOR:
            _sort_color(prim, scene, dirt)
        else:
            _sort_property(prim, name, scene, dirt)
    return dirt


def _sort_resyncs(paths: set[str], scene: "StageScene", dirt: Dirt) -> None:
    dirt.everything = True
    if any(path.startswith("/__Prototype_") for path in paths):
        _forget_instanced(scene, dirt)
    dirt.geometry |= {path for path in paths if not path.startswith("/__Prototype_")}
    if "/" in paths:
        dirt.geometry = {"/"}
    dirt.materials |= scene.material_library.below(paths)


def _forget_instanced(scene: "StageScene", dirt: Dirt) -> None:
    """Something inside a native prototype changed: what any instance shows is read again."""
    scene.reader.forget_proxies()
    dirt.materials |= scene.material_library.instanced
    dirt.everything = True


def _sort_move(prim: str, scene: "StageScene", dirt: Dirt) -> None:
    table = scene.table
    anchors = table.anchors_below(prim)
    if anchors:
        dirt.moved.update(anchors)
        table.edited.add(prim)
    if scene.touches_light(prim):
        dirt.lights = True
    if prim.startswith("/__Prototype_") or (table.prototypes and table.in_prototype(prim)):
        dirt.rows = True


def _sort_color(prim: str, scene: "StageScene", dirt: Dirt) -> None:
    table = scene.table
    anchors = table.anchors_below(prim)
    leaf = scene.reader.leaves.get(prim)
    if leaf is not None and leaf.mesh and (_color_varies(prim, leaf.mesh, scene)):
        dirt.geometry.add(prim)
    else:
        dirt.colors.update(anchors)
    if prim.startswith("/__Prototype_"):
        _forget_instanced(scene, dirt)
    elif table.prototypes and (table.in_prototype(prim) or scene.stage.GetPrimAtPath(prim).IsA(UsdGeom.PointInstancer)):
        dirt.geometry.add(prim)
        dirt.rows = True


def _color_varies(prim: str, mesh: str, scene: "StageScene") -> bool:
    """Return whether displayColor varied over a mesh or does so now."""
    return scene.meshes[mesh].corner_colors is not None or color_varies(scene.stage.GetPrimAtPath(prim))


def _sort_property(prim: str, name: str, scene: "StageScene", dirt: Dirt) -> None:
    if name in ("visibility", "purpose"):
        dirt.rows = True
        scene.note_visibility(prim)
        if prim.startswith("/__Prototype_"):
            dirt.everything = True
        return
    if name.startswith(("material:binding", "collection:")):
        dirt.bindings = True
    elif is_label_property(name):
        dirt.labels = True
        dirt.everything = dirt.everything or not scene.knows_labels_of(prim)
    dirt.materials |= scene.material_library.dependents(prim)
    if scene.is_light_path(prim):
        dirt.lights = True
    if prim.startswith("/__Prototype_"):
        _forget_instanced(scene, dirt)
    elif name in _INSTANCER and scene.stage.GetPrimAtPath(prim).IsA(UsdGeom.PointInstancer):
        dirt.rows = True
    elif prim in scene.reader.leaves and _shapes_leaf(name):
        dirt.geometry.add(prim)
        dirt.rows = dirt.rows or scene.table.in_prototype(prim)
    elif name in _SUBSET and len(ancestors_of(prim)) > 2 and ancestors_of(prim)[1] in scene.reader.leaves:
        dirt.geometry.add(ancestors_of(prim)[1])
        dirt.rows = True


def _shapes_leaf(name: str) -> bool:
    return name in MESH_ATTRIBUTES or name in ANALYTIC_ATTRIBUTES or name.startswith("primvars:")
