"""ReferenceTime: when the frame was captured."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["ReferenceTime"]


class ReferenceTime(AnnotatorTemplate):
    """Simulation time of the frame as a fraction [s]: ``{"referenceTimeNumerator": int, "referenceTimeDenominator": int}``."""

    names = ("ReferenceTime",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return no buffer."""
        return frozenset()

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Read the capture's time."""
        numerator, denominator = capture.reference_time
        return AnnotatorOutput(None, {"referenceTimeNumerator": numerator, "referenceTimeDenominator": denominator})
