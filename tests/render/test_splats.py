"""Gaussian splats: one against its closed form, many against an order, and surfaces that hide them."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.render import Renderer, RenderSettings
from scenewright.render.scene.errors import SceneError

SIZE = (64, 48)
FOCAL = 64.0  # pixels: aperture 20.48, focal length 20.48
DC = 0.28209479177387814


@pytest.fixture
def splat_stage():
    stage = Usd.Stage.CreateInMemory()
    camera = UsdGeom.Camera.Define(stage, "/Camera")
    camera.CreateHorizontalApertureAttr(20.48)
    camera.CreateFocalLengthAttr(20.48)
    camera.CreateClippingRangeAttr(Gf.Vec2f(0.01, 1000.0))
    return stage


def add_splats(stage, positions, *, scales=None, opacities=None, colors=None, orientations=None, path="/Splats"):
    prim = stage.DefinePrim(path, "ParticleField3DGaussianSplat")
    types = Sdf.ValueTypeNames

    def author(name, kind, value):
        prim.CreateAttribute(name, kind).Set(value)

    author("positions", types.Point3fArray, positions)
    author("scales", types.Float3Array, [(0.5, 0.5, 0.5)] * len(positions) if scales is None else scales)
    author("opacities", types.FloatArray, [0.8] * len(positions) if opacities is None else opacities)
    if orientations is not None:
        author("orientations", types.QuatfArray, orientations)
    prim.CreateAttribute("radiance:sphericalHarmonicsDegree", types.Int).Set(0)
    colors = [(1, 1, 1)] * len(positions) if colors is None else colors
    author("radiance:sphericalHarmonicsCoefficients", types.Float3Array,
           [tuple((v - 0.5) / DC for v in color) for color in colors])
    return prim


def picture(stage, **settings):
    renderer = Renderer(stage)
    frame = renderer.render("/Camera", SIZE, ["ldr_color", "hdr_color", "prim_id"], RenderSettings(**settings))
    images = {name: frame[name].copy() for name in ("ldr_color", "hdr_color", "prim_id")}
    renderer.close()
    return images


def offsets():
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5 - SIZE[0] / 2, np.arange(SIZE[1]) + 0.5 - SIZE[1] / 2)
    return x, y


def test_one_round_splat_is_a_gaussian(splat_stage):
    add_splats(splat_stage, [(0, 0, -8)], colors=[(1.0, 0.5, 0.25)])
    alpha = picture(splat_stage)["hdr_color"][..., 3]
    x, y = offsets()
    variance = (FOCAL * 0.5 / 8) ** 2 + 0.3
    expected = 0.8 * np.exp(-0.5 * (x * x + y * y) / variance)
    expected[expected < 1 / 255] = 0.0
    # at the very centre the lens' second derivative is 0, so the projection is exact there
    assert np.abs(alpha - expected).max() < 2e-3
    assert (alpha > 0).sum() == (expected > 0).sum()


@pytest.mark.parametrize("tone_map", ["aces", "linear"])
def test_colour_is_developed_to_what_was_trained(splat_stage, tone_map):
    add_splats(splat_stage, [(0, 0, -8)], scales=[(2, 2, 2)], opacities=[0.99], colors=[(0.9, 0.5, 0.2)])
    splat_stage.DefinePrim("/Light", "DomeLight").CreateAttribute("inputs:intensity", Sdf.ValueTypeNames.Float).Set(0.0)
    images = picture(splat_stage, tone_map=tone_map)
    opaque = images["ldr_color"][..., 3] > 251
    assert opaque.sum() >= 4
    assert np.abs(images["ldr_color"][opaque][:, :3] - np.array((0.9, 0.5, 0.2)) * 255).max() < 3.0
    assert not images["prim_id"].any()  # splats carry no labels


def test_long_splats_turn_with_their_prim(splat_stage):
    quaternion = Gf.Quatf(Gf.Rotation((0, 0, 1), 30.0).GetQuat())
    prim = add_splats(splat_stage, [(0, 0, -8)], scales=[(1.2, 0.1, 0.1)], orientations=[quaternion])
    alpha = picture(splat_stage)["hdr_color"][..., 3].astype(np.float64)

    def direction(alpha):
        x, y = offsets()
        positions = np.stack((x, -y), axis=-1).reshape(-1, 2)
        vector = np.linalg.eigh(positions.T @ (positions * alpha.reshape(-1, 1)))[1][:, 1]
        return np.degrees(np.arctan2(vector[1], vector[0])) % 180.0

    assert direction(alpha) == pytest.approx(30.0, abs=1.0)
    UsdGeom.XformCommonAPI(prim).SetRotate((0, 0, 20))
    UsdGeom.XformCommonAPI(prim).SetTranslate((0, 0, 0))
    assert direction(picture(splat_stage)["hdr_color"][..., 3].astype(np.float64)) == pytest.approx(50.0, abs=1.0)


def test_near_splats_cover_far_ones_whatever_their_order(splat_stage):
    one = [((0, 0, -5), (1, 0, 0)), ((0, 0, -9), (0, 0, 1))]
    found = []
    for splats in (one, one[::-1]):
        prim = add_splats(splat_stage, [p for p, _ in splats], scales=[(2, 2, 2)] * 2, opacities=[0.99] * 2,
                          colors=[c for _, c in splats])
        found.append(picture(splat_stage)["ldr_color"])
        splat_stage.RemovePrim(prim.GetPath())
    assert np.array_equal(*found)
    assert found[0][24, 32, 0] > 250
    assert found[0][24, 32, 2] < 30


def test_surfaces_hide_what_lies_behind_them(splat_stage):
    add_splats(splat_stage, [(0, 0, -8)], scales=[(2, 2, 2)], opacities=[0.95])
    cube = UsdGeom.Cube.Define(splat_stage, "/Cube")
    UsdGeom.XformCommonAPI(cube).SetTranslate((2, 0, -5))
    images = picture(splat_stage)
    on_cube = images["prim_id"] > 0
    assert on_cube.sum() > 100
    assert (images["hdr_color"][on_cube][:, :3] == 0.0).all()  # no light: black, nothing of the splat shows
    assert (images["hdr_color"][~on_cube][:, 3] > 0.5).sum() > 200
    UsdGeom.XformCommonAPI(cube).SetTranslate((2, 0, -20))
    assert (picture(splat_stage)["hdr_color"][on_cube][:, :3].max(axis=1) > 0.0).mean() > 0.9


def test_edits_are_followed(splat_stage):
    prim = add_splats(splat_stage, [(0, 0, -8)])
    renderer = Renderer(splat_stage)

    def alpha():
        return renderer.render("/Camera", SIZE, ["hdr_color"])["hdr_color"][24, 32, 3]

    assert alpha() == pytest.approx(0.8, abs=0.03)
    prim.GetAttribute("opacities").Set([0.4])
    renderer.sync()
    assert alpha() == pytest.approx(0.4, abs=0.02)
    UsdGeom.Imageable(prim).MakeInvisible()
    renderer.sync()
    assert alpha() == 0.0
    renderer.close()


def test_arrays_that_do_not_fit_are_named(splat_stage):
    prim = add_splats(splat_stage, [(0, 0, -8)])
    prim.GetAttribute("scales").Set([(1, 1, 1)] * 3)
    with pytest.raises(SceneError, match="/Splats: scales has 3 entries for 1 positions"):
        picture(splat_stage)


@pytest.mark.parametrize("shift", [0.0, 8.0])
def test_what_lies_beside_the_view_is_not_seen(splat_stage, shift):
    """A cloud round the camera: its splats six standard deviations outside the view leave the picture as it is."""
    camera = UsdGeom.Camera(splat_stage.GetPrimAtPath("/Camera"))
    camera.CreateHorizontalApertureOffsetAttr(shift)
    cloud, deviation = np.random.default_rng(0).uniform(-5, 5, (20000, 3)), 0.03
    ahead = -cloud[:, 2]
    across = (np.abs(cloud[:, 0] - shift / 20.48 * ahead) - 0.5 * ahead) / np.hypot(1.0, 0.5)
    up = (np.abs(cloud[:, 1]) - 0.375 * ahead) / np.hypot(1.0, 0.375)
    # a slanted border is farther away along x than across it
    beside = np.maximum(across / np.hypot(1.0, abs(shift / 20.48)), up) > 6.0 * deviation
    add_splats(splat_stage, cloud[beside].tolist(), scales=[(deviation,) * 3] * int(beside.sum()))
    assert beside.sum() > 15000
    assert not picture(splat_stage)["hdr_color"][..., 3].any()
    if shift == 0.0:
        author = camera.GetPrim().CreateAttribute
        author("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("pinholeOpenCV")
        for name, value in {"fthetaWidth": 64, "fthetaHeight": 48, "fthetaCx": 32, "fthetaCy": 24, "openCVFx": 64,
                            "openCVFy": 64}.items():
            author(name, Sdf.ValueTypeNames.Float).Set(float(value))
        assert not picture(splat_stage)["hdr_color"][..., 3].any()


def test_a_panorama_shows_a_splat_behind_it_on_both_sides(splat_stage):
    camera = splat_stage.GetPrimAtPath("/Camera")
    camera.CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("fisheyeSpherical")
    add_splats(splat_stage, [(0, 0, 8)])
    behind = picture(splat_stage)["hdr_color"][..., 3]
    np.testing.assert_allclose(behind, behind[:, ::-1], atol=1e-5)
    splat_stage.RemovePrim("/Splats")
    add_splats(splat_stage, [(0, 0, -8)])
    np.testing.assert_allclose(np.roll(behind, SIZE[0] // 2, axis=1), picture(splat_stage)["hdr_color"][..., 3], atol=1e-5)
