"""distance_to_image_plane: depth."""

from scenewright.replicator.annotators.template import BufferTemplate

__all__ = ["DistanceToImagePlane"]


class DistanceToImagePlane(BufferTemplate):
    """Distance along the viewing direction (planar depth) [m], shape (H, W), float32, +inf = no hit."""

    names = ("distance_to_image_plane",)
    buffer = "distance_to_image_plane"
