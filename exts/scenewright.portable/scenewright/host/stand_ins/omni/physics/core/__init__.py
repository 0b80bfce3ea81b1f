"""``omni.physics.core``: subscriptions to physics steps, and which colliders overlap a box or a sphere."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from pxr import Gf, PhysicsSchemaTools, Sdf

from scenewright.host.overlap import Hull, box_hull, overlaps
from scenewright.host.simulation import PhysicsSubscription, get_simulation
from scenewright.host.stage_context import get_context

__all__ = ["OverlapHit", "PhysicsSceneQueryInterface", "PhysicsSimulationInterface", "get_physics_scene_query_interface",
           "get_physics_simulation_interface"]


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

    def apply_force_at_pos(self, stage_id: int, body_path: int | str | Sdf.Path, force: Sequence[float], pos: Sequence[float],
                           mode: str = "Force") -> None:
        """Push a body at a point during the next physics step.

        Args:
            stage_id: Accepted; the current stage is simulated.
            body_path: The body: its path, or the number that ``pxr.PhysicsSchemaTools`` gives it.
            force: In the world [mass x stage units / s²]; an impulse [mass x stage units / s] with mode "Impulse".
            pos: World point [stage units].
            mode: "Force" or "Impulse".

        Raises:
            ValueError: There is no moving body, or the mode is another.
        """
        get_simulation().apply_force(_path(body_path), _during_a_step(force, mode), list(pos))

    def apply_torque(self, stage_id: int, body_path: int | str | Sdf.Path, torque: Sequence[float],
                     mode: str = "Force") -> None:
        """Turn a body with a torque during the next physics step: see ``apply_force_at_pos``."""
        get_simulation().apply_force(_path(body_path), _during_a_step(torque, mode), torque=True)

    def fetch_results(self) -> None:
        """Return at once: poses are on the stage when ``simulate`` returns."""


class OverlapHit(NamedTuple):
    """A collider that overlaps, and the body it belongs to: paths as ``pxr.PhysicsSchemaTools`` numbers them."""

    collision: int
    rigid_body: int


class PhysicsSceneQueryInterface:
    """What scripts ask of the colliders on the stage; each counts as its convex hull."""

    def overlap_box(self, half_extent: Sequence[float], pos: Sequence[float], rot: Sequence[float],
                    reportFn: Callable[[OverlapHit], bool] | None = None) -> int:
        """Call ``reportFn(hit)`` for each collider that overlaps a box, until it returns False.

        Args:
            half_extent: Half its edges [stage units].
            pos: Its centre.
            rot: Its rotation, a quaternion (x, y, z, w).
            reportFn: Hears of each; None = nobody.

        Returns:
            How many it heard of.
        """
        x, y, z, w = map(float, rot)
        return self._report(box_hull(np.array(half_extent, float), np.array(pos, float), Gf.Quatd(w, x, y, z)), reportFn)

    def overlap_sphere(self, radius: float, pos: Sequence[float],
                       reportFn: Callable[[OverlapHit], bool] | None = None) -> int:
        """Call ``reportFn(hit)`` for each collider that overlaps a sphere, until it returns False; return how many."""
        return self._report(Hull(np.array([pos], dtype=float), float(radius)), reportFn)

    def _report(self, hull: Hull, report: Callable[[Any], bool] | None) -> int:
        count = 0
        for hit in overlaps(get_context().get_stage(), hull):
            count += 1
            if report is not None and not report(self._hit(hit.collision, hit.rigid_body)):
                break
        return count

    def _hit(self, collision: Sdf.Path, body: Sdf.Path) -> Any:
        return OverlapHit(PhysicsSchemaTools.sdfPathToInt(collision), PhysicsSchemaTools.sdfPathToInt(body))


def _path(body: int | str | Sdf.Path) -> str:
    return str(PhysicsSchemaTools.intToSdfPath(body) if isinstance(body, int) else body)


def _during_a_step(vector: Sequence[float], mode: str) -> np.ndarray:
    if mode not in ("Force", "Impulse"):
        raise ValueError(f"A force is applied as 'Force' or 'Impulse', got {mode!r}.")
    return np.asarray(list(vector), float) / (get_simulation().step_duration() if mode == "Impulse" else 1.0)


_interface = PhysicsSimulationInterface()
_queries = PhysicsSceneQueryInterface()


def get_physics_scene_query_interface() -> PhysicsSceneQueryInterface:
    """Return the scene queries of this process."""
    return _queries


def get_physics_simulation_interface() -> PhysicsSimulationInterface:
    """Return the interface of this process."""
    return _interface
