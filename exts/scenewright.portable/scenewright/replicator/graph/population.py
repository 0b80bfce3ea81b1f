"""Assets that ``rep.randomizer.instantiate`` picks anew with each execution."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.replicator.functional.creation import create_prims
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.functional.references import file_reference
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.point_population import PointPopulation
from scenewright.replicator.graph.sampling import distribution_of
from scenewright.replicator.graph.schedule import Graph

__all__ = ["instantiate_population"]

_SCOPE = "/Replicator/SampledAssets"


def instantiate_population(graph: Graph, paths: Sequence[str] | ReplicatorItem, size: int, shares: np.ndarray | None, *,
                           mode: str, with_replacements: bool, semantics: Any, seed: int | None,
                           name: str | None) -> ReplicatorItem:
    """Create ``size`` Xforms now, and an action that makes each show an asset.

    Args:
        graph: The graph.
        paths: USD files, or paths of prims on the stage; or a distribution, whose samples they are in each execution.
        size: Number of Xforms.
        shares: Probability of each path, shape (len(paths),); None = equal.
        mode: "scene_instance" = USD instances, which share their geometry and cannot be edited inside; "reference" =
            references; "point_instance" = a point instancer draws what the Xforms, which are invisible then, say.
        with_replacements: Whether an asset may be picked more than once in one execution.
        semantics: Labels of the Xforms.
        seed: Seed of the choice.
        name: Name of the node.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A file cannot be read, or there is no prim at a path.
    """
    source = distribution_of(paths)
    references = {path: _reference(graph.stage, path) for path in (paths if source is None else ())}
    named = list(paths) if source is None else (source.kind, source.index)
    digest = hashlib.blake2b(repr((named, size)).encode(), digest_size=4).hexdigest()
    points = mode == "point_instance"
    parent = f"{_SCOPE}/Population_{digest}"
    if points:  # a scope of its own: what it holds is invisible
        parent = str(unique_paths(graph.stage, Sdf.Path(_SCOPE), f"Population_{digest}", 1)[0])
        UsdGeom.Imageable(UsdGeom.Scope.Define(graph.stage, parent)).MakeInvisible()
    outer = create_prims(size, "Xform", [], default_name="Ref_Xform", parent=parent, semantics=semantics, stage=graph.stage)
    node = PrimsNode(graph, "randomizer.instantiate.prims", lambda: outer, inputs={"paths": paths if source else list(paths)},
                     name=name)
    node.prims()  # fixes the paths

    chosen: list[Sdf.Reference] = []

    def apply(action: ActionNode) -> None:
        pool = list(paths) if source is None else [str(path) for path in source.sample(source.samples)]
        for path in set(pool) - set(references):
            references[path] = _reference(action.graph.stage, path)
        picked = action.generator().choice(len(pool), size=size, replace=with_replacements, p=shares)
        chosen[:] = [references[pool[index]] for index in picked]
        _show(action.graph.stage, action.prims(), chosen, instanceable=mode != "reference")

    action = ActionNode(graph, "randomizer.instantiate", apply, targets=node, seed=seed)
    if points:
        population = PointPopulation(graph.stage, f"{parent}_Instancer")

        def follow() -> None:
            prims = node.prims()
            if chosen and len(prims) == len(chosen):
                with graph.layers.writing(action.layer):
                    population.show(prims, chosen)

        graph.followers.append(follow)
    return ReplicatorItem(node)


def _show(stage: Usd.Stage, outer: list[Usd.Prim], references: list[Sdf.Reference], *, instanceable: bool) -> None:
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
