"""``isaacsim.core.prims``: prims with poses as NumPy arrays, one (``Single…``) or several by regular expression.

Positions are in stage units, quaternions (w, x, y, z). Articulations, cloth, deformables and particles have no stand-in.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from isaacsim.core.experimental import prims as experimental
from isaacsim.core.utils.types import DynamicState, XFormPrimState
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade

from scenewright.host.stage_context import get_context

__all__ = ["GeometryPrim", "RigidPrim", "SingleGeometryPrim", "SingleRigidPrim", "SingleXFormPrim", "XFormPrim"]

Rows = Sequence | np.ndarray


class XFormPrim:
    """Prims with poses and scales; values have one row for each.

    Args:
        prim_paths_expr: Path, regular expression, or several.
        name: Name in a scene.
        positions: World positions, (N, 3); not together with ``translations``.
        translations: Local positions, (N, 3).
        orientations: Quaternions, (N, 4), in the world with ``positions``, else local.
        scales: Local scale factors, (N, 3).
        visibilities: Whether each is shown, (N,).
        reset_xform_properties: Whether to replace other transform ops by translate, orient and scale.
        usd: Accepted; there is only USD here.

    Raises:
        ValueError: No prim matches.
    """

    _kind: type[experimental.XformPrim] = experimental.XformPrim

    def __init__(self, prim_paths_expr: str | list[str], name: str = "xform_prim_view", positions: Rows | None = None,
                 translations: Rows | None = None, orientations: Rows | None = None, scales: Rows | None = None,
                 visibilities: Rows | None = None, reset_xform_properties: bool = True, usd: bool = True) -> None:
        self._view = self._kind(prim_paths_expr, positions=positions, translations=translations, orientations=orientations,
                                scales=scales, reset_xform_op_properties=reset_xform_properties)
        self._name = name
        if visibilities is not None:
            self._view.set_visibilities(visibilities)
        self._default = self.get_world_poses()

    name = property(lambda self: self._name, doc="Name in a scene.")
    prim_paths = property(lambda self: self._view.paths, doc="Paths of the prims.")
    prims = property(lambda self: self._view.prims, doc="The prims.")
    count = property(lambda self: len(self._view), doc="How many they are.")

    def initialize(self, physics_sim_view: Any = None) -> None:
        """Return at once: bodies join the simulation by themselves."""

    def is_valid(self, indices: Any = None) -> bool:
        """Return whether the prims still exist."""
        return self._view.valid

    def post_reset(self) -> None:
        """Go back to the default poses."""
        self.set_world_poses(*self._default)

    def set_default_state(self, positions: Rows | None = None, orientations: Rows | None = None, indices: Any = None) -> None:
        """Choose the poses of ``post_reset``; None keeps what was chosen."""
        chosen = slice(None) if indices is None else np.asarray(indices)
        for kept, given in zip(self._default, (positions, orientations), strict=True):
            if given is not None:
                kept[chosen] = np.asarray(given)

    def get_world_poses(self, indices: Any = None, usd: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Return world positions (N, 3) and quaternions (N, 4)."""
        return tuple(value.numpy() for value in self._view.get_world_poses(indices=indices))

    def get_local_poses(self, indices: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return local positions (N, 3) and quaternions (N, 4)."""
        return tuple(value.numpy() for value in self._view.get_local_poses(indices=indices))

    def set_world_poses(self, positions: Rows | None = None, orientations: Rows | None = None, indices: Any = None,
                        usd: bool = True) -> None:
        """Write world positions and quaternions; None keeps what is there."""
        self._view.set_world_poses(positions, orientations, indices=indices)

    def set_local_poses(self, translations: Rows | None = None, orientations: Rows | None = None, indices: Any = None) -> None:
        """Write local positions and quaternions; None keeps what is there."""
        self._view.set_local_poses(translations, orientations, indices=indices)

    def get_local_scales(self, indices: Any = None) -> np.ndarray:
        """Return local scale factors, (N, 3)."""
        return self._view.get_local_scales(indices=indices).numpy()

    def set_local_scales(self, scales: Rows, indices: Any = None) -> None:
        """Write local scale factors."""
        self._view.set_local_scales(scales, indices=indices)

    def get_world_scales(self, indices: Any = None) -> np.ndarray:
        """Return scale factors in the world, (N, 3)."""
        prims = self._view.prims if indices is None else [self._view.prims[int(index)] for index in np.ravel(indices)]
        matrices = [np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())) for prim in prims]
        return np.linalg.norm(np.array(matrices)[:, :3, :3], axis=2)

    def get_visibilities(self, indices: Any = None) -> np.ndarray:
        """Return whether each is shown, (N,) bool."""
        return self._view.get_visibilities(indices=indices).numpy().ravel()

    def set_visibilities(self, visibilities: Rows, indices: Any = None) -> None:
        """Show or hide each."""
        self._view.set_visibilities(visibilities, indices=indices)

    def apply_visual_materials(self, visual_materials: Any, weaker_than_descendants: Any = None, indices: Any = None) -> None:
        """Bind materials of ``isaacsim.core.api.materials``: one for all, or one for each."""
        prims = self._view.prims if indices is None else [self._view.prims[int(index)] for index in np.ravel(indices)]
        each = list(visual_materials) if isinstance(visual_materials, list | tuple) else [visual_materials] * len(prims)
        for prim, material in zip(prims, each, strict=True):
            bind_material(prim, material.material, bool(np.ravel(weaker_than_descendants or False)[0]))


class RigidPrim(XFormPrim):
    """Rigid bodies.

    Args:
        prim_paths_expr: See ``XFormPrim``.
        name: Name in a scene.
        masses: Kilograms, one for each.
        densities: Kilograms per cubic metre, one for each.
        linear_velocities: Stage units per second, (N, 3).
        angular_velocities: Radians per second, (N, 3).
        options: See ``XFormPrim``.
    """

    _kind = experimental.RigidPrim

    def __init__(self, prim_paths_expr: str | list[str], name: str = "rigid_prim_view", *, masses: Rows | None = None,
                 densities: Rows | None = None, linear_velocities: Rows | None = None, angular_velocities: Rows | None = None,
                 **options: Any) -> None:
        super().__init__(prim_paths_expr, name, **options)
        if masses is not None:
            self.set_masses(masses)
        if densities is not None:
            self._view._write_mass("CreateDensityAttr", densities, None)
        if linear_velocities is not None or angular_velocities is not None:
            self._view.set_velocities(linear_velocities, angular_velocities)

    def set_linear_velocities(self, velocities: Rows, indices: Any = None) -> None:
        """Write velocities [stage units/s], (N, 3)."""
        self._view.set_velocities(velocities, None, indices=indices)

    def set_angular_velocities(self, velocities: Rows, indices: Any = None) -> None:
        """Write angular velocities [radians/s], (N, 3)."""
        self._view.set_velocities(None, velocities, indices=indices)

    def set_velocities(self, velocities: Rows, indices: Any = None) -> None:
        """Write velocities and angular velocities, (N, 6)."""
        rows = np.asarray(velocities, dtype=float).reshape(-1, 6)
        self._view.set_velocities(rows[:, :3], rows[:, 3:], indices=indices)

    def get_linear_velocities(self, indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return velocities [stage units/s], (N, 3)."""
        return self._view.get_velocities(indices=indices)[0].numpy()

    def get_angular_velocities(self, indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return angular velocities [radians/s], (N, 3)."""
        return self._view.get_velocities(indices=indices)[1].numpy()

    def get_velocities(self, indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return velocities and angular velocities, (N, 6)."""
        return np.concatenate([self.get_linear_velocities(indices), self.get_angular_velocities(indices)], axis=1)

    def set_masses(self, masses: Rows, indices: Any = None) -> None:
        """Write masses [kg]."""
        self._view.set_masses(masses, indices=indices)

    def get_masses(self, indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return the authored masses [kg], (N,); 0 where none is."""
        return self._view.get_masses(indices=indices).numpy().ravel()

    def enable_rigid_body_physics(self, indices: Any = None) -> None:
        """Let the bodies move."""
        self._view.set_enabled_rigid_bodies(True, indices=indices)

    def disable_rigid_body_physics(self, indices: Any = None) -> None:
        """Keep the bodies where they are."""
        self._view.set_enabled_rigid_bodies(False, indices=indices)


class GeometryPrim(XFormPrim):
    """Shapes that may collide: see ``XFormPrim``; ``collisions`` says which do."""

    _kind = experimental.GeomPrim

    def __init__(self, prim_paths_expr: str | list[str], name: str = "geometry_prim_view", *, collisions: Rows | None = None,
                 **options: Any) -> None:
        super().__init__(prim_paths_expr, name, **options)
        if collisions is not None and np.any(collisions):
            self._view.apply_collision_apis(indices=np.flatnonzero(np.broadcast_to(collisions, self.count)))

    def apply_collision_apis(self, indices: Any = None) -> None:
        """Make the shapes collide."""
        self._view.apply_collision_apis(indices=indices)

    def enable_collision(self, indices: Any = None) -> None:
        """Switch collisions on."""
        self._view.set_enabled_collisions(True, indices=indices)

    def disable_collision(self, indices: Any = None) -> None:
        """Switch collisions off."""
        self._view.set_enabled_collisions(False, indices=indices)

    def set_collision_approximations(self, approximation_types: list[str], indices: Any = None) -> None:
        """Write the collision shape of meshes."""
        self._view.set_collision_approximations(approximation_types, indices=indices)


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


def bind_material(prim: Usd.Prim, material: UsdShade.Material, weaker_than_descendants: bool = False,
                  purpose: str = UsdShade.Tokens.allPurpose) -> None:
    """Bind ``material`` to ``prim``, over or under what its descendants bind."""
    strength = UsdShade.Tokens.weakerThanDescendants if weaker_than_descendants else UsdShade.Tokens.strongerThanDescendants
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, strength, purpose)
