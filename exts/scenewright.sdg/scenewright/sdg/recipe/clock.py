"""When things happen: the addresses of a dataset, and the steps at which a trigger fires."""

from dataclasses import dataclass

from scenewright.sdg.recipe.program import Call, Literal
from scenewright.sdg.recipe.schema import FrameGrid

__all__ = ["ONCE", "Address", "Firing", "Trigger", "addresses_of"]


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

    @classmethod
    def from_call(cls, name: str, call: Call) -> "Trigger":
        """Return the trigger of a ``trigger.on_frame`` call; ``num_frames`` is the old name of ``max_execs``."""
        args = {key: value.value for key, value in call.args.items() if isinstance(value, Literal)}
        limit = args.get("max_execs") or args.get("num_frames") or 0
        return cls(name, args.get("interval", 1), limit, args.get("rt_subframes", 1))

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


def addresses_of(frames: int | FrameGrid, triggers: list[Trigger]) -> list[Address]:
    """Return the addresses of a dataset, in order.

    Plain frames are a sequence each, unless a trigger remembers from one frame to the next: then all are one sequence.
    """
    if isinstance(frames, FrameGrid):
        pairs = [(sequence, step) for sequence in range(frames.sequences) for step in range(frames.steps)]
        return [Address(index, *pair, clock=pair) for index, pair in enumerate(pairs)]
    if any(trigger.remembers for trigger in triggers):
        return [Address(index, 0, index, clock=(0, index)) for index in range(frames)]
    return [Address(index, index, 0, clock=(0, index)) for index in range(frames)]
