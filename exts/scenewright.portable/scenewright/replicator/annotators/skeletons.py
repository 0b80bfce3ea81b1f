"""Joints of the UsdSkel skeletons of a stage at one time: names, parents, local and world transforms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pxr import Gf, Usd, UsdGeom, UsdSkel

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["SkeletonPose", "skeleton_poses", "time_of"]


@dataclass(frozen=True, eq=False)
class SkeletonPose:
    """One skeleton at one time. Translations are in stage units, quaternions w, x, y, z."""

    path: str
    root_path: str  # the SkelRoot that binds it, or its own
    asset_path: str  # the file that it comes from; "" for the stage's own root layer
    animation_variant: str
    joints: tuple[str, ...]
    parents: np.ndarray  # (N,) int32, -1 = root
    rest_local: np.ndarray  # (N, 4, 4) float64
    rest_world: np.ndarray  # (N, 4, 4) float64
    local: np.ndarray  # (N, 4, 4) float64
    world: np.ndarray  # (N, 4, 4) float64

    @staticmethod
    def translations(matrices: np.ndarray) -> np.ndarray:
        """Return the translations of row-vector matrices, (N, 3) float32."""
        return matrices[:, 3, :3].astype(np.float32)

    @staticmethod
    def rotations(matrices: np.ndarray) -> np.ndarray:
        """Return the rotations of row-vector matrices as quaternions, (N, 4) float32."""
        quaternions = np.zeros((len(matrices), 4), np.float32)
        for row, matrix in enumerate(matrices):
            quaternion = Gf.Transform(Gf.Matrix4d(*matrix.ravel().tolist())).GetRotation().GetQuat()
            quaternions[row] = (quaternion.GetReal(), *quaternion.GetImaginary())
        return quaternions


def time_of(capture: "Capture") -> Usd.TimeCode:
    """Return the time code that a capture shows."""
    numerator, denominator = capture.reference_time
    return Usd.TimeCode(numerator / denominator * capture.stage.GetTimeCodesPerSecond())


def skeleton_poses(stage: Usd.Stage, time: Usd.TimeCode) -> list[SkeletonPose]:
    """Return every active, visible skeleton of a stage in namespace order, posed by its animation or at rest.

    A skeleton below several bindings takes that of its own SkelRoot. Without rest transforms the bind pose stands in for them.
    """
    cache, xforms, poses = UsdSkel.Cache(), UsdGeom.XformCache(time), []
    for prim in stage.Traverse(Usd.TraverseInstanceProxies()):
        if prim.IsA(UsdSkel.Skeleton):
            root = UsdSkel.Root.Find(prim)
            if root:
                cache.Populate(root, Usd.TraverseInstanceProxies())
            query = cache.GetSkelQuery(UsdSkel.Skeleton(prim))
            if query and UsdGeom.Imageable(prim).ComputeVisibility(time) != UsdGeom.Tokens.invisible:
                poses.append(_pose(query, root.GetPrim() if root else prim, time, xforms))
    return poses


def _pose(query: UsdSkel.SkeletonQuery, root: Usd.Prim, time: Usd.TimeCode, xforms: UsdGeom.XformCache) -> SkeletonPose:
    prim, topology = query.GetPrim(), query.GetTopology()
    joints = tuple(str(joint) for joint in query.GetJointOrder())
    parents = np.array([topology.GetParent(i) for i in range(len(joints))], np.int32)
    to_world = np.array(xforms.GetLocalToWorldTransform(prim))
    rest_local = _rest(query, parents)
    local = query.ComputeJointLocalTransforms(time)
    local = np.array(local).reshape(-1, 4, 4) if local and len(local) == len(joints) else rest_local
    return SkeletonPose(str(prim.GetPath()), str(root.GetPath()), _asset_path(root), _animation_variant(root), joints, parents,
                        rest_local, _concatenated(rest_local, parents) @ to_world, local,
                        _concatenated(local, parents) @ to_world)


def _rest(query: UsdSkel.SkeletonQuery, parents: np.ndarray) -> np.ndarray:
    """Return the rest pose relative to the parents, (N, 4, 4)."""
    skeleton = query.GetSkeleton()
    rest = skeleton.GetRestTransformsAttr().Get()
    if rest is not None and len(rest) == len(parents):
        return np.array(rest).reshape(-1, 4, 4)
    bind = skeleton.GetBindTransformsAttr().Get()
    if bind is None or len(bind) != len(parents):
        return np.tile(np.eye(4), (len(parents), 1, 1))
    world = np.array(bind).reshape(-1, 4, 4)
    local = [world[j] if p < 0 else world[j] @ np.linalg.inv(world[p]) for j, p in enumerate(parents)]
    return np.array(local).reshape(-1, 4, 4)


def _concatenated(local: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Return joints in the skeleton's space; UsdSkel orders parents before their children."""
    total = np.array(local)
    for joint, parent in enumerate(parents):
        if parent >= 0:
            total[joint] = local[joint] @ total[parent]
    return total


def _asset_path(root: Usd.Prim) -> str:
    """Return the file of the weakest layer that defines the prim, where it is not the stage's own."""
    own = {layer.identifier for layer in root.GetStage().GetLayerStack()}
    layers = [spec.layer.identifier for spec in root.GetPrimStack()]
    return next((name for name in reversed(layers) if name not in own), "")


def _animation_variant(root: Usd.Prim) -> str:
    sets = root.GetVariantSets()
    name = next((n for n in sets.GetNames() if "anim" in n.lower()), None)
    return sets.GetVariantSelection(name) if name else ""
