"""How fast a run goes and how long it will take; time spent paused does not count."""

import time
from collections.abc import Callable

__all__ = ["RunMeter", "duration_text"]


class RunMeter:
    """Measures a run of known length.

    The rate is that since the first frame was done, so that loading and compiling do not slow it down.

    Args:
        clock: Seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self.start(0)

    def start(self, total: int) -> None:
        """Begin to measure.

        Args:
            total: Frames to make.
        """
        self.total = total
        self.made = 0
        self._begun = self._clock()
        self._first: tuple[float, int] | None = None
        self._last = 0.0
        self._paused_at: float | None = None
        self._paused = 0.0

    def update(self, made: int) -> None:
        """Say how many frames are done."""
        if made <= self.made:
            return
        self.made = made
        self._last = self._now()
        if self._first is None:
            self._first = (self._last, made)

    def pause(self) -> None:
        """Stop the clock; twice is harmless."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def resume(self) -> None:
        """Let the clock run again."""
        if self._paused_at is not None:
            self._paused += self._clock() - self._paused_at
            self._paused_at = None

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning, without pauses."""
        return self._now() - self._begun

    @property
    def fraction(self) -> float:
        """Share of the frames that is done, 0 to 1."""
        return min(1.0, self.made / self.total) if self.total else 0.0

    @property
    def rate(self) -> float | None:
        """Frames per second; None before two have been made."""
        if self._first is None or self.made <= self._first[1] or self._last <= self._first[0]:
            return None
        return (self.made - self._first[1]) / (self._last - self._first[0])

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last frame is done; None while the rate is not known."""
        rate = self.rate
        return None if rate is None else max(0.0, (self.total - self.made) / rate - (self._now() - self._last))

    def text(self) -> str:
        """Return one line: frames, rate, time left."""
        parts = [f"{self.made} of {self.total} frames" if self.total else "preparing"]
        if self.rate is not None:
            slow = self.rate < 1.0
            parts.append(f"{1.0 / self.rate:.1f} s per frame" if slow else f"{self.rate:.1f} frames/s")
        if self.seconds_left is not None and self.made < self.total:
            parts.append(f"{duration_text(self.seconds_left)} left")
        return " · ".join(parts)

    def _now(self) -> float:
        return (self._clock() if self._paused_at is None else self._paused_at) - self._paused


def duration_text(seconds: float) -> str:
    """Return a duration as people say it: ``8 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
