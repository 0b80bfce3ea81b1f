"""``isaacsim.core.experimental.prims``: views of many prims, poses and velocities as Warp arrays, quaternions (w, x, y, z)."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as wp
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

__all__ = ["GeomPrim", "Prim", "RigidPrim", "XformPrim"]


class Prim:
    """Prims by path.

    Args:
        paths: A path, a path whose names are regular expressions, or a list of those.
        resolve_paths: Whether names are regular expressions.

    Raises:
        ValueError: A path names no prim.
    """

    def __init__(self, paths: str | Sequence[str], *, resolve_paths: bool = True) -> None:
        given = [paths] if isinstance(paths, str) else [str(path) for path in paths]
        stage = get_context().get_stage()
        self.prims: list[Usd.Prim] = []
        for path in given:
            found = [stage.GetPrimAtPath(path)] if _is_plain(path) else _matching(stage, path) if resolve_paths else []
            if not found or not found[0]:
                raise ValueError(f"There is no prim at {path!r} on the stage.")
            self.prims += found
        self.paths = [str(prim.GetPath()) for prim in self.prims]

    def __len__(self) -> int:
        return len(self.prims)

    def _chosen(self, indices: Any) -> list[Usd.Prim]:
        if indices is None:
            return self.prims
        return [self.prims[int(index)] for index in np.asarray(_numbers(indices)).reshape(-1)]


class XformPrim(Prim):
    """Prims with a transform.

    Args:
        paths: See `Prim`.
        positions: World positions to set, shape (3,) or (N, 3).
        translations: Local ones instead.
        orientations: Quaternions (w, x, y, z) to set, shape (4,) or (N, 4), in the frame of the positions.
        scales: Local scale factors to set, shape (3,) or (N, 3).
        reset_xform_op_properties: Replace all transform ops by translate, orient and scale.
        resolve_paths: See `Prim`.

    Raises:
        ValueError: A path names no prim, or positions and translations are both given.
    """

    def __init__(self, paths: str | Sequence[str], *, positions: Any = None, translations: Any = None,
                 orientations: Any = None, scales: Any = None, reset_xform_op_properties: bool = False,
                 resolve_paths: bool = True) -> None:
        super().__init__(paths, resolve_paths=resolve_paths)
        if positions is not None and translations is not None:
            raise ValueError("XformPrim: give positions (world) or translations (local), not both.")
        if reset_xform_op_properties:
            for prim in self.prims:
                _standard_ops(prim)
        if positions is not None or (orientations is not None and translations is None):
            self.set_world_poses(positions, orientations)
        elif translations is not None:
            self.set_local_poses(translations, orientations)
        if scales is not None:
            self.set_local_scales(scales)

    def get_world_poses(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return positions (N, 3) and quaternions (N, 4) in the world."""
        cache = UsdGeom.XformCache()
        return _split([cache.GetLocalToWorldTransform(prim) for prim in self._chosen(indices)])

    def set_world_poses(self, positions: Any = None, orientations: Any = None, *, indices: Any = None) -> None:
        """Set world positions, quaternions or both."""
        prims, cache = self._chosen(indices), UsdGeom.XformCache()
        for prim, position, turn in zip(prims, _rows(positions, prims, 3), _rows(orientations, prims, 4), strict=True):
            world = cache.GetLocalToWorldTransform(prim)
            wanted = _pose(world, position, turn)
            _set_local(prim, wanted * cache.GetParentToWorldTransform(prim).GetInverse())

    def get_local_poses(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return translations (N, 3) and quaternions (N, 4) relative to the parents."""
        return _split([UsdGeom.Xformable(prim).GetLocalTransformation() for prim in self._chosen(indices)])

    def set_local_poses(self, translations: Any = None, orientations: Any = None, *, indices: Any = None) -> None:
        """Set translations, quaternions or both relative to the parents."""
        prims = self._chosen(indices)
        for prim, position, turn in zip(prims, _rows(translations, prims, 3), _rows(orientations, prims, 4), strict=True):
            _set_local(prim, _pose(UsdGeom.Xformable(prim).GetLocalTransformation(), position, turn))

    def get_local_scales(self, *, indices: Any = None) -> wp.array:
        """Return scale factors (N, 3)."""
        return _array([_scale_of(UsdGeom.Xformable(prim).GetLocalTransformation()) for prim in self._chosen(indices)], 3)

    def set_local_scales(self, scales: Any, *, indices: Any = None) -> None:
        """Set scale factors."""
        prims = self._chosen(indices)
        for prim, factors in zip(prims, _rows(scales, prims, 3), strict=True):
            _standard_ops(prim)
            prim.GetAttribute("xformOp:scale").Set(Gf.Vec3d(*factors))


class GeomPrim(XformPrim):
    """Prims that may collide.

    Args:
        paths: See `Prim`.
        apply_collision_apis: Make them colliders.
        options: See `XformPrim`.
    """

    def __init__(self, paths: str | Sequence[str], *, apply_collision_apis: bool = False, **options: Any) -> None:
        super().__init__(paths, **options)
        if apply_collision_apis:
            for prim in self.prims:
                if prim.IsA(UsdGeom.Gprim):
                    UsdPhysics.CollisionAPI.Apply(prim)

    def set_collision_approximations(self, approximations: str | Sequence[str], *, indices: Any = None) -> None:
        """Choose the collision shapes of those of the prims that are meshes."""
        prims = self._chosen(indices)
        names = [approximations] * len(prims) if isinstance(approximations, str) else list(approximations)
        for prim, name in zip(prims, names, strict=True):
            if prim.IsA(UsdGeom.Mesh):
                UsdPhysics.MeshCollisionAPI.Apply(prim).CreateApproximationAttr(name)


class RigidPrim(XformPrim):
    """Rigid bodies; prims that are none become one.

    Args:
        paths: See `Prim`.
        masses: Masses to set, one or N.
        densities: Densities to set, one or N.
        options: See `XformPrim`.
    """

    def __init__(self, paths: str | Sequence[str], *, masses: Any = None, densities: Any = None, **options: Any) -> None:
        super().__init__(paths, **options)
        for prim in self.prims:
            if not prim.HasAPI(UsdPhysics.RigidBodyAPI):
                UsdPhysics.RigidBodyAPI.Apply(prim)
        for values, name in ((masses, "Mass"), (densities, "Density")):
            for prim, row in zip(self.prims, _rows(values, self.prims, 1), strict=True):
                if row is not None:
                    getattr(UsdPhysics.MassAPI.Apply(prim), f"Create{name}Attr")().Set(row[0])

    def get_velocities(self, *, indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return velocities [stage units/s] and angular velocities [rad/s] in the world, each (N, 3)."""
        prims, cache = self._chosen(indices), UsdGeom.XformCache()
        linear, angular = [], []
        for prim in prims:
            turn = cache.GetParentToWorldTransform(prim).RemoveScaleShear()
            api = UsdPhysics.RigidBodyAPI(prim)
            linear.append(turn.TransformDir(Gf.Vec3d(api.GetVelocityAttr().Get() or (0, 0, 0))))
            angular.append(np.radians(turn.TransformDir(Gf.Vec3d(api.GetAngularVelocityAttr().Get() or (0, 0, 0)))))
        return _array(linear, 3), _array(angular, 3)

    def set_velocities(self, linear_velocities: Any = None, angular_velocities: Any = None, *, indices: Any = None) -> None:
        """Set velocities [stage units/s] and angular velocities [rad/s] in the world."""
        prims, cache = self._chosen(indices), UsdGeom.XformCache()
        spins = _rows(angular_velocities, prims, 3)
        for prim, velocity, spin in zip(prims, _rows(linear_velocities, prims, 3), spins, strict=True):
            back = cache.GetParentToWorldTransform(prim).RemoveScaleShear().GetInverse()
            api = UsdPhysics.RigidBodyAPI(prim)
            if velocity is not None:
                api.CreateVelocityAttr().Set(Gf.Vec3f(back.TransformDir(Gf.Vec3d(*velocity))))
            if spin is not None:
                api.CreateAngularVelocityAttr().Set(Gf.Vec3f(back.TransformDir(Gf.Vec3d(*np.degrees(spin)))))

    def get_masses(self, *, indices: Any = None) -> wp.array:
        """Return the authored masses (N, 1); 0 where the mass follows from the colliders."""
        masses = [float(UsdPhysics.MassAPI(prim).GetMassAttr().Get() or 0.0) if prim.HasAPI(UsdPhysics.MassAPI) else 0.0
                  for prim in self._chosen(indices)]
        return _array([[mass] for mass in masses], 1)


def _is_plain(path: str) -> bool:
    return bool(re.fullmatch(r"[\w/]+", path))


def _matching(stage: Usd.Stage, pattern: str) -> list[Usd.Prim]:
    names = pattern.strip("/").split("/")
    found = [stage.GetPseudoRoot()]
    for name in names:
        found = [child for prim in found for child in prim.GetChildren() if re.fullmatch(name, child.GetName())]
    return found


def _numbers(values: Any) -> Any:
    return values.numpy() if isinstance(values, wp.array) else values


def _rows(values: Any, prims: list[Usd.Prim], width: int) -> list[list[float] | None]:
    """Return one row for each prim; None for each where nothing is given."""
    if values is None:
        return [None] * len(prims)
    array = np.asarray(_numbers(values), dtype=np.float64).reshape(-1, width)
    return np.broadcast_to(array, (len(prims), width)).tolist()


def _array(rows: list[Any], width: int) -> wp.array:
    return wp.array(np.array(rows, dtype=np.float32).reshape(-1, width), dtype=wp.float32, device="cpu")


def _split(matrices: list[Gf.Matrix4d]) -> tuple[wp.array, wp.array]:
    turns = [matrix.RemoveScaleShear().ExtractRotationQuat() for matrix in matrices]
    return (_array([matrix.ExtractTranslation() for matrix in matrices], 3),
            _array([[turn.GetReal(), *turn.GetImaginary()] for turn in turns], 4))


def _scale_of(matrix: Gf.Matrix4d) -> list[float]:
    return [matrix.GetRow3(row).GetLength() for row in range(3)]


def _pose(matrix: Gf.Matrix4d, position: list[float] | None, turn: list[float] | None) -> Gf.Matrix4d:
    """Return a transform with another translation or rotation and the same scale."""
    result = Gf.Matrix4d(matrix)
    if turn is not None:
        rotation = Gf.Matrix4d().SetRotate(Gf.Quatd(*turn).GetNormalized())
        result = Gf.Matrix4d().SetScale(Gf.Vec3d(*_scale_of(matrix))) * rotation
        result.SetTranslateOnly(matrix.ExtractTranslation())
    if position is not None:
        result.SetTranslateOnly(Gf.Vec3d(*position))
    return result


def _set_local(prim: Usd.Prim, matrix: Gf.Matrix4d) -> None:
    _standard_ops(prim)
    turn = prim.GetAttribute("xformOp:orient")
    rotation = matrix.RemoveScaleShear().ExtractRotationQuat()
    prim.GetAttribute("xformOp:translate").Set(Gf.Vec3d(matrix.ExtractTranslation()))
    turn.Set(turn.GetTypeName().type.pythonClass(rotation))


def _standard_ops(prim: Usd.Prim) -> None:
    """Make translate, orient and scale the ops of a prim, with its present local transform."""
    xform = UsdGeom.Xformable(prim)
    order = ["xformOp:translate", "xformOp:orient", "xformOp:scale"]
    if [op.GetOpName() for op in xform.GetOrderedXformOps()] == order:
        return
    matrix, reset = xform.GetLocalTransformation(), xform.GetResetXformStack()
    xform.ClearXformOpOrder()
    for name in order:
        if prim.HasAttribute(name):
            prim.RemoveProperty(name)
    rotation = matrix.RemoveScaleShear().ExtractRotationQuat()
    xform.AddTranslateOp().Set(Gf.Vec3d(matrix.ExtractTranslation()))
    xform.AddOrientOp(UsdGeom.XformOp.PrecisionDouble).Set(rotation)
    xform.AddScaleOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Vec3d(*_scale_of(matrix)))
    xform.SetResetXformStack(reset)
