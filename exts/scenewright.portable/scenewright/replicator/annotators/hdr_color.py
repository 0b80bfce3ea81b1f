"""HdrColor: linear radiance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.template import AnnotatorOutput, BufferTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["HdrColor"]


class HdrColor(BufferTemplate):
    """Linear Rec.709 radiance [cd/m2] and coverage, shape (H, W, 4), float16; values beyond 65504 are clamped to it."""

    names = ("HdrColor",)
    buffer = "hdr_color"

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Convert to half floats, as the RTX render variable is."""
        return AnnotatorOutput(np.minimum(np.asarray(capture.frame[self.buffer]), np.float32(65504.0)).astype(np.float16))

    def compute_on(self, capture: "Capture", params: Mapping[str, Any], device: str) -> AnnotatorOutput | None:
        """Return None: the conversion runs on the CPU."""
        return None
