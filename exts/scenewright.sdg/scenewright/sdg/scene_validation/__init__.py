"""Checks of whole scenes before they make data: layers, labels, lights, cameras, sizes, and the validators of others."""

from scenewright.sdg.scene_validation.findings import ERROR, WARNING, SceneFinding, SceneReport
from scenewright.sdg.scene_validation.validate import validate_scene

__all__ = ["ERROR", "WARNING", "SceneFinding", "SceneReport", "validate_scene"]
