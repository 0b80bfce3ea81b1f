"""Everything about a scene in one report: its layers, its composition, our rules, and the validators of others."""

import os
from collections.abc import Callable

from pxr import Tf, Usd, UsdUtils

from scenewright.sdg.recipe.scene_checks import find_scene_problems, open_quietly
from scenewright.sdg.scene_validation import third_party
from scenewright.sdg.scene_validation.findings import ERROR, SceneFinding, SceneReport
from scenewright.sdg.scene_validation.fixing import fix_scene
from scenewright.sdg.scene_validation.layer_rules import asset_findings, root_findings
from scenewright.sdg.scene_validation.own_rules import (
    SceneView,
    camera_findings,
    label_findings,
    light_findings,
    size_findings,
)

__all__ = ["validate_scene"]

_NO_VALIDATORS = "this USD carries none (pxr.UsdValidation)"
_LAYER_RULES = (root_findings, asset_findings)
_VIEW_RULES = (label_findings, light_findings, camera_findings, size_findings)


def validate_scene(
    path: str | os.PathLike[str], fix: bool = False, quick: bool = False, show: Callable[[str], None] | None = None
) -> SceneReport:
    """Check a USD file: a scene, or an asset (its default prim is a component), which needs no lights and cameras.

    Args:
        path: The root layer.
        fix: Whether to correct first what is safe to correct; the report is about the scene after it.
        quick: Whether to leave out the validators of others.
        show: Is told what is being checked.

    Raises:
        LayerError: ``fix`` meets a layer that is locked or read-only.
    """
    report = SceneReport(os.fspath(path))
    tell = show or (lambda what: None)
    tell("composition")
    try:
        stage = open_quietly(path)
    except (FileNotFoundError, ValueError):
        problems = find_scene_problems(path)
        report.add(SceneFinding("readable", ERROR, str(one).split(": ")[0], "", one.message, one.remedy) for one in problems)
        return report
    if fix:
        tell("fixing")
        report.fixed = _fix(stage)
        stage = open_quietly(path)
    for rule in _LAYER_RULES:
        report.add(rule(stage))
    tell("labels, lights, cameras, sizes")
    view = SceneView(stage)
    for rule in _VIEW_RULES:
        report.add(rule(view))
    _others(report, stage, quick, tell)
    return report


def _fix(stage: Usd.Stage) -> list[str]:
    """Correct a scene; what USD says meanwhile of arcs that lead nowhere is told by the rules."""
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        return fix_scene(stage)
    finally:
        delegate.TakeUncoalescedDiagnostics()


def _others(report: SceneReport, stage: Usd.Stage, quick: bool, tell: Callable[[str], None]) -> None:
    if quick:
        report.skipped["validators of usd-core and NVIDIA"] = "--quick was given"
        return
    for name, there, findings, why in (
        ("usd-core's validators", third_party.has_usd_validators(), third_party.usd_findings, _NO_VALIDATORS),
        ("NVIDIA's validators", third_party.has_nvidia(), third_party.nvidia_findings, third_party.NVIDIA_MISSING),
    ):
        if not there:
            report.skipped[name] = why
            continue
        tell(name)
        try:
            report.add(findings(stage))
        except Tf.ErrorException as error:
            report.skipped[name] = f"they broke off: {' '.join(str(error).split())[:300]}"
