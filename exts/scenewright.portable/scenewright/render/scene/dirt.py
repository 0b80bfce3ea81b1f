"""Sorting a stage's change notices by what they make stale."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pxr import Sdf, UsdGeom

from scenewright.render.scene.changes import StageChanges
from scenewright.render.scene.gprims import ANALYTIC_ATTRIBUTES
from scenewright.render.scene.leaves import Leaf, ancestors_of, color_varies
from scenewright.render.scene.meshes import MESH_ATTRIBUTES
from scenewright.render.scene.row_table import KnownEdit
from scenewright.render.scene.semantics import is_label_property
from scenewright.render.scene.tessellate import TESSELLATED_ATTRIBUTES

if TYPE_CHECKING:
    from scenewright.render.scene.stage_scene import StageScene

__all__ = ["Dirt", "sort_changes"]

_COLOR = ("primvars:displayColor", "primvars:displayColor:indices")
_SHAPE_ATTRIBUTES = ANALYTIC_ATTRIBUTES | TESSELLATED_ATTRIBUTES
_SUBSET = frozenset({"indices", "elementType", "familyName"})
_SKELETON = frozenset({"joints", "jointNames", "bindTransforms", "restTransforms", "blendShapes"})
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
    moved_prims: set[str] = field(default_factory=set)
    """Paths of the prims above ``moved`` whose transform was edited."""
    colors: set[int] = field(default_factory=set)
    geometry: set[str] = field(default_factory=set)
    """Paths of leaves whose shape or mesh changed, or of subtrees that were composed anew."""
    materials: set[str] = field(default_factory=set)
    """Keys of the materials to load anew."""
    constants: set[Sdf.Path] = field(default_factory=set)
    """Attributes of materials that held nothing but a constant and were edited."""
    bindings: bool = False
    lights: bool = False
    labels: bool = False


def sort_changes(notices: StageChanges, scene: "StageScene") -> Dirt:
    """Return what ``notices`` make stale in ``scene``; changes that concern nothing it mirrors are dropped."""
    dirt = Dirt()
    if notices.resynced:
        _sort_resyncs(notices.resynced, scene, dirt)
        # What was edited may be gone by now.
        new = {path for path in notices.properties if scene.stage.GetPrimAtPath(path.GetPrimPath())}
    else:
        new = _sort_known(notices.properties, scene, dirt)
    for path in new:
        prim, name = path.GetPrimPath().pathString, path.name
        if name.startswith("xformOp"):
            known = _sort_move(prim, scene, dirt)
        elif name in _COLOR:
            known = _sort_color(prim, scene, dirt)
        else:
            known = _sort_property(prim, name, scene, dirt)
        if known is not None:
            scene.table.known_edits[path] = known
    return dirt


def _sort_known(paths: list[Sdf.Path], scene: "StageScene", dirt: Dirt) -> set[Sdf.Path]:
    """Take in the edits of properties that were edited before; return the others.

    A frame of a randomized scene edits the properties of the frame before. This way it costs one look-up for each.
    """
    known = scene.table.known_edits
    found = set(map(known.get, paths))
    for edit in found:
        if edit is None:
            continue
        if not edit.anchors:
            continue
        if not edit.colors:
            dirt.moved.update(edit.anchors)
            dirt.moved_prims.add(edit.prim)
        elif edit.on_mesh:
            _mark_color(edit.prim, edit.anchors, scene, dirt)
        else:
            dirt.colors.update(edit.anchors)
    if None not in found:
        return set()
    new = {path for path in paths if path not in known}
    dirt.constants = new & scene.material_library.constants.keys()
    return new - dirt.constants


def _sort_resyncs(paths: set[str], scene: "StageScene", dirt: Dirt) -> None:
    dirt.everything = True
    if any(path.startswith("/__Prototype_") for path in paths):
        _forget_instanced(scene, dirt)
    own = {path for path in paths if not path.startswith("/__Prototype_")}
    above = {path.rpartition("/")[0] for path in own}
    dirt.geometry |= own | {path for path in above if scene.reader.leaves.get(path)}  # subsets come and go with their mesh
    if "/" in paths:
        dirt.geometry = {"/"}
    dirt.materials |= scene.material_library.below(paths)
    scene.splats.forget(paths)


def _forget_instanced(scene: "StageScene", dirt: Dirt) -> None:
    """Something inside a native prototype changed: what any instance shows is read again."""
    scene.reader.forget_proxies()
    dirt.materials |= scene.material_library.instanced
    dirt.everything = True


def _sort_move(prim: str, scene: "StageScene", dirt: Dirt) -> KnownEdit | None:
    table = scene.table
    anchors = table.anchors_below(prim)
    if anchors:
        dirt.moved.update(anchors)
        dirt.moved_prims.add(prim)
    shines = scene.touches_light(prim)
    if shines:
        dirt.lights = True
    if prim.startswith("/__Prototype_") or (table.prototypes and table.in_prototype(prim)):
        dirt.rows = True
    deformed = scene.reader.skins.dependents.get(prim, ())  # a mesh moves apart from its skeleton
    dirt.geometry.update(deformed)
    return None if shines or deformed or dirt.rows or dirt.everything else table.known_edit(prim, anchors, colors=False)


def _sort_color(prim: str, scene: "StageScene", dirt: Dirt) -> KnownEdit | None:
    table = scene.table
    anchors = table.anchors_below(prim)
    on_mesh = _mark_color(prim, anchors, scene, dirt)
    if prim.startswith("/__Prototype_"):
        _forget_instanced(scene, dirt)
    elif table.prototypes and (table.in_prototype(prim) or scene.stage.GetPrimAtPath(prim).IsA(UsdGeom.PointInstancer)):
        dirt.geometry.add(prim)
        dirt.rows = True
    return None if dirt.rows or dirt.everything else table.known_edit(prim, anchors, colors=True, on_mesh=on_mesh)


def _mark_color(prim: str, anchors: range, scene: "StageScene", dirt: Dirt) -> bool:
    """Mark what shows the colour of ``prim``; return whether it is a mesh, over which the colour may vary."""
    leaf = scene.reader.leaves.get(prim)
    on_mesh = leaf is not None and bool(leaf.mesh)
    if on_mesh and _color_varies(leaf, scene):
        dirt.geometry.add(prim)
    else:
        dirt.colors.update(anchors)
    return on_mesh


def _color_varies(leaf: Leaf, scene: "StageScene") -> bool:
    """Return whether displayColor varied over a mesh or does so now."""
    return scene.meshes[leaf.mesh].corner_colors is not None or color_varies(scene.stage.GetPrimAtPath(leaf.path))


def _sort_property(prim: str, name: str, scene: "StageScene", dirt: Dirt) -> None:
    if name.startswith("primvars:displayOpacity"):
        dirt.bindings = True  # prims without a material have one for each opacity
    elif name in ("visibility", "purpose"):
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
    scene.splats.forget({prim})
    if scene.is_light_path(prim):
        dirt.lights = True
    skins = scene.reader.skins
    if (name.startswith(("skel:", "primvars:skel:")) or (name in _SKELETON and prim in skins.dependents)
            or skins.keeps_to_another_source(prim, scene.stage)):
        dirt.everything = True
        dirt.geometry.update(skins.of_prim)
    dirt.geometry.update(skins.dependents.get(prim, ()))
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
    return name in MESH_ATTRIBUTES or name in _SHAPE_ATTRIBUTES or name.startswith("primvars:")
