"""The labels that stand in a scene: on which prims, in which schema, in which layer."""

import os
from collections import Counter
from dataclasses import dataclass, field

from pxr import Sdf, Usd, UsdGeom

from scenewright.sdg.labels.rules import LABELS, labels_of
from scenewright.sdg.layers.stack import open_root, open_stage

__all__ = ["LabelRow", "SceneLabels", "scene_labels"]


@dataclass(frozen=True)
class LabelRow:
    """A label on a prim.

    Attributes:
        path: The prim.
        kind: Label type, such as ``class``.
        label: The label.
        layer: File name of the strongest layer that says so.
        old: Whether it is in the old schema (``SemanticsAPI``).
    """

    path: str
    kind: str
    label: str
    layer: str
    old: bool


@dataclass(frozen=True)
class SceneLabels:
    """All labels of a scene.

    Attributes:
        rows: The labels by prim, in stage order; prims inside instances stand for each instance.
        unlabelled: Geometry that can be seen and has no label of any type, neither itself nor from above.
    """

    rows: list[LabelRow] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many prims have each (type, label), sorted."""
        return dict(sorted(Counter((row.kind, row.label) for row in self.rows).items()))


def scene_labels(scene: str | os.PathLike[str]) -> SceneLabels:
    """Return the labels of a scene as it composes without its muted layers.

    Raises:
        LayerError: The root layer cannot be read.
    """
    stage = open_stage(open_root(scene))
    found = SceneLabels()
    labelled: set[Sdf.Path] = set()
    for prim in Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies()):
        labels = labels_of(prim)
        if labels or prim.GetPath().GetParentPath() in labelled:
            labelled.add(prim.GetPath())
        for kind, names in labels.items():
            layer, old = _source(prim, kind)
            found.rows.extend(LabelRow(str(prim.GetPath()), kind, name, layer, old) for name in names)
        if prim.IsA(UsdGeom.Gprim) and prim.GetPath() not in labelled and _visible(prim):
            found.unlabelled.append(str(prim.GetPath()))
    return found


def _source(prim: Usd.Prim, kind: str) -> tuple[str, bool]:
    attribute = prim.GetAttribute(LABELS + kind)
    old = not (attribute and attribute.HasAuthoredValue())
    if old:
        types = [a for a in prim.GetAuthoredAttributes() if a.GetName().endswith(":params:semanticType") and a.Get() == kind]
        attribute = types[0]
    return os.path.basename(attribute.GetPropertyStack()[0].layer.identifier), old


def _visible(prim: Usd.Prim) -> bool:
    imageable = UsdGeom.Imageable(prim)
    shown = imageable.ComputePurpose() in (UsdGeom.Tokens.default_, UsdGeom.Tokens.render)
    return shown and imageable.ComputeVisibility() != UsdGeom.Tokens.invisible
