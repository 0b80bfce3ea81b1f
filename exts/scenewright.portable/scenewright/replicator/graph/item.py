"""What the graph functions return: a handle on a node, usable as context, as input and as a list of prims."""

from typing import Any

from pxr import Usd

from scenewright.replicator.graph.node import DistributionNode, Node

__all__ = ["ReplicatorItem", "node_of"]


class ReplicatorItem:
    """A handle on a node of the graph.

    ``with item:`` makes its prims the ones that ``rep.modify`` and ``rep.randomizer`` calls inside act on.
    """

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def node(self) -> Node:
        """The node: an opaque handle, accepted wherever an item is."""
        return self._node

    def get_output_prims(self) -> dict[str, list[Usd.Prim]]:
        """Return ``{"prims": [...]}`` with the prims that the item stands for."""
        return {"prims": self._node.prims()}

    def get_prims(self) -> list[Usd.Prim]:
        """Return the prims that the item stands for."""
        return self._node.prims()

    def get_output(self, name: str) -> Any:
        """Return one output: "prims", or "samples" of a distribution.

        Raises:
            ValueError: There is no such output.
        """
        outputs = self.get_outputs()
        if name not in outputs:
            raise ValueError(f"{self!r} has no output {name!r}. Outputs: {', '.join(outputs)}.")
        return outputs[name]

    def get_outputs(self) -> dict[str, Any]:
        """Return all outputs by name."""
        if isinstance(self._node, DistributionNode):
            return {"samples": self._node.sample(self._node.samples)}
        return {"prims": self._node.prims()}

    def get_input(self, name: str) -> Any:
        """Return the value of one input.

        Raises:
            ValueError: There is no such input.
        """
        self._check_input(name)
        return self._node.inputs[name]

    def get_inputs(self) -> dict[str, Any]:
        """Return all inputs by name."""
        return dict(self._node.inputs)

    def set_input(self, name: str, value: Any) -> None:
        """Replace the value of one input; it takes effect with the next execution.

        Raises:
            ValueError: There is no such input.
        """
        self._check_input(name)
        self._node.inputs[name] = value

    @classmethod
    def _get_context(cls) -> Any:
        """Return the node of the innermost trigger or prims context, None outside all of them."""
        from scenewright.replicator.session import current_session

        context = current_session().graph.context
        return context[-1] if context else None

    def _check_input(self, name: str) -> None:
        if name not in self._node.inputs:
            raise ValueError(f"{self!r} has no input {name!r}. Inputs: {', '.join(self._node.inputs) or 'none'}.")

    def __enter__(self) -> "ReplicatorItem":
        self._node.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._node.__exit__(*error)

    def __repr__(self) -> str:
        return f"ReplicatorItem({self._node!r})"


def node_of(value: Any) -> Node | None:
    """Return the node behind an item or a node handle, None for anything else."""
    if isinstance(value, ReplicatorItem):
        return value.node
    return value if isinstance(value, Node) else None
