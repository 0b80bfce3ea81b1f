"""The timeline behind ``omni.timeline``: simulated time in seconds, advanced by application updates while it plays."""

from collections.abc import Callable
from typing import Any

from scenewright.host.event_streams import EventStream, TimelineEventType
from scenewright.host.events import get_eventdispatcher

__all__ = ["GLOBAL_EVENT_CURRENT_TIME_TICKED", "GLOBAL_EVENT_PAUSE", "GLOBAL_EVENT_PLAY", "GLOBAL_EVENT_STOP", "Timeline",
           "get_timeline_interface"]

GLOBAL_EVENT_CURRENT_TIME_TICKED = "omni.timeline.current_time_ticked"
GLOBAL_EVENT_PLAY = "omni.timeline.play"
GLOBAL_EVENT_PAUSE = "omni.timeline.pause"
GLOBAL_EVENT_STOP = "omni.timeline.stop"


class Timeline:
    """Start, end, rate and position of simulated time. Defaults are Isaac Sim's: 60 time codes per second, looping.

    ``play``, ``pause`` and ``stop`` take effect at ``commit()`` or with the next application update, whichever is first;
    ``is_playing`` answers for the state in effect.
    """

    def __init__(self) -> None:
        self._hooks: list[Callable[[str, float], Any]] = []
        self.reset()

    def add_hook(self, hook: Callable[[str, float], Any]) -> None:
        """Call ``hook(event, seconds)`` ahead of all observers.

        Events are "playing", "paused", "stopped", and "advanced" by some seconds of play. Adding the same hook twice counts
        once.
        """
        if hook not in self._hooks:
            self._hooks.append(hook)

    def reset(self) -> None:
        """Return to the state of a new stage: stopped at 0 s, looping over 100 frames."""
        self._time_codes_per_second = 60.0
        self._start, self._end = 0.0, 100.0 / 60.0
        self._time = 0.0
        self._state, self._wanted = "stopped", None
        self._looping = True

    @property
    def frame_duration(self) -> float:
        """Seconds that one frame lasts."""
        return 1.0 / self._time_codes_per_second

    def play(self, start_timecode: float = 0, end_timecode: float = 0, looping: bool = True) -> None:
        """Play from the current time."""
        self._wanted = "playing"

    def pause(self) -> None:
        """Pause at the current time."""
        self._wanted = "paused"

    def stop(self) -> None:
        """Stop and rewind to the start."""
        self._wanted = "stopped"

    def commit(self) -> None:
        """Apply pending changes now."""
        if self._wanted is None or self._wanted == self._state:
            self._wanted = None
            return
        self._state, self._wanted = self._wanted, None
        if self._state == "stopped":
            self._time = self._start
        self._call_hooks(self._state)
        name = {"playing": GLOBAL_EVENT_PLAY, "paused": GLOBAL_EVENT_PAUSE, "stopped": GLOBAL_EVENT_STOP}[self._state]
        get_eventdispatcher().dispatch_event(name, {"currentTime": self._time})

    def commit_silently(self) -> None:
        """Apply pending changes without telling observers."""
        if self._wanted is not None:
            self._state, self._wanted = self._wanted, None
            if self._state == "stopped":
                self._time = self._start
            self._call_hooks(self._state)

    def _call_hooks(self, event: str, seconds: float = 0.0) -> None:
        for hook in list(self._hooks):
            hook(event, seconds)

    def is_playing(self) -> bool:
        """Return whether time advances with each update."""
        return (self._wanted or self._state) == "playing"

    def is_stopped(self) -> bool:
        """Return whether the timeline is stopped."""
        return (self._wanted or self._state) == "stopped"

    def get_timeline_event_stream(self) -> EventStream:
        """Return the numbered events of the timeline."""
        return EventStream({TimelineEventType.PLAY: GLOBAL_EVENT_PLAY, TimelineEventType.PAUSE: GLOBAL_EVENT_PAUSE,
                            TimelineEventType.STOP: GLOBAL_EVENT_STOP,
                            TimelineEventType.CURRENT_TIME_TICKED: GLOBAL_EVENT_CURRENT_TIME_TICKED})

    def tick(self) -> None:
        """Apply pending changes and advance one frame if playing; called once per application update."""
        self.commit()
        if self._state == "playing":
            self.advance(self.frame_duration)

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``, wrapping at the end when looping (else pausing there), and tell observers."""
        self._time += seconds
        if self._time > self._end + 1e-9:
            length = self._end - self._start
            if self._looping and length > 0.0:
                self._time = self._start + (self._time - self._end) % length
            elif not self._looping:
                self._time, self._wanted = self._end, "paused"
        if self._state == "playing":
            self._call_hooks("advanced", seconds)
        get_eventdispatcher().dispatch_event(GLOBAL_EVENT_CURRENT_TIME_TICKED, {"currentTime": self._time, "dt": seconds})

    def get_current_time(self) -> float:
        """Return the current time in seconds."""
        return self._time

    def set_current_time(self, time_in_seconds: float) -> None:
        """Go to ``time_in_seconds``."""
        self._time = float(time_in_seconds)

    def get_start_time(self) -> float:
        """Return the start in seconds."""
        return self._start

    def set_start_time(self, start_time: float) -> None:
        """Set the start in seconds."""
        self._start = float(start_time)
        self._time = max(self._time, self._start)

    def get_end_time(self) -> float:
        """Return the end in seconds."""
        return self._end

    def set_end_time(self, end_time: float) -> None:
        """Set the end in seconds."""
        self._end = float(end_time)

    def get_time_codes_per_seconds(self) -> float:
        """Return the rate in time codes per second."""
        return self._time_codes_per_second

    get_time_codes_per_second = get_time_codes_per_seconds

    def set_time_codes_per_second(self, time_codes_per_second: float) -> None:
        """Set the rate.

        Raises:
            ValueError: The rate is not positive.
        """
        if not float(time_codes_per_second) > 0.0:
            raise ValueError(f"Time codes per second must be positive, got {time_codes_per_second!r}.")
        self._time_codes_per_second = float(time_codes_per_second)

    set_target_framerate = set_time_codes_per_second
    get_target_framerate = get_time_codes_per_seconds

    def is_looping(self) -> bool:
        """Return whether the timeline starts again at its end."""
        return self._looping

    def set_looping(self, looping: bool) -> None:
        """Choose whether the timeline starts again at its end."""
        self._looping = bool(looping)

    def forward_one_frame(self) -> None:
        """Move one frame forward."""
        self.advance(self.frame_duration)

    def rewind_one_frame(self) -> None:
        """Move one frame back, not before the start."""
        self._time = max(self._start, self._time - self.frame_duration)

    def set_auto_update(self, auto_update: bool) -> None:
        """Accept True; the portable timeline always follows the application.

        Raises:
            NotImplementedError: ``auto_update`` is False.
        """
        if not auto_update:
            raise NotImplementedError("Timeline.set_auto_update(False) is not available on the portable host.")

    def set_play_every_frame(self, play_every_frame: bool) -> None:
        """Accept either: every frame is always played here."""

    def set_ticks_per_frame(self, ticks_per_frame: int) -> None:
        """Accept 1.

        Raises:
            NotImplementedError: More than one tick per frame is asked for.
        """
        if int(ticks_per_frame) != 1:
            raise NotImplementedError("Timeline.set_ticks_per_frame: the portable host has one tick per frame.")

    def get_ticks_per_frame(self) -> int:
        """Return 1."""
        return 1


_timeline = Timeline()


def get_timeline_interface(name: str = "") -> Timeline:
    """Return the timeline of this process."""
    return _timeline
