"""``omni.physics.core``: subscriptions to physics steps."""

from collections.abc import Callable
from typing import Any

from scenewright.host.simulation import PhysicsSubscription, get_simulation

__all__ = ["PhysicsSimulationInterface", "get_physics_simulation_interface"]


class PhysicsSimulationInterface:
    """What scripts ask of the simulation."""

    def subscribe_physics_on_step_events(self, pre_step: bool = False, order: int = 0,
                                         on_update: Callable[[float, Any], Any] | None = None) -> PhysicsSubscription:
        """Call ``on_update(seconds, context)`` before or after every physics step.

        Raises:
            ValueError: ``on_update`` cannot be called.
        """
        if not callable(on_update):
            raise ValueError(f"subscribe_physics_on_step_events needs on_update=, a function of (seconds, context); "
                             f"got {on_update!r}.")
        return get_simulation().subscribe(on_update, pre_step=pre_step, order=order)

    def simulate(self, elapsed_time: float, current_time: float = 0.0) -> None:
        """Simulate ``elapsed_time`` seconds."""
        get_simulation().simulate(elapsed_time)

    def fetch_results(self) -> None:
        """Return at once: poses are on the stage when ``simulate`` returns."""


_interface = PhysicsSimulationInterface()


def get_physics_simulation_interface() -> PhysicsSimulationInterface:
    """Return the interface of this process."""
    return _interface
