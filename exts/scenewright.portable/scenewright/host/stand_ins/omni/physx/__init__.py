"""``omni.physx``: physics steps and overlaps, as ``omni.physics.core`` has them since Isaac Sim 6.0."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from omni.physics import core
from pxr import Sdf

from scenewright.host.simulation import PhysicsSubscription, get_simulation

__all__ = ["OverlapHit", "PhysXInterface", "PhysXSceneQueryInterface", "acquire_physx_interface",
           "acquire_physx_scene_query_interface", "get_physx_interface", "get_physx_scene_query_interface",
           "get_physx_simulation_interface"]


class PhysXInterface:
    """What scripts ask of PhysX."""

    def subscribe_physics_step_events(self, fn: Callable[[float], Any]) -> PhysicsSubscription:
        """Call ``fn(seconds)`` after every physics step, until the subscription goes."""
        return get_simulation().subscribe(lambda seconds, context: fn(seconds))

    def subscribe_physics_on_step_events(self, fn: Callable[[float], Any], pre_step: bool, order: int) -> PhysicsSubscription:
        """Call ``fn(seconds)`` before or after every physics step, until the subscription goes."""
        return get_simulation().subscribe(lambda seconds, context: fn(seconds), pre_step=pre_step, order=order)

    def start_simulation(self) -> None:
        """Return at once: bodies join the simulation by themselves."""

    force_load_physics_from_usd = start_simulation

    def update_simulation(self, elapsed_step: float, current_time: float = 0.0) -> None:
        """Simulate ``elapsed_step`` seconds."""
        get_simulation().simulate(elapsed_step)

    def update_transformations(self, *args: Any, **kwargs: Any) -> None:
        """Return at once: poses are on the stage."""

    def reset_simulation(self) -> None:
        """Bring everything back to where it was before the timeline played."""
        get_simulation().reset()


class OverlapHit(NamedTuple):
    """A collider that overlaps, and the body it belongs to: paths."""

    collision: str
    rigid_body: str


class PhysXSceneQueryInterface(core.PhysicsSceneQueryInterface):
    """Scene queries whose hits name paths."""

    def overlap_box(self, halfExtent: Sequence[float], pos: Sequence[float], rot: Sequence[float],
                    reportFn: Callable[[OverlapHit], bool] | None = None, anyHit: bool = False) -> int:
        """Do what ``omni.physics.core`` does; with ``anyHit`` return 1 at the first and tell nobody."""
        return super().overlap_box(halfExtent, pos, rot, _first if anyHit else reportFn)

    def overlap_sphere(self, radius: float, pos: Sequence[float], reportFn: Callable[[OverlapHit], bool] | None = None,
                       anyHit: bool = False) -> int:
        """Do what ``omni.physics.core`` does; with ``anyHit`` return 1 at the first and tell nobody."""
        return super().overlap_sphere(radius, pos, _first if anyHit else reportFn)

    def _hit(self, collision: Sdf.Path, body: Sdf.Path) -> OverlapHit:
        return OverlapHit(str(collision), str(body))


def _first(hit: OverlapHit) -> bool:
    return False


_interface = PhysXInterface()
_queries = PhysXSceneQueryInterface()


def get_physx_interface() -> PhysXInterface:
    """Return the interface of this process."""
    return _interface


def get_physx_simulation_interface() -> core.PhysicsSimulationInterface:
    """Return the simulation of this process."""
    return core.get_physics_simulation_interface()


def get_physx_scene_query_interface() -> PhysXSceneQueryInterface:
    """Return the scene queries of this process."""
    return _queries


acquire_physx_interface = get_physx_interface
acquire_physx_scene_query_interface = get_physx_scene_query_interface
