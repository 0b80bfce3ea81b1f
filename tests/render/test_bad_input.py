"""What stages should not hold: a frame of finite buffers, or an error that names the prim."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, Vt

from scenewright.render import BUFFERS, RenderSettings
from scenewright.render.scene.errors import SceneError

SIZE = (16, 12)
MODES = [RenderSettings(denoise=True), RenderSettings(mode="path-traced", bounces=2)]


def assert_sound(frame):
    """Every buffer is finite; a distance may be infinite where there is nothing."""
    for name in BUFFERS:
        array = frame[name]
        if np.issubdtype(array.dtype, np.floating):
            missed = np.isposinf(array) & (frame["prim_id"] == 0) if name.startswith("distance") else False
            assert (np.isfinite(array) | missed).all(), name


def draw(studio, settings=MODES[0]):
    frame = studio.render(BUFFERS, SIZE, settings)
    assert_sound(frame)
    return frame


@pytest.fixture
def ball(studio):
    studio.light("SphereLight", "/World/Lamp", translate=(0, -3, 4), intensity=50.0)
    studio.camera((0, -5, 0), (0, 0, 0))
    return studio.shape("Sphere", "/World/ball")


def override(prim, name, kind, value):
    """Author a value of a type that the schema does not declare."""
    spec = prim.GetStage().GetRootLayer().GetPrimAtPath(prim.GetPath())
    if name in spec.attributes:
        spec.RemoveProperty(spec.attributes[name])
    Sdf.AttributeSpec(spec, name, kind).default = value


@pytest.mark.parametrize(("path", "name"), [("/World/ball", "radius"), ("/Camera", "focalLength"),
                                            ("/World/Lamp", "inputs:radius")])
def test_a_text_where_a_number_belongs_is_named(studio, ball, path, name):
    override(studio.stage.GetPrimAtPath(path), name, Sdf.ValueTypeNames.String, "wide")
    with pytest.raises(SceneError, match=f"{path}.{name} holds str, its type is float"):
        draw(studio)


def test_a_shader_input_of_a_wrong_type_is_named(studio, ball):
    shader = studio.material("/World/Look", ball, roughness=0.5)
    shader.GetPrim().RemoveProperty("inputs:roughness")
    shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.String).Set("red")
    with pytest.raises(SceneError, match=r"/World/Look/Surface.inputs:diffuseColor holds 'red'; the surface needs 3 numbers"):
        draw(studio)


@pytest.mark.parametrize("name", ["focalLength", "horizontalAperture", "horizontalApertureOffset", "fStop", "focusDistance"])
@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_camera_that_is_not_finite_is_named(studio, ball, name, value):
    studio.stage.GetPrimAtPath("/Camera").GetAttribute(name).Set(value)
    with pytest.raises(SceneError, match=f"/Camera: .*{name}"):
        draw(studio)


def test_an_exposure_beyond_numbers_is_named(studio, ball):
    studio.stage.GetPrimAtPath("/Camera").CreateAttribute("exposure", Sdf.ValueTypeNames.Float).Set(1e6)
    with pytest.raises(SceneError, match="/Camera: exposure 1000000"):
        draw(studio)


@pytest.mark.parametrize("resolution", [(0, 0), (16, 0), (-4, 4), (1 << 20, 4)])
def test_impossible_resolutions_are_value_errors(studio, ball, resolution):
    with pytest.raises(ValueError, match="esolution"):
        studio.renderer().render("/Camera", resolution, ["ldr_color"])


@pytest.mark.parametrize("settings", MODES, ids=["real-time", "path-traced"])
@pytest.mark.parametrize("reach", [1e6, 1e12])
def test_huge_scenes_have_finite_buffers(studio, ball, settings, reach):
    glowing = studio.quad("/World/far", half=1.0, translate=(0, 5, 0), rotate=(90, 0, 0))
    studio.material("/World/Glow", glowing, emissiveColor=Gf.Vec3f(3, 3, 3))
    UsdGeom.Xformable(glowing).MakeMatrixXform().Set(Gf.Matrix4d().SetScale(reach))
    draw(studio, settings)


@pytest.mark.parametrize("path", ["/World/ball", "/Camera"])
@pytest.mark.parametrize("reach", [1e20, float("nan")])
def test_what_is_beyond_float32_is_named(studio, ball, path, reach):
    xformable = UsdGeom.Xformable(studio.stage.GetPrimAtPath(path))
    xformable.MakeMatrixXform().Set(Gf.Matrix4d().SetTranslate(Gf.Vec3d(reach, 0, 0)))
    with pytest.raises(SceneError, match=f"{path}: .*beyond 1e.15 units"):
        draw(studio)


@pytest.mark.parametrize("settings", MODES, ids=["real-time", "path-traced"])
def test_a_camera_inside_an_object(studio, settings):
    studio.shape("Sphere", "/World/shell", radius=2.0)
    studio.light("SphereLight", "/World/Lamp", translate=(0, 0, 1), radius=0.1, intensity=10.0)
    studio.camera((0, -1, 0), (0, 0, 0))
    assert (draw(studio, settings)["prim_id"] == 1).all()


def test_a_polygon_of_ten_thousand_corners(studio, ball):
    angle = np.linspace(0, 2 * np.pi, 10_000, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=1)
    studio.mesh("/World/coin", ring, [10_000], range(10_000), translate=(0, -2, 0))
    frame = draw(studio)
    assert frame.prim_paths[frame["prim_id"][6, 8]] == "/World/coin"


def test_points_whose_number_changes_over_time_are_an_error_then(studio, ball):
    mesh = studio.quad("/World/sheet")
    mesh.GetPointsAttr().Set(Vt.Vec3fArray([(0, 0, 0), (1, 0, 0), (1, 1, 0)]), 5.0)
    mesh.GetPointsAttr().Set(mesh.GetPointsAttr().Get(), 1.0)
    renderer = studio.renderer()
    renderer.sync(Usd.TimeCode(1.0))
    with pytest.raises(SceneError, match="/World/sheet: faceVertexIndices holds 3"):
        renderer.sync(Usd.TimeCode(5.0))
    renderer.sync(Usd.TimeCode(1.0))
    assert_sound(renderer.render("/Camera", SIZE, BUFFERS))


def test_subsets_come_and_go_between_frames(studio, ball):
    mesh = studio.quad("/World/sheet", rotate=(90, 0, 0), translate=(0, -2, 0))
    renderer = studio.renderer()

    def seen():
        frame = renderer.render("/Camera", SIZE, BUFFERS)
        return frame.prim_paths[frame["prim_id"][6, 8]]

    assert seen() == "/World/sheet"
    subset = UsdGeom.Subset.CreateGeomSubset(mesh, "part", "face", Vt.IntArray([0]), "materialBind")
    UsdShade.MaterialBindingAPI.Apply(subset.GetPrim())
    assert seen() == "/World/sheet/part"
    studio.stage.RemovePrim(subset.GetPath())
    assert seen() == "/World/sheet"


def test_a_prim_that_refers_to_its_parent_is_drawn_once(studio, ball, capfd):
    studio.stage.DefinePrim("/World/inner").GetReferences().AddInternalReference("/World")
    assert (draw(studio)["prim_id"] > 0).any()
    assert "ycle" in capfd.readouterr().err  # USD's own warning


def test_a_point_beyond_reach_is_named(studio, ball):
    mesh = studio.quad("/World/sheet", rotate=(90, 0, 0), translate=(0, -2, 0))
    points = list(mesh.GetPointsAttr().Get())
    mesh.GetPointsAttr().Set(Vt.Vec3fArray([*points[:-1], Gf.Vec3f(0, 2.0**80, 0)]))
    with pytest.raises(SceneError, match=r"/World/sheet: points\[3\] is \(0.0, 1.2.*e\+24, 0.0\)"):
        draw(studio)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -3e38])
def test_texture_coordinates_that_are_no_numbers_count_as_zero(studio, ball, caplog, value):
    mesh = studio.quad("/World/sheet", rotate=(90, 0, 0), translate=(0, -2, 0))
    uvs = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, "vertex")
    uvs.Set(Vt.Vec2fArray([(value, 0.5)] * 4))
    frame = draw(studio)
    assert "/World/sheet: texture coordinates holds numbers that are not finite" in caplog.text
    assert frame["uv"][6, 8].tolist() == pytest.approx([0.0, 0.5])


@pytest.mark.parametrize(("name", "kind", "value"), [("fthetaCx", "String", "left"),
                                                     ("fthetaMaxFov", "FloatArray", [1.0, 2.0])])
def test_a_lens_of_a_wrong_type_is_named(studio, ball, name, kind, value):
    camera = studio.stage.GetPrimAtPath("/Camera")
    camera.CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("fisheyePolynomial")
    camera.CreateAttribute(name, getattr(Sdf.ValueTypeNames, kind)).Set(value)
    with pytest.raises(SceneError, match=rf"/Camera.{name} holds .*; the lens needs a number"):
        draw(studio)


@pytest.mark.parametrize(("name", "kind", "value", "needs"), [
    ("ior", "FloatArray", [1.0, 2.0], "a number"), ("diffuseColor", "Color3fArray", [(1, 0, 0)] * 3, "3 numbers")])
def test_a_shader_input_that_is_an_array_is_named(studio, ball, name, kind, value, needs):
    shader = studio.material("/World/Look", ball, roughness=0.5)
    shader.CreateInput(name, getattr(Sdf.ValueTypeNames, kind)).Set(value)
    with pytest.raises(SceneError, match=rf"/World/Look/Surface.inputs:{name} holds .*; the surface needs {needs}"):
        draw(studio)


def test_a_camera_that_exposes_nothing_is_named(studio, ball):
    studio.stage.GetPrimAtPath("/Camera").CreateAttribute("exposure", Sdf.ValueTypeNames.Float).Set(-2000.0)
    with pytest.raises(SceneError, match=r"/Camera: exposure -2000.0.*must be finite and positive"):
        draw(studio)


def test_colours_of_what_is_no_longer_drawn_are_not_read(studio, ball):
    curves = UsdGeom.BasisCurves.Define(studio.stage, "/World/hair")
    curves.CreateTypeAttr("linear")
    curves.CreatePointsAttr([(0, -2, -1), (0, -2, 1)])
    curves.CreateCurveVertexCountsAttr([2])
    curves.CreateWidthsAttr([0.5])
    curves.SetWidthsInterpolation("constant")
    renderer = studio.renderer()
    assert (renderer.render("/Camera", SIZE, BUFFERS)["prim_id"] > 1).any()
    curves.GetWidthsAttr().Block()
    override(curves.GetPrim(), "primvars:displayColor", Sdf.ValueTypeNames.Int, 3)
    assert_sound(renderer.render("/Camera", SIZE, BUFFERS))


@pytest.mark.parametrize(("knots", "weights", "told"), [([0.0] * 4, [1.0] * 4, "span nothing"),
                                                        ([0.0, 0.0, 1.0, 1.0], [0.0] * 4, "pointWeights")])
def test_a_patch_that_is_no_surface_is_named(studio, ball, knots, weights, told):
    patch = UsdGeom.NurbsPatch.Define(studio.stage, "/World/patch")
    patch.CreatePointsAttr([(x, -2, z) for z in (-1, 1) for x in (-1, 1)])
    for side, values in (("U", knots), ("V", [0.0, 0.0, 1.0, 1.0])):
        getattr(patch, f"Create{side}OrderAttr")(2)
        getattr(patch, f"Create{side}VertexCountAttr")(2)
        getattr(patch, f"Create{side}KnotsAttr")(values)
    patch.CreatePointWeightsAttr(weights)
    with pytest.raises(SceneError, match=f"/World/patch: .*{told}"):
        draw(studio)


def test_a_clipping_range_without_room_is_named(studio, ball):
    UsdGeom.Camera.Get(studio.stage, "/Camera").GetClippingRangeAttr().Set(Gf.Vec2f(5.0, 1.0))
    with pytest.raises(SceneError, match=r"/Camera: clippingRange \(5, 1\)"):
        studio.render(["hdr_color"], size=(8, 6))


@pytest.mark.parametrize(("points", "counts", "indices", "told"), [
    ([], [], [], "no points or no faces"),
    ([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [2, 1], [0, 1, 2], "of its 2 faces, 2 have fewer than three corners"),
    ([(0, 0, 0), (1, 0, 0), (0, 1, 0), (2, 0, 0)], [3, 3, 2, 4], [0, 1, 2, 0, 1, 3, 0, 1, 1, 1, 1, 1],
     "of its 4 faces, 1 have fewer than three corners and 2 triangles and quads have no area"),
])
def test_faces_that_cannot_be_seen_are_told_of_once(studio, ball, caplog, points, counts, indices, told):
    studio.mesh("/World/Odd", points, counts, indices)
    renderer = studio.renderer()
    for x in (0.0, 1.0):  # read again
        UsdGeom.XformCommonAPI(studio.stage.GetPrimAtPath("/World/Odd")).SetTranslate((x, 0, 0))
        studio.shape("Sphere", f"/World/More{int(x)}")
        assert np.isfinite(renderer.render("/Camera", (8, 6), ["hdr_color"])["hdr_color"]).all()
    messages = [record.getMessage() for record in caplog.records if "/World/Odd" in record.getMessage()]
    assert len(messages) == 1 and told in messages[0]


@pytest.mark.parametrize("size", [1e-30, 1e14])
def test_tiny_and_huge_faces_are_faces(studio, ball, caplog, size):
    studio.mesh("/World/Odd", [(0, 0, 0), (size, 0, 0), (size, size, 0), (0, size, 0)], [4], [0, 1, 2, 3])
    draw(studio)
    assert not any("/World/Odd" in record.getMessage() for record in caplog.records)


def test_a_transform_without_inverse_is_told_of(studio, ball, caplog):
    studio.quad("/World/Flat", scale=(1, 0, 1))
    frame = studio.render(["hdr_color", "normals"], size=(8, 6))
    assert np.isfinite(frame["hdr_color"]).all() and np.isfinite(frame["normals"]).all()
    assert any("/World/Flat: its transform scales an axis to nothing" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(("name", "told"), [("bomb", "says that it has 100000 x 100000 pixels"), ("cut", "cannot be decoded"),
                                            ("wild", "holds 3 texels that are not finite")])
def test_damaged_exr_images_are_told_of(studio, tmp_path, caplog, name, told):
    exr = pytest.importorskip("OpenEXR")
    pixels = np.random.default_rng(1).random((32, 64, 3)).astype(np.float32)
    if name == "wild":
        pixels[3, 3], pixels[4, 4, 1], pixels[5, 5, 2] = np.nan, np.inf, -np.inf
    path = tmp_path / "sky.exr"
    exr.File({"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}, {"RGB": pixels}).write(str(path))
    data = bytearray(path.read_bytes())
    if name == "cut":
        data = data[:len(data) // 2]
    if name == "bomb":
        for window in (b"dataWindow", b"displayWindow"):
            at = data.find(window + b"\0box2i\0") + len(window) + 11
            data[at:at + 16] = np.array((0, 0, 99999, 99999), "<i4").tobytes()
    path.write_bytes(data)
    studio.camera((0, -5, 0), (0, 0, 0))
    studio.light("DomeLight", "/World/Sky").CreateTextureFileAttr(str(path))
    frame = studio.render(["hdr_color"], size=(16, 12), settings=RenderSettings(samples=4))
    assert np.isfinite(frame["hdr_color"]).all()
    assert any("/World/Sky.inputs:texture:file" in r.getMessage() and told in r.getMessage() for r in caplog.records)


@pytest.mark.parametrize("unit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_unit_of_no_length_is_named(studio, ball, unit):
    UsdGeom.SetStageMetersPerUnit(studio.stage, unit)
    with pytest.raises(SceneError, match=r"The stage's metersPerUnit is .*above 0"):
        draw(studio)


def test_seconds_without_time_codes_matter_to_moving_pictures_alone(studio, ball):
    studio.stage.SetTimeCodesPerSecond(0.0)
    draw(studio)
    with pytest.raises(SceneError, match="The stage's timeCodesPerSecond is 0"):
        draw(studio, RenderSettings(motion_slices=4))
