"""Render variables of RTX that the portable renderer has the truth of: SmoothNormal, Motion2d, DepthLinearized, PtWorld…"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.pointcloud import DEPTHS, unproject
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate, BufferTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["BumpNormal", "DepthLinearized", "DiffuseAlbedo", "EmissionAndForegroundMask", "Motion2d", "PtDiffuseFilter",
           "PtSelfIllumination", "PtWorldNormal", "PtWorldPos", "PtZDepth", "Roughness", "SmoothNormal"]

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec.709


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


class BumpNormal(BufferTemplate):
    """World-space unit normal that the surface is shaded with, after the material's normal map; as ``SmoothNormal``."""

    names = ("BumpNormal",)
    buffer = "bump_normals"


class DiffuseAlbedo(AnnotatorTemplate):
    """Albedo of the diffuse reflection: base colour less its metallic and glass shares.

    Output: sRGB-encoded colour and opacity, shape (H, W, 4), uint8, zeros = no hit.
    """

    names = ("DiffuseAlbedo",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the diffuse albedo."""
        return frozenset(("diffuse_albedo",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Encode (IEC 61966-2-1) in eight bits."""
        albedo = np.asarray(capture.frame["diffuse_albedo"])
        encoded = albedo.copy()
        linear = np.clip(albedo[..., :3], 0.0, 1.0)
        encoded[..., :3] = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055)
        return AnnotatorOutput(np.rint(np.clip(encoded, 0.0, 1.0) * 255.0).astype(np.uint8))


class Roughness(AnnotatorTemplate):
    """Roughness of the material in the first three channels, 255 = 1, opaque: shape (H, W, 4), uint8, zeros = no hit."""

    names = ("Roughness",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the roughness, and the ids for what is hit."""
        return frozenset(("roughness", "prim_id"))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Scale to eight bits."""
        roughness = np.asarray(capture.frame["roughness"])
        image = np.zeros((*roughness.shape, 4), np.uint8)
        image[..., :3] = np.rint(np.clip(roughness, 0.0, 1.0) * 255.0)[..., None]
        image[..., 3] = np.where(np.asarray(capture.frame["prim_id"]) != 0, 255, 0)
        return AnnotatorOutput(image)


class EmissionAndForegroundMask(AnnotatorTemplate):
    """What is hit and how bright it glows: shape (H, W), float16.

    0 = no hit; else 1 + the luminance that the surface itself emits [cd/m2], so a mask is ``data > 0``. How RTX packs the two
    into its one channel is not documented; this is the portable definition.
    """

    names = ("EmissionAndForegroundMask",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the emission."""
        return frozenset(("emission",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Weight the emission by Rec.709's luminance."""
        emission = np.asarray(capture.frame["emission"])
        with np.errstate(over="ignore"):
            return AnnotatorOutput((emission[..., 3] + emission[..., :3] @ _LUMINANCE).astype(np.float16))


class PtDiffuseFilter(AnnotatorTemplate):
    """Linear albedo of the diffuse reflection and opacity: shape (H, W, 4), float16, zeros = no hit."""

    names = ("PtDiffuseFilter",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the diffuse albedo."""
        return frozenset(("diffuse_albedo",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Convert to half floats."""
        return AnnotatorOutput(np.asarray(capture.frame["diffuse_albedo"]).astype(np.float16))


class PtSelfIllumination(AnnotatorTemplate):
    """Linear radiance [cd/m2] that surfaces themselves emit: shape (H, W, 4), float16, w = 1; zeros = no hit."""

    names = ("PtSelfIllumination",)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the emission."""
        return frozenset(("emission",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Convert to half floats."""
        with np.errstate(over="ignore"):
            return AnnotatorOutput(np.asarray(capture.frame["emission"]).astype(np.float16))


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
    per_camera = True

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return what unprojecting needs."""
        return frozenset(DEPTHS)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Unproject the depth."""
        depth = np.asarray(capture.frame["distance_to_image_plane"])
        hit = np.flatnonzero(np.isfinite(depth.ravel()))
        points = np.zeros((depth.size, 4), np.float16)
        with np.errstate(over="ignore"):
            points[hit, :3] = unproject(capture, hit)
        points[hit, 3] = 1.0
        return AnnotatorOutput(points.reshape(*depth.shape, 4))
