"""Stages and scenes for the reader's tests."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.stage_scene import StageScene


@pytest.fixture
def stage() -> Usd.Stage:
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    return stage


@pytest.fixture
def open_scene() -> Iterator[Callable[..., StageScene]]:
    """Return a function that makes a synced StageScene; all are closed at the end."""
    scenes = []

    def make(stage: Usd.Stage, time: Usd.TimeCode = Usd.TimeCode.Default(), **options: str) -> StageScene:
        scene = StageScene(stage, **options)
        scenes.append(scene)
        scene.sync(time)
        return scene

    yield make
    for scene in scenes:
        scene.close()


@pytest.fixture
def add_mesh() -> Callable[..., UsdGeom.Mesh]:
    """Return a function that defines a mesh; a unit quad in the xy plane unless told otherwise."""

    def add(stage: Usd.Stage, path: str, points: object = None, counts: object = None, indices: object = None) -> UsdGeom.Mesh:
        mesh = UsdGeom.Mesh.Define(stage, path)
        points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)] if points is None else points
        counts = [len(points)] if counts is None else counts
        mesh.CreatePointsAttr([tuple(float(c) for c in p) for p in points])
        mesh.CreateFaceVertexCountsAttr([int(c) for c in counts])
        mesh.CreateFaceVertexIndicesAttr([int(i) for i in (range(len(points)) if indices is None else indices)])
        mesh.CreateSubdivisionSchemeAttr("none")
        return mesh

    return add


@pytest.fixture
def write_png(tmp_path) -> Callable[..., str]:
    """Return a function that writes an image array below the test's folder and returns its path."""
    from PIL import Image

    def write(name: str, pixels: np.ndarray) -> str:
        path = tmp_path / name
        Image.fromarray(pixels).save(path)
        return str(path)

    return write


@pytest.fixture
def add_preview_material() -> Callable:
    """Return a function that defines a UsdPreviewSurface material and returns (material, shader)."""
    from pxr import UsdShade

    def add(stage: Usd.Stage, path: str, **inputs: object) -> tuple:
        material = UsdShade.Material.Define(stage, path)
        shader = UsdShade.Shader.Define(stage, f"{path}/Surface")
        shader.CreateIdAttr("UsdPreviewSurface")
        for name, value in inputs.items():
            kind = Sdf.ValueTypeNames.Color3f if isinstance(value, tuple) else Sdf.ValueTypeNames.Float
            shader.CreateInput(name, kind).Set(value)
        material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
        return material, shader

    return add


@pytest.fixture
def bind() -> Callable:
    from pxr import UsdShade

    def bind(prim: Usd.Prim, material: object) -> None:
        UsdShade.MaterialBindingAPI.Apply(prim).Bind(material)

    return bind


@pytest.fixture
def label() -> Callable:
    from pxr import UsdSemantics

    def label(prim: Usd.Prim, *labels: str, taxonomy: str = "class") -> None:
        UsdSemantics.LabelsAPI.Apply(prim, taxonomy).CreateLabelsAttr(list(labels))

    return label
