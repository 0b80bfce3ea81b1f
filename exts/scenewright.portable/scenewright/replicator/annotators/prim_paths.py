"""primPaths: the renderable prims of the frame."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["PrimPaths"]


class PrimPaths(AnnotatorTemplate):
    """Paths of the renderable prims in namespace order: ``{"primPaths": list[str]}``; entry 0 is "" (nothing)."""

    names = ("primPaths",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the id buffer, whose values index the list."""
        return frozenset(("prim_id",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Read the frame's table."""
        return AnnotatorOutput(None, {"primPaths": list(capture.frame.prim_paths)})
