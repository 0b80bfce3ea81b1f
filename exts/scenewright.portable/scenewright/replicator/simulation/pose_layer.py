"""Simulated poses and velocities on the stage: one anonymous layer, strongest under the session layer, gone after a stop."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, Vt

from scenewright.replicator.functional.layer_writes import YIELDING, AttributeColumn, column_of_rows, write_attributes
from scenewright.replicator.functional.rotation_math import euler_from_matrix, matrix_from_quaternion, quaternion_from_matrix
from scenewright.replicator.simulation.records import BodyRecord
from scenewright.replicator.simulation.stage_bodies import rigid_frame

__all__ = ["PoseLayer"]

_T = Sdf.ValueTypeNames
_TRANSLATE, _EULER, _ORIENT, _SCALE = "xformOp:translate", "xformOp:rotateXYZ", "xformOp:orient", "xformOp:scale"
_MATRIX = "xformOp:transform:simulation"
_RESET = "!resetXformStack!"


@dataclass
class _Target:
    """How one body is written.

    Attributes:
        prim: Its prim.
        parent: Prim whose world transform its local pose is relative to; None = the world.
        shape: 4x4 of scale and shear: world transform = shape @ rigid pose.
        scale: Authored scale factors (3,), which its rotation op comes after.
        ops: Names of the ops that are written.
        order: Op order to author; None = the prim's own does.
    """

    prim: Usd.Prim
    parent: Usd.Prim | None
    shape: np.ndarray
    scale: np.ndarray
    ops: tuple[str, ...]
    order: tuple[str, ...] | None = None


class PoseLayer:
    """Writes the poses of bodies. A later write of a script wins over them, as everywhere in the Replicator.

    Args:
        stage: Stage.
    """

    def __init__(self, stage: Usd.Stage) -> None:
        self.stage = stage
        self.writing = False
        self._layer = Sdf.Layer.CreateAnonymous("simulation")
        self._targets: list[_Target] = []
        self._metre = UsdGeom.GetStageMetersPerUnit(stage)

    def follow(self, bodies: Sequence[BodyRecord], time: Usd.TimeCode) -> None:
        """Choose how the bodies are written: translate and rotation ops where the prim has them, else one matrix."""
        cache = UsdGeom.XformCache(time)
        self._drop_removed()
        self._targets = [_target(self.stage.GetPrimAtPath(body.path), cache, time) for body in bodies]

    def write(self, positions: np.ndarray, rotations: np.ndarray, velocities: np.ndarray, spins: np.ndarray,
              time: Usd.TimeCode) -> None:
        """Write the state of the bodies given to `follow`.

        Args:
            positions: World [m], shape (B, 3).
            rotations: World quaternions (x, y, z, w), shape (B, 4).
            velocities: World [m/s], shape (B, 3).
            spins: World [rad/s], shape (B, 3).
            time: When parents are read.
        """
        if not self._targets:
            return
        cache = UsdGeom.XformCache(time)
        frames = {target.parent: None for target in self._targets}
        for parent in frames:
            matrix = Gf.Matrix4d(1.0) if parent is None else cache.GetLocalToWorldTransform(parent)
            frames[parent] = np.linalg.inv(np.array(matrix)), rigid_frame(matrix)[:3, :3].T
        rigid = np.zeros((len(positions), 4, 4))
        rigid[:, :3, :3] = matrix_from_quaternion(np.roll(rotations, 1, axis=1))
        rigid[:, 3, :3], rigid[:, 3, 3] = positions / self._metre, 1.0
        local = np.stack([t.shape for t in self._targets]) @ rigid @ np.stack([frames[t.parent][0] for t in self._targets])
        turn = np.stack([frames[t.parent][1] for t in self._targets])
        linear = np.einsum("bi,bij->bj", velocities / self._metre, turn)
        angular = np.degrees(np.einsum("bi,bij->bj", spins, turn))
        groups: dict[tuple, list[int]] = defaultdict(list)
        for index, target in enumerate(self._targets):
            groups[target.ops, target.order].append(index)
        with self._authoring():
            for (ops, order), members in groups.items():
                targets = [self._targets[i] for i in members]
                columns = list(_columns(targets, ops, order, local[members]))
                columns += [column_of_rows("physics:velocity", _T.Vector3f, linear[members]),
                            column_of_rows("physics:angularVelocity", _T.Vector3f, angular[members])]
                write_attributes([target.prim for target in targets], columns, self._layer)

    def release(self, path: Sdf.Path) -> None:
        """Give way to what a script has just written to the property at ``path``."""
        prim = self._layer.GetPrimAtPath(path.GetPrimPath())
        if not prim:
            return
        with self._changing():
            held = prim.properties.get(path.name)
            if path.name.startswith("xformOp") and _MATRIX in prim.properties:
                for name in (_MATRIX, "xformOpOrder"):
                    if name in prim.properties:
                        prim.RemoveProperty(prim.properties[name])
            elif held is not None:
                prim.RemoveProperty(held)

    def clear(self) -> None:
        """Take every simulated value off the stage."""
        self._targets = []
        self._drop(self._held())

    def _held(self) -> list[Sdf.Path]:
        held: list[Sdf.Path] = []
        self._layer.Traverse(Sdf.Path.absoluteRootPath, held.append)
        return [path for path in held if path.IsPropertyPath()]

    def _drop_removed(self) -> None:
        """Remove what is held for prims that are gone; bodies that were only disabled stay where they got to."""
        def is_gone(path: Sdf.Path) -> bool:
            prim = self.stage.GetPrimAtPath(path.GetPrimPath())
            return not prim or not prim.IsDefined() or not prim.HasAPI(UsdPhysics.RigidBodyAPI)

        self._drop([path for path in self._held() if is_gone(path)])

    def _drop(self, paths: list[Sdf.Path]) -> None:
        """Remove properties one by one, so that nothing below their prims is composed anew."""
        with self._changing():
            with Sdf.ChangeBlock():
                for path in paths:
                    spec = self._layer.GetPropertyAtPath(path)
                    spec.owner.RemoveProperty(spec)
            self._layer.RemoveInertSceneDescription()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        before, self.writing = self.writing, True
        try:
            yield
        finally:
            self.writing = before

    @contextmanager
    def _authoring(self) -> Iterator[None]:
        """Put the layer in front of the other sublayers of the session layer and write."""
        paths = self.stage.GetSessionLayer().subLayerPaths
        with self._changing():
            if not len(paths) or paths[0] != self._layer.identifier:
                if self._layer.identifier in paths:
                    del paths[list(paths).index(self._layer.identifier)]
                self._layer.customLayerData = {YIELDING: True}
                paths.insert(0, self._layer.identifier)
            with Usd.EditContext(self.stage, self._layer):
                yield


def _target(prim: Usd.Prim, cache: UsdGeom.XformCache, time: Usd.TimeCode) -> _Target:
    xform = UsdGeom.Xformable(prim)
    parent = None if xform.GetResetXformStack() else prim.GetParent()
    matrix = cache.GetLocalToWorldTransform(prim)
    shape = np.array(matrix) @ np.linalg.inv(rigid_frame(matrix))
    target = _Target(prim, parent, shape, np.ones(3), (_MATRIX,), (_RESET, _MATRIX) if parent is None else (_MATRIX,))
    names = [op.GetOpName() for op in xform.GetOrderedXformOps()]
    turn = next((name for name in (_EULER, _ORIENT) if name in names), None)
    if names != [name for name in (_TRANSLATE, turn, _SCALE) if name in names] or not _is_similarity(cache, parent):
        return target
    scale = prim.GetAttribute(_SCALE).Get(time) if _SCALE in names else None
    target.scale = np.ones(3) if scale is None else np.array(scale, dtype=np.float64)
    local, _ = cache.GetLocalTransformation(prim)
    rows = np.array(local)[:3, :3] / np.where(target.scale == 0.0, 1.0, target.scale)[:, None]
    if not np.allclose(rows @ rows.T, np.eye(3), atol=1e-4) or np.linalg.det(rows) < 0.0:
        return target
    if _TRANSLATE in names and turn is not None:
        target.ops, target.order = (_TRANSLATE, turn), None
        return target
    order = (_TRANSLATE, turn or _ORIENT, *((_SCALE,) if _SCALE in names else ()))
    target.ops, target.order = order[:2], ((_RESET, *order) if parent is None else order)
    return target


def _is_similarity(cache: UsdGeom.XformCache, parent: Usd.Prim | None) -> bool:
    """Return whether a parent only turns, moves and scales alike in all directions, so that poses below it stay T R S."""
    if parent is None:
        return True
    linear = np.array(cache.GetLocalToWorldTransform(parent))[:3, :3]
    product = linear @ linear.T
    return bool(np.linalg.det(linear) > 0.0 and np.abs(product - np.eye(3) * product[0, 0]).max() <= 1e-6 * product[0, 0])


def _columns(targets: list[_Target], ops: tuple[str, ...], order: tuple[str, ...] | None,
             local: np.ndarray) -> Iterator[AttributeColumn]:
    if ops == (_MATRIX,):
        yield AttributeColumn(_MATRIX, _T.Matrix4d, [Gf.Matrix4d(*matrix.reshape(-1).tolist()) for matrix in local])
    else:
        yield _typed(targets, ops[0], _T.Double3, [Gf.Vec3d(*row) for row in local[:, 3, :3].tolist()])
        rows = local[:, :3, :3] / np.stack([target.scale for target in targets])[:, :, None]
        if ops[1] == _EULER:
            yield _typed(targets, _EULER, _T.Float3, [Gf.Vec3d(*row) for row in euler_from_matrix(rows).tolist()])
        else:
            yield _typed(targets, _ORIENT, _T.Quatd, [Gf.Quatd(*row) for row in quaternion_from_matrix(rows).tolist()])
    if order is not None:
        yield AttributeColumn("xformOpOrder", _T.TokenArray, itertools.repeat(Vt.TokenArray(order)), uniform=True)


def _typed(targets: list[_Target], name: str, type_name: Sdf.ValueTypeName, values: list) -> AttributeColumn:
    """Return a column whose values have the type that each prim's attribute has."""
    kinds = [target.prim.GetAttribute(name).GetTypeName() or type_name for target in targets]
    return AttributeColumn(name, type_name, [kind.type.pythonClass(value) for kind, value in zip(kinds, values, strict=True)])
