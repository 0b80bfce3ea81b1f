"""Render variables of RTX that the portable renderer has the truth of: SmoothNormal, Motion2d, DepthLinearized, PtWorld…"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.pointcloud import unproject
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate, BufferTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["DepthLinearized", "Motion2d", "PtWorldNormal", "PtWorldPos", "PtZDepth", "SmoothNormal"]


class SmoothNormal(BufferTemplate):
    """World-space unit normal interpolated over the mesh, without normal maps; shape (H, W, 4), float32, zeros = no hit."""

    names = ("SmoothNormal",)
    buffer = "normals"


class Motion2d(BufferTemplate):
    """The values of ``motion_vectors``: pixels per frame, +x left, +y up; shape (H, W, 4), float32, zeros = no hit."""

    names = ("Motion2d",)
    buffer = "motion_vectors"


class DepthLinearized(BufferTemplate):
    """Distance [m] along the viewing direction, shape (H, W), float32, +inf = no hit."""

    names = ("DepthLinearized",)
    buffer = "distance_to_image_plane"


class PtWorldNormal(AnnotatorTemplate):
    """The values of ``normals`` as half floats: shape (H, W, 4), float16, zeros = no hit."""

    names = ("PtWorldNormal",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the normals."""
        return frozenset(("normals",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Convert to half floats, as the render variable is."""
        return AnnotatorOutput(np.asarray(capture.frame["normals"]).astype(np.float16))


class PtZDepth(AnnotatorTemplate):
    """Distance [m] along the viewing direction in every channel: shape (H, W, 4), float16, +inf = no hit."""

    names = ("PtZDepth",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the planar depth."""
        return frozenset(("distance_to_image_plane",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Convert to half floats and repeat."""
        depth = np.asarray(capture.frame["distance_to_image_plane"])
        with np.errstate(over="ignore"):  # beyond 65504 m is infinity
            return AnnotatorOutput(np.repeat(depth.astype(np.float16)[..., None], 4, axis=2))


class PtWorldPos(AnnotatorTemplate):
    """World position [stage units] of what each pixel's centre shows: shape (H, W, 4), float16, w = 1; zeros = no hit.

    Half floats hold three to four digits; ``pointcloud`` has the positions in float32.
    """

    names = ("PtWorldPos",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the planar depth."""
        return frozenset(("distance_to_image_plane",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Unproject the planar depth."""
        depth = np.asarray(capture.frame["distance_to_image_plane"])
        hit = np.flatnonzero(np.isfinite(depth.ravel()))
        points = np.zeros((depth.size, 4), np.float16)
        with np.errstate(over="ignore"):
            points[hit, :3] = unproject(capture, hit, depth.ravel()[hit])
        points[hit, 3] = 1.0
        return AnnotatorOutput(points.reshape(*depth.shape, 4))
