"""Walking UsdShade networks: from an input to the constant or the node that feeds it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdShade

from scenewright.render.scene.errors import SceneError

__all__ = ["NetworkReader", "NodeOutput"]


_MATERIALX_NODES = {
    "ND_UsdUVTexture": "UsdUVTexture",
    "ND_UsdUVTexture_22": "UsdUVTexture",
    "ND_UsdUVTexture_23": "UsdUVTexture",
    "ND_UsdTransform2d": "UsdTransform2d",
    "ND_UsdPrimvarReader_vector2": "UsdPrimvarReader_float2",
    "ND_UsdPrimvarReader_vector3": "UsdPrimvarReader_float3",
}


@dataclass(frozen=True)
class NodeOutput:
    """A shader node's output that feeds an input."""

    shader: UsdShade.Shader
    output: str  # r, g, b, a, rgb, result …

    @property
    def node_id(self) -> str:
        """Return the node's identifier, e.g. UsdUVTexture, also for MaterialX's version of it; empty where it has none."""
        name = str(self.shader.GetIdAttr().Get() or "")
        return _MATERIALX_NODES.get(name, name)


@dataclass(eq=False)
class _Node:
    """What is known of one shader node."""

    shader: UsdShade.ConnectableAPI
    authored: frozenset[str]  # names of its inputs
    sources: dict[str, Usd.Attribute | NodeOutput | None] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[Callable[..., Any], Any] = field(default_factory=dict)


@dataclass(eq=False)
class NetworkReader:
    """Reads the inputs of one material at one time and notes every prim it passed, so that changes find what they concern.

    What was read is remembered. Where only constants are edited, :meth:`reread` takes them in and the rest need not be asked
    for again; for everything else a new reader is made.
    """

    time: Usd.TimeCode
    visited: set[str] = field(default_factory=set)
    animated: bool = False
    constants: dict[Sdf.Path, tuple[_Node, str]] = field(default_factory=dict)
    """Node and name of the inputs that hold their value themselves, by the path of the attribute."""
    _nodes: dict[int, _Node] = field(default_factory=dict)  # by the id of the shader object, which they keep alive

    @property
    def extent(self) -> tuple[int, int, bool]:
        """How many prims and constants were read so far, and whether anything goes by time."""
        return len(self.visited), len(self.constants), self.animated

    def visit(self, prim: Usd.Prim) -> None:
        """Note that the result depends on ``prim``."""
        self.visited.add(str(prim.GetPath()))

    def fact(self, shader: UsdShade.Shader, ask: Callable[[UsdShade.Shader], Any]) -> Any:
        """Return ``ask(shader)``, asked once."""
        facts = self._node(shader).facts
        if ask not in facts:
            facts[ask] = ask(shader)
        return facts[ask]

    def reread(self, path: Sdf.Path, time: Usd.TimeCode) -> bool:
        """Take in a new value of one of ``constants``; return False where it is no plain constant any more."""
        node, name = self.constants[path]
        attribute = node.sources[name]
        if not attribute or attribute.HasAuthoredConnections() or attribute.ValueMightBeTimeVarying():
            return False
        node.values[name] = attribute.Get(time)
        return node.values[name] is not None

    def source(self, shader: UsdShade.ConnectableAPI, name: str) -> Usd.Attribute | NodeOutput | None:
        """Return what feeds input ``name``: an attribute with a value, a node's output, or None where nothing is authored.

        Connections through the inputs of materials and node graphs are followed.
        """
        node = self._node(shader)
        if name not in node.authored:
            return None
        if name not in node.sources:
            node.sources[name] = self._find_source(node, name)
        return node.sources[name]

    def _node(self, shader: UsdShade.ConnectableAPI) -> _Node:
        node = self._nodes.get(id(shader))
        if node is None:
            prim = shader.GetPrim()
            names = (name for name in prim.GetAuthoredPropertyNames() if name.startswith("inputs:"))
            node = self._nodes[id(shader)] = _Node(shader, frozenset(name.removeprefix("inputs:") for name in names))
            while prim and prim.IsA(UsdShade.Shader) | prim.IsA(UsdShade.NodeGraph):
                self.visit(prim)
                if prim.IsA(UsdShade.Material):
                    break
                prim = prim.GetParent()
        return node

    def _find_source(self, node: _Node, name: str) -> Usd.Attribute | NodeOutput | None:
        producer = node.shader.GetInput(name)
        if not producer:
            return None
        attribute = producer.GetAttr()
        if not attribute.HasAuthoredConnections() and attribute.HasAuthoredValue():
            self.constants[attribute.GetPath()] = node, name
        else:
            found = UsdShade.Utils.GetValueProducingAttributes(producer)
            if not found:
                return None
            attribute = found[0]
            self.visit(attribute.GetPrim())
            if UsdShade.Output.IsOutput(attribute):
                return NodeOutput(UsdShade.Shader(attribute.GetPrim()), UsdShade.Output(attribute).GetBaseName())
        self.animated = self.animated or attribute.ValueMightBeTimeVarying()
        return attribute

    def value(self, shader: UsdShade.ConnectableAPI, name: str, default: Any) -> Any:
        """Return the constant at input ``name``; ``default`` where it has none or is fed by a node."""
        node = self._node(shader)
        if name not in node.authored:
            return default
        if name not in node.values:
            source = self.source(shader, name)
            is_constant = source is not None and not isinstance(source, NodeOutput)
            node.values[name] = source.Get(self.time) if is_constant else None
        read = node.values[name]
        if read is None:
            return default
        if not _is_alike(read, default):
            raise _false_value(shader, name, read, default)
        return read

    def number(self, shader: UsdShade.ConnectableAPI, name: str, default: float) -> float:
        """Return the constant at input ``name`` as ``value`` does, where it must be a single number."""
        read = self.value(shader, name, default)
        if hasattr(read, "__len__"):
            raise _false_value(shader, name, read, default)
        return float(read)

    def numbers(self, shader: UsdShade.ConnectableAPI, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """Return as many numbers of the constant at input ``name`` as ``default`` has."""
        read = self.value(shader, name, default)
        try:
            return tuple([float(read[place]) for place in range(len(default))])  # iterating a Gf vector is slow
        except (TypeError, ValueError) as error:
            raise _false_value(shader, name, read, default) from error

    def one_or_three(self, shader: UsdShade.ConnectableAPI, name: str, default: float) -> np.ndarray:
        """Return (3,) float64: the constant at input ``name``, a number for all channels or one for each."""
        if hasattr(self.value(shader, name, default), "__len__"):
            return np.array(self.numbers(shader, name, (default,) * 3))
        return np.full(3, self.number(shader, name, default))


def _false_value(shader: UsdShade.ConnectableAPI, name: str, read: Any, default: Any) -> SceneError:
    path = shader.GetPrim().GetPath()
    return SceneError(f"{path}.inputs:{name} holds {read!r}; the surface needs {_kind(default)}. Author such a value.")


def _kind(value: Any) -> str:
    """Return what a value is, in words."""
    return f"{len(value)} numbers" if hasattr(value, "__len__") else "a number"


def _is_alike(value: Any, default: Any) -> bool:
    """Return whether a value may stand where ``default`` does; a reader of a number may know what several mean."""
    if default is None or isinstance(default, str):
        return True
    if isinstance(value, str) or (hasattr(value, "__len__") and any(isinstance(one, str) for one in value)):
        return False
    return not hasattr(default, "__len__") or (hasattr(value, "__len__") and len(value) >= len(default))
