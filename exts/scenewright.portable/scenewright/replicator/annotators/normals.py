"""normals: shading normals."""

from scenewright.replicator.annotators.template import BufferTemplate

__all__ = ["Normals"]


class Normals(BufferTemplate):
    """World-space unit shading normal facing the camera, w = 0, shape (H, W, 4), float32, zeros = no hit."""

    names = ("normals",)
    buffer = "normals"
