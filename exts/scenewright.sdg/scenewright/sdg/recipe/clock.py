"""When things happen: the addresses of a dataset, and the steps at which a trigger fires."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scenewright.sdg.recipe.program import Call, Literal
from scenewright.sdg.recipe.schema import FrameGrid

__all__ = [
    "ONCE",
    "RATE",
    "Address",
    "Firing",
    "TimeTrigger",
    "Trigger",
    "addresses_of",
    "frames_wanted",
    "trigger_of",
    "window_start",
]

RATE = 60.0
"""Steps of one simulated second while the timeline plays: the timeline's own default rate."""

_TOLERANCE = 1e-6
"""Seconds that sums of frame durations may fall short of an interval, as in ``rep.trigger.on_time``."""


@dataclass(frozen=True)
class Address:
    """Where a frame stands in its dataset.

    Attributes:
        index: Number of the frame in the whole dataset, from 0.
        sequence: Its sequence.
        step: Its step within the sequence.
        clock: (sequence, step) that triggers and random streams count by. For recipes that give plain ``frames``, this is
            (0, index) however the frames are cut into sequences, so that adding a trigger shifts no other value.
    """

    index: int
    sequence: int
    step: int
    clock: tuple[int, int]


@dataclass(frozen=True)
class Firing:
    """One execution of a trigger: the clock at which it happened, and how many came before it in the sequence."""

    sequence: int
    step: int
    execution: int


ONCE = Firing(-1, -1, 0)
"""What stands outside every trigger is executed once, before the first frame."""


@dataclass(frozen=True)
class Trigger:
    """A ``trigger.on_frame`` block.

    Attributes:
        name: Name of its block.
        interval: Steps from one firing to the next; the first is at step 0.
        max_execs: How often it fires in a sequence; 0 = no limit.
        rt_subframes: Renderings of each step that it fires in.
    """

    name: str
    interval: int = 1
    max_execs: int = 0
    rt_subframes: int = 1

    def fires(self, address: Address) -> bool:
        """Return whether it fires in the step of an address."""
        return self.last_firing(address).step == address.clock[1]

    def last_firing(self, address: Address) -> Firing:
        """Return its last firing at or before an address; step 0 always counts as one."""
        sequence, step = address.clock
        execution = step // self.interval
        if self.max_execs:
            execution = min(execution, self.max_execs - 1)
        return Firing(sequence, execution * self.interval, execution)

    @property
    def remembers(self) -> bool:
        """Whether steps between two firings show what the earlier one did."""
        return self.interval > 1


@dataclass(frozen=True)
class TimeTrigger(Trigger):
    """A ``trigger.on_time`` block: fires with the first step, and with each first step of a further interval.

    Attributes:
        seconds: Simulated time from one firing to the next [s]; a step lasts 1 / `RATE`.
        reset_physics: Whether bodies are rewound before what it runs.
    """

    seconds: float = 1.0
    reset_physics: bool = True

    def last_firing(self, address: Address) -> Firing:
        """Return its last firing at or before an address."""
        sequence, step = address.clock
        execution = math.floor((step / RATE + _TOLERANCE) / self._interval)
        if self.max_execs:
            execution = min(execution, self.max_execs - 1)
        return Firing(sequence, self.step_of(execution), execution)

    def step_of(self, execution: int) -> int:
        """Return the step of an execution."""
        return max(0, math.ceil((execution * self._interval - _TOLERANCE) * RATE))

    @property
    def _interval(self) -> float:
        return max(self.seconds, 1.0 / RATE)  # it fires once a step at most

    @property
    def remembers(self) -> bool:
        """Time passes between any two steps."""
        return True


def trigger_of(name: str, call: Call) -> Trigger:
    """Return the trigger of a call; ``num_frames`` and ``num`` are old names of ``max_execs``."""
    args: dict[str, Any] = {key: value.value for key, value in call.args.items() if isinstance(value, Literal)}
    limit = args.get("max_execs") or args.get("num_frames") or args.get("num") or 0
    if call.function == "trigger.on_time":
        seconds, rewind = float(args.get("interval", 1)), bool(args.get("reset_physics", True))
        subframes = args.get("rt_subframes", 16)
        return TimeTrigger(name, max_execs=limit, rt_subframes=subframes, seconds=seconds, reset_physics=rewind)
    return Trigger(name, args.get("interval", 1), limit, args.get("rt_subframes", 1))


def frames_wanted(trigger: Trigger) -> int:
    """Return how many steps a trigger's limit asks for; 0 where it has none."""
    if not trigger.max_execs:
        return 0
    if isinstance(trigger, TimeTrigger):
        return trigger.step_of(trigger.max_execs)
    return (trigger.max_execs - 1) * trigger.interval + 1


def window_start(step: int, sequence: int, triggers: Sequence[Trigger]) -> int:
    """Return the last step, at or before one, from which simulated bodies start afresh."""
    address = Address(0, sequence, step, clock=(sequence, step))
    rewinding = [trigger for trigger in triggers if isinstance(trigger, TimeTrigger) and trigger.reset_physics]
    return max((trigger.last_firing(address).step for trigger in rewinding), default=0)


def addresses_of(frames: int | FrameGrid, triggers: Sequence[Trigger], plays: bool = False) -> list[Address]:
    """Return the addresses of a dataset, in order.

    Plain frames are a sequence each, unless a trigger remembers from one frame to the next: then all are one sequence. While
    the timeline plays, a sequence lasts until bodies are rewound.

    Args:
        frames: How many frames, or sequences and steps.
        triggers: All triggers of the recipe.
        plays: Whether the timeline plays.
    """
    if isinstance(frames, FrameGrid):
        pairs = [(sequence, step) for sequence in range(frames.sequences) for step in range(frames.steps)]
        return [Address(index, *pair, clock=pair) for index, pair in enumerate(pairs)]
    if plays:
        starts = [window_start(index, 0, triggers) for index in range(frames)]
        numbers = {start: number for number, start in enumerate(sorted(set(starts)))}
        return [Address(index, numbers[start], index - start, clock=(0, index)) for index, start in enumerate(starts)]
    if any(trigger.remembers for trigger in triggers):
        return [Address(index, 0, index, clock=(0, index)) for index in range(frames)]
    return [Address(index, index, 0, clock=(0, index)) for index in range(frames)]
