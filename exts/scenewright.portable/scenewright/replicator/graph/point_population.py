"""A point instancer that shows what the Xforms of a population say: their assets, poses, labels, materials and visibility."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, Vt

from scenewright.replicator.functional.rotation_math import orthonormal, quaternion_from_matrix
from scenewright.replicator.functional.semantic_labels import read_labels, write_labels

__all__ = ["PointPopulation"]


class PointPopulation:
    """One ``UsdGeom.PointInstancer`` beside an invisible scope of Xforms.

    The Xforms are what scripts pose, scatter, label and hide; the instancer is what is drawn. Each distinct asset, with its
    labels and material, is a prototype, so every instance has the labels of its Xform.

    Args:
        stage: Stage.
        path: Where the instancer goes.
    """

    def __init__(self, stage: Usd.Stage, path: str) -> None:
        self._stage = stage
        self._instancer = UsdGeom.PointInstancer.Define(stage, path)
        self._prototypes = UsdGeom.Scope.Define(stage, f"{path}/Prototypes").GetPath()
        self._paths: dict[Any, Sdf.Path] = {}
        self._shown: dict[str, Any] = {}

    def show(self, prims: Sequence[Usd.Prim], references: Sequence[Sdf.Reference]) -> None:
        """Bring the instancer to what ``prims`` say now; what has not changed is not written.

        Args:
            prims: N Xforms below one parent.
            references: Asset of each.
        """
        wanted = [self._key(prim, reference) for prim, reference in zip(prims, references, strict=True)]
        for key in dict.fromkeys(wanted):
            if key not in self._paths:
                self._paths[key] = self._prototype(*key)
        order = list(self._paths)
        local = np.array([np.array(UsdGeom.Xformable(prim).GetLocalTransformation()) for prim in prims]).reshape(-1, 4, 4)
        scale = np.linalg.norm(local[:, :3, :3], axis=2)
        scale[:, 0] *= np.where(np.linalg.det(local[:, :3, :3]) < 0.0, -1.0, 1.0)
        turn = orthonormal(local[:, :3, :3] / np.where(scale == 0.0, 1.0, scale)[:, :, None])
        hidden = [row for row, prim in enumerate(prims)
                  if UsdGeom.Imageable(prim).GetVisibilityAttr().Get() == UsdGeom.Tokens.invisible]
        self._write("protoIndices", Vt.IntArray([order.index(key) for key in wanted]))
        self._write("positions", Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(local[:, 3, :3], np.float32)))
        self._write("orientationsf", Vt.QuatfArray([Gf.Quatf(*map(float, row)) for row in quaternion_from_matrix(turn)]))
        self._write("scales", Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(scale, np.float32)))
        self._write("invisibleIds", Vt.Int64Array(hidden))

    def _write(self, name: str, value: Any) -> None:
        if name not in self._shown or self._shown[name] != value:
            self._instancer.GetPrim().GetAttribute(name).Set(value)
            self._shown[name] = value

    @staticmethod
    def _key(prim: Usd.Prim, reference: Sdf.Reference) -> tuple[Sdf.Reference, tuple[Any, ...], str]:
        labels = tuple((kind, tuple(words)) for kind, words in sorted(read_labels(prim).items()))
        bound = UsdShade.MaterialBindingAPI(prim).GetDirectBinding().GetMaterialPath()
        return reference, labels, str(bound)

    def _prototype(self, reference: Sdf.Reference, labels: tuple[Any, ...], material: str) -> Sdf.Path:
        path = self._prototypes.AppendChild(f"Prototype_{len(self._paths):02d}")
        prim = UsdGeom.Xform.Define(self._stage, path).GetPrim()
        self._stage.DefinePrim(path.AppendChild("Ref")).GetReferences().SetReferences([reference])
        write_labels([prim], dict(labels))
        if material:
            UsdShade.MaterialBindingAPI.Apply(prim).Bind(UsdShade.Material(self._stage.GetPrimAtPath(material)),
                                                         UsdShade.Tokens.strongerThanDescendants)
        self._instancer.GetPrototypesRel().AddTarget(path)
        return path
