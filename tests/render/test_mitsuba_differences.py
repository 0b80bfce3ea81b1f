"""The second engine: what took a special translation, what is told of, and what is refused."""

import numpy as np
import pytest
from PIL import Image
from pxr import Gf, Sdf, UsdShade

from scenewright.render import RenderSettings
from scenewright.render.mitsuba.limits import differences
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import MaterialRecord, TextureSlot

SIZE = (30, 20)
LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}


@pytest.fixture
def table(studio):
    """A grey floor and a camera; a test adds a ball and light."""
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    studio.camera((0, -7, 3), (0, 0, 0.5))
    studio.material("/Looks/Floor", studio.quad("/Floor", half=4.0), diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    return studio


def ball(studio, **inputs):
    prim = studio.shape("Sphere", "/Ball", translate=(0, 0, 1.2), radius=1.1)
    return studio.material("/Looks/Ball", prim, **inputs)


def compare(studio, samples=256, bounces=4, mean=0.01, block=0.04):
    """Render with both engines; means agree, and blocks of 5 x 5 pixels in parts of the brightest."""
    renderer, found = studio.renderer(), []
    for mode in ("path-traced", "mitsuba"):
        settings = RenderSettings(mode=mode, samples=samples, bounces=bounces, seed=3)
        found.append(renderer.render("/Camera", SIZE, ["hdr_color"], settings)["hdr_color"][..., :3].astype(np.float64))
    ours, theirs = (picture.reshape(4, 5, 6, 5, 3).mean(axis=(1, 3)) for picture in found)
    assert ours.mean() > 0.0
    assert theirs.mean() / ours.mean() == pytest.approx(1.0, abs=mean)
    assert np.abs(ours - theirs).max() < block * ours.max()


@pytest.mark.verify
@pytest.mark.parametrize("angle", [0.0, 0.53])
def test_the_sun_shines_through_what_is_half_there(table, angle):
    ball(table, diffuseColor=Gf.Vec3f(0.8, 0.2, 0.2), opacity=0.4, **LAMBERT)
    table.light("DistantLight", "/Sun", intensity=500.0, angle=angle, rotate=(30, -30, 0))
    compare(table)


@pytest.mark.verify
@pytest.mark.parametrize("opacity", [1.0, 0.4])
@pytest.mark.parametrize("kind", ["Sphere", "Cube"])
def test_what_glows_does_so_on_both_sides_and_where_it_is(table, kind, opacity):
    table.material("/Looks/Glow", table.shape(kind, "/Thing", translate=(0, 0, 1.2)), diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5),
                   emissiveColor=Gf.Vec3f(20, 20, 20), opacity=opacity, **LAMBERT)
    compare(table, samples=1024)


@pytest.mark.verify
@pytest.mark.parametrize("kind", ["Sphere", "Cube"])
def test_a_glowing_sky_is_seen_from_inside(table, kind):
    sky = table.shape(kind, "/Sky", scale=(30, 30, 30))
    table.material("/Looks/Sky", sky, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(50, 50, 50), **LAMBERT)
    compare(table)


@pytest.mark.verify
def test_several_domes_are_one_sky(table, tmp_path):
    wide, narrow = np.full((32, 64, 3), 60, np.uint8), np.full((16, 32, 3), 20, np.uint8)
    wide[:16, :, 0], wide[:, :20, 1], wide[20:, 40:, 2], narrow[4:8, 4:9] = 200, 150, 250, 255
    ball(table, diffuseColor=Gf.Vec3f(0.9, 0.9, 0.9), metallic=1.0, roughness=0.1)
    for name, pixels, rotate in (("wide", wide, (90, 0, 20)), ("narrow", narrow, (40, 10, 70))):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        dome = table.light("DomeLight", f"/{name}", intensity=300.0, rotate=rotate)
        dome.CreateTextureFileAttr(str(tmp_path / f"{name}.png"))
    table.light("DomeLight", "/even", intensity=50.0)
    compare(table, mean=0.005, block=0.02)


@pytest.mark.verify
@pytest.mark.parametrize("ior", [1.0, 1.0005, 1.5])
@pytest.mark.parametrize("roughness", [0.0, 0.4])
def test_glass_of_any_index(table, ior, roughness):
    material = UsdShade.Material.Define(table.stage, "/Looks/Glass")
    shader = UsdShade.Shader.Define(table.stage, "/Looks/Glass/Shader")
    shader.GetPrim().CreateAttribute("info:implementationSource", Sdf.ValueTypeNames.Token).Set("sourceAsset")
    shader.GetPrim().CreateAttribute("info:mdl:sourceAsset", Sdf.ValueTypeNames.Asset).Set("OmniGlass.mdl")
    shader.GetPrim().CreateAttribute("info:mdl:sourceAsset:subIdentifier", Sdf.ValueTypeNames.Token).Set("OmniGlass")
    for name, value in (("glass_ior", ior), ("frosting_roughness", roughness)):
        shader.CreateInput(name, Sdf.ValueTypeNames.Float).Set(value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    prim = table.shape("Sphere", "/Ball", translate=(0, 0, 1.2), radius=1.1).GetPrim()
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material)
    table.light("DomeLight", "/Dome", intensity=300.0)
    compare(table, bounces=12)


def test_metals_and_strong_reflections_have_equal_facing_colour(table):
    """Smooth: no light is lost within the microfacets, and none below a black base."""
    ball(table, diffuseColor=Gf.Vec3f(0, 0, 0), ior=2.6, roughness=0.05)
    table.light("DomeLight", "/Dome", intensity=300.0)
    table.camera((0, -0.5, 6), (0, 0, 1.2), focal=120.0)
    compare(table, samples=1024, bounces=1, mean=0.01, block=0.03)


@pytest.mark.parametrize(("wanted", "record"), [
    ("gloss over a matt base", {}),
    ("", {"specular": 0.0}),
    ("", {"metallic": 1.0, "roughness": 0.1}),
    ("up to 40 % darker", {"metallic": 1.0, "roughness": 0.8, "base_color": (1.0, 0.8, 0.2)}),
    ("mixtures of metal", {"metallic": 0.5, "roughness": 0.1}),
    ("a clear coat is", {"clearcoat": 1.0, "specular": 0.0}),
    ("", {"transmission": 1.0}),
    ("left out", {"transmission": 1.0, "clearcoat": 0.5}),
    ("edges of cut-outs", {"specular": 0.0, "opacity_threshold": 0.5, "opacity_texture": TextureSlot("a.png")}),
])
def test_surfaces_that_differ_are_known(wanted, record):
    told = list(differences(MaterialRecord("/Looks/One", **record)))
    assert (len(told) == 1 and wanted in told[0]) if wanted else told == []


def test_surfaces_that_differ_are_told_of_once(table, caplog):
    ball(table, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5))
    table.light("DomeLight", "/Dome")
    renderer = table.renderer()
    for _ in range(2):
        renderer.render("/Camera", (4, 3), ["hdr_color"], RenderSettings(mode="mitsuba"))
    told = [record.getMessage() for record in caplog.records if "otherwise than" in record.getMessage()]
    assert len(told) == 1
    assert told[0].startswith("Mitsuba shows /Looks/Ball otherwise than path-traced: gloss over a matt base")


def test_domes_that_make_no_one_sky_are_refused(table):
    for name, seen in (("/One", True), ("/Two", False)):
        dome = table.light("DomeLight", name).GetPrim()
        dome.CreateAttribute("visibleInPrimaryRay", Sdf.ValueTypeNames.Bool).Set(seen)
    with pytest.raises(SceneError, match="/Two: one of several domes with unlike links"):
        table.render(["hdr_color"], size=(4, 3), settings=RenderSettings(mode="mitsuba"))
