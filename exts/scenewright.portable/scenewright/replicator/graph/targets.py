"""Nodes for what scripts pass as prims: paths, prims, items, lists of those."""

import logging
from typing import Any

from scenewright.replicator.functional.prim_arguments import resolve_prims
from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.graph.item import node_of
from scenewright.replicator.graph.node import Node, PrimsNode
from scenewright.replicator.graph.schedule import Graph

__all__ = ["prims_node", "target_node"]

_log = logging.getLogger(__name__)


def prims_node(value: Any, graph: Graph, kind: str = "get.prim_at_path", name: str | None = None) -> Node:
    """Return a node that stands for the prims that ``value`` names; items in it stay live.

    Raises:
        ValueError: There is no prim at a path.
        TypeError: ``value`` names no prim.
    """
    node = node_of(value)
    if node is not None:
        return node
    entries = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    parts = [node_of(entry) or resolve_prims(entry, graph.stage) for entry in entries]
    live = any(isinstance(part, Node) for part in parts)

    def find() -> list[Any]:
        return [prim for part in parts for prim in (part.prims() if isinstance(part, Node) else part)]

    return PrimsNode(graph, kind, find, name=name, cached=not live)


def target_node(input_prims: Any, graph: Graph, caller: str, needs_prims: bool = True) -> Node:
    """Return the prims that a modifier acts on: those passed, else those of the innermost ``with``.

    Args:
        input_prims: Prims, paths, items or None.
        graph: The graph.
        caller: Name of the modifier, for messages.
        needs_prims: False makes a warning and a node without prims of the error.

    Raises:
        OrchestratorError: There are neither.
        ValueError: There is no prim at a path.
        TypeError: ``input_prims`` names no prim.
    """
    if input_prims is not None:
        return prims_node(input_prims, graph)
    node = graph.current_targets()
    if node is None:
        problem = f"{caller} has no prims to act on. Call it inside 'with <item>:' or pass input_prims=."
        if needs_prims:
            raise OrchestratorError(problem)
        _log.warning("%s It changes nothing.", problem)
        return PrimsNode(graph, "no_prims", list)
    return node
