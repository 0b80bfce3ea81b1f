"""The physics scene of a stage."""

from typing import Any

from isaacsim.core.simulation_manager import SimulationManager
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

__all__ = ["PhysicsContext"]


class PhysicsContext:
    """The physics scene of the current stage, which is made if there is none.

    Args:
        physics_dt: Duration of a physics step [s]; None keeps what is there, 1/60 s for a new scene.
        prim_path: Where a new scene goes.
        sim_params: Accepted; PhysX is not what simulates here.
        set_defaults: Whether a new scene gets gravity of 9.81 m/s^2 against the up axis.
    """

    def __init__(self, physics_dt: float | None = None, prim_path: str = "/physicsScene", sim_params: dict | None = None,
                 set_defaults: bool = True) -> None:
        stage = get_context().get_stage()
        found = next((prim for prim in stage.Traverse() if prim.IsA(UsdPhysics.Scene)), None)
        self.prim_path = prim_path if found is None else str(found.GetPath())
        if found is None:
            UsdPhysics.Scene.Define(stage, prim_path)
            if set_defaults:
                self.set_gravity(-9.81)
        if physics_dt is not None:
            self.set_physics_dt(physics_dt)

    def get_current_physics_scene_prim(self) -> Usd.Prim:
        """Return the prim of the physics scene."""
        return get_context().get_stage().GetPrimAtPath(self.prim_path)

    def set_physics_dt(self, dt: float = 1.0 / 60.0, substeps: int = 1) -> None:
        """Set the duration of a physics step [s]; it is divided into ``substeps``."""
        SimulationManager.set_physics_dt(dt / max(1, substeps))

    def get_physics_dt(self) -> float:
        """Return the duration of a physics step [s]."""
        return SimulationManager.get_physics_dt()

    def set_gravity(self, value: float) -> None:
        """Set gravity along the up axis [m/s^2]; negative pulls down."""
        stage = get_context().get_stage()
        scene = UsdPhysics.Scene(self.get_current_physics_scene_prim())
        axis = Gf.Vec3f(0, 1, 0) if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else Gf.Vec3f(0, 0, 1)
        scene.CreateGravityDirectionAttr(axis * (-1.0 if value <= 0 else 1.0))
        scene.CreateGravityMagnitudeAttr(abs(float(value)) / UsdGeom.GetStageMetersPerUnit(stage))

    def get_gravity(self) -> tuple[Gf.Vec3f, float]:
        """Return direction and magnitude [stage units/s^2] of gravity."""
        scene = UsdPhysics.Scene(self.get_current_physics_scene_prim())
        return scene.GetGravityDirectionAttr().Get(), scene.GetGravityMagnitudeAttr().Get()

    def _accept(self, flag: Any = None) -> None:
        """Return at once: this concerns how PhysX computes, not what."""

    enable_ccd = enable_fabric = enable_gpu_dynamics = enable_stablization = enable_stabilization = _accept
    set_broadphase_type = set_solver_type = _accept
