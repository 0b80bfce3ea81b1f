"""MP4 clips through PyAV (the ``[video]`` extra)."""

import importlib.util
import io
from collections.abc import Iterable
from fractions import Fraction

import numpy as np

__all__ = ["check_video_support", "encode_mp4"]

_MISSING = ("Writing .mp4 needs the 'video' extra: pip install 'scenewright[video]' (package av). Without it, write the "
            "images with a BasicWriter.")


def check_video_support(writer: str) -> None:
    """Raise unless clips can be encoded.

    Raises:
        ImportError: PyAV is not installed.
    """
    if importlib.util.find_spec("av") is None:
        raise ImportError(f"{writer}: {_MISSING}")


def encode_mp4(frames: Iterable[np.ndarray], fps: float) -> bytes:
    """Return frames as an H.264 MP4 file (yuv420p, which every player shows).

    Args:
        frames: uint8 images (H, W, 3 or 4) of one size; alpha is dropped. An odd side is extended by its last row or column.
        fps: Frames per second.

    Raises:
        ImportError: PyAV is not installed.
        ValueError: There is no frame.
    """
    check_video_support("encode_mp4")
    import av

    rate = Fraction(fps).limit_denominator(1001)
    buffer = io.BytesIO()
    stream = None
    with av.open(buffer, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        for image in frames:
            picture = np.ascontiguousarray(np.pad(
                image[..., :3], ((0, image.shape[0] % 2), (0, image.shape[1] % 2), (0, 0)), mode="edge"))
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options={"crf": "18", "preset": "veryfast", "threads": "1"})
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        if stream is None:
            raise ValueError("A clip needs at least one frame.")
        for packet in stream.encode(None):
            container.mux(packet)
    return buffer.getvalue()
