"""One prim as an object."""

from typing import Any

import numpy as np
from isaacsim.core.experimental import prims as experimental
from isaacsim.core.prims.materials import bind_material
from isaacsim.core.prims.views import Rows
from isaacsim.core.utils.types import DynamicState, XFormPrimState
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade

from scenewright.host.stage_context import get_context

__all__ = ["SingleGeometryPrim", "SingleRigidPrim", "SingleXFormPrim"]


class SingleXFormPrim:
    """One prim with a pose, which is defined if it is not there.

    Args:
        prim_path: Path.
        name: Name in a scene.
        position: World position, (3,); not together with ``translation``.
        translation: Local position, (3,).
        orientation: Quaternion, (4,), in the world with ``position``, else local.
        scale: Local scale factors, (3,).
        visible: Whether it is shown; None keeps what is there.
        reset_xform_properties: Whether to replace other transform ops by translate, orient and scale.
    """

    _kind: type[experimental.XformPrim] = experimental.XformPrim

    def __init__(self, prim_path: str, name: str = "xform_prim", position: Rows | None = None, translation: Rows | None = None,
                 orientation: Rows | None = None, scale: Rows | None = None, visible: bool | None = None,
                 reset_xform_properties: bool = True) -> None:
        stage = get_context().get_stage()
        if not stage.GetPrimAtPath(prim_path):
            UsdGeom.Xform.Define(stage, prim_path)
        self._view = self._kind(str(prim_path), resolve_paths=False, positions=position, translations=translation,
                                orientations=orientation, scales=scale, reset_xform_op_properties=reset_xform_properties)
        self._name = name
        if visible is not None:
            self.set_visibility(visible)
        self._default = XFormPrimState(*self.get_world_pose())

    name = property(lambda self: self._name, doc="Name in a scene.")
    prim_path = property(lambda self: self._view.paths[0], doc="Path of the prim.")
    prim = property(lambda self: self._view.prims[0], doc="The prim.")

    def initialize(self, physics_sim_view: Any = None) -> None:
        """Return at once: a body joins the simulation by itself."""

    def is_valid(self) -> bool:
        """Return whether the prim still exists."""
        return self._view.valid

    def post_reset(self) -> None:
        """Go back to the default pose."""
        self.set_world_pose(self._default.position, self._default.orientation)

    def get_default_state(self) -> XFormPrimState:
        """Return the pose of ``post_reset``."""
        return self._default

    def set_default_state(self, position: Rows | None = None, orientation: Rows | None = None) -> None:
        """Choose the pose of ``post_reset``; None keeps what was chosen."""
        self._default.position = self._default.position if position is None else np.asarray(position)
        self._default.orientation = self._default.orientation if orientation is None else np.asarray(orientation)

    def get_world_pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Return world position (3,) and quaternion (4,)."""
        return tuple(value.numpy()[0] for value in self._view.get_world_poses())

    def get_local_pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Return local position (3,) and quaternion (4,)."""
        return tuple(value.numpy()[0] for value in self._view.get_local_poses())

    def set_world_pose(self, position: Rows | None = None, orientation: Rows | None = None) -> None:
        """Write world position and quaternion; None keeps what is there."""
        self._view.set_world_poses(position, orientation)

    def set_local_pose(self, translation: Rows | None = None, orientation: Rows | None = None) -> None:
        """Write local position and quaternion; None keeps what is there."""
        self._view.set_local_poses(translation, orientation)

    def get_local_scale(self) -> np.ndarray:
        """Return local scale factors, (3,)."""
        return self._view.get_local_scales().numpy()[0]

    def set_local_scale(self, scale: Rows) -> None:
        """Write local scale factors."""
        self._view.set_local_scales(scale)

    def get_world_scale(self) -> np.ndarray:
        """Return scale factors in the world, (3,)."""
        matrix = UsdGeom.Xformable(self.prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())
        return np.linalg.norm(np.array(matrix)[:3, :3], axis=1)

    def get_visibility(self) -> bool:
        """Return whether it is shown."""
        return bool(self._view.get_visibilities().numpy().ravel()[0])

    def set_visibility(self, visible: bool) -> None:
        """Show or hide it."""
        self._view.set_visibilities(bool(visible))

    def apply_visual_material(self, visual_material: Any, weaker_than_descendants: bool = False) -> None:
        """Bind a material of ``isaacsim.core.api.materials``."""
        bind_material(self.prim, visual_material.material, weaker_than_descendants)
        self._material = visual_material

    def get_applied_visual_material(self) -> Any:
        """Return the material that was applied, None where none was."""
        return getattr(self, "_material", None)

    def is_visual_material_applied(self) -> bool:
        """Return whether a material is bound."""
        return bool(UsdShade.MaterialBindingAPI(self.prim).ComputeBoundMaterial()[0])


class SingleGeometryPrim(SingleXFormPrim):
    """One shape that may collide: see ``SingleXFormPrim``; ``collision`` says whether it does."""

    _kind = experimental.GeomPrim

    def __init__(self, prim_path: str, name: str = "geometry_prim", *args: Any, collision: bool = False,
                 **options: Any) -> None:
        super().__init__(prim_path, name, *args, **options)
        if collision:
            experimental.GeomPrim(self.prim_path, resolve_paths=False, apply_collision_apis=True)

    @property
    def geom(self) -> UsdGeom.Gprim:
        """The prim as a shape."""
        return UsdGeom.Gprim(self.prim)

    def set_collision_approximation(self, approximation_type: str) -> None:
        """Write the collision shape of a mesh."""
        UsdPhysics.MeshCollisionAPI.Apply(self.prim).CreateApproximationAttr(approximation_type)

    def get_collision_approximation(self) -> str:
        """Return the collision shape of a mesh, "none" for its triangles."""
        return str(UsdPhysics.MeshCollisionAPI(self.prim).GetApproximationAttr().Get() or "none")

    def set_collision_enabled(self, enabled: bool) -> None:
        """Switch collisions on or off."""
        UsdPhysics.CollisionAPI.Apply(self.prim).CreateCollisionEnabledAttr(bool(enabled))

    def get_collision_enabled(self) -> bool:
        """Return whether it collides."""
        return self.prim.HasAPI(UsdPhysics.CollisionAPI) and bool(
            UsdPhysics.CollisionAPI(self.prim).GetCollisionEnabledAttr().Get())

    def apply_physics_material(self, physics_material: Any, weaker_than_descendants: bool = False) -> None:
        """Bind a ``PhysicsMaterial``."""
        bind_material(self.prim, physics_material.material, weaker_than_descendants, "physics")
        self._physics_material = physics_material

    def get_applied_physics_material(self) -> Any:
        """Return the physics material that was applied, None where none was."""
        return getattr(self, "_physics_material", None)


class SingleRigidPrim(SingleXFormPrim):
    """One rigid body.

    Args:
        prim_path: See ``SingleXFormPrim``.
        name: Name in a scene.
        args: See ``SingleXFormPrim``.
        mass: Kilograms.
        density: Kilograms per cubic metre.
        linear_velocity: Stage units per second, (3,).
        angular_velocity: Radians per second, (3,).
        options: See ``SingleXFormPrim``.
    """

    _kind = experimental.RigidPrim

    def __init__(self, prim_path: str, name: str = "rigid_prim", *args: Any, mass: float | None = None,
                 density: float | None = None, linear_velocity: Rows | None = None, angular_velocity: Rows | None = None,
                 **options: Any) -> None:
        super().__init__(prim_path, name, *args, **options)
        UsdPhysics.RigidBodyAPI.Apply(self.prim)
        if mass is not None:
            self.set_mass(mass)
        if density is not None:
            self.set_density(density)
        if linear_velocity is not None:
            self.set_linear_velocity(linear_velocity)
        if angular_velocity is not None:
            self.set_angular_velocity(angular_velocity)

    def set_linear_velocity(self, velocity: Rows) -> None:
        """Write the velocity [stage units/s], (3,)."""
        UsdPhysics.RigidBodyAPI(self.prim).CreateVelocityAttr(Gf.Vec3f(*map(float, velocity)))

    def get_linear_velocity(self) -> np.ndarray:
        """Return the velocity [stage units/s], (3,)."""
        return np.array(UsdPhysics.RigidBodyAPI(self.prim).GetVelocityAttr().Get() or (0, 0, 0), dtype=np.float32)

    def set_angular_velocity(self, velocity: Rows) -> None:
        """Write the angular velocity [radians/s], (3,)."""
        UsdPhysics.RigidBodyAPI(self.prim).CreateAngularVelocityAttr(Gf.Vec3f(*np.degrees(velocity).tolist()))

    def get_angular_velocity(self) -> np.ndarray:
        """Return the angular velocity [radians/s], (3,)."""
        return np.radians(np.array(UsdPhysics.RigidBodyAPI(self.prim).GetAngularVelocityAttr().Get() or (0, 0, 0), np.float32))

    def set_mass(self, mass: float) -> None:
        """Write the mass [kg]."""
        UsdPhysics.MassAPI.Apply(self.prim).CreateMassAttr(float(mass))

    def get_mass(self) -> float:
        """Return the authored mass [kg], 0 where none is."""
        return float(UsdPhysics.MassAPI(self.prim).GetMassAttr().Get() or 0.0)

    def set_density(self, density: float) -> None:
        """Write the density [kg/m^3]."""
        UsdPhysics.MassAPI.Apply(self.prim).CreateDensityAttr(float(density))

    def get_density(self) -> float:
        """Return the authored density [kg/m^3], 0 where none is."""
        return float(UsdPhysics.MassAPI(self.prim).GetDensityAttr().Get() or 0.0)

    def enable_rigid_body_physics(self) -> None:
        """Let the body move."""
        UsdPhysics.RigidBodyAPI(self.prim).CreateRigidBodyEnabledAttr(True)

    def disable_rigid_body_physics(self) -> None:
        """Keep the body where it is."""
        UsdPhysics.RigidBodyAPI(self.prim).CreateRigidBodyEnabledAttr(False)

    def get_current_dynamic_state(self) -> DynamicState:
        """Return pose and velocities."""
        return DynamicState(*self.get_world_pose(), self.get_linear_velocity(), self.get_angular_velocity())
