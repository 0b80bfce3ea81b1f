"""motion_vectors: screen-space motion since the step before."""

from scenewright.replicator.annotators.template import BufferTemplate

__all__ = ["MotionVectors"]


class MotionVectors(BufferTemplate):
    """Motion [px per step], +x to the left, +y up, z and w are 0, shape (H, W, 4), float32, zeros = no hit or no motion."""

    names = ("motion_vectors", "MotionVectors")
    buffer = "motion_vectors"
