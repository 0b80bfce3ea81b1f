"""``video_encoding``: MP4 files frame by frame, through PyAV (``pip install scenewright[video]``)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["VideoEncodingInterface", "get_video_encoding_interface"]


class VideoEncodingInterface:
    """One video at a time: ``start_encoding``, a frame after the other, ``finalize_encoding``.

    An odd side of a frame is extended by its last row or column.
    """

    def __init__(self) -> None:
        self._container: Any = None
        self._stream: Any = None
        self._rate = Fraction(1)

    def start_encoding(self, video_filename: str, framerate: float, nframes: int, overwrite_video: bool) -> bool:
        """Begin a video (H.264); return False where the file is there and must not be overwritten.

        Args:
            video_filename: Where it goes; folders are made as needed.
            framerate: Frames per second.
            nframes: Accepted; the video has as many frames as come.
            overwrite_video: Whether a file may be replaced.

        Raises:
            ImportError: PyAV is not installed.
            RuntimeError: Another video is not finalized.
        """
        if self._container is not None:
            raise RuntimeError("video_encoding: finalize_encoding() ends one video before the next begins.")
        try:
            import av
        except ImportError as error:
            raise ImportError("video_encoding writes MP4 through PyAV. Install it: pip install scenewright[video]") from error
        file = Path(video_filename)
        if file.exists() and not overwrite_video:
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(file), "w", options={"fflags": "+bitexact"})
        self._rate = Fraction(framerate).limit_denominator(1001)
        return True

    def encode_next_frame_from_file(self, frame_filename: str) -> None:
        """Add a picture."""
        from PIL import Image

        with Image.open(frame_filename) as picture:
            self._add(np.asarray(picture.convert("RGB")))

    def encode_next_frame_from_buffer(self, buffer_rgba8: bytes, width: int, height: int) -> None:
        """Add a frame of RGBA bytes, row by row from the top."""
        self._add(np.frombuffer(buffer_rgba8, np.uint8).reshape(height, width, 4)[..., :3])

    def finalize_encoding(self) -> None:
        """End the video; harmless where there is none."""
        if self._container is not None:
            for packet in self._stream.encode() if self._stream is not None else ():
                self._container.mux(packet)
            self._container.close()
        self._container = self._stream = None

    def _add(self, pixels: np.ndarray) -> None:
        import av

        if self._container is None:
            raise RuntimeError("video_encoding: start_encoding() comes before the first frame.")
        even = np.pad(pixels, ((0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)), mode="edge")
        if self._stream is None:
            options = {"crf": "18", "preset": "veryfast", "threads": "1"}  # one thread: the same bytes on every machine
            self._stream = self._container.add_stream("libx264", rate=self._rate, options=options)
            self._stream.height, self._stream.width = even.shape[:2]
            self._stream.pix_fmt = "yuv420p"
        for packet in self._stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")):
            self._container.mux(packet)


_interface = VideoEncodingInterface()


def get_video_encoding_interface() -> VideoEncodingInterface:
    """Return the encoder of this process."""
    return _interface
