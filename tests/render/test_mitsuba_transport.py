"""The second engine where Mitsuba's own integrators do not do: each wish on one stage, traced by both engines.

These tests need Mitsuba's LLVM variant: libLLVM 17 or later, found by itself or named by DRJIT_LIBLLVM_PATH.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.render import Fog, RenderSettings
from scenewright.render.device.camera import ImageCamera
from scenewright.render.mitsuba import MitsubaEngine, load_mitsuba
from scenewright.render.moving_scene import MovingScene
from scenewright.render.shutter import plan_shutter

pytestmark = pytest.mark.verify

SIZE = (48, 36)
LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}
KINDS = Sdf.ValueTypeNames


@pytest.fixture(autouse=True)
def llvm():
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    if not load_mitsuba().variant().startswith("llvm"):
        pytest.skip("needs LLVM 17 or later: apt install libllvm19, or set DRJIT_LIBLLVM_PATH")


def put(prim, **attributes):
    """Author attributes whose names have colons as double underscores."""
    kinds = {float: KINDS.Float, bool: KINDS.Bool, str: KINDS.Token, tuple: KINDS.Float3, Sdf.AssetPath: KINDS.Asset}
    for name, value in attributes.items():
        kind = kinds[type(value)]
        prim.GetPrim().CreateAttribute(name.replace("__", ":"), kind).Set(Gf.Vec3f(*value) if kind == KINDS.Float3 else value)


def stand(studio, back=False):
    """A floor with a red and a blue ball; with ``back``, a wall behind them so that no ray is endless."""
    red = studio.shape("Sphere", "/Red", translate=(0.5, 0, 0.7), scale=(0.6,) * 3)
    blue = studio.shape("Sphere", "/Blue", translate=(-0.9, 0.4, 0.5), scale=(0.4,) * 3)
    floor = studio.quad("/Floor", half=20.0 if back else 4.0)
    for prim, color in ((floor, (0.5, 0.5, 0.5)), (red, (0.8, 0.3, 0.2)), (blue, (0.2, 0.3, 0.8))):
        studio.material(f"/Looks{prim.GetPath()}", prim, diffuseColor=Gf.Vec3f(*color), **LAMBERT)
    if back:
        wall = studio.quad("/Back", half=20.0, translate=(0, 6, 0), rotate=(90, 0, 0))
        studio.material("/Looks/Back", wall, diffuseColor=Gf.Vec3f(0.4, 0.5, 0.4), **LAMBERT)
    return studio.camera((0, -5, 2.5), (0, 0, 0.6), focal=30.0)


def lamp(studio, radius=0.3, intensity=200.0, **shaping):
    light = studio.light("SphereLight", "/Lamp", translate=(-1, -1, 3), rotate=(20, -20, 0), radius=radius, intensity=intensity)
    put(light, **{f"inputs__shaping__{name}": value for name, value in shaping.items()})
    return light


def compare(studio, samples=32, runs=6, size=SIZE, **choices):
    """Render ``runs`` pictures of other seeds with each engine; return both means, and how far they are apart.

    ``mean``: relative difference of the means, ``se`` its standard error, ``outside``: share of pixels that differ by more than
    3.3 standard errors, ``alpha``: mean difference of the coverage, ``noise``: ratio of root mean square errors.
    """
    renderer, engine = studio.renderer(), MitsubaEngine()
    found = ([], [])
    for seed in range(runs):
        settings = RenderSettings(mode="path-traced", samples=samples, seed=seed, **{"bounces": 3, **choices})
        found[0].append(renderer.render("/Camera", size, ["hdr_color"], settings)["hdr_color"].copy())
        image = ImageCamera(renderer._scene.camera("/Camera", 1.0), *size, renderer._scene.meters_per_unit)
        found[1].append(engine.render(renderer._scene, image, settings))
    return distance(*found)


def distance(*found):
    ours, theirs = (np.array(pictures, np.float64) for pictures in found)
    assert np.isfinite(ours).all() and np.isfinite(theirs).all()
    runs, level = len(ours), theirs[..., :3].mean()
    assert level > 0.0
    variance = (ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1))[..., :3].mean(axis=-1)
    means = [pictures.mean(axis=0) for pictures in (ours, theirs)]
    gap = (means[0] - means[1])[..., :3].mean(axis=-1)
    whole = [pictures[..., :3].mean(axis=(1, 2, 3)) for pictures in (ours, theirs)]
    result = SimpleNamespace(
        ours=means[0], theirs=means[1], mean=whole[0].mean() / level - 1.0,
        se=float(np.sqrt((whole[0].var(ddof=1) + whole[1].var(ddof=1)) / runs) / level),
        outside=float((np.abs(gap) > 3.3 * np.sqrt(variance / runs + (1e-3 * level) ** 2)).mean()),
        alpha=float(means[0][..., 3].mean() - means[1][..., 3].mean()),
        noise=float(np.sqrt(ours[..., :3].var(axis=0, ddof=1).mean() / theirs[..., :3].var(axis=0, ddof=1).mean())))
    print(f"mean {result.mean:+.4f} +- {result.se:.4f}, outside {result.outside:.4f}, alpha {result.alpha:+.4f}, "
          f"noise {result.noise:.2f}")
    return result


def agrees(found, mean=0.01):
    assert abs(found.mean) < mean and abs(found.mean) < 4.0 * found.se + 0.002
    assert found.outside < 0.02
    assert abs(found.alpha) < 0.005


@pytest.mark.parametrize("shaping", [
    {"cone__angle": 35.0, "cone__softness": 0.4},
    {"focus": 6.0, "focusTint": (0.3, 0.1, 0.6)},
    {"cone__angle": 50.0, "cone__softness": 0.2, "focus": 2.0},
])
def test_shaping(studio, shaping):
    stand(studio)
    lamp(studio, **shaping)
    agrees(compare(studio))


@pytest.mark.parametrize("scale", [0.0, 0.7])
def test_an_ies_profile(studio, tmp_path, scale):
    """Unlike all round, and unlike over and below the horizon."""
    rng = np.random.default_rng(2)
    angles = "0 15 30 50 70 90 120 150 180", "0 45 90 135 180 225 270 315 360"
    rows = rng.uniform(0.0, 1000.0, (9, 9)).round(1)
    rows[-1] = rows[0]
    text = "\n".join(" ".join(map(str, row)) for row in rows)
    (tmp_path / "lamp.ies").write_text("IESNA:LM-63-2002\n[TEST] none\nTILT=NONE\n1 1000 1 9 9 1 2 0 0 0\n1 1 100\n"
                                       f"{angles[0]}\n{angles[1]}\n{text}\n")
    stand(studio)
    lamp(studio, ies__file=Sdf.AssetPath(str(tmp_path / "lamp.ies")), ies__normalize=True, ies__angleScale=scale)
    agrees(compare(studio))


@pytest.mark.parametrize("kind", ["RectLight", "DiskLight", "CylinderLight"])
def test_shaping_of_other_lights(studio, kind):
    stand(studio)
    light = studio.light(kind, "/Lamp", translate=(-0.5, -1, 2.5), rotate=(25, 10, 0), intensity=80.0)
    put(light, inputs__shaping__cone__angle=60.0, inputs__shaping__cone__softness=0.5, inputs__shaping__focus=1.5)
    agrees(compare(studio))


def link(studio, light, name, *paths):
    collection = Usd.CollectionAPI.Apply(light.GetPrim(), name)
    collection.CreateIncludeRootAttr(False)
    for path in paths:
        collection.CreateIncludesRel().AddTarget(path)


@pytest.mark.parametrize("name", ["lightLink", "shadowLink"])
def test_links(studio, name):
    stand(studio)
    light = lamp(studio)
    link(studio, light, name, "/Floor", "/Blue")
    studio.light("DomeLight", "/Sky", intensity=0.5)
    plain = compare(studio, runs=2)
    agrees(compare(studio))
    light.GetPrim().RemoveProperty(f"collection:{name}:includes")
    light.GetPrim().RemoveProperty(f"collection:{name}:includeRoot")
    assert np.abs(compare(studio, runs=2).theirs - plain.theirs)[..., :3].max() > 0.1 * plain.theirs[..., :3].max()


def test_a_lamp_without_shadow_that_the_camera_does_not_see(studio):
    camera = stand(studio)
    light = lamp(studio)
    put(light, inputs__shadow__enable=False, visibleInPrimaryRay=False)
    studio.place(light, translate=(0.3, -2.0, 1.2))
    metal = studio.shape("Sphere", "/Metal", translate=(1.5, -0.5, 0.4), scale=(0.4,) * 3)
    studio.material("/Looks/Metal", metal, diffuseColor=Gf.Vec3f(0.9, 0.9, 0.9), metallic=1.0, roughness=0.3)
    camera.CreateFStopAttr(0.0)
    agrees(compare(studio))


def test_a_lamp_behind_a_card_with_holes(studio):
    """Mitsuba's own paths find no lamps through masks by looking for them."""
    stand(studio)
    lamp(studio, cone__angle=80.0)
    card = studio.quad("/Card", half=0.6, translate=(-0.5, -0.6, 1.8))
    studio.material("/Looks/Card", card, diffuseColor=Gf.Vec3f(0.2, 0.6, 0.2), opacity=0.4, **LAMBERT)
    agrees(compare(studio))


FOGS = {
    "even": Fog(density=0.12, albedo=(0.9, 0.7, 0.5), reach=40.0),
    "forward": Fog(density=0.12, albedo=(0.9, 0.9, 0.9), anisotropy=0.6, reach=40.0),
    "glowing, with edges": Fog(density=0.2, albedo=(0.0, 0.0, 0.0), color=(0.5, 0.3, 0.1), start=2.0, reach=5.5),
    "on the ground": Fog(density=0.6, falloff=1.5, base=0.3, albedo=(0.8, 0.8, 0.8), reach=30.0),
}


@pytest.mark.parametrize("fog", FOGS.values(), ids=FOGS)
def test_fog(studio, fog):
    stand(studio, back=True)
    lamp(studio, intensity=150.0)
    studio.light("DomeLight", "/Sky", intensity=0.5)
    agrees(compare(studio, samples=64, fog=fog))


LENSES = {
    "fisheyePolynomial": {"fthetaWidth": 48.0, "fthetaHeight": 36.0, "fthetaCx": 25.0, "fthetaCy": 17.0, "fthetaPolyB": 0.06},
    "fisheyeKannalaBrandtK3": {"fthetaWidth": 48.0, "fthetaHeight": 36.0, "fthetaCx": 24.0, "fthetaCy": 18.0,
                               "fthetaPolyA": 0.05, "fthetaPolyB": 0.02},
    "pinholeOpenCV": {"fthetaWidth": 48.0, "fthetaHeight": 36.0, "openCVFx": 40.0, "openCVFy": 42.0, "fthetaPolyA": -0.2,
                      "fthetaPolyB": 0.05, "p0": 0.01},
    "fisheyeOpenCV": {"fthetaWidth": 48.0, "fthetaHeight": 36.0, "openCVFx": 20.0, "openCVFy": 20.0, "fthetaPolyA": 0.03},
    "fisheyeEquidistant": {"fthetaMaxFov": 170.0},
    "fisheyeSpherical": {},
    "omniDirectionalStereo": {"interpupillaryDistance": 0.4},
}


@pytest.mark.parametrize("kind", LENSES)
def test_lenses(studio, kind):
    camera = stand(studio)
    put(camera, cameraProjectionType=kind, **LENSES[kind])
    studio.light("SphereLight", "/Lamp", translate=(-1, -1, 3), radius=0.3, intensity=100.0)
    studio.light("DomeLight", "/Sky", intensity=1.0)
    agrees(compare(studio))


@pytest.mark.parametrize(("kind", "shift"), [("pinhole", 0.0), ("pinhole", 3.0), ("fisheyeEquidistant", 0.0)])
def test_depth_of_field(studio, kind, shift):
    camera = stand(studio)
    camera.CreateHorizontalApertureOffsetAttr(shift)
    camera.CreateFStopAttr(0.05)
    camera.CreateFocusDistanceAttr(4.0)
    put(camera, cameraProjectionType=kind, **LENSES.get(kind, {}))
    lamp(studio)
    agrees(compare(studio, samples=64))


@pytest.mark.parametrize("kind", ["mesh", "rect"])
def test_both_sides_shine(studio, kind):
    """A card that glows, or a two-sided rect light, between two walls."""
    stand(studio, back=True)
    if kind == "mesh":
        card = studio.quad("/Card", half=0.7, translate=(0, 1.5, 1.2), rotate=(70, 0, 0))
        studio.material("/Looks/Card", card, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(20, 15, 10), **LAMBERT)
    else:
        put(studio.light("RectLight", "/Lamp", translate=(0, 1.5, 1.2), rotate=(70, 0, 0), width=1.4, height=1.0,
                         intensity=20.0), doubleSided=True)
    agrees(compare(studio, samples=64))


def test_half_glass(studio):
    """A surface that is glass for one half and matt for the other."""
    stand(studio, back=True)
    lamp(studio, radius=0.8, intensity=30.0)
    studio.light("DomeLight", "/Sky", intensity=1.0)
    shell = studio.shape("Sphere", "/Glass", translate=(0, -1.5, 0.8), scale=(0.5,) * 3)
    shader = studio.material("/Looks/Glass", shell)
    shader.CreateIdAttr("ND_standard_surface_surfaceshader")
    shader.CreateInput("base_color", KINDS.Color3f).Set(Gf.Vec3f(0.3, 0.8, 0.5))
    for name, value in {"base": 1.0, "specular": 0.0, "specular_roughness": 0.0, "transmission": 0.5}.items():
        shader.CreateInput(name, KINDS.Float).Set(value)
    agrees(compare(studio, bounces=12))


def moments(studio, samples=16, runs=8, slices=8, step=None):
    """Compare the pictures of a moving scene; ``step`` poses it anew between two steps."""
    renderer, engine = studio.renderer(), MitsubaEngine()
    renderer.sync(Usd.TimeCode(0.0))
    renderer.render("/Camera", SIZE, ["distance_to_camera"])
    renderer.begin_step()
    if step is not None:
        step()
    renderer.sync(Usd.TimeCode(1.0))
    found = ([], [])
    for seed in range(runs):
        settings = RenderSettings(mode="path-traced", samples=samples, bounces=2, seed=seed, motion_slices=slices)
        found[0].append(renderer.render("/Camera", SIZE, ["hdr_color"], settings)["hdr_color"].copy())
        record = renderer._scene.camera("/Camera", 1.0)
        image = ImageCamera(record, *SIZE, 1.0)
        plan = plan_shutter(record, SIZE, slices, 1.0, studio.stage.GetTimeCodesPerSecond(), 0.0)
        with MovingScene(renderer._scene, renderer._device_scene, renderer._time, renderer._previous, record,
                         renderer._previous_cameras.get("/Camera")) as moving:
            found[1].append(engine.render_moments(moving, plan, image, settings))
    return distance(*found)


def test_motion_by_time_samples(studio):
    stand(studio)
    lamp(studio)
    ball = UsdGeom.XformCommonAPI(studio.stage.GetPrimAtPath("/Red"))
    for time, x in ((0.0, -1.0), (1.0, 1.0)):
        ball.SetTranslate(Gf.Vec3d(x, 0.0, 0.7), Usd.TimeCode(time))
    agrees(moments(studio))


def test_motion_by_poses(studio):
    camera = stand(studio)
    lamp(studio)

    def step():
        studio.place(UsdGeom.Xformable(studio.stage.GetPrimAtPath("/Red")), translate=(0.9, -0.4, 0.9), scale=(0.6,) * 3)
        camera.GetPrim().GetAttribute("xformOp:transform").Set(
            Gf.Matrix4d().SetLookAt(Gf.Vec3d(0.4, -5, 2.5), Gf.Vec3d(0, 0, 0.6), Gf.Vec3d(0, 0, 1)).GetInverse())

    agrees(moments(studio, step=step))


def test_motion_of_points(studio):
    stand(studio, back=True)
    lamp(studio)
    card = studio.quad("/Card", half=0.6, translate=(-0.5, -1.0, 1.0), rotate=(60, 0, 0))
    studio.material("/Looks/Card", card, diffuseColor=Gf.Vec3f(0.3, 0.6, 0.5), **LAMBERT)
    points = np.array(card.GetPointsAttr().Get())
    agrees(moments(studio, step=lambda: card.GetPointsAttr().Set(points * np.float32(1.8) + np.float32((0.5, 0.0, 0.3)))))


@pytest.mark.parametrize("order", ["topToBottom", "rightToLeft"])
def test_a_rolling_shutter(studio, order):
    camera = stand(studio)
    lamp(studio)
    put(camera, omni__rtx__rollingShutter__scanOrder=order)
    for name, value in (("lineOffset", (1, 24 * 60)), ("lineExposure", (1, 200))):
        camera.GetPrim().CreateAttribute(f"omni:rtx:rollingShutter:{name}", KINDS.Int2).Set(Gf.Vec2i(*value))
    ball = UsdGeom.XformCommonAPI(studio.stage.GetPrimAtPath("/Red"))
    for time, x in ((0.0, -1.0), (1.0, 1.0)):
        ball.SetTranslate(Gf.Vec3d(x, 0.0, 0.7), Usd.TimeCode(time))
    agrees(moments(studio, samples=8))
