"""``isaacsim.core.experimental.prims``: several prims as one object; poses are Warp arrays, quaternions (w, x, y, z)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as wp
from isaacsim.core.experimental.utils.prim import find_matching_prim_paths, get_prim_at_path
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade

__all__ = ["GeomPrim", "Prim", "RigidPrim", "XformPrim"]


class Prim:
    """Prims by path; regular expressions in a path stand for all prims that they match.

    Raises:
        ValueError: No prim matches.
    """

    def __init__(self, paths: str | list[str], *, resolve_paths: bool = True) -> None:
        given = [paths] if isinstance(paths, str) else list(paths)
        found = [match for path in given for match in (find_matching_prim_paths(path) if resolve_paths else [path])]
        if not found:
            raise ValueError(f"{type(self).__name__}: no prim of the current stage matches {given}.")
        self._prims = [get_prim_at_path(path) for path in found]

    def __len__(self) -> int:
        return len(self._prims)

    @property
    def paths(self) -> list[str]:
        """Paths of the prims."""
        return [str(prim.GetPath()) for prim in self._prims]

    @property
    def prims(self) -> list[Usd.Prim]:
        """The prims."""
        return list(self._prims)

    @property
    def valid(self) -> bool:
        """Whether all of them still exist."""
        return all(prim.IsValid() for prim in self._prims)

    def _chosen(self, indices: Any) -> list[Usd.Prim]:
        if indices is None:
            return self._prims
        return [self._prims[int(index)] for index in np.ravel(_array(indices))]


class XformPrim(Prim):
    """Prims with poses and scales. Values are one row for all prims, or one for each.

    Args:
        paths: Paths or regular expressions.
        resolve_paths: Whether they may be regular expressions.
        positions: World positions [stage units], (3,) or (N, 3); not together with ``translations``.
        translations: Local positions [stage units], (3,) or (N, 3).
        orientations: Quaternions, in the world with ``positions``, else local.
        scales: Local scale factors, (3,) or (N, 3).
        reset_xform_op_properties: Whether to replace other transform ops by translate, orient and scale.
    """

    def __init__(self, paths: str | list[str], *, resolve_paths: bool = True, positions: Any = None, translations: Any = None,
                 orientations: Any = None, scales: Any = None, reset_xform_op_properties: bool = False) -> None:
        super().__init__(paths, resolve_paths=resolve_paths)
        if positions is not None and translations is not None:
            raise ValueError(f"{type(self).__name__}: give positions (world) or translations (local), not both.")
        if reset_xform_op_properties:
            self.reset_xform_op_properties()
        if positions is not None:
            self.set_world_poses(positions, orientations)
        elif translations is not None or orientations is not None:
            self.set_local_poses(translations, orientations)
        if scales is not None:
            self.set_local_scales(scales)

    def get_world_poses(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return world positions (N, 3) [stage units] and quaternions (N, 4)."""
        return _poses([_xform(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()) for prim in self._chosen(indices)])

    def get_local_poses(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return local positions (N, 3) [stage units] and quaternions (N, 4)."""
        return _poses([_xform(prim).GetLocalTransformation(Usd.TimeCode.Default()) for prim in self._chosen(indices)])

    def set_world_poses(self, positions: Any = None, orientations: Any = None, *, indices: Any = None) -> None:
        """Write world positions and quaternions; None keeps what is there, and scale stays."""
        prims = self._chosen(indices)
        for row, prim in enumerate(prims):
            parent = _xform(prim).ComputeParentToWorldTransform(Usd.TimeCode.Default())
            world = _xform(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()).RemoveScaleShear()
            if orientations is not None:
                place = world.ExtractTranslation()
                world.SetRotate(_quaternion(_row(orientations, row, 4)))
                world.SetTranslateOnly(place)
            if positions is not None:
                world.SetTranslateOnly(Gf.Vec3d(*_row(positions, row, 3)))
            local = world * parent.GetInverse()
            _write(prim, local.ExtractTranslation(), local.RemoveScaleShear().ExtractRotationQuat())

    def set_local_poses(self, translations: Any = None, orientations: Any = None, *, indices: Any = None) -> None:
        """Write local positions and quaternions; None keeps what is there, and scale stays."""
        for row, prim in enumerate(self._chosen(indices)):
            _write(prim, None if translations is None else Gf.Vec3d(*_row(translations, row, 3)),
                   None if orientations is None else _quaternion(_row(orientations, row, 4)))

    def get_local_scales(self, *, indices: Any = None) -> wp.array:
        """Return local scale factors, (N, 3)."""
        matrices = [_xform(prim).GetLocalTransformation(Usd.TimeCode.Default()) for prim in self._chosen(indices)]
        return _warp(np.array([[row.GetLength() for row in (m.GetRow3(0), m.GetRow3(1), m.GetRow3(2))] for m in matrices]))

    def set_local_scales(self, scales: Any, *, indices: Any = None) -> None:
        """Write local scale factors."""
        for row, prim in enumerate(self._chosen(indices)):
            _write(prim, scale=Gf.Vec3d(*_row(scales, row, 3)))

    def get_visibilities(self, *, indices: Any = None) -> wp.array:
        """Return whether the prims are shown, (N, 1) bool."""
        shown = [UsdGeom.Imageable(prim).ComputeVisibility() != UsdGeom.Tokens.invisible for prim in self._chosen(indices)]
        return wp.array(np.array(shown, dtype=bool).reshape(-1, 1), dtype=wp.bool, device="cpu")

    def set_visibilities(self, visibilities: Any, *, indices: Any = None) -> None:
        """Show or hide the prims."""
        chosen = self._chosen(indices)
        for prim, shown in zip(chosen, np.broadcast_to(np.ravel(_array(visibilities, bool)), len(chosen)), strict=True):
            imageable = UsdGeom.Imageable(prim)
            (imageable.MakeVisible if shown else imageable.MakeInvisible)()

    def apply_visual_materials(self, materials: Any, *, weaker_than_descendants: Any = None, indices: Any = None) -> None:
        """Bind materials of ``isaacsim.core.experimental.materials``: one for all, or one for each."""
        prims = self._chosen(indices)
        given = materials if isinstance(materials, list | tuple) else [materials]
        found = [material for entry in given for material in entry.materials]
        weaker = np.broadcast_to(np.ravel(_array(False if weaker_than_descendants is None else weaker_than_descendants, bool)),
                                 len(prims))
        for prim, material, weak in zip(prims, found * len(prims) if len(found) == 1 else found, weaker, strict=True):
            UsdShade.MaterialBindingAPI.Apply(prim).Bind(
                material, UsdShade.Tokens.weakerThanDescendants if weak else UsdShade.Tokens.strongerThanDescendants)

    def reset_xform_op_properties(self) -> None:
        """Replace the transform ops by translate, orient and scale; the local pose and scale stay."""
        for prim in self._prims:
            local = _xform(prim).GetLocalTransformation(Usd.TimeCode.Default())
            factor = Gf.Vec3d(*(local.GetRow3(axis).GetLength() for axis in range(3)))
            _xform(prim).ClearXformOpOrder()
            for name in [name for name in prim.GetPropertyNames() if name.startswith("xformOp:")]:
                prim.RemoveProperty(name)
            _write(prim, local.ExtractTranslation(), local.RemoveScaleShear().ExtractRotationQuat(), factor)


class GeomPrim(XformPrim):
    """Shapes that may collide.

    Args:
        paths: Paths or regular expressions.
        apply_collision_apis: Whether to apply the collision schemas.
        options: See ``XformPrim``.
    """

    def __init__(self, paths: str | list[str], *, apply_collision_apis: bool = False, **options: Any) -> None:
        super().__init__(paths, **options)
        if apply_collision_apis:
            self.apply_collision_apis()

    @property
    def geoms(self) -> list[UsdGeom.Gprim]:
        """The prims as shapes."""
        return [UsdGeom.Gprim(prim) for prim in self._prims]

    def apply_collision_apis(self, *, indices: Any = None) -> None:
        """Apply ``CollisionAPI``, and ``MeshCollisionAPI`` to meshes."""
        for prim in self._chosen(indices):
            UsdPhysics.CollisionAPI.Apply(prim)
            if prim.IsA(UsdGeom.Mesh):
                UsdPhysics.MeshCollisionAPI.Apply(prim)

    def set_collision_approximations(self, approximations: str | list[str], *, indices: Any = None) -> None:
        """Write the collision shape of meshes."""
        prims = self._chosen(indices)
        names = [approximations] * len(prims) if isinstance(approximations, str) else list(approximations)
        for prim, name in zip(prims, names, strict=True):
            UsdPhysics.MeshCollisionAPI.Apply(prim).CreateApproximationAttr(name)

    def get_collision_approximations(self, *, indices: Any = None) -> list[str]:
        """Return the collision shape of each mesh, "none" for its triangles."""
        return [str(UsdPhysics.MeshCollisionAPI(prim).GetApproximationAttr().Get() or "none") for prim in self._chosen(indices)]

    def set_enabled_collisions(self, enabled: Any, *, indices: Any = None) -> None:
        """Switch collisions on or off."""
        prims = self._chosen(indices)
        for prim, on in zip(prims, np.broadcast_to(np.ravel(_array(enabled, bool)), len(prims)), strict=True):
            UsdPhysics.CollisionAPI.Apply(prim).CreateCollisionEnabledAttr(bool(on))


class RigidPrim(XformPrim):
    """Rigid bodies.

    Args:
        paths: Paths or regular expressions.
        masses: Kilograms, one or N.
        densities: Kilograms per cubic metre, one or N.
        options: See ``XformPrim``.
    """

    def __init__(self, paths: str | list[str], *, masses: Any = None, densities: Any = None, **options: Any) -> None:
        super().__init__(paths, **options)
        for prim in self._prims:
            UsdPhysics.RigidBodyAPI.Apply(prim)
        if masses is not None:
            self.set_masses(masses)
        if densities is not None:
            self._write_mass("CreateDensityAttr", densities, None)

    def set_masses(self, masses: Any, *, indices: Any = None) -> None:
        """Write masses [kg]."""
        self._write_mass("CreateMassAttr", masses, indices)

    def get_masses(self, *, indices: Any = None, inverse: bool = False) -> wp.array:
        """Return the authored masses [kg], (N, 1); 0 where none is."""
        values = np.array([UsdPhysics.MassAPI(prim).GetMassAttr().Get() or 0.0 for prim in self._chosen(indices)])
        with np.errstate(divide="ignore"):
            return _warp((1.0 / values if inverse else values).reshape(-1, 1))

    def set_velocities(self, linear_velocities: Any = None, angular_velocities: Any = None, *, indices: Any = None) -> None:
        """Write velocities [stage units/s] and angular velocities [radians/s]; what is None stays."""
        for row, prim in enumerate(self._chosen(indices)):
            api = UsdPhysics.RigidBodyAPI(prim)
            if linear_velocities is not None:
                api.CreateVelocityAttr(Gf.Vec3f(*_row(linear_velocities, row, 3)))
            if angular_velocities is not None:
                api.CreateAngularVelocityAttr(Gf.Vec3f(*np.degrees(_row(angular_velocities, row, 3)).tolist()))

    def get_velocities(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return velocities [stage units/s] and angular velocities [radians/s], (N, 3) each."""
        apis = [UsdPhysics.RigidBodyAPI(prim) for prim in self._chosen(indices)]
        linear = np.array([api.GetVelocityAttr().Get() or (0, 0, 0) for api in apis], dtype=float)
        return _warp(linear), _warp(np.radians([api.GetAngularVelocityAttr().Get() or (0, 0, 0) for api in apis]))

    def set_enabled_rigid_bodies(self, enabled: Any, *, indices: Any = None) -> None:
        """Switch the bodies on or off."""
        prims = self._chosen(indices)
        for prim, on in zip(prims, np.broadcast_to(np.ravel(_array(enabled, bool)), len(prims)), strict=True):
            UsdPhysics.RigidBodyAPI(prim).CreateRigidBodyEnabledAttr(bool(on))

    def _write_mass(self, creator: str, values: Any, indices: Any) -> None:
        prims = self._chosen(indices)
        for prim, value in zip(prims, np.broadcast_to(np.ravel(_array(values)), len(prims)), strict=True):
            getattr(UsdPhysics.MassAPI.Apply(prim), creator)(float(value))


def _array(value: Any, dtype: Any = np.float64) -> np.ndarray:
    return np.asarray(value.numpy() if isinstance(value, wp.array) else value, dtype=dtype)


def _row(value: Any, row: int, width: int) -> list[float]:
    rows = _array(value).reshape(-1, width)
    return rows[row if len(rows) > 1 else 0].tolist()


def _warp(value: np.ndarray) -> wp.array:
    return wp.array(np.asarray(value, dtype=np.float32), dtype=wp.float32, device="cpu")


def _quaternion(row: Sequence[float]) -> Gf.Quatd:
    return Gf.Quatd(row[0], *row[1:]).GetNormalized()


def _poses(matrices: Sequence[Gf.Matrix4d]) -> tuple[wp.array, wp.array]:
    turns = [matrix.RemoveScaleShear().ExtractRotationQuat() for matrix in matrices]
    return (_warp(np.array([matrix.ExtractTranslation() for matrix in matrices])),
            _warp(np.array([[turn.GetReal(), *turn.GetImaginary()] for turn in turns])))


def _xform(prim: Usd.Prim) -> UsdGeom.Xformable:
    return UsdGeom.Xformable(prim)


def _write(prim: Usd.Prim, position: Gf.Vec3d | None = None, turn: Gf.Quatd | None = None,
           scale: Gf.Vec3d | None = None) -> None:
    """Write parts of the local transform through whatever translate, rotate and scale ops the prim has."""
    from scenewright.host.local_pose import write_local_pose

    write_local_pose(prim, position, turn, scale)


def __getattr__(name: str) -> Any:
    """Return ``Articulation``, whose module needs this one; tell what has no stand-in and why."""
    if name == "Articulation":
        from isaacsim.core.experimental._articulation import Articulation

        return Articulation
    if name == "DeformablePrim":
        raise ImportError("DeformablePrim has no stand-in: the portable host simulates rigid bodies only, nothing deformable.")
    raise AttributeError(f"'{__name__}.{name}' has no stand-in on the portable host. Available in {__name__}: "
                         f"Articulation, {', '.join(__all__)}.")
