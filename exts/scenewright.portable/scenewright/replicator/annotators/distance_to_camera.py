"""distance_to_camera: depth."""

from scenewright.replicator.annotators.template import BufferTemplate

__all__ = ["DistanceToCamera"]


class DistanceToCamera(BufferTemplate):
    """Euclidean distance from the camera centre [m], shape (H, W), float32, +inf = no hit."""

    names = ("distance_to_camera",)
    buffer = "distance_to_camera"
