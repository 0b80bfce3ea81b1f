"""FPSWriter: how fast frames are captured."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from scenewright.replicator.writers.writer import Writer

__all__ = ["FPSWriter"]

_log = logging.getLogger(__name__)


class FPSWriter(Writer):
    """Measure frames per second between the writes, and log them at INFO; nothing is written.

    Args:
        annotators: Names of annotators to compute with each frame, as a real writer would ask for; none by default.
        log_interval: Frames between two log lines.

    Raises:
        ValueError: ``log_interval`` is below 1.
        TypeError: A parameter is not known.
    """

    def __init__(self, annotators: Sequence[str] = (), log_interval: int = 1) -> None:
        if log_interval < 1:
            raise ValueError(f"FPSWriter needs log_interval >= 1, got {log_interval}.")
        self.version = "0.0.1"
        self.annotators = ["ReferenceTime", *annotators]
        self.log_interval = log_interval
        self.frame_times: list[float] = []
        self._before: float | None = None
        self._frame_id = 0

    def write(self, data: dict[str, Any]) -> None:
        """Take the time since the frame before."""
        now = time.perf_counter()
        if self._before is not None:
            self.frame_times.append(now - self._before)
        self._before = now
        self._frame_id += 1
        if self.frame_times and self._frame_id % self.log_interval == 0:
            recent = self.frame_times[-self.log_interval:]
            _log.info("Frame %d: %.2f frames per second.", self._frame_id - 1, len(recent) / sum(recent))

    def get_fps(self) -> float:
        """Return the mean frames per second so far; 0 before the second frame."""
        return len(self.frame_times) / sum(self.frame_times) if self.frame_times else 0.0
