"""From what scripts pass for prims (paths, prims, items, lists of those) to prims of the current stage."""

from typing import Any

from pxr import Sdf, Usd

from scenewright.replicator.graph.item import node_of
from scenewright.replicator.graph.node import Node, PrimsNode

__all__ = ["prims_node", "prims_of"]


def prims_of(value: Any, stage: Usd.Stage) -> list[Usd.Prim]:
    """Return the prims that ``value`` names: a path, prim, schema object, item or any nesting of lists of those.

    Raises:
        ValueError: There is no prim at a path; the message names the closest existing ancestor.
        TypeError: ``value`` names no prim.
    """
    node = node_of(value)
    if node is not None:
        return node.prims()
    if isinstance(value, str | Sdf.Path):
        return [_prim_at(value, stage)]
    if isinstance(value, Usd.Prim):
        if not value.IsValid():
            raise ValueError("The prim does not exist any more: its stage was closed or it was removed.")
        return [value]
    if isinstance(value, list | tuple | set | frozenset):
        return [prim for entry in value for prim in prims_of(entry, stage)]
    if hasattr(value, "GetPrim"):
        return [value.GetPrim()]
    raise TypeError(f"Expected a prim path, Usd.Prim, replicator item or a list of those, got {value!r} ({type(value).__name__}).")


def prims_node(value: Any, graph: Any) -> Node:
    """Return a node that stands for the prims that ``value`` names; items stay live.

    Raises:
        ValueError: There is no prim at a path.
        TypeError: ``value`` names no prim.
    """
    node = node_of(value)
    if node is not None:
        return node
    entries = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    fixed = [entry if node_of(entry) is not None else prims_of(entry, graph.stage) for entry in entries]
    return PrimsNode(graph, "get.prims", lambda: prims_of(fixed, graph.stage), cached=False)


def _prim_at(path: str | Sdf.Path, stage: Usd.Stage) -> Usd.Prim:
    if isinstance(path, str) and not Sdf.Path.IsValidPathString(path):
        raise ValueError(f"{path!r} is not a prim path. A prim path looks like '/World/Cube'.")
    sdf_path = Sdf.Path(path)
    prim = stage.GetPrimAtPath(sdf_path) if sdf_path.IsAbsolutePath() else None
    if prim:
        return prim
    if not sdf_path.IsAbsolutePath():
        raise ValueError(f"{str(path)!r} is not an absolute prim path. Did you mean '/{path}'?")
    ancestor = sdf_path.GetParentPath()
    while not stage.GetPrimAtPath(ancestor):
        ancestor = ancestor.GetParentPath()
    children = ", ".join(child.GetName() for child in stage.GetPrimAtPath(ancestor).GetChildren()) or "no children"
    raise ValueError(f"There is no prim at {str(path)!r}. {ancestor} exists and has: {children}.")
