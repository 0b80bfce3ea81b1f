"""Assets that ``rep.randomizer.instantiate`` picks anew with each execution."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Sdf, Usd

from scenewright.replicator.functional.creation import create_prims
from scenewright.replicator.functional.references import file_reference
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.schedule import Graph

__all__ = ["instantiate_population"]

_SCOPE = "/Replicator/SampledAssets"


def instantiate_population(graph: Graph, paths: Sequence[str], size: int, shares: np.ndarray | None, *, instanceable: bool,
                           with_replacements: bool, semantics: Any, seed: int | None, name: str | None) -> ReplicatorItem:
    """Create ``size`` Xforms now, and an action that makes each show an asset.

    Args:
        graph: The graph.
        paths: USD files, or paths of prims on the stage.
        size: Number of Xforms.
        shares: Probability of each path, shape (len(paths),); None = equal.
        instanceable: Whether the assets are USD instances, which share their geometry and cannot be edited inside.
        with_replacements: Whether an asset may be picked more than once in one execution.
        semantics: Labels of the Xforms.
        seed: Seed of the choice.
        name: Name of the node.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A file cannot be read, or there is no prim at a path.
    """
    references = [_reference(graph.stage, path) for path in paths]
    digest = hashlib.blake2b(repr((list(paths), size)).encode(), digest_size=4).hexdigest()
    parent = f"{_SCOPE}/Population_{digest}"
    outer = create_prims(size, "Xform", [], default_name="Ref_Xform", parent=parent, semantics=semantics, stage=graph.stage)
    node = PrimsNode(graph, "randomizer.instantiate.prims", lambda: outer, inputs={"paths": list(paths)}, name=name)
    node.prims()  # fixes the paths

    def apply(action: ActionNode) -> None:
        picked = action.generator().choice(len(references), size=size, replace=with_replacements, p=shares)
        _show(action.graph.stage, action.prims(), [references[index] for index in picked], instanceable)

    ActionNode(graph, "randomizer.instantiate", apply, targets=node, seed=seed)
    return ReplicatorItem(node)


def _show(stage: Usd.Stage, outer: list[Usd.Prim], references: list[Sdf.Reference], instanceable: bool) -> None:
    layer = stage.GetEditTarget().GetLayer()
    with Sdf.ChangeBlock():
        for prim, reference in zip(outer, references, strict=True):
            spec = Sdf.CreatePrimInLayer(layer, prim.GetPath().AppendChild("Ref"))
            spec.specifier = Sdf.SpecifierDef
            if list(spec.referenceList.explicitItems) != [reference]:
                spec.referenceList.ClearEditsAndMakeExplicit()
                spec.referenceList.explicitItems = [reference]
            spec.instanceable = instanceable


def _reference(stage: Usd.Stage, path: str) -> Sdf.Reference:
    if Sdf.Path.IsValidPathString(path) and stage.GetPrimAtPath(path):
        return Sdf.Reference("", Sdf.Path(path))
    return file_reference(stage, path)[1]
