import logging
import math

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdLux

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.lights import Y_TO_Z
from scenewright.render.scene.records import LightKind


def only(scene):
    (light,) = scene.lights
    return light


def test_luminance_is_intensity_exposure_and_colour(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    light.CreateIntensityAttr(10)
    light.CreateExposureAttr(-1)
    light.CreateColorAttr((1, 0.5, 0.25))
    record = only(open_scene(stage))
    assert record.kind == LightKind.SPHERE
    assert record.size == (0.5, 0.0)
    np.testing.assert_allclose(record.color, (5, 2.5, 1.25))


@pytest.mark.parametrize(
    ("kind", "attributes", "size", "area"),
    [
        ("SphereLight", {"radius": 0.2}, (0.2, 0), 4 * math.pi * 0.04),
        ("DiskLight", {"radius": 0.2}, (0.2, 0), math.pi * 0.04),
        ("RectLight", {"width": 2, "height": 3}, (2, 3), 6),
        ("CylinderLight", {"radius": 0.2, "length": 3}, (0.2, 3), 2 * math.pi * 0.2 * 3),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_normalize_divides_by_the_area_in_world_space(stage, open_scene, kind, attributes, size, area, scale):
    prim = stage.DefinePrim("/l", kind)
    for name, value in attributes.items():
        prim.GetAttribute(f"inputs:{name}").Set(value)
    prim.GetAttribute("inputs:intensity").Set(100.0)
    prim.GetAttribute("inputs:normalize").Set(True)
    UsdGeom.Xformable(prim).AddScaleOp().Set((scale,) * 3)
    record = only(open_scene(stage))
    np.testing.assert_allclose(record.size, size, rtol=1e-6)
    np.testing.assert_allclose(record.color, 100 / (area * scale**2), rtol=1e-6)


def test_points_keep_the_power_of_their_sphere(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    light.CreateTreatAsPointAttr(True)
    light.CreateIntensityAttr(3)
    record = only(open_scene(stage))
    assert record.size[0] < 1e-3
    assert record.color[0] * record.size[0] ** 2 == pytest.approx(3 * 0.5**2)


@pytest.mark.parametrize(
    ("version", "normalize", "irradiance"),
    [(None, False, 1000), (None, True, 1000), (2411, False, 1000), (2505, True, 1000),
     (2505, False, 1000 * math.pi * math.sin(math.radians(30)) ** 2)],
)
def test_distant_irradiance(stage, open_scene, version, normalize, irradiance):
    light = UsdLux.DistantLight.Define(stage, "/l")
    light.CreateIntensityAttr(1000)
    light.CreateAngleAttr(60)
    light.CreateNormalizeAttr(normalize)
    if version is not None:
        light.GetPrim().CreateAttribute("omni:rtx:usdluxVersion", Sdf.ValueTypeNames.Int).Set(version)
    record = only(open_scene(stage))
    assert record.size == pytest.approx((math.radians(30), 0))
    np.testing.assert_allclose(record.color, irradiance, rtol=1e-6)


def test_colour_temperature_is_a_tint_of_equal_luminance(stage, open_scene):
    light = UsdLux.DiskLight.Define(stage, "/l")
    light.CreateEnableColorTemperatureAttr(True)
    light.CreateColorTemperatureAttr(2700)
    warm = np.array(only(open_scene(stage)).color)
    assert warm[0] > warm[1] > warm[2]
    assert warm @ (0.2126, 0.7152, 0.0722) == pytest.approx(1.0, rel=1e-3)


def test_domes_have_their_pole_up(stage, open_scene):
    UsdLux.DomeLight.Define(stage, "/dome").AddRotateZOp().Set(90)
    record = only(open_scene(stage))
    pole = np.array([0, 1, 0]) @ record.matrix[:3, :3]
    np.testing.assert_allclose(pole, (0, 0, 1), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(Y_TO_Z), 1.0)
    UsdGeom.SetStageUpAxis(stage, "Y")
    np.testing.assert_allclose(only(open_scene(stage)).matrix[:3, :3], [(0, 1, 0), (-1, 0, 0), (0, 0, 1)], atol=1e-12)


@pytest.mark.parametrize(("axis", "turned"), [("scene", True), ("Z", True), ("Y", False)])
def test_dome_pole_axis(stage, open_scene, axis, turned):
    UsdLux.DomeLight_1.Define(stage, "/dome").CreatePoleAxisAttr(axis)
    np.testing.assert_allclose(only(open_scene(stage)).matrix, Y_TO_Z if turned else np.eye(4))


def test_dome_texture(stage, open_scene, write_png):
    dome = UsdLux.DomeLight.Define(stage, "/dome")
    dome.CreateTextureFileAttr(write_png("sky.png", np.full((2, 4, 3), 128, np.uint8)))
    scene = open_scene(stage)
    record = scene.textures[only(scene).texture]
    assert record.pixels.shape == (2, 4, 4)
    assert record.srgb
    dome.CreateTextureFormatAttr("angular")
    with pytest.raises(SceneError, match="/dome: texture:format 'angular' is not supported"):
        scene.sync()


def test_what_does_not_shine(stage, open_scene, caplog):
    for name in ("hidden", "zero", "shown"):
        UsdLux.SphereLight.Define(stage, f"/{name}")
    UsdGeom.Imageable.Get(stage, "/hidden").MakeInvisible()
    UsdLux.SphereLight.Get(stage, "/zero").CreateIntensityAttr(0)
    UsdLux.PortalLight.Define(stage, "/portal")
    with caplog.at_level(logging.WARNING):
        assert [light.path for light in open_scene(stage).lights] == ["/shown"]
    assert "light type 'PortalLight' is not rendered yet" in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [("intensity", -1.0), ("intensity", float("nan")), ("intensity", float("inf")), ("exposure", float("nan")),
     ("color", (1.0, float("nan"), 1.0)), ("color", (-1.0, 1.0, 1.0)), ("width", 0.0), ("height", float("nan")),
     ("diffuse", float("nan")), ("exposure", 200.0)],
)
def test_a_light_with_impossible_numbers_is_left_out_and_named_once(stage, open_scene, caplog, name, value):
    light = UsdLux.RectLight.Define(stage, "/World/l")
    light.GetPrim().GetAttribute(f"inputs:{name}").Set(value)
    with caplog.at_level(logging.WARNING):
        scene = open_scene(stage)
        UsdLux.RectLight.Define(stage, "/World/fine")
        scene.sync()
    assert [record.path for record in scene.lights] == ["/World/fine"]
    (warning,) = caplog.messages
    assert warning.startswith("/World/l: ") and "left out" in warning


@pytest.mark.parametrize(("kind", "scale"), [("SphereLight", (1, 0, 1)), ("RectLight", (0, 1, 1)), ("DomeLight", (0, 0, 0))])
def test_a_light_scaled_to_nothing_is_left_out(stage, open_scene, caplog, kind, scale):
    prim = stage.DefinePrim("/l", kind)
    UsdGeom.Xformable(prim).AddScaleOp().Set(scale)
    with caplog.at_level(logging.WARNING):
        assert not open_scene(stage).lights
    assert "/l: its transform" in caplog.text


def test_a_flattened_rect_light_still_shines(stage, open_scene):
    prim = stage.DefinePrim("/l", "RectLight")
    UsdGeom.Xformable(prim).AddScaleOp().Set((1, 1, 0))
    assert only(open_scene(stage)).kind == LightKind.RECT


def test_lights_move_with_their_ancestors(stage, open_scene):
    UsdGeom.Xform.Define(stage, "/rig").AddTranslateOp().Set((0, 0, 0))
    UsdLux.SphereLight.Define(stage, "/rig/arm/l")
    scene = open_scene(stage)
    stage.GetAttributeAtPath("/rig.xformOp:translate").Set(Gf.Vec3d(1, 2, 3))
    assert scene.sync().lights
    assert only(scene).matrix[3, :3].tolist() == [1, 2, 3]


def test_shadows_can_be_switched_off(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    UsdLux.ShadowAPI.Apply(light.GetPrim()).CreateShadowEnableAttr(False)
    assert not only(open_scene(stage)).shadows


def test_lights_can_be_hidden_from_the_camera(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    scene = open_scene(stage)
    assert only(scene).visible_to_camera
    light.GetPrim().CreateAttribute("visibleInPrimaryRay", Sdf.ValueTypeNames.Bool).Set(False)
    assert scene.sync().lights
    assert not only(scene).visible_to_camera


def test_links_are_the_rules_of_the_collection(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    api = UsdLux.LightAPI(light)
    scene = open_scene(stage)
    assert only(scene).light_link is None and only(scene).shadow_link is None
    api.GetLightLinkCollectionAPI().CreateExcludesRel().AddTarget("/World/Thing")
    api.GetShadowLinkCollectionAPI().CreateIncludesRel().AddTarget("/World/Other")
    api.GetShadowLinkCollectionAPI().CreateIncludeRootAttr(False)
    assert scene.sync().lights
    assert dict(only(scene).light_link.rules) == {"/": "expandPrims", "/World/Thing": "exclude"}
    assert dict(only(scene).shadow_link.rules) == {"/World/Other": "expandPrims"}


def test_membership_expressions_are_named_as_not_supported(stage, open_scene, caplog):
    light = UsdLux.SphereLight.Define(stage, "/l")
    api = UsdLux.LightAPI(light).GetLightLinkCollectionAPI()
    api.CreateMembershipExpressionAttr(Sdf.PathExpression("/World//"))
    with caplog.at_level(logging.WARNING):
        assert only(open_scene(stage)).light_link is None
    assert "/l: collection:lightLink:membershipExpression is not supported" in caplog.text


def test_shaping(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    scene = open_scene(stage)
    assert only(scene).shaping is None
    shaping = UsdLux.ShapingAPI.Apply(light.GetPrim())
    shaping.CreateShapingConeAngleAttr(30.0)
    shaping.CreateShapingConeSoftnessAttr(0.25)
    shaping.CreateShapingFocusAttr(4.0)
    shaping.CreateShapingFocusTintAttr((1, 0, 0))
    assert scene.sync().lights
    found = only(scene).shaping
    assert (found.cone_angle, found.cone_softness, found.focus) == pytest.approx((math.radians(30), 0.25, 4.0))
    assert found.focus_tint == (1.0, 0.0, 0.0)


def test_shaping_that_changes_nothing_is_none(stage, open_scene):
    light = UsdLux.SphereLight.Define(stage, "/l")
    UsdLux.ShapingAPI.Apply(light.GetPrim()).CreateShapingConeAngleAttr(180.0)
    assert only(open_scene(stage)).shaping is None


def test_the_applied_shaping_falls_back_to_a_half_space(stage, open_scene):
    """UsdLux: the cone's angle is 90 degrees off the axis where ShapingAPI is applied and says nothing."""
    UsdLux.ShapingAPI.Apply(UsdLux.SphereLight.Define(stage, "/l").GetPrim())
    assert only(open_scene(stage)).shaping.cone_angle == pytest.approx(math.pi / 2)


@pytest.mark.parametrize("content", [None, "", "IESNA:LM-63-2002\nTILT=NONE\n1 1000 1 2 1 1 2 0 0 0\n1 1 1\n0 90\n0\n0 0\n"])
def test_profiles_that_cannot_be_used_are_named(stage, open_scene, caplog, tmp_path, content):
    path = tmp_path / "lamp.ies"
    if content is not None:
        path.write_text(content)
    light = UsdLux.SphereLight.Define(stage, "/l")
    UsdLux.ShapingAPI.Apply(light.GetPrim()).CreateShapingIesFileAttr(str(path))
    with caplog.at_level(logging.WARNING):
        assert only(open_scene(stage)).shaping.ies is None
    assert "/l: inputs:shaping:ies:file" in caplog.text and "cannot be used" in caplog.text


def test_a_profile_is_read_once(stage, open_scene, tmp_path):
    path = tmp_path / "lamp.ies"
    path.write_text("IESNA:LM-63-2002\nTILT=NONE\n1 1000 1 2 1 1 2 0 0 0\n1 1 1\n0 90\n0\n500 0\n")
    for name in ("/a", "/b"):
        UsdLux.ShapingAPI.Apply(UsdLux.SphereLight.Define(stage, name).GetPrim()).CreateShapingIesFileAttr(str(path))
    first, second = open_scene(stage).lights
    assert first.shaping.ies is second.shaping.ies
    assert first.shaping.ies.candela[0, 0] == 500.0 and first.shaping.ies.candela[45, 7] == pytest.approx(250.0)


def test_glowing_meshes(stage, open_scene, caplog):
    mesh = UsdGeom.Mesh.Define(stage, "/tube")
    UsdLux.MeshLightAPI.Apply(mesh.GetPrim())
    UsdLux.LightAPI(mesh.GetPrim()).CreateIntensityAttr(7.0)
    UsdLux.GeometryLight.Define(stage, "/geo").CreateGeometryRel().AddTarget("/tube")
    UsdLux.GeometryLight.Define(stage, "/lost")
    with caplog.at_level(logging.WARNING):
        lights = open_scene(stage).lights
    assert [(light.path, light.kind, light.geometry, light.color[0]) for light in lights] == [
        ("/tube", LightKind.MESH, ("/tube",), 7.0), ("/geo", LightKind.MESH, ("/tube",), 1.0)]
    assert "/lost: geometry names no prim" in caplog.text


def test_lines_keep_the_power_of_their_cylinder(stage, open_scene):
    light = UsdLux.CylinderLight.Define(stage, "/l")
    light.CreateTreatAsLineAttr(True)
    light.CreateIntensityAttr(3)
    record = only(open_scene(stage))
    assert record.size[0] < 1e-3 and record.size[1] == 1.0
    assert record.color[0] * record.size[0] == pytest.approx(3 * 0.5)
