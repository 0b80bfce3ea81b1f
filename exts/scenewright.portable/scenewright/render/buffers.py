"""The one table of render buffers: it drives allocation, kernels, validation, writers and the reference documentation.

A leaf module: it imports numpy alone, so every room may read it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["BUFFERS", "BufferSpec", "buffer_spec"]


@dataclass(frozen=True)
class BufferSpec:
    """One row of the table: what a buffer holds and what a pixel without a hit holds."""

    name: str
    channels: int
    """Values a pixel; 1 gives an array of shape (H, W), more gives (H, W, channels)."""
    dtype: type
    unit: str
    miss: float
    """Value of every channel where the ray through the pixel centre hits nothing."""
    source: Literal["color", "label"]
    """``label``: from the one ray through the pixel centre. ``color``: from all samples of the pixel."""
    description: str

    def shape(self, width: int, height: int) -> tuple[int, ...]:
        """Return the array shape for an image of ``width`` x ``height`` pixels."""
        return (height, width) if self.channels == 1 else (height, width, self.channels)


BUFFERS: dict[str, BufferSpec] = {
    spec.name: spec
    for spec in (
        BufferSpec("hdr_color", 4, np.float32, "cd/m2", 0.0, "color", "linear Rec.709 radiance and coverage"),
        BufferSpec("ldr_color", 4, np.uint8, "sRGB 0..255", 0, "color",
                   "exposed, tone-mapped, sRGB-encoded colour and coverage"),
        BufferSpec("distance_to_camera", 1, np.float32, "m", np.inf, "label", "Euclidean distance from the camera centre"),
        BufferSpec("distance_to_image_plane", 1, np.float32, "m", np.inf, "label", "distance along the viewing direction"),
        BufferSpec("normals", 4, np.float32, "world, unit", 0.0, "label", "shading normal facing the camera; w is 0"),
        BufferSpec("uv", 2, np.float32, "texture space", 0.0, "label", "primvar st of the hit point"),
        BufferSpec("albedo", 4, np.float32, "reflectance 0..1", 0.0, "label", "linear base colour; w is opacity"),
        BufferSpec("diffuse_albedo", 4, np.float32, "reflectance 0..1", 0.0, "label",
                   "linear albedo of the diffuse reflection: base colour less its metallic and glass shares; w is opacity"),
        BufferSpec("roughness", 1, np.float32, "0..1", 0.0, "label", "roughness of the material, textures included"),
        BufferSpec("bump_normals", 4, np.float32, "world, unit", 0.0, "label",
                   "shading normal after the material's normal map; w is 0"),
        BufferSpec("emission", 4, np.float32, "cd/m2", 0.0, "label",
                   "linear Rec.709 radiance that the surface itself emits; w is 1"),
        BufferSpec("prim_id", 1, np.uint32, "id", 0, "label", "row of Frame.prim_paths; 0 = nothing"),
        BufferSpec("instance_id", 1, np.uint32, "id", 0, "label", "0 background, 1 unlabelled, then labelled entities"),
        BufferSpec("semantic_id", 1, np.uint32, "id", 0, "label", "0 background, 1 unlabelled, then label sets"),
        BufferSpec("motion_vectors", 4, np.float32, "px per step", 0.0, "label", "+x left, +y up; z and w are 0"),
    )
}


def buffer_spec(name: str) -> BufferSpec:
    """Return the row called ``name``.

    Raises:
        ValueError: There is no such buffer; the message lists those that exist.
    """
    try:
        return BUFFERS[name]
    except KeyError:
        raise ValueError(f"Unknown render buffer {name!r}. Available: {', '.join(BUFFERS)}.") from None
