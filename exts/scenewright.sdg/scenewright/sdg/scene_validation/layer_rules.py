"""Rules about layers: units and up axis on every root, asset paths that others have, labels of the present schema."""

import os
from collections.abc import Iterator

from pxr import Sdf, Usd, UsdGeom

from scenewright.sdg.layers.asset_paths import path_problems
from scenewright.sdg.layers.snapshot import take_snapshot
from scenewright.sdg.recipe.scene_checks import stage_problems
from scenewright.sdg.scene_validation.findings import ERROR, WARNING, SceneFinding

__all__ = ["asset_findings", "own_layers", "root_findings", "roots_of"]


def own_layers(stage: Usd.Stage) -> list[Sdf.Layer]:
    """Return the layers with files that a stage is made of, in the order of their paths."""
    return sorted((one for one in stage.GetUsedLayers() if one.realPath and not one.anonymous), key=lambda one: one.realPath)


def roots_of(stage: Usd.Stage) -> list[Sdf.Layer]:
    """Return the root layer, and then every file that others refer to: a reference's or payload's layer, no sublayers."""
    sublayers = {layer.ComputeAbsolutePath(path) for layer in own_layers(stage) for path in layer.subLayerPaths}
    root = stage.GetRootLayer()
    return [root, *(layer for layer in own_layers(stage) if layer != root and layer.identifier not in sublayers)]


def root_findings(stage: Usd.Stage) -> Iterator[SceneFinding]:
    """The root layer and every file that is referred to say their unit and up axis, and agree: USD converts nothing."""
    root = stage.GetRootLayer()
    unit, up = UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)
    for layer in roots_of(stage):
        pseudo, severity = layer.pseudoRoot, ERROR if layer == root else WARNING
        for key, assumed in (("metersPerUnit", "0.01, centimetres"), ("upAxis", "Y")):
            if not pseudo.HasInfo(key):
                told = f"there is no {key}: USD takes {assumed}."
                remedy = "Write it into the file, so that nobody has to guess."
                yield SceneFinding("units", severity, layer.realPath, "", told, remedy, fixable=True)
        if layer == root:
            if not root.defaultPrim:
                remedy = "Set it: `defaultPrim`."
                alone = len([spec for spec in root.rootPrims if spec.specifier == Sdf.SpecifierDef]) == 1
                told = "there is no default prim, so others cannot refer to the file without a path."
                yield SceneFinding("default-prim", WARNING, layer.realPath, "", told, remedy, fixable=alone)
            continue
        its_unit = pseudo.GetInfo("metersPerUnit") if pseudo.HasInfo("metersPerUnit") else unit
        its_up = pseudo.GetInfo("upAxis") if pseudo.HasInfo("upAxis") else up
        if abs(its_unit - unit) > 1e-9 * unit or its_up != up:
            told = (
                f"metersPerUnit is {its_unit:g} and the up axis {its_up}, in the scene {unit:g} and {up}; USD converts neither."
            )
            remedy = "Refer to it below a prim that is scaled and turned (Kit's unitsResolve), or convert it."
            yield SceneFinding("units", WARNING, layer.realPath, "", told, remedy)


def asset_findings(stage: Usd.Stage) -> Iterator[SceneFinding]:
    """Nothing is missing, no path is absolute, and labels are of the present schema."""
    for problem in stage_problems(stage):
        prim, _, message = problem.message.partition(": ")
        if not prim.startswith("/"):
            prim, message = "", problem.message
        yield SceneFinding("assets", ERROR, problem.file, prim, message, problem.remedy)
    for layer in own_layers(stage):
        records = take_snapshot(layer)
        for kind, where, message in path_problems(layer, records):
            if kind == "absolute-path":
                yield SceneFinding("absolute-path", ERROR, layer.realPath, where, message, fixable=_is_there(message))
        old = [path for path, record in records.items() if ".semantic:" in str(path) and str(path).endswith(":semanticData")]
        for path in sorted(old):
            told = "this label is of the old schema (SemanticsAPI)."
            yield SceneFinding("old-labels", WARNING, layer.realPath, str(path), told, "Migrate it.", fixable=True)


def _is_there(message: str) -> bool:
    """Return whether the absolute path that a message quotes leads to a file, so that a relative one can stand for it."""
    return os.path.isfile(message.split("@")[1].removeprefix("file://").removeprefix("file:"))
