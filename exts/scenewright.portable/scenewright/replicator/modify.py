"""``rep.modify``: nodes that change prims whenever the trigger around them fires, or once where there is none.

They act on ``input_prims``, or on the prims of the innermost ``with <item>:``. A value may be a distribution, sampled once for
each prim; poses are local. What they write goes to the layer of ``rep.new_layer`` or to the randomization layer.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from pxr import Usd, UsdGeom, UsdSkel

from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.pose_ops import look_at_parents
from scenewright.replicator.functional.prim_arguments import resolve_prim, resolve_prims
from scenewright.replicator.functional.stage_facts import facts_of
from scenewright.replicator.graph.item import ReplicatorItem, node_of
from scenewright.replicator.graph.node import ActionNode
from scenewright.replicator.graph.posing import check_pose_inputs, pose_prims
from scenewright.replicator.graph.sampling import is_dynamic, rows, sampled
from scenewright.replicator.graph.targets import prims_node, target_node
from scenewright.replicator.projection import modify_projection as projection_material
from scenewright.replicator.registration import register_function
from scenewright.replicator.render_product import find_render_product
from scenewright.replicator.session import current_session

__all__ = ["animation", "attribute", "material", "pose", "pose_camera_relative", "pose_orbit", "projection_material",
           "register", "semantics", "time", "timeline", "variant", "visibility"]

__getattr__ = unavailable_names(__name__, ("look_at",))

#: ``modify_type`` of ``timeline``: whether it adds, and whether it counts in frames.
_TIMELINE_CHANGES = {"set": (False, False), "add": (True, False), "set_time": (False, False), "add_time": (True, False),
                     "set_frame": (False, True), "add_frame": (True, True)}


def pose(position: Any = None, position_x: Any = None, position_y: Any = None, position_z: Any = None, rotation: Any = None,
         rotation_x: Any = None, rotation_y: Any = None, rotation_z: Any = None, rotation_order: str = "XYZ", scale: Any = None,
         size: Any = None, pivot: Any = None, look_at: Any = None, look_at_up_axis: Any = None, input_prims: Any = None,
         name: str | None = None) -> ReplicatorItem:
    """Change the local pose; components that are not given keep their values.

    Args:
        position: Translation [stage units].
        position_x: One component of it; likewise y and z.
        position_y: See ``position_x``.
        position_z: See ``position_x``.
        rotation: Euler angles [degrees].
        rotation_x: One of them; likewise y and z.
        rotation_y: See ``rotation_x``.
        rotation_z: See ``rotation_x``.
        rotation_order: Axes in the order they are turned about; the result is authored as XYZ angles.
        scale: One factor or three.
        size: Extents [stage units] that the prim's own bounds get; one number = its longest edge, in proportion.
        pivot: Point of the prim's bounds, each axis in [-1, 1], that ``position`` moves to.
        look_at: World point, prim, path or item that -Z turns to; several prims: one for each, or the mean of their positions.
        look_at_up_axis: World up axis for it; None = the stage's.
        input_prims: Prims to change; None = those of the context.
        name: Name of the node.

    Raises:
        ValueError: Rotation and look_at, or size and scale, are both given.
        OrchestratorError: There are no prims to act on.
    """
    inputs = {"position": position, "position_x": position_x, "position_y": position_y, "position_z": position_z,
              "rotation": rotation, "rotation_x": rotation_x, "rotation_y": rotation_y, "rotation_z": rotation_z,
              "rotation_order": rotation_order, "scale": scale, "size": size, "pivot": pivot, "look_at": look_at,
              "look_at_up_axis": look_at_up_axis}
    check_pose_inputs("rep.modify.pose", inputs)
    return _action("pose", lambda node: pose_prims(node, node.prims()), inputs, input_prims, name)


def pose_orbit(barycentre: Any, distance: Any, azimuth: Any, elevation: Any, look_at_barycentre: bool = True,
               input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Place prims on a sphere around a point.

    Args:
        barycentre: World point [stage units], prim, path or item.
        distance: Radius [stage units].
        azimuth: Degrees about the stage's up axis, from +X in a Z-up stage and from +Z in a Y-up stage, towards the next axis.
        elevation: Degrees above the horizontal plane.
        look_at_barycentre: Turn -Z to the point.
        input_prims: Prims to place; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    inputs = {"barycentre": barycentre, "distance": distance, "azimuth": azimuth, "elevation": elevation}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if not prims:
            return
        center = _points(node.inputs["barycentre"], len(prims), node.graph.stage)
        radius, turn, rise = (rows(node.inputs[key], len(prims), 1) for key in ("distance", "azimuth", "elevation"))
        turn, rise = np.radians(turn), np.radians(rise)
        flat, up = np.cos(rise), np.sin(rise)
        z_up = UsdGeom.GetStageUpAxis(node.graph.stage) == UsdGeom.Tokens.z
        axes = (flat * np.cos(turn), flat * np.sin(turn), up) if z_up else (flat * np.sin(turn), up, flat * np.cos(turn))
        world = center + radius[:, None] * np.stack(axes, axis=1)
        write.pose(prims, position_value=_to_parent(prims, world), look_at_value=center if look_at_barycentre else None)

    return _action("pose_orbit", apply, inputs, input_prims, name)


def pose_camera_relative(camera: Any, render_product: Any, distance: Any, horizontal_location: Any = 0.0,
                         vertical_location: Any = 0.0, input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Place prims in front of a camera.

    Args:
        camera: Camera prim, path or item.
        render_product: Render product whose aspect counts.
        distance: Along the viewing direction [stage units].
        horizontal_location: -1 = left edge of the image, 1 = right edge.
        vertical_location: -1 = lower edge of the image, 1 = upper edge.
        input_prims: Prims to place; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
        ValueError: There is no such render product.
    """
    product = find_render_product(render_product)
    inputs = {"camera": camera, "distance": distance, "horizontal_location": horizontal_location,
              "vertical_location": vertical_location}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if not prims:
            return
        lens = UsdGeom.Camera(_camera_below(resolve_prim(node.inputs["camera"], node.graph.stage)))
        half_width = lens.GetHorizontalApertureAttr().Get() / lens.GetFocalLengthAttr().Get() / 2.0
        half_height = half_width * product.resolution[1] / product.resolution[0]
        depth, across, along = (rows(node.inputs[key], len(prims), 1)
                                for key in ("distance", "horizontal_location", "vertical_location"))
        local = np.stack([across * half_width * depth, along * half_height * depth, -depth, np.ones(len(prims))], axis=1)
        matrix = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(lens.GetPrim()))
        write.pose(prims, position_value=_to_parent(prims, (local @ matrix)[:, :3]))

    return _action("pose_camera_relative", apply, inputs, input_prims, name)


def attribute(name: str, value: Any, attribute_type: Any = None, input_prims: Any = None) -> ReplicatorItem:
    """Change an attribute.

    Args:
        name: Attribute name. Where a prim has neither it nor ``inputs:<name>``, its only child that has is changed instead:
            shapes, lights and cameras of ``rep.create`` hold their own attributes below their Xform.
        value: Value, or a distribution of it.
        attribute_type: USD type such as "float3", needed where the attribute is to be created.
        input_prims: Prims to change; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on.
    """

    def apply(node: ActionNode) -> None:
        found = node.prims()
        if found:
            facts = facts_of(node.graph.stage)
            prims = facts.find(("holders", name), found, lambda: [_holder(prim, name) for prim in found])
            dynamic = is_dynamic(node.inputs["value"])
            drawn = sampled(node.inputs["value"], len(prims), _width_of(prims[0], name))
            write.attribute(prims, name, drawn if not dynamic or len(prims) > 1 else drawn[0], attribute_type)

    return _action("attribute", apply, {"name": name, "value": value}, input_prims, None)


def semantics(semantics: Any = None, input_prims: Any = None, mode: str = "add", name: str | None = None) -> ReplicatorItem:
    """Change semantic labels.

    Args:
        semantics: ``[(type, label), …]`` or ``{type: label}``; a label may be a distribution of words.
        input_prims: Prims to label; None = those of the context.
        mode: "add", "replace" or "clear".
        name: Name of the node.

    Outside any ``with <item>:`` and without ``input_prims`` it changes nothing and warns: a public tutorial calls it like that.

    Raises:
        ValueError: ``mode`` is unknown.
    """
    if mode not in ("add", "replace", "clear"):
        raise ValueError(f"rep.modify.semantics: mode is 'add', 'replace' or 'clear', got {mode!r}.")
    pairs = list(semantics.items()) if isinstance(semantics, dict) else semantics

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        given = node.inputs["semantics"]
        if not is_dynamic(given):
            write.semantics(prims, given, mode=mode)
            return
        labels = [(kind, rows(value, len(prims))) for kind, value in given]
        for row, prim in enumerate(prims):
            write.semantics(prim, [(kind, str(column[row])) for kind, column in labels], mode=mode)

    return _action("semantics", apply, {"semantics": pairs}, input_prims, name, needs_prims=False)


def visibility(value: Any, input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Show or hide prims with everything below them.

    Args:
        value: True or False, a list with one for each prim, or a distribution of those.
        input_prims: Prims to change; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if prims:
            write.visibility(prims, _booleans(sampled(node.inputs["value"], len(prims), 1)))

    return _action("visibility", apply, {"value": value}, input_prims, name)


def material(value: Any, input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Bind a material.

    Args:
        value: Material path, prim or item (with several: one for each prim), or a distribution of those.
        input_prims: Prims to bind it to; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if prims:
            found = resolve_prims(_as_list(sampled(node.inputs["value"], len(prims))), node.graph.stage)
            write.material(prims, [found[row % len(found)] for row in range(len(prims))])

    return _action("material", apply, {"value": value}, input_prims, name)


def variant(name: str, value: Any, input_prims: Any = None) -> ReplicatorItem:
    """Select a variant.

    Args:
        name: Variant set.
        value: Variant, or a distribution of variants.
        input_prims: Prims to change; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on.
    """

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        for prim, chosen in zip(prims, rows(node.inputs["value"], len(prims)), strict=True):
            variants = prim.GetVariantSets()
            if not variants.HasVariantSet(name) or chosen not in variants.GetVariantSet(name).GetVariantNames():
                known = {key: variants.GetVariantSet(key).GetVariantNames() for key in variants.GetNames()}
                raise ValueError(f"{prim.GetPath()} has no variant {name}={chosen!r}. Variants: {known or 'none'}.")
            variants.GetVariantSet(name).SetVariantSelection(chosen)

    return _action("variant", apply, {"name": name, "value": value}, input_prims, None)


def animation(values: Any, reset_timeline: bool = False, input_prims: Any = None) -> ReplicatorItem:
    """Choose what skeletons play.

    Args:
        values: SkelAnimation paths, prims or items, of which one is drawn for each prim, or a distribution of those.
        reset_timeline: Whether the timeline goes back to its start.
        input_prims: Skeletons, or prims above them; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on, none of them has a skeleton, or a value is no SkelAnimation.
    """
    graph = current_session().graph
    source = None if is_dynamic(values) else prims_node(values, graph, kind="modify.animation.choices")

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if source is None:
            chosen = resolve_prims(list(rows(node.inputs["values"], len(prims))), node.graph.stage)
        else:
            pool = source.prims()
            chosen = [pool[index] for index in node.generator().integers(len(pool), size=len(prims))]
        for prim, played in zip(prims, chosen, strict=True):
            if not played.IsA(UsdSkel.Animation):
                raise ValueError(f"{played.GetPath()} ({played.GetTypeName()}) is no SkelAnimation.")
            for skeleton in _skeletons(prim):
                UsdSkel.BindingAPI.Apply(skeleton).CreateAnimationSourceRel().SetTargets([played.GetPath()])
        if reset_timeline:
            get_timeline_interface().set_current_time(get_timeline_interface().get_start_time())

    return _action("animation", apply, {"values": values}, input_prims, None)


def timeline(value: Any, modify_type: str | None = None) -> ReplicatorItem:
    """Move the timeline; the frame at hand is captured there.

    Args:
        value: Seconds, or frames of the timeline, or a distribution of them.
        modify_type: "set" (also where None), "set_time", "add" and "add_time" in seconds, "set_frame", "add_frame" in frames.

    Raises:
        ValueError: Unknown ``modify_type``.
    """
    change = modify_type or "set"
    if change not in _TIMELINE_CHANGES:
        raise ValueError(f"rep.modify.timeline: modify_type is one of {', '.join(_TIMELINE_CHANGES)}, got {modify_type!r}.")
    adds, in_frames = _TIMELINE_CHANGES[change]

    def apply(node: ActionNode) -> None:
        clock = get_timeline_interface()
        seconds = float(rows(node.inputs["value"], 1, 1)[0]) * (clock.frame_duration if in_frames else 1.0)
        clock.set_current_time(clock.get_current_time() + seconds if adds else seconds)

    return ActionNode(current_session().graph, "modify.timeline", apply, inputs={"value": value}).item


def time(value: Any) -> ReplicatorItem:
    """Set the timeline to a time [s]: ``timeline(value, "set_time")``."""
    return timeline(value, "set_time")


def register(fn: Callable[..., Any], override: bool = True) -> None:
    """Make ``fn`` reachable as ``rep.modify.<its name>``.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """
    register_function(__name__, fn, override)


def _action(kind: str, apply: Callable[[ActionNode], None], inputs: dict[str, Any], input_prims: Any,
            name: str | None, needs_prims: bool = True) -> ReplicatorItem:
    graph = current_session().graph
    targets = target_node(input_prims, graph, f"rep.modify.{kind}", needs_prims)
    return ActionNode(graph, f"modify.{kind}", apply, inputs=inputs, targets=targets, name=name).item


def _points(value: Any, count: int, stage: Usd.Stage) -> np.ndarray:
    """Return world points (N, 3) from points or prims."""
    if isinstance(value, str) or hasattr(value, "GetPath") or (node_of(value) is not None and not is_dynamic(value)):
        matrix = UsdGeom.XformCache().GetLocalToWorldTransform(resolve_prim(value, stage))
        return np.broadcast_to(np.array(matrix.ExtractTranslation()), (count, 3))
    return rows(value, count, 3)


def _to_parent(prims: list[Usd.Prim], world: np.ndarray) -> np.ndarray:
    """Return world points (N, 3) in the frames of the prims' parents."""
    cache = UsdGeom.XformCache()
    inverse = {parent.GetPath(): np.array(cache.GetLocalToWorldTransform(parent).GetInverse())
               for parent in set(look_at_parents(prims))}
    matrices = np.stack([inverse[parent.GetPath()] for parent in look_at_parents(prims)])
    return np.einsum("ni,nij->nj", world, matrices[:, :3, :3]) + matrices[:, 3, :3]


def _camera_below(prim: Usd.Prim) -> Usd.Prim:
    found = next((entry for entry in (prim, *prim.GetChildren()) if entry.IsA(UsdGeom.Camera)), None)
    if found is None:
        raise ValueError(f"{prim.GetPath()} is not a camera.")
    return found


def _skeletons(prim: Usd.Prim) -> list[Usd.Prim]:
    found = [entry for entry in Usd.PrimRange(prim) if entry.IsA(UsdSkel.Skeleton)]
    if not found:
        raise ValueError(f"There is no Skeleton at or below {prim.GetPath()} ({prim.GetTypeName()}).")
    return found


def _holder(prim: Usd.Prim, name: str) -> Usd.Prim:
    """Return the prim that has the attribute: ``prim`` itself, or its only child that does."""
    def has(entry: Usd.Prim) -> bool:
        return entry.HasAttribute(name) or entry.HasAttribute(f"inputs:{name}")

    if has(prim):
        return prim
    children = [child for child in prim.GetChildren() if has(child)]
    return children[0] if len(children) == 1 else prim


def _width_of(prim: Usd.Prim, name: str) -> int | None:
    """Return 1 for a scalar attribute, None otherwise: lists of lists mean one sequence per prim only for scalars."""
    found = prim.GetAttribute(name) or prim.GetAttribute(f"inputs:{name}")
    if not found or found.GetTypeName().isArray:
        return None
    return 1 if isinstance(found.GetTypeName().defaultValue, bool | int | float) else None


def _booleans(value: Any) -> Any:
    return value if isinstance(value, bool) else [bool(entry) for entry in np.asarray(value).reshape(-1)]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | np.ndarray) else [value]
