"""Nodes of the graph: their identity, their random stream and their inputs."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from pxr import Usd

from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.seeds import stream

if TYPE_CHECKING:
    from scenewright.replicator.graph.item import ReplicatorItem
    from scenewright.replicator.graph.schedule import Graph, Trigger

__all__ = ["ActionNode", "DistributionNode", "Node", "PrimsNode"]


class Node:
    """One node. Its stream is keyed by (seed, kind, index among the nodes of this kind, execution, draw).

    Args:
        graph: The graph that it joins.
        kind: What it does, such as "distribution.uniform".
        inputs: Named inputs: constants or items.
        seed: A seed of its own, which makes its draws independent of every other node; None or -1 = the global seed.
        name: A name for people and for the writers' payload.
    """

    def __init__(self, graph: "Graph", kind: str, inputs: dict[str, Any] | None = None, *, seed: int | None = None,
                 name: str | None = None) -> None:
        self.graph = graph
        self.kind = kind
        self.inputs: dict[str, Any] = dict(inputs or {})
        _refuse_other_stages(graph, kind, self.inputs)
        self.name = name
        self.seed = None if seed is None or int(seed) == -1 else int(seed)
        self.index = graph.add(self)
        self.execution = -1
        self._pass = -1

    @property
    def item(self) -> "ReplicatorItem":
        """A fresh item around this node."""
        from scenewright.replicator.graph.item import ReplicatorItem

        return ReplicatorItem(self)

    def restart(self) -> None:
        """Forget all executions: the streams begin again."""
        self.execution = -1
        self._pass = -1

    def enter_pass(self) -> bool:
        """Count one execution per pass of the graph; return whether this is the first call in the present pass."""
        if self._pass == self.graph.pass_number:
            return False
        self._pass = self.graph.pass_number
        self.execution += 1
        return True

    def generator(self, draw: str = "") -> np.random.Generator:
        """Return the random generator of the present execution; ``draw`` tells several generators of one node apart."""
        self.enter_pass()
        return self._stream(self.execution, draw)

    def generator_of_turn(self, turn: str) -> np.random.Generator:
        """Return a generator that several executions share, such as one round of a shuffled sequence."""
        return self._stream("turn", turn)

    def _stream(self, *draw: Any) -> np.random.Generator:
        if self.seed is None:
            return stream(self.graph.seed, self.kind, self.index, *draw)
        return stream(self.seed, self.kind, "own seed", *draw)

    def prims(self) -> list[Usd.Prim]:
        """Return the prims that this node stands for; none by default."""
        return []

    def get_output_prims(self) -> dict[str, list[Usd.Prim]]:
        """Return ``{"prims": [...]}``, as an item does."""
        return {"prims": self.prims()}

    def value(self, name: str, count: int = 1, width: int | None = None) -> Any:
        """Return input ``name`` for the present execution: see ``graph.sampling.sampled``."""
        from scenewright.replicator.graph.sampling import sampled

        return sampled(self.inputs.get(name), count, width)

    def __enter__(self) -> "Node":
        if self.graph.closed:
            raise OrchestratorError(f"{self!r} belongs to a stage that was closed. Make it anew on the present stage.")
        self.graph.push(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.graph.pop(self)

    def __repr__(self) -> str:
        return f"<{self.kind}{'' if self.name is None else f' {self.name!r}'} #{self.index}>"


def _refuse_other_stages(graph: "Graph", kind: str, inputs: dict[str, Any]) -> None:
    """Refuse inputs that are nodes of a stage that was closed since."""
    for key, value in inputs.items():
        for entry in value if isinstance(value, list | tuple) else (value,):
            node = getattr(entry, "node", entry)
            if isinstance(node, Node) and node.graph is not graph:
                raise OrchestratorError(f"rep.{kind}: {key} holds {node!r}, which belongs to a stage that was closed. "
                                        "Make it anew on the present stage.")


class DistributionNode(Node):
    """A node that gives values when another node samples it.

    ``draw(node, generator, count, width)`` returns ``count`` rows: an array of shape (count,) or (count, C), or a list.
    """

    def __init__(self, graph: "Graph", kind: str,
                 draw: Callable[["DistributionNode", np.random.Generator, int, int | None], Any],
                 inputs: dict[str, Any], *, samples: int = 1, seed: int | None = None, name: str | None = None) -> None:
        super().__init__(graph, kind, inputs, seed=seed, name=name)
        self.samples = samples
        self._draw = draw

    def sample(self, count: int, width: int | None = None) -> Any:
        """Return ``count`` rows. Two consumers of one distribution see the same rows in one pass."""
        self.enter_pass()
        rows = self._draw(self, self.generator(), count, width)
        if self.name:
            self.graph.distribution_outputs[self.name] = rows
        return rows


class PrimsNode(Node):
    """A node that stands for prims: fixed paths, or a query that is asked when the prims are first needed."""

    def __init__(self, graph: "Graph", kind: str, find: Callable[[], list[Usd.Prim]], *, inputs: dict[str, Any] | None = None,
                 name: str | None = None, cached: bool = True) -> None:
        super().__init__(graph, kind, inputs, name=name)
        self._find = find
        self._cached = cached
        self._paths: list[Any] | None = None
        self._prims: list[Usd.Prim] = []

    def prims(self) -> list[Usd.Prim]:
        """Return the prims that exist now."""
        if self._paths is None or not self._cached:
            self._paths = [prim.GetPath() for prim in self._find()]
            self._prims = []
        known, stage = self._prims, self.graph.stage
        # What has been removed, or made anew, is no longer valid.
        if len(known) < len(self._paths) or not all(known) or (known and known[0].GetStage() != stage):
            known = self._prims = [prim for prim in map(stage.GetPrimAtPath, self._paths) if prim]
        return list(known)


class ActionNode(Node):
    """A node that changes the stage whenever the trigger around it fires, or once where there is none.

    Args:
        graph: The graph that it joins.
        kind: What it does.
        apply: ``apply(node)`` makes the change; it runs with the node's layer as edit target.
        inputs: Named inputs.
        targets: Node that gives the prims to change; None for actions without prims.
        seed: See ``Node``.
        name: See ``Node``.
    """

    def __init__(self, graph: "Graph", kind: str, apply: Callable[["ActionNode"], None], *,
                 inputs: dict[str, Any] | None = None, targets: Node | None = None, seed: int | None = None,
                 name: str | None = None) -> None:
        super().__init__(graph, kind, inputs, seed=seed, name=name)
        self.trigger: Trigger | None = graph.current_trigger()
        self.layer = graph.layers.active
        self.targets = targets
        self.made_at = _script_line()
        self._apply = apply

    def prims(self) -> list[Usd.Prim]:
        """Return the prims that the action changes."""
        return [] if self.targets is None else self.targets.prims()

    def execute(self) -> None:
        """Run the action, once per pass of the graph, writing to its layer.

        Raises:
            OrchestratorError: It failed, for instance because a stronger layer hides what it writes.
        """
        if not self.enter_pass():
            return
        with self.graph.layers.writing(self.layer):
            try:
                self._apply(self)
            except (ValueError, TypeError, KeyError, IndexError, OSError) as error:
                raise OrchestratorError(f"rep.{self.kind}, called at {self.made_at}: {error}") from error


def _script_line() -> str:
    """Return "file:line" of the script that is calling into the Replicator."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("scenewright.replicator"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
