"""From plan to stage: what USD composes stands where the plan says, labelled, and writing twice writes the same."""

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.sdg.scenes import Layers, Streams, author_plan
from scenewright.sdg.scenes.builders import build_scene


@pytest.fixture(scope="module")
def plan(books):
    return build_scene("warehouse", books["warehouse"], Streams.of_seed(2), {"size": (14.0, 16.0, 7.0), "staging": 2})


@pytest.fixture(scope="module")
def stage(plan):
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    author_plan(plan, Layers.all_in(stage.GetRootLayer()), "/World")
    return stage


def world(prim):
    return np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(0))


def test_single_objects_stand_where_the_plan_says(plan, stage):
    wanted = [i.placed for i in plan.items if not i.bulk]
    found = [p for p in stage.GetPrimAtPath("/World/Objects").GetChildren() if not p.IsA(UsdGeom.PointInstancer)]
    assert len(found) == len(wanted)
    for placed, prim in zip(
        sorted(wanted, key=lambda p: p.thing.label), sorted(found, key=lambda p: str(p.GetPath()).split("_")[0]), strict=True
    ):
        assert UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get() == [placed.thing.label]
    matrices = np.array([world(prim)[3, :3] for prim in found])
    assert np.allclose(np.sort(matrices, axis=0), np.sort([p.position for p in wanted], axis=0), atol=1e-5)
    assert all(prim.IsInstance() for prim in found)


def test_bulk_objects_are_instances_that_stand_where_the_plan_says(plan, stage):
    boxes = [i.placed for i in plan.items if i.bulk and i.placed.thing.label == "box"]
    instancer = UsdGeom.PointInstancer(stage.GetPrimAtPath("/World/Objects/Box_Instances"))
    matrices = np.array(instancer.ComputeInstanceTransformsAtTime(0, 0, UsdGeom.PointInstancer.ExcludeProtoXform))
    assert np.allclose(matrices[:, 3, :3], [one.position for one in boxes], atol=1e-4)
    yaw = np.radians([one.yaw for one in boxes])
    assert np.allclose(
        matrices[:, 0, :2], np.stack([np.cos(yaw), np.sin(yaw)], axis=1), atol=2e-3
    )  # orientations are half floats
    roots = [stage.GetPrimAtPath(path) for path in instancer.GetPrototypesRel().GetTargets()]
    for root, index in zip(roots, range(len(roots)), strict=True):
        first = boxes[list(instancer.GetProtoIndicesAttr().Get()).index(index)].thing
        assert UsdSemantics.LabelsAPI(root, "class").GetLabelsAttr().Get() == ["box"]
        assert root.GetVariantSets().GetVariantSelection("print") == first.variants["print"]
        assert root.GetChild("Geometry")


def test_the_extent_of_an_instancer_holds_its_instances(stage):
    instancer = UsdGeom.PointInstancer(stage.GetPrimAtPath("/World/Objects/Box_Instances"))
    low, high = np.array(instancer.GetExtentAttr().Get())
    computed = np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(instancer, 0))
    assert np.all(low <= computed[0] + 1e-3) and np.all(high >= computed[1] - 1e-3)


def test_panels_are_closed_boxes_with_looks(plan, stage):
    for panel in plan.panels:
        prim = stage.GetPrimAtPath(f"/World/Structure/{panel.name}")
        mesh = UsdGeom.Mesh(prim)
        points, indices = np.array(mesh.GetPointsAttr().Get()), np.array(mesh.GetFaceVertexIndicesAttr().Get()).reshape(-1, 4)
        a, b, c, d = (points[indices[:, k]] for k in range(4))
        volume = (np.einsum("ij,ij->i", a, np.cross(b, c)) + np.einsum("ij,ij->i", a, np.cross(c, d))).sum() / 6
        assert volume == pytest.approx(np.prod(np.subtract(panel.high, panel.low)), rel=1e-3)
        normals = np.array(mesh.GetNormalsAttr().Get()).reshape(-1, 4, 3)[:, 0]
        assert np.all(np.einsum("ij,ij->i", np.cross(b - a, c - a), normals) > 0)
        material, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
        assert material.GetPrim().GetName() == panel.look
        assert UsdSemantics.LabelsAPI(prim, "stuff").GetLabelsAttr().Get() == [panel.label]


def test_lights_and_cameras_are_there(plan, stage):
    lights = stage.GetPrimAtPath("/World/Lights").GetChildren()
    assert [p.GetName() for p in lights] == [light.name for light in plan.lights]
    assert all(
        UsdLux.LightAPI(p).GetIntensityAttr().Get() == pytest.approx(light.intensity)
        for p, light in zip(lights, plan.lights, strict=True)
    )
    for camera in plan.cameras:
        matrix = world(stage.GetPrimAtPath(f"/World/Cameras/{camera.name}"))
        ahead = np.subtract(camera.target, camera.position)
        assert np.allclose(-matrix[2, :3], ahead / np.linalg.norm(ahead), atol=1e-4)
        assert matrix[1, 2] > 0  # not upside down


def test_writing_again_writes_the_same_and_leaves_the_root_alone(plan, books):
    layer = Sdf.Layer.CreateAnonymous(".usda")
    author_plan(plan, Layers.all_in(layer), "/World")
    first = layer.ExportToString()
    other = build_scene("warehouse", books["warehouse"], Streams.of_seed(5), {"size": (14.0, 16.0, 7.0)})
    author_plan(other, Layers.all_in(layer), "/World")
    assert layer.ExportToString() != first
    author_plan(plan, Layers.all_in(layer), "/World")
    assert layer.ExportToString() == first
    Sdf.AttributeSpec(layer.GetPrimAtPath("/World"), "userProperties:moved", Sdf.ValueTypeNames.Bool).default = True
    author_plan(plan, Layers.all_in(layer), "/World")
    assert layer.GetPrimAtPath("/World").attributes["userProperties:moved"].default is True


def test_layers_with_files_refer_relatively_and_own_their_part(plan, tmp_path):
    layers = Layers(
        *(Sdf.Layer.CreateNew(str(tmp_path / f"{name}.usda")) for name in ("layout", "lighting", "cameras", "semantics"))
    )
    author_plan(plan, layers, "/World")
    text = layers.layout.ExportToString()
    assert "@/" not in text and "@../" in text.replace("@./", "@../")
    assert "semantics:labels" not in text and "Camera" not in text and "RectLight" not in text
    assert "semantics:labels:class" in layers.semantics.ExportToString()
    assert "def " not in layers.semantics.ExportToString()
