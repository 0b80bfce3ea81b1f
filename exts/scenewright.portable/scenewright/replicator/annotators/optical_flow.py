"""optical_flow_backward and optical_flow_forward: where what is seen was, and where what was seen is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from scenewright.render import FLOW_STATES
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["OpticalFlowBackward", "OpticalFlowForward"]


class OpticalFlowBackward(AnnotatorTemplate):
    """For each pixel of this image, how far from it the point that it shows was in the image of the step before.

    Output: float32 (H, W, 2) [px], +x right, +y down, 0 where nothing is known. Info: ``state``, uint8 (H, W): 0 nothing is
    shown here or it was not there before, 1 visible in the other image, 2 hidden there, 3 outside of it; ``states``, these
    names in order. On the first step of a sequence everything is 0.

    Where the state is not 0, the flow is ``motion_vectors``; what is hidden needs the portable renderer's own tracer:
    Replicator in Kit has no such annotator.
    """

    names = ("optical_flow_backward",)
    per_camera = True
    forward: ClassVar[bool] = False

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return no buffer: the flow is traced by itself."""
        return frozenset()

    def looks_back(self, params: Mapping[str, Any]) -> bool:
        """Ask for the step before."""
        return True

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Trace the two moments."""
        image = capture.frame.flow(forward=self.forward)
        return AnnotatorOutput(image.flow, {"state": image.state, "states": list(FLOW_STATES)})


class OpticalFlowForward(OpticalFlowBackward):
    """For each pixel of the image of the step before, how far from it the point that it showed is in this image.

    Output and info are those of ``optical_flow_backward``; they belong to the pixels of the image before.
    """

    names = ("optical_flow_forward",)
    forward = True
