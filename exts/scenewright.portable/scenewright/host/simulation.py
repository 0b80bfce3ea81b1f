"""Physics of the application: when the timeline advances while it plays, an engine takes steps and subscribers hear of them.

The host has no physics of its own. The engine is the Replicator's and is found by name, so that a real Kit's would be too.
"""

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scenewright.host.settings import get_settings
from scenewright.host.timeline import Timeline, get_timeline_interface

__all__ = ["PhysicsSubscription", "Simulation", "SimulationEngine", "StepContext", "get_simulation"]

_DEFAULT_RATE = 60.0  # physics steps per second where no scene says otherwise, as in Isaac Sim


class SimulationEngine(Protocol):
    """What moves things."""

    def steps_per_second(self) -> float:
        """Return how many steps a second of simulated time takes at least."""

    def step(self, seconds: float) -> None:
        """Simulate one step."""

    def publish(self) -> None:
        """Bring the new poses to the stage."""

    def apply_force(self, path: str, force: Sequence[float], position: Sequence[float] | None, torque: bool = False) -> None:
        """Push a body during the next step, or turn it with a ``torque``."""

    def reset(self) -> None:
        """Bring everything back to where it was before the timeline played."""


@dataclass(frozen=True)
class StepContext:
    """What a physics step belongs to."""

    simulation_time: float
    scene_path: str = ""


class PhysicsSubscription:
    """Keeps a callback of physics steps alive until ``unsubscribe()``, ``reset()`` or deletion of the simulation."""

    def __init__(self, callbacks: list["PhysicsSubscription"], order: int, pre_step: bool,
                 callback: Callable[[float, StepContext], Any]) -> None:
        self.order = order
        self.pre_step = pre_step
        self.callback = callback
        self._callbacks = callbacks
        callbacks.append(self)
        callbacks.sort(key=lambda subscription: subscription.order)

    def unsubscribe(self) -> None:
        """End the subscription; doing it twice is harmless."""
        if self in self._callbacks:
            self._callbacks.remove(self)

    reset = unsubscribe


class Simulation:
    """Physics steps of one timeline.

    Args:
        timeline: Drives it.
        find_engine: Returns the engine, or None where there is none; asked once, at the first step.
    """

    def __init__(self, timeline: Timeline, find_engine: Callable[[], SimulationEngine | None]) -> None:
        self.time = 0.0
        self._find_engine = find_engine
        self._engine: SimulationEngine | None = None
        self._callbacks: list[PhysicsSubscription] = []
        timeline.add_hook(self._on_timeline)

    def subscribe(self, on_update: Callable[[float, StepContext], Any], pre_step: bool = False,
                  order: int = 0) -> PhysicsSubscription:
        """Call ``on_update(seconds, context)`` before or after every physics step."""
        return PhysicsSubscription(self._callbacks, order, pre_step, on_update)

    def step_duration(self) -> float:
        """Return the seconds of one physics step."""
        return 1.0 / (_DEFAULT_RATE if self._loaded() is None else self._engine.steps_per_second())

    def simulate(self, seconds: float) -> None:
        """Simulate ``seconds`` in equal steps that are no longer than the scene asks for, and bring poses to the stage.

        Who listens to steps sees the poses of each, and what he changes on the stage counts from the next one on.
        """
        if seconds <= 0.0:
            return
        steps = max(1, math.ceil(seconds / self.step_duration() - 1e-6))
        for number in range(steps):
            self.time += seconds / steps
            self._tell(seconds / steps, pre_step=True)
            if self._engine is not None:
                self._engine.step(seconds / steps)
                if self._callbacks or number == steps - 1:
                    self._engine.publish()
            self._tell(seconds / steps, pre_step=False)

    def apply_force(self, path: str, force: Sequence[float], position: Sequence[float] | None = None,
                    torque: bool = False) -> None:
        """Push a body with a force [mass x stage units / s²] during the next physics step.

        Args:
            path: The body.
            force: In the world; nothing happens where nothing simulates.
            position: World point that it acts at [stage units]; None = the centre of mass.
            torque: Whether ``force`` is a torque instead.

        Raises:
            ValueError: There is no moving body at ``path``.
        """
        if self._loaded() is not None:
            self._engine.apply_force(path, force, position, torque)

    def reset(self) -> None:
        """Bring everything back to where it was before the timeline played."""
        self.time = 0.0
        if self._engine is not None:
            self._engine.reset()

    def _loaded(self) -> SimulationEngine | None:
        if self._engine is None:
            self._engine = self._find_engine()
        return self._engine

    def _on_timeline(self, event: str, seconds: float) -> None:
        if event == "stopped":
            self.reset()
        elif event == "advanced" and get_settings().get("/app/player/playSimulations") not in (False, 0):
            self.simulate(seconds)

    def _tell(self, seconds: float, pre_step: bool) -> None:
        context = StepContext(self.time)
        for subscription in [entry for entry in self._callbacks if entry.pre_step is pre_step]:
            subscription.callback(seconds, context)


def _replicator_engine() -> SimulationEngine | None:
    try:
        replicator = importlib.import_module("omni.replicator.core")
    except ModuleNotFoundError:  # the import finder is not active: a host without a Replicator
        return None
    return replicator.physics.simulation_engine()


_simulation = Simulation(get_timeline_interface(), _replicator_engine)


def get_simulation() -> Simulation:
    """Return the simulation of this process."""
    return _simulation
