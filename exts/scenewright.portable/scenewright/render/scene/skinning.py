"""UsdSkel: which prims a skeleton deforms, and their points at one time (blend shapes first, then the joints)."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from pxr import Usd, UsdGeom, UsdSkel, Vt

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.reach import MOST_REACH, within_reach

__all__ = ["Skin", "Skins"]

_log = logging.getLogger(__name__)

_ANIMATED = ("translations", "rotations", "scales", "blendShapeWeights")

_PREDICATE = Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)


@dataclass(frozen=True, eq=False)
class Skin:
    """A prim that a skeleton deforms."""

    prim: Usd.Prim
    skeleton_prim: Usd.Prim  # below the same instance as prim; that of the query may be shared by all instances
    skeleton: UsdSkel.SkeletonQuery
    skinning: UsdSkel.SkinningQuery
    animation: UsdSkel.AnimQuery | None

    @property
    def animated(self) -> bool:
        """Whether the animation has time samples."""
        return self.animation is not None and (self.animation.JointTransformsMightBeTimeVarying()
                                               or self.animation.BlendShapeWeightsMightBeTimeVarying())

    def deformed(self, points: np.ndarray, time: Usd.TimeCode) -> np.ndarray:
        """Return (V, 3) float32 points in the prim's own space, deformed from its rest points.

        Raises:
            SceneError: The skeleton's transforms, or the joint influences of the prim, do not fit together.
        """
        moved = Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(points, np.float32))
        if self.skinning.HasBlendShapes() and self.animation is not None:
            self._add_blend_shapes(moved, time)
        if not self.skinning.HasJointInfluences():
            return np.array(moved)
        joints = self._joints(time)
        if not self.skinning.ComputeSkinnedPoints(joints, moved, time):
            raise SceneError(f"{self.prim.GetPath()}: its joint influences do not fit its {len(points)} points or the skeleton "
                             f"{self.skeleton_prim.GetPath()}. Check primvars:skel:jointIndices and jointWeights.")
        to_prim = self._skeleton_to_prim(time)
        result = np.array(moved, dtype=np.float64) @ to_prim[:3, :3] + to_prim[3, :3]
        if not within_reach(result).all():
            raise SceneError(f"{self.prim.GetPath()}: the pose of {self.skeleton_prim.GetPath()} is not finite, or carries "
                             f"points beyond {MOST_REACH:g} units. Correct it.")
        return result.astype(np.float32)

    def rigid_frame(self, time: Usd.TimeCode) -> np.ndarray:
        """Return (4, 4) float64, row-vector: how the prim as a whole is carried within its own space.

        Raises:
            SceneError: The skeleton's transforms or the joint influences do not fit together.
        """
        matrix = self.skinning.ComputeSkinnedTransform(self._joints(time), time)
        if matrix is None:
            raise SceneError(f"{self.prim.GetPath()}: its joint influences must be constant, as those of prims without points.")
        return np.array(matrix) @ self._skeleton_to_prim(time)

    def _joints(self, time: Usd.TimeCode) -> Vt.Matrix4dArray:
        joints = self.skeleton.ComputeSkinningTransforms(time)
        if joints is None or len(joints) == 0:
            raise SceneError(f"{self.skeleton_prim.GetPath()}: joints, bindTransforms and restTransforms must have the same "
                             "number of entries.")
        return joints

    def _skeleton_to_prim(self, time: Usd.TimeCode) -> np.ndarray:
        cache = UsdGeom.XformCache(time)
        common = self.prim.GetStage().GetPrimAtPath(self.prim.GetPath().GetCommonPrefix(self.skeleton_prim.GetPath()))
        (skeleton, skeleton_resets), (prim, prim_resets) = (
            cache.ComputeRelativeTransform(one, common) for one in (self.skeleton_prim, self.prim))
        if skeleton_resets or prim_resets:
            skeleton, prim = (cache.GetLocalToWorldTransform(one) for one in (self.skeleton_prim, self.prim))
        return np.array(skeleton * prim.GetInverse())  # what lies above both does not count, were it flat or far away

    def _add_blend_shapes(self, points: Vt.Vec3fArray, time: Usd.TimeCode) -> None:
        weights = self.animation.ComputeBlendShapeWeights(time)
        if weights is None:
            return
        mapper = self.skinning.GetBlendShapeMapper()
        if mapper is not None:
            weights = mapper.Remap(weights)
        shapes = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(self.prim))
        parts = shapes.ComputeSubShapeWeights(Vt.FloatArray(weights))
        indices, offsets = shapes.ComputeBlendShapePointIndices(), shapes.ComputeSubShapePointOffsets()
        if not shapes.ComputeDeformedPoints(*parts, indices, offsets, points):
            _log.warning("%s: its blend shapes do not fit its points; they are left out.", self.prim.GetPath())


@dataclass(eq=False)
class Skins:
    """The skins of a stage."""

    of_prim: dict[str, Skin] = field(default_factory=dict)
    """Path of the deformed prim to its skin."""
    dependents: dict[str, set[str]] = field(default_factory=dict)
    """Path of a skeleton, animation, blend shape or anything above a skeleton but not its prim, to the deformed prims."""

    sources: dict[str, tuple[Usd.ResolveInfoSource, ...]] = field(default_factory=dict)
    """Path of an animation to where its values came from when its queries were made: these keep to that."""

    def keeps_to_another_source(self, path: str, stage: Usd.Stage) -> bool:
        """Return whether an animation's values come from elsewhere than its queries know, as after its first time samples."""
        return path in self.sources and self.sources[path] != _value_sources(stage.GetPrimAtPath(path))

    @staticmethod
    def below(roots: Iterable[Usd.Prim]) -> "Skins":
        """Return the skins below SkelRoot prims."""
        skins = Skins()
        for prim in roots:
            root = UsdSkel.Root(prim)
            cache = UsdSkel.Cache()
            cache.Populate(root, _PREDICATE)
            for binding in cache.ComputeSkelBindings(root, _PREDICATE):
                skeleton = cache.GetSkelQuery(binding.GetSkeleton())
                if not skeleton:
                    continue
                for target in binding.GetSkinningTargets():
                    skins._add(target, skeleton, binding.GetSkeleton().GetPrim())
        return skins

    def _add(self, skinning: UsdSkel.SkinningQuery, skeleton: UsdSkel.SkeletonQuery, skeleton_prim: Usd.Prim) -> None:
        prim = skinning.GetPrim()
        animation = skeleton.GetAnimQuery()
        skin = Skin(prim, skeleton_prim, skeleton, skinning, animation if animation else None)
        path = prim.GetPath().pathString
        self.of_prim[path] = skin
        sources = [skeleton_prim.GetPath()]
        if skin.animation is not None:
            sources.append(skin.animation.GetPrim().GetPath())
            self.sources[sources[-1].pathString] = _value_sources(skin.animation.GetPrim())
        if skinning.HasBlendShapes():
            sources.extend(skinning.GetBlendShapeTargetsRel().GetTargets())
        for source in sources:
            self.dependents.setdefault(source.pathString, set()).add(path)
        own, its = set(prim.GetPath().GetPrefixes()), set(skeleton_prim.GetPath().GetPrefixes())
        for apart in own ^ its:
            self.dependents.setdefault(apart.pathString, set()).add(path)



def _value_sources(animation: Usd.Prim) -> tuple[Usd.ResolveInfoSource, ...]:
    return tuple(animation.GetAttribute(name).GetResolveInfo().GetSource() for name in _ANIMATED)
