"""``isaacsim.core.simulation_manager``: physics steps that a script takes by itself, apart from the timeline."""

from pxr import Sdf, UsdPhysics

from scenewright.host.settings import get_settings
from scenewright.host.simulation import get_simulation
from scenewright.host.stage_context import get_context

__all__ = ["SimulationManager"]


class SimulationManager:
    """Steps the physics of the current stage. Bodies stay where they got to until the timeline stops or it is invalidated."""

    @classmethod
    def initialize_physics(cls) -> None:
        """Return at once: bodies join the simulation with the first step after they were made."""

    @classmethod
    def step(cls, steps: int = 1, callback: object = None) -> None:
        """Simulate ``steps`` physics steps.

        Raises:
            ValueError: ``steps`` is negative.
            NotImplementedError: A callback is given.
        """
        if callback is not None:
            raise NotImplementedError("SimulationManager.step(callback=…) has no stand-in on the portable host. "
                                      "Step one at a time and call it yourself.")
        if steps < 0:
            raise ValueError(f"SimulationManager.step: steps is at least 0, got {steps!r}.")
        simulation = get_simulation()
        for _ in range(steps):
            simulation.simulate(simulation.step_duration())

    @classmethod
    def set_physics_dt(cls, dt: float = 1.0 / 60.0) -> None:
        """Author the duration of a physics step [s] on the stage's physics scene, which is made if there is none.

        Raises:
            ValueError: It is not positive.
        """
        if not 0.0 < float(dt) < float("inf"):
            raise ValueError(f"SimulationManager.set_physics_dt: a positive number of seconds, got {dt!r}.")
        stage = get_context().get_stage()
        scene = next((prim for prim in stage.Traverse() if prim.IsA(UsdPhysics.Scene)), None)
        if scene is None:
            scene = UsdPhysics.Scene.Define(stage, "/PhysicsScene").GetPrim()
        scene.AddAppliedSchema("PhysxSceneAPI")
        scene.CreateAttribute("physxScene:timeStepsPerSecond", Sdf.ValueTypeNames.UInt).Set(round(1.0 / float(dt)))

    @classmethod
    def get_physics_dt(cls) -> float:
        """Return the duration of a physics step [s]."""
        return get_simulation().step_duration()

    @classmethod
    def get_simulation_time(cls) -> float:
        """Return the seconds simulated since the last rewind."""
        return get_simulation().time

    @classmethod
    def set_physics_sim_device(cls, device: str) -> None:
        """Choose where physics runs: "cpu", "cuda" or "cuda:N"; otherwise it runs where frames are rendered."""
        get_settings().set("/scenewright/physicsDevice", "cuda:0" if device == "cuda" else str(device))

    @classmethod
    def get_device(cls) -> str:
        """Return where physics runs."""
        settings = get_settings()
        return settings.get("/scenewright/physicsDevice") or settings.get("/scenewright/device") or "cpu"

    @classmethod
    def invalidate_physics(cls) -> None:
        """Rewind what was simulated and forget its state."""
        get_simulation().reset()
