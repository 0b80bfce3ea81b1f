"""Lights of a stage in both modes: shaping, profiles, multipliers, links, glowing geometry, fog; against closed forms."""

import logging

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdLux

from scenewright.render import Fog, RenderSettings

LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}
MODES = pytest.mark.parametrize("mode", ["real-time", "path-traced"])


def floor(studio, albedo=0.5, **looks):
    prim = studio.quad("/World/Floor", half=50.0)
    studio.material("/World/Looks/Floor", prim, **{"diffuseColor": Gf.Vec3f(albedo, albedo, albedo), **LAMBERT, **looks})
    return prim


def seen(studio, x=0.0, y=0.0, mode="real-time", samples=64, **settings):
    """Return the radiance of the floor at a point, looked at from 0.1 above."""
    studio.camera((x, y - 0.01, 0.1), (x, y, 0.0), focal=2400.0)
    chosen = RenderSettings(mode=mode, samples=samples, bounces=settings.pop("bounces", 0), **settings)
    frame = studio.render(["hdr_color"], size=(3, 3), settings=chosen)["hdr_color"]
    assert np.isfinite(frame).all()
    return frame[..., :3].mean(axis=(0, 1))


def bulb(studio, height=2.0, radius=0.01, intensity=1000.0, **shaping):
    lamp = studio.light("SphereLight", "/World/Lamp", translate=(0, 0, height), radius=radius, intensity=intensity)
    api = UsdLux.ShapingAPI.Apply(lamp.GetPrim()) if shaping else None
    for name, value in shaping.items():
        getattr(api, f"CreateShaping{name}Attr")(value)
    return lamp


def bare(x, height=2.0, radius=0.01, intensity=1000.0, albedo=0.5):
    """Radiance of the floor below a bulb, x beside its foot."""
    d2 = x * x + height * height
    return albedo * intensity * radius**2 / d2 * height / np.sqrt(d2)


@MODES
def test_cone(studio, mode):
    """Nothing beyond the angle, smoothstep within the softness."""
    floor(studio)
    bulb(studio, ConeAngle=40.0, ConeSoftness=0.5)
    for angle in (10.0, 25.0, 30.0, 35.0, 39.0, 41.0, 60.0):
        x = 2.0 * np.tan(np.radians(angle))
        t = np.clip((angle - 20.0) / 20.0, 0.0, 1.0)
        expected = bare(x) * (1.0 - t * t * (3.0 - 2.0 * t))
        np.testing.assert_allclose(seen(studio, x, mode=mode), expected, rtol=0.02, atol=1e-4, err_msg=str(angle))


@MODES
def test_focus_and_its_tint(studio, mode):
    floor(studio)
    bulb(studio, ConeAngle=180.0, Focus=6.0, FocusTint=Gf.Vec3f(0.0, 0.5, 1.0))
    x = 2.0 * np.tan(np.radians(35.0))
    pull = np.cos(np.radians(35.0)) ** 6
    expected = bare(x) * (np.array([0.0, 0.5, 1.0]) * (1.0 - pull) + pull)
    np.testing.assert_allclose(seen(studio, x, mode=mode), expected, rtol=5e-3)


def ies_file(folder, candela, vertical=(0, 45, 90)):
    path = folder / "lamp.ies"
    rows = [f"1 1000 1 {len(vertical)} {len(candela)} 1 2 0 0 0", "1 1 10", " ".join(map(str, vertical)),
            " ".join(str(90 * k) for k in range(len(candela))), *(" ".join(map(str, run)) for run in candela)]
    path.write_text("IESNA:LM-63-2002\nTILT=NONE\n" + "\n".join(rows) + "\n")
    return str(path)


@MODES
def test_profile(studio, tmp_path, mode):
    """Candela values by angle and azimuth: 0 at +X, 90 degrees at +Y of a light that shines down."""
    floor(studio)
    bulb(studio, ConeAngle=180.0, IesFile=ies_file(tmp_path, [(2, 4, 0), (2, 1, 0)]))
    x = 2.0 * np.tan(np.radians(45.0))
    np.testing.assert_allclose(seen(studio, 0.0, mode=mode), bare(0.0) * 2.0, rtol=5e-3)
    np.testing.assert_allclose(seen(studio, x, mode=mode), bare(x) * 4.0, rtol=2e-2)
    np.testing.assert_allclose(seen(studio, 0.0, x, mode=mode), bare(x) * 1.0, rtol=2e-2)
    np.testing.assert_allclose(seen(studio, np.sqrt(0.5) * x, np.sqrt(0.5) * x, mode=mode), bare(x) * 2.5, rtol=2e-2)


def test_normalized_profile_keeps_the_power(studio, tmp_path):
    """A profile of 5 candela towards the lower half has a mean of 2.5 over the sphere, so the floor gets twice the light."""
    floor(studio)
    bulb(studio, ConeAngle=180.0, IesFile=ies_file(tmp_path, [(5, 5, 5)], (0, 45, 90)), IesNormalize=True)
    np.testing.assert_allclose(seen(studio), bare(0.0) * 2.0, rtol=0.02)


@MODES
def test_double_sided_rect_light(studio, mode):
    floor(studio)
    lamp = studio.light("RectLight", "/World/Lamp", translate=(0, 0, 1.5), rotate=(180, 0, 0), intensity=50.0)
    assert not seen(studio, mode=mode).any()
    lamp.GetPrim().CreateAttribute("doubleSided", Sdf.ValueTypeNames.Bool).Set(True)
    both = seen(studio, mode=mode, samples=256)
    lamp.GetPrim().GetAttribute("doubleSided").Set(False)
    studio.place(lamp, (0, 0, 1.5))
    np.testing.assert_allclose(both, seen(studio, mode=mode, samples=256), rtol=1e-3)


@MODES
def test_multipliers_of_diffuse_and_specular_light(studio, mode):
    """A Lambert floor follows ``diffuse`` alone, a metal one ``specular`` alone."""
    for looks, name in (({}, "diffuse"), ({"useSpecularWorkflow": 0, "metallic": 1.0, "roughness": 0.3}, "specular")):
        floor(studio, **looks)
        lamp = studio.light("SphereLight", "/World/Lamp", translate=(0, 0.3, 2), radius=0.5, intensity=100.0)
        whole = seen(studio, mode=mode, samples=256, bounces=1)
        for other in ("diffuse", "specular"):
            lamp.GetPrim().GetAttribute(f"inputs:{other}").Set(0.25)
            part = seen(studio, mode=mode, samples=256, bounces=1)
            np.testing.assert_allclose(part, whole * (0.25 if other == name else 1.0), rtol=0.02, err_msg=f"{name} {other}")
            lamp.GetPrim().GetAttribute(f"inputs:{other}").Set(1.0)
        studio.stage.RemovePrim("/World/Looks/Floor")


def link(lamp, name, *excluded):
    api = UsdLux.LightAPI(lamp.GetPrim())
    collection = api.GetLightLinkCollectionAPI() if name == "light" else api.GetShadowLinkCollectionAPI()
    for path in excluded:
        collection.CreateExcludesRel().AddTarget(path)


@MODES
def test_light_links(studio, mode):
    """A light that excludes the floor leaves it dark; another one still lights it."""
    floor(studio)
    lamp = bulb(studio, intensity=1.0e5)
    other = studio.light("DistantLight", "/World/Sun", rotate=(60, 0, 0), intensity=20.0, angle=0.0)
    both = seen(studio, mode=mode)
    link(lamp, "light", "/World/Floor")
    np.testing.assert_allclose(seen(studio, mode=mode), 0.5 / np.pi * 10.0, rtol=1e-4)
    assert both[0] > 1.05 * 0.5 / np.pi * 10.0
    link(other, "light", "/World")
    assert not seen(studio, mode=mode).any()


@MODES
@pytest.mark.parametrize("kind", ["RectLight", "DomeLight"])
def test_links_of_lights_that_rays_meet(studio, mode, kind):
    floor(studio)
    lamp = studio.light(kind, "/World/Lamp", translate=(0, 0, 2), intensity=10.0)
    assert seen(studio, mode=mode, bounces=1).all()
    link(lamp, "light", "/World/Floor")
    if kind == "DomeLight" and mode == "real-time":
        assert seen(studio, mode=mode, bounces=0).max() == 0.0
    assert seen(studio, mode=mode, bounces=1).max() == 0.0


@MODES
def test_shadow_links(studio, mode):
    """Two roofs; one that the light's shadows exclude throws none, the other one does."""
    floor(studio)
    for name, height in (("A", 1.0), ("B", 1.2)):
        studio.quad(f"/World/{name}", half=0.5, translate=(0, 0, height))
    lamp = bulb(studio)
    assert not seen(studio, mode=mode).any()
    link(lamp, "shadow", "/World/A")
    assert not seen(studio, mode=mode).any()
    link(lamp, "shadow", "/World/B")
    np.testing.assert_allclose(seen(studio, mode=mode), bare(0.0), rtol=5e-3)


def test_hidden_lamps_are_still_mirrored(studio):
    mirror = studio.quad("/World/Mirror", half=5.0)
    studio.material("/World/Looks/Mirror", mirror, diffuseColor=Gf.Vec3f(1, 1, 1), metallic=1.0, roughness=0.0)
    lamp = studio.light("SphereLight", "/World/Lamp", translate=(0, 3, 3), intensity=70.0, radius=1.0)
    lamp.GetPrim().CreateAttribute("visibleInPrimaryRay", Sdf.ValueTypeNames.Bool).Set(False)
    chosen = RenderSettings(mode="path-traced", samples=16)
    studio.camera((0, -3, 3), (0, 0, 0), focal=240.0)
    mirrored = studio.render(["hdr_color"], size=(3, 3), settings=chosen)["hdr_color"]
    np.testing.assert_allclose(mirrored[1, 1, :3], 70.0, rtol=0.02)
    studio.camera((0, -3, 3), (0, 3, 3), focal=240.0)
    assert not studio.render(["hdr_color"], size=(3, 3), settings=chosen)["hdr_color"].any()


def test_hidden_domes_light_but_are_not_seen(studio):
    floor(studio)
    dome = studio.light("DomeLight", "/World/Dome", intensity=10.0)
    dome.GetPrim().CreateAttribute("visibleInPrimaryRay", Sdf.ValueTypeNames.Bool).Set(False)
    np.testing.assert_allclose(seen(studio), 5.0, rtol=1e-4)
    studio.camera((0, 0, 1), (0, 1, 2))
    assert not studio.render(["hdr_color"], size=(3, 3))["hdr_color"].any()


def form_factor(width, height, above):
    a, b = width / 2 / above, height / 2 / above
    sa, sb = np.sqrt(1 + a * a), np.sqrt(1 + b * b)
    return 4.0 * (a / sa * np.arctan(b / sa) + b / sb * np.arctan(a / sb)) / (2.0 * np.pi)


@MODES
@pytest.mark.parametrize("made_by", ["material", "mesh light", "normalized", "geometry light"])
def test_glowing_quad(studio, mode, made_by):
    """Below a glowing square: the form factor of a parallel rectangle, whoever makes it glow."""
    floor(studio, 0.7)
    quad = studio.quad("/World/Glow", half=0.5, translate=(0, 0, 1.5), scale=(2, 1, 1))
    if made_by == "material":
        glow = Gf.Vec3f(50, 50, 50)
        studio.material("/World/Looks/Glow", quad, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=glow, **LAMBERT)
    else:
        studio.material("/World/Looks/Glow", quad, diffuseColor=Gf.Vec3f(0, 0, 0), **LAMBERT)
        light = quad.GetPrim()
        if made_by == "geometry light":
            light = UsdLux.GeometryLight.Define(studio.stage, "/World/Geo")
            light.CreateGeometryRel().AddTarget("/World/Glow")
            light = light.GetPrim()
        else:
            UsdLux.MeshLightAPI.Apply(light)
        light.GetAttribute("inputs:intensity").Set(100.0 if made_by == "normalized" else 50.0)
        light.GetAttribute("inputs:normalize").Set(made_by == "normalized")
    expected = 0.7 * 50.0 * form_factor(2.0, 1.0, 1.5)
    np.testing.assert_allclose(seen(studio, mode=mode, samples=1024), expected, rtol=1e-2)


def test_glowing_texture_shines_where_it_is_bright(studio, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[:, 0] = 255
    image.fromarray(pixels).save(tmp_path / "half.png")
    from pxr import UsdShade

    floor(studio, 0.7)
    quad = studio.quad("/World/Glow", half=0.5, translate=(0, 0, 1.0))
    shader = studio.material("/World/Looks/Glow", quad, diffuseColor=Gf.Vec3f(0, 0, 0), **LAMBERT)
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Glow/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(str(tmp_path / "half.png"))
    texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(40, 40, 40, 1))
    shader.CreateInput("emissiveColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    left, right = (seen(studio, x, mode="path-traced", samples=512)[0] for x in (-0.5, 0.5))
    assert left > 1.3 * right > 0.0


def test_glowing_instance_follows_its_transform(studio):
    floor(studio, 0.7)
    quad = studio.quad("/World/Glow", half=0.5, translate=(0, 0, 1.5))
    studio.material("/World/Looks/Glow", quad, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(50, 50, 50), **LAMBERT)
    studio.camera((0, -0.01, 0.1), (0, 0, 0), focal=2400.0)
    renderer = studio.renderer()
    chosen = RenderSettings(samples=1024, bounces=0)
    for height, scale in ((1.5, 1.0), (0.8, 1.0), (0.8, 2.0)):
        studio.place(quad, (0, 0, height), scale=(scale,) * 3)
        found = renderer.render("/Camera", (3, 3), ["hdr_color"], chosen)["hdr_color"][..., 0].mean()
        assert found == pytest.approx(35.0 * form_factor(scale, scale, height), rel=0.01)


@MODES
def test_fog_dims_and_glows(studio, mode):
    """Seven metres of fog before a glowing wall; beyond ``reach`` there is none."""
    wall = studio.quad("/World/Wall", half=20.0, translate=(0, 7, 0), rotate=(90, 0, 0))
    studio.material("/World/Looks/Wall", wall, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(8, 8, 8), **LAMBERT)
    studio.camera((0, 0, 0), (0, 1, 0), focal=2400.0)

    def center(**fog):
        chosen = RenderSettings(mode=mode, samples=16, fog=Fog(0.2, albedo=(0, 0, 0), **fog))
        frame = studio.render(["hdr_color", "distance_to_camera"], size=(3, 3), settings=chosen)
        assert frame["distance_to_camera"][1, 1] == pytest.approx(7.0)
        return frame["hdr_color"][1, 1, :3]

    np.testing.assert_allclose(center(), 8 * np.exp(-1.4), rtol=1e-4)
    passed = np.exp(-1.4)
    np.testing.assert_allclose(center(color=(1, 2, 3)), 8 * passed + (1 - passed) * np.array([1, 2, 3]), rtol=1e-3)
    np.testing.assert_allclose(center(reach=4.0), 8 * np.exp(-0.8), rtol=1e-4)
    np.testing.assert_allclose(center(start=2.0, reach=4.0), 8 * np.exp(-0.4), rtol=1e-4)
    np.testing.assert_allclose(center(falloff=0.5, base=-1.0), 8 * np.exp(-1.4 * np.exp(-0.5)), rtol=1e-3)


@pytest.mark.parametrize("up", ["Y", "Z"])
def test_height_fog_lies_low_along_the_up_axis(studio, up):
    UsdGeom.SetStageUpAxis(studio.stage, up)
    studio.light("DomeLight", "/World/Dome", intensity=10.0)
    sky = (0, 1, 0.3) if up == "Y" else (0, 0.3, 1)
    studio.camera((0, 0, 0), sky, up=(1, 0, 0), focal=2400.0)
    chosen = RenderSettings(fog=Fog(0.5, falloff=2.0, albedo=(0, 0, 0), reach=1e5))
    frame = studio.render(["hdr_color"], size=(3, 3), settings=chosen)["hdr_color"][1, 1, :3]
    rise = 1.0 / np.hypot(1.0, 0.3)
    np.testing.assert_allclose(frame, 10.0 * np.exp(-0.5 / (2.0 * rise)), rtol=1e-3)


def test_real_time_fog_takes_the_colour_of_the_sky(studio):
    studio.light("DomeLight", "/World/Dome", intensity=10.0, color=Gf.Vec3f(0.5, 0.7, 1.0))
    wall = studio.quad("/World/Wall", half=200.0, translate=(0, 100, 0), rotate=(90, 0, 0), color=(0, 0, 0))
    studio.material("/World/Looks/Wall", wall, diffuseColor=Gf.Vec3f(0, 0, 0), **LAMBERT)
    studio.camera((0, 0, 0), (0, 1, 0), focal=2400.0)
    frame = studio.render(["hdr_color"], size=(3, 3), settings=RenderSettings(fog=Fog(0.1)))["hdr_color"][1, 1, :3]
    np.testing.assert_allclose(frame, [5, 7, 10], rtol=1e-3)


def test_path_traced_images_do_not_depend_on_threads(studio):
    floor(studio)
    studio.shape("Sphere", "/World/Ball", translate=(0, 0, 0.5), radius=0.5)
    bulb(studio, radius=0.3, intensity=50.0)
    studio.camera((0, -4, 2), (0, 0, 0))
    chosen = RenderSettings(mode="path-traced", samples=4, fog=Fog(0.05))
    images = [studio.render(["hdr_color"], size=(96, 64), settings=chosen, threads=n)["hdr_color"].copy() for n in (1, 3)]
    assert images[0].tobytes() == images[1].tobytes()


def test_broken_lights_leave_no_trace_in_the_image(studio, caplog, tmp_path):
    floor(studio)
    bulb(studio)
    plain = seen(studio, mode="path-traced")
    nan, inf = float("nan"), float("inf")
    broken = {"A": {"intensity": nan}, "B": {"radius": 0.0}, "C": {"intensity": -5.0}, "D": {"exposure": inf},
              "E": {"color": Gf.Vec3f(1, nan, 0)}, "F": {"colorTemperature": nan, "enableColorTemperature": True}}
    for name, inputs in broken.items():
        studio.light("SphereLight", f"/World/{name}", translate=(0, 0, 1), **inputs)
    studio.light("DiskLight", "/World/G", translate=(0, 0, 1), scale=(0, 1, 1), intensity=10.0)
    studio.mesh("/World/H", [(0, 0, 1)] * 3, [3], [0, 1, 2])
    UsdLux.MeshLightAPI.Apply(studio.stage.GetPrimAtPath("/World/H"))
    empty = tmp_path / "empty.ies"
    empty.write_text("")
    lamp = UsdLux.SphereLight.Get(studio.stage, "/World/Lamp").GetPrim()
    UsdLux.ShapingAPI.Apply(lamp).CreateShapingIesFileAttr(str(empty))
    with caplog.at_level(logging.WARNING):
        found = seen(studio, mode="path-traced")
    np.testing.assert_allclose(found, plain, rtol=1e-5)
    for name in "ABCDEFG":
        assert sum(message.startswith(f"/World/{name}: ") for message in caplog.messages) == 1
    assert any(message.startswith("/World/Lamp: inputs:shaping:ies:file") for message in caplog.messages)
