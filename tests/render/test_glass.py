"""Glass in whole scenes: Fresnel's split, Beer and Lambert's law, and that uniform light stays uniform."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdShade

from scenewright.render import RenderSettings

INDEX = 1.491


def glass(studio, prim, path="/World/Looks/Glass", **inputs):
    """Bind an OmniGlass."""
    material = UsdShade.Material.Define(studio.stage, path)
    shader = UsdShade.Shader.Define(studio.stage, path + "/Shader")
    shader.SetSourceAsset("OmniGlass.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniGlass", "mdl")
    kinds = {bool: Sdf.ValueTypeNames.Bool, float: Sdf.ValueTypeNames.Float, tuple: Sdf.ValueTypeNames.Color3f}
    for name, value in inputs.items():
        shader.CreateInput(name, kinds[type(value)]).Set(Gf.Vec3f(*value) if isinstance(value, tuple) else value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(prim.GetPrim()).Bind(material)


def fresnel(cosine, eta=INDEX):
    bent = np.sqrt(1 - (1 - cosine**2) / eta**2)
    across, along = (cosine - eta * bent) / (cosine + eta * bent), (eta * cosine - bent) / (eta * cosine + bent)
    return 0.5 * (across**2 + along**2)


def radiance(studio, size=(24, 24), samples=64, bounces=0):
    settings = RenderSettings(samples=samples, bounces=bounces)
    return studio.render(["hdr_color"], size=size, settings=settings)["hdr_color"][..., :3]


@pytest.mark.parametrize("shape", ["Sphere", "Cube", "mesh"])
@pytest.mark.parametrize("inputs", [{}, {"thin_walled": True}, {"thin_walled": True, "frosting_roughness": 0.2}])
def test_clear_glass_cannot_be_seen_in_uniform_light(studio, shape, inputs):
    if shape == "mesh":
        points = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
        faces = [0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3]
        prim = studio.mesh("/World/Thing", points, [4] * 6, faces)
    else:
        prim = studio.shape(shape, "/World/Thing")
    glass(studio, prim, **inputs)
    studio.light("DomeLight", "/World/Dome", intensity=100.0)
    studio.camera((1.0, -6, 2.0), (0, 0, 0), focal=50.0)
    image = radiance(studio)
    # light caught by total reflection for more than eight surfaces is lost, and what frosting's masking swallows
    assert image.max() < 100.1
    assert image.mean() == pytest.approx(100.0, rel=0.03 if inputs.get("frosting_roughness") else 0.012)


@pytest.mark.parametrize("tilt", [0.0, 50.0, 80.0])
@pytest.mark.parametrize("thin", [False, True])
def test_a_pane_before_the_sky(studio, tilt, thin):
    """A slab and a thin wall alike let 1 - 2 R / (1 + R) pass, tinted at each passage; the camera's side is dark."""
    color = (0.5, 0.7, 0.9)
    if thin:
        pane = studio.quad("/World/Pane", half=50.0)
    else:
        pane = studio.shape("Cube", "/World/Pane", scale=(50, 50, 0.01), size=2.0)
    glass(studio, pane, glass_color=color, thin_walled=thin, depth=0.0)
    studio.light("RectLight", "/World/Sky", translate=(0, 0, -60), rotate=(180, 0, 0), width=2000.0, height=2000.0,
                 intensity=10.0)
    studio.camera((5 * np.sin(np.radians(tilt)), 0, 5 * np.cos(np.radians(tilt))), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    reflected = fresnel(np.cos(np.radians(tilt)))
    tint = np.array(color) if thin else np.array(color) ** 2
    if thin:
        expected = (1 - 2 * reflected / (1 + reflected)) * 10.0 * tint
    else:  # each round trip within the slab adds two reflections; reflections within are white
        expected = (1 - reflected) ** 2 / (1 - reflected**2) * 10.0 * tint
    np.testing.assert_allclose(radiance(studio, (8, 8), samples=256).mean(axis=(0, 1)), expected, rtol=0.02)


def test_absorption_grows_with_the_way_inside(studio):
    """Seen straight through, a slab of thickness h tints its two surfaces' colour by exp(-depth * h * -ln color)."""
    color = np.array((0.5, 0.7, 0.9))
    pane = studio.shape("Cube", "/World/Pane", scale=(50, 50, 0.25), size=2.0)
    glass(studio, pane, glass_color=tuple(color.tolist()), depth=3.0)
    studio.light("RectLight", "/World/Sky", translate=(0, 0, -60), rotate=(180, 0, 0), width=2000.0, height=2000.0,
                 intensity=10.0)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    inside = color ** (3.0 * 0.5)
    reflected = fresnel(1.0)
    expected = 10.0 * color**2 * inside * (1 - reflected) ** 2 / (1 - (reflected * inside) ** 2)
    np.testing.assert_allclose(radiance(studio, (8, 8), samples=256).mean(axis=(0, 1)), expected, rtol=0.01)


def test_a_ball_shows_the_world_upside_down(studio):
    """Behind a ball of glass, right is left and up is down."""
    glass(studio, studio.shape("Sphere", "/World/Ball", radius=1.0))
    card = studio.quad("/World/Card", half=1.5, translate=(1.6, 6, 1.6), rotate=(90, 0, 0))
    studio.material("/World/Looks/Card", card, emissiveColor=Gf.Vec3f(10, 10, 10), diffuseColor=Gf.Vec3f(0, 0, 0))
    studio.camera((0, -6, 0), (0, 0, 0), focal=60.0)
    image = radiance(studio, (32, 32), samples=4)[8:24, 8:24].mean(axis=2)
    quarters = [image[:8, :8].mean(), image[:8, 8:].mean(), image[8:, :8].mean(), image[8:, 8:].mean()]
    assert np.argmax(quarters) == 2 and quarters[2] > 5 * max(quarters[0], quarters[3])


@pytest.mark.parametrize("mode", ["real-time", "path-traced"])
def test_light_behind_a_pane(studio, mode):
    """Real-time shadows let light go straight through; path tracing finds the lamp by going through, less 2 R / (1 + R)."""
    floor = studio.quad("/World/Floor", half=2.0)
    studio.material("/World/Looks/Floor", floor, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), roughness=1.0, useSpecularWorkflow=1,
                    specularColor=Gf.Vec3f(0, 0, 0))
    studio.light("RectLight", "/World/Lamp", translate=(0, 0, 4.0), width=3.0, height=3.0, intensity=100.0)
    studio.camera((0.0, 0, 0.8), (0, 0, 0), up=(0, 1, 0), focal=240.0)
    settings = RenderSettings(samples=256, bounces=0 if mode == "real-time" else 4, mode=mode)

    def brightness():
        return studio.render(["hdr_color"], size=(8, 8), settings=settings)["hdr_color"][..., 0].mean()

    open_ = brightness()
    glass(studio, studio.quad("/World/Pane", half=20.0, translate=(0, 0, 1.5)), thin_walled=True)
    assert brightness() / open_ == pytest.approx(0.92, abs=0.05)
