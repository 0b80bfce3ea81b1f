"""Prims made by the graph: an Xform for the pose, the prim itself below it, and an action for what is drawn."""

from collections.abc import Callable, Sequence
from typing import Any

from pxr import Sdf, Usd

from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.creation import create_prims
from scenewright.replicator.functional.layer_writes import AttributeColumn, write_attributes
from scenewright.replicator.functional.prim_arguments import resolve_parent
from scenewright.replicator.functional.prim_definition import define_prims
from scenewright.replicator.graph.item import ReplicatorItem, node_of
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.posing import POSE_INPUTS, check_pose_inputs, pose_prims
from scenewright.replicator.graph.sampling import is_dynamic, sampled
from scenewright.replicator.graph.schedule import Graph
from scenewright.replicator.session import current_session

__all__ = ["ROOT", "checked_count", "create_wrapped", "live_columns", "pose_arguments", "static_inputs"]

#: Where created prims go.
ROOT = "/Replicator"

Columns = Callable[[Usd.Stage, int], tuple[str, Sequence[AttributeColumn]]]


def create_wrapped(kind: str, type_label: str, columns: Columns | None, *, pose: dict[str, Any], semantics: Any = None,
                   material: Any = None, visible: Any = True, count: int = 1, name: str | None = None, parent: Any = None,
                   turned: bool = False, finish: Callable[[list[Usd.Prim]], None] | None = None) -> ReplicatorItem:
    """Create ``count`` prims now, and an action that writes what is drawn from distributions.

    Args:
        kind: Name of the creator, such as "create.cube".
        type_label: First part of the names: ``/Replicator/<type_label>_Xform[_NN]/<type_label>``.
        columns: Gives the USD type and the attributes of the inner prims; None = no inner prims.
        pose: Pose inputs, see ``graph.posing``.
        semantics: Labels of the outer prims.
        material: Material(s) for the outer prims.
        visible: Visibility of the outer prims.
        count: Number of prims.
        name: Takes the place of ``type_label`` in the names.
        parent: Where to create; None = ``/Replicator``.
        turned: Whether zero rotation is the graph camera's in a Z-up stage.
        finish: Called with the outer prims after they are defined.

    Returns:
        An item for the outer prims.
    """
    check_pose_inputs(f"rep.{kind}", pose)
    graph, count = current_session().graph, checked_count(kind, count)
    stage, parent_path = resolve_parent(ROOT if parent is None else parent, graph.stage)
    base = name or type_label
    fixed = all(not is_dynamic(value) for value in (*pose.values(), visible, material))
    outer = create_prims(count, "Xform", [], default_name=f"{base}_Xform", semantics=semantics, parent=parent_path, stage=stage)
    if columns is not None:
        type_name, inner = columns(stage, count)
        define_prims(stage, [prim.GetPath().AppendChild(Sdf.Path(_identifier(base)).name) for prim in outer], type_name, inner)
    if turned:
        graph.turned_cameras.update(prim.GetPath() for prim in outer)
    if finish is not None:
        finish(outer)
    node = PrimsNode(graph, kind, lambda: outer, inputs={**pose, "visible": visible, "material": material}, name=name)
    node.prims()  # fixes the paths
    _apply_constants(node, outer, turned)
    if not fixed:
        _draw_later(graph, kind, node)
    return ReplicatorItem(node)


def live_columns(node: PrimsNode, kind: str, inputs: dict[str, Any],
                 columns: Callable[[Usd.Stage, int, dict[str, Any]], Sequence[AttributeColumn]]) -> None:
    """Add an action that writes drawn attributes of the inner prims; nothing where no input is drawn."""
    node.inputs.update(inputs)
    names = [key for key, value in inputs.items() if is_dynamic(value)]
    if not names:
        return

    def apply(action: ActionNode) -> None:
        inner = [prim.GetChildren()[0] for prim in action.prims()]
        drawn = {key: sampled(node.inputs[key], len(inner)) for key in names}
        write_attributes(inner, columns(action.graph.stage, len(inner), drawn))

    ActionNode(node.graph, kind, apply, targets=node)


def pose_arguments(position: Any, scale: Any, rotation: Any, look_at: Any, look_at_up_axis: Any,
                   pivot: Any = None) -> dict[str, Any]:
    """Return the arguments of a pose by name, as ``create_wrapped`` takes them."""
    return {"position": position, "scale": scale, "rotation": rotation, "look_at": look_at, "look_at_up_axis": look_at_up_axis,
            "pivot": pivot}


def static_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that are constants."""
    return {key: value for key, value in inputs.items() if not is_dynamic(value)}


def checked_count(kind: str, count: Any) -> int:
    """Return a valid number of prims.

    Raises:
        ValueError: It is no integer of at least 1.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"rep.{kind}: count is an integer of at least 1, got {count!r}.")
    return count


def _identifier(name: str) -> str:
    from pxr import Tf

    return Tf.MakeValidIdentifier(name)


def _apply_constants(node: PrimsNode, prims: list[Usd.Prim], turned: bool) -> None:
    """Write what is known already."""
    inputs = node.inputs
    pose = {key: inputs.get(key) for key in POSE_INPUTS}
    known = static_inputs(pose)
    if pose.get("look_at") is not None and is_dynamic(pose["position"]):
        known["look_at"] = None  # the direction waits for the place
    if turned and known.get("rotation") is None and pose.get("look_at") is None:
        known["rotation"] = (0.0, 0.0, 0.0)
    if any(known.get(key) is not None for key in POSE_INPUTS if key != "rotation_order"):
        pose_prims(_Inputs(node.graph, known), prims)
    if not is_dynamic(inputs["visible"]) and inputs["visible"] is not True:
        write.visibility(prims, inputs["visible"])
    if inputs["material"] is not None and not is_dynamic(inputs["material"]):
        write.material(prims, inputs["material"])


class _Inputs:
    """Some pose inputs; what ``pose_prims`` needs of a node."""

    def __init__(self, graph: Graph, inputs: dict[str, Any]) -> None:
        self.graph = graph
        self.inputs = inputs


def _drawn_pose(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the pose inputs that an execution has to write: those that are drawn, and those that depend on them."""
    pose = {key: inputs.get(key) for key in POSE_INPUTS if inputs.get(key) is not None}
    drawn = {key for key, value in pose.items() if is_dynamic(value)}
    if not drawn or "pivot" in pose:
        return pose if drawn else {}
    if "look_at" in pose and drawn & {"position", "look_at_up_axis"}:
        drawn |= {"look_at"}
    if "look_at" in drawn:
        drawn |= {"look_at_up_axis"}
    return {key: value for key, value in pose.items() if key in drawn}


def _draw_later(graph: Graph, kind: str, node: PrimsNode) -> None:
    def apply(action: ActionNode) -> None:
        prims = action.prims()
        pose_prims(_Inputs(graph, _drawn_pose(node.inputs)), prims)
        if is_dynamic(node.inputs["visible"]):
            write.visibility(prims, [bool(value) for value in sampled(node.inputs["visible"], len(prims), 1)])
        if is_dynamic(node.inputs["material"]):
            chosen = sampled(node.inputs["material"], len(prims))
            write.material(prims, [entry.item if node_of(entry) is entry else entry for entry in chosen])

    ActionNode(graph, kind, apply, targets=node)
