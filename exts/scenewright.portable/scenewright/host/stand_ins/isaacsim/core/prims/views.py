"""Several prims as one object: values have one row for each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from isaacsim.core.experimental import prims as experimental
from isaacsim.core.prims.materials import bind_material
from pxr import Usd, UsdGeom

__all__ = ["GeometryPrim", "RigidPrim", "Rows", "XFormPrim"]

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
