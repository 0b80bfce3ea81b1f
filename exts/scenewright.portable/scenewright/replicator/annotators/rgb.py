"""rgb (= LdrColor): the tone-mapped image."""

from scenewright.replicator.annotators.template import BufferTemplate

__all__ = ["Rgb"]


class Rgb(BufferTemplate):
    """Tone-mapped, sRGB-encoded colour and coverage, shape (H, W, 4), uint8."""

    names = ("rgb", "LdrColor")
    buffer = "ldr_color"
