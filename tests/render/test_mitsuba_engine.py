"""The second engine: what both engines make of one stage, where their surface models are the same."""

import sys

import numpy as np
import pytest
from PIL import Image
from pxr import Gf, Sdf, UsdGeom, UsdLux, UsdShade

from scenewright.render import RenderSettings
from scenewright.render.mitsuba.tessellation import shape_triangles
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import ShapeKind

SIZE = (60, 45)
LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}


@pytest.mark.parametrize(("kind", "size", "volume", "area"), [
    (ShapeKind.CUBE, (0.5, 0, 0, 0), 1.0, 6.0),
    (ShapeKind.SPHERE, (0.5, 0, 0, 0), np.pi / 6.0, np.pi),
    (ShapeKind.CYLINDER, (0.5, 0.5, 1.0, 0), np.pi / 2.0, 2.5 * np.pi),
    (ShapeKind.CONE, (0.5, 0.0, 0.5, 0), np.pi / 12.0, np.pi / 4.0 + np.pi * 0.5 * np.hypot(0.5, 1.0)),
    (ShapeKind.CAPSULE, (0.5, 0, 0.5, 0), np.pi / 6.0 + np.pi / 4.0, 2.0 * np.pi),
])
def test_tessellations_are_closed_and_face_outwards(kind, size, volume, area):
    points, normals, uvs, _colors, slots = shape_triangles(kind, size)
    p = points.reshape(-1, 3, 3)
    cross = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    assert np.einsum("ti,ti->t", p[:, 0], cross).sum() / 6.0 == pytest.approx(volume, rel=4e-3)
    assert np.linalg.norm(cross, axis=1).sum() / 2.0 == pytest.approx(area, rel=4e-3)
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0)
    assert (np.einsum("tki,ti->tk", normals.reshape(-1, 3, 3), cross) > 0.0).all()
    assert len(uvs) == len(points) == 3 * len(slots)


def test_a_missing_mitsuba_names_its_extra(studio, monkeypatch):
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    studio.camera((0, -5, 1), (0, 0, 0))
    with pytest.raises(ModuleNotFoundError, match=r"scenewright\[mitsuba\]"):
        studio.render(["hdr_color"], size=(8, 6), settings=RenderSettings(mode="mitsuba"))


def pictures(studio, samples=256, bounces=3):
    """Return the radiance (H, W, 3) of both engines."""
    renderer = studio.renderer()
    found = []
    for mode in ("path-traced", "mitsuba"):
        settings = RenderSettings(mode=mode, samples=samples, bounces=bounces, seed=3)
        found.append(renderer.render("/Camera", SIZE, ["hdr_color"], settings)["hdr_color"][..., :3].astype(np.float64))
    return found


def check(ours, theirs, mean=0.01, block=0.06):
    """Compare means, and means of blocks of 5 x 5 pixels."""
    assert ours.mean() > 0.0
    assert abs(ours.mean() / theirs.mean() - 1.0) < mean
    small = [p.reshape(9, 5, 12, 5, 3).mean(axis=(1, 3)) for p in (ours, theirs)]
    assert np.abs(small[0] - small[1]).max() < block * theirs.mean() + block * small[1].max()


def floor_and_shapes(studio):
    floor = studio.quad("/Floor", half=4.0)
    studio.material("/Looks/Floor", floor, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    for k, kind in enumerate(("Sphere", "Cube", "Cylinder", "Cone", "Capsule")):
        prim = studio.shape(kind, f"/Shape{k}", translate=(-2.4 + 1.2 * k, 0.2 * k, 0.8), rotate=(10 * k, 20, 5),
                            scale=(0.45, 0.45, 0.55))
        studio.material(f"/Looks/Shape{k}", prim, diffuseColor=Gf.Vec3f(0.8, 0.2 + 0.15 * k, 0.3), **LAMBERT)
    camera = studio.camera((0, -7, 3), (0, 0, 0.5))
    camera.CreateHorizontalApertureOffsetAttr(1.5)
    camera.CreateVerticalApertureOffsetAttr(-1.0)


@pytest.mark.verify
@pytest.mark.parametrize(("kind", "inputs", "where"), [
    ("SphereLight", {"intensity": 4000.0, "radius": 0.3}, {"translate": (-2, -2, 2)}),
    ("RectLight", {"intensity": 3000.0, "width": 2.0, "height": 1.0}, {"translate": (2, -1, 4), "rotate": (0, 20, 0)}),
    ("DiskLight", {"intensity": 3000.0, "radius": 0.7}, {"translate": (2, -1, 4), "rotate": (10, 20, 0)}),
    ("CylinderLight", {"intensity": 4000.0, "radius": 0.1, "length": 2.0}, {"translate": (0, -1, 3), "rotate": (0, 0, 30)}),
    ("DistantLight", {"intensity": 500.0, "angle": 4.0}, {"rotate": (30, -30, 0)}),
    ("DistantLight", {"intensity": 500.0, "angle": 0.0}, {"rotate": (30, -30, 0)}),
    ("DomeLight", {"intensity": 300.0}, {}),
])
def test_every_light(studio, kind, inputs, where):
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    floor_and_shapes(studio)
    studio.light(kind, "/Light", **inputs, **where)
    check(*pictures(studio))


@pytest.mark.verify
@pytest.mark.parametrize("name", ["st", "other"])
def test_textured_floor_and_sky(studio, tmp_path, name):
    """The texture is read at the first or at a further set of coordinates."""
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    pixels = np.full((32, 64, 3), 60, np.uint8)
    pixels[:16, :, 0], pixels[:, :20, 1], pixels[20:, 40:, 2] = 200, 150, 250
    Image.fromarray(pixels).save(tmp_path / "image.png")
    floor_and_shapes(studio)
    reader = UsdShade.Shader.Define(studio.stage, "/Looks/Floor/Reader")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set(name)
    further = UsdGeom.PrimvarsAPI(studio.stage.GetPrimAtPath("/Floor")).CreatePrimvar(
        "other", Sdf.ValueTypeNames.TexCoord2fArray, "faceVarying")
    further.Set([Gf.Vec2f(0, 1), Gf.Vec2f(0, 0), Gf.Vec2f(0.5, 0), Gf.Vec2f(0.5, 1)])
    texture = UsdShade.Shader.Define(studio.stage, "/Looks/Floor/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(str(tmp_path / "image.png"))
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    surface = UsdShade.Shader.Get(studio.stage, "/Looks/Floor/Surface")
    surface.GetInput("diffuseColor").ConnectToSource(texture.ConnectableAPI(), "rgb")
    dome = studio.light("DomeLight", "/Dome", intensity=300.0, rotate=(90, 0, 20))
    dome.CreateTextureFileAttr(str(tmp_path / "image.png"))
    check(*pictures(studio))


@pytest.mark.verify
def test_glass_metal_and_cut_outs(studio):
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    floor_and_shapes(studio)
    metal = UsdShade.Shader.Get(studio.stage, "/Looks/Shape0/Surface")
    metal.GetInput("useSpecularWorkflow").Set(0)
    metal.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(1.0)
    metal.GetInput("roughness").Set(0.15)
    UsdShade.Shader.Get(studio.stage, "/Looks/Shape1/Surface").CreateInput("opacity", Sdf.ValueTypeNames.Float).Set(0.4)
    studio.light("DomeLight", "/Dome", intensity=300.0)
    check(*pictures(studio), mean=0.02, block=0.08)


def refused(studio, **choices):
    with pytest.raises(SceneError) as error:
        studio.render(["hdr_color"], size=(8, 6), settings=RenderSettings(mode="mitsuba", **choices))
    return str(error.value)


def test_without_llvm_what_needs_it_is_refused_by_name(studio, monkeypatch):
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    monkeypatch.setattr("scenewright.render.mitsuba.engine._has_llvm", lambda: False)
    camera = studio.camera((0, -5, 1), (0, 0, 0))
    light = studio.light("SphereLight", "/Lamp", translate=(0, 0, 3))
    light.GetPrim().CreateAttribute("visibleInPrimaryRay", Sdf.ValueTypeNames.Bool).Set(False)
    UsdLux.ShapingAPI.Apply(light.GetPrim()).CreateShapingConeAngleAttr(30.0)
    camera.GetPrim().CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("fisheyePolynomial")
    said = refused(studio)
    for part in ("light shaping of /Lamp", "visibleInPrimaryRay = False of /Lamp", "fisheyePolynomial of /Camera",
                 "LLVM 17", "DRJIT_LIBLLVM_PATH", "path-traced"):
        assert part in said


def test_what_would_look_otherwise_is_refused_by_name(studio):
    pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    studio.camera((0, -5, 1), (0, 0, 0))
    studio.light("SphereLight", "/Lamp", translate=(0, 0, 3), diffuse=0.5)
    ball = studio.shape("Sphere", "/Ball")
    shader = studio.material("/Looks/Tinted", ball)
    shader.CreateIdAttr("ND_standard_surface_surfaceshader")
    shader.CreateInput("specular_color", Sdf.ValueTypeNames.Color3f).Set(Gf.Vec3f(1.0, 0.5, 0.2))
    said = refused(studio)
    assert "/Lamp: inputs:diffuse 0.5" in said and "/Looks/Tinted: coloured reflections" in said and "path-traced" in said
