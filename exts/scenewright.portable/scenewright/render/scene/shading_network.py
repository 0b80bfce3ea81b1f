"""Walking UsdShade networks: from an input to the constant or the node that feeds it."""

from dataclasses import dataclass, field
from typing import Any

from pxr import Usd, UsdShade

__all__ = ["NetworkReader", "NodeOutput"]


@dataclass(frozen=True)
class NodeOutput:
    """A shader node's output that feeds an input."""

    shader: UsdShade.Shader
    output: str  # r, g, b, a, rgb, result …

    @property
    def node_id(self) -> str:
        """Return the node's identifier, e.g. UsdUVTexture; empty where it has none."""
        return str(self.shader.GetIdAttr().Get() or "")


@dataclass(eq=False)
class NetworkReader:
    """Reads inputs at one time and notes every prim it passed, so that changes find the materials they concern."""

    time: Usd.TimeCode
    visited: set[str] = field(default_factory=set)
    animated: bool = False

    def visit(self, prim: Usd.Prim) -> None:
        """Note that the result depends on ``prim``."""
        self.visited.add(str(prim.GetPath()))

    def source(self, shader: UsdShade.ConnectableAPI, name: str) -> Usd.Attribute | NodeOutput | None:
        """Return what feeds input ``name``: an attribute with a value, a node's output, or None where nothing is authored.

        Connections through the inputs of materials and node graphs are followed.
        """
        producer = shader.GetInput(name)
        if not producer:
            return None
        prim = shader.GetPrim()
        while prim and prim.IsA(UsdShade.Shader) | prim.IsA(UsdShade.NodeGraph):
            self.visit(prim)
            if prim.IsA(UsdShade.Material):
                break
            prim = prim.GetParent()
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
        source = self.source(shader, name)
        if source is None or isinstance(source, NodeOutput):
            return default
        read = source.Get(self.time)
        return default if read is None else read
