"""Path-traced surfaces against Mitsuba 3 where the lobes are the same: glass, normal maps, cut-outs, translucency."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdShade

pytestmark = pytest.mark.verify
KINDS = Sdf.ValueTypeNames


def rgb(*value):
    return {"type": "rgb", "value": [float(v) for v in value]}


def agrees(found, mean=0.01):
    assert abs(found.mean) < mean and abs(found.mean) < 4.0 * found.se + 0.003
    assert found.outside < 0.02
    assert found.noise < 1.3


def omni_glass(pair, prim, **inputs):
    material = UsdShade.Material.Define(pair.studio.stage, "/World/Looks/Glass")
    shader = UsdShade.Shader.Define(pair.studio.stage, "/World/Looks/Glass/Shader")
    shader.SetSourceAsset("OmniGlass.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniGlass", "mdl")
    for name, value in {"glass_color": Gf.Vec3f(0.7, 0.85, 1.0), "depth": 0.0, **inputs}.items():
        kind = {bool: KINDS.Bool, float: KINDS.Float}.get(type(value), KINDS.Color3f)
        shader.CreateInput(name, kind).Set(value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(prim.GetPrim()).Bind(material)


GLASS = {
    "solid": ({"type": "dielectric"}, {}),
    "thin": ({"type": "thindielectric"}, {"thin_walled": True}),
    "frosted": ({"type": "roughdielectric", "distribution": "ggx", "alpha": 0.3**2}, {"frosting_roughness": 0.3}),
    "very frosted": ({"type": "roughdielectric", "distribution": "ggx", "alpha": 0.6**2}, {"frosting_roughness": 0.6}),
}


@pytest.mark.parametrize("kind", GLASS)
def test_glass_ball_under_an_even_sky(pair, kind):
    model, inputs = GLASS[kind]
    omni_glass(pair, pair.ball("Ball", (0, 0, 1.1), 1.0), **inputs)
    pair.scene["Ball"]["bsdf"] = {**model, "int_ior": 1.491, "specular_transmittance": rgb(0.7, 0.85, 1.0)}
    pair.paint("Floor", pair.quad("Floor", 20.0), 0.6, 0.3, 0.2)
    pair.dome(100.0)
    pair.camera((0, -5, 2.0), (0, 0, 0.9), focal=40.0)
    agrees(pair.compare(samples=32))


def uv_texture(pair, shader, name, kind, file, output="rgb", space="raw", **inputs):
    texture = UsdShade.Shader.Define(pair.studio.stage, f"{shader.GetPrim().GetParent().GetPath()}/{name}")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", KINDS.Asset).Set(file)
    texture.CreateInput("sourceColorSpace", KINDS.Token).Set(space)
    for key, value in inputs.items():
        texture.CreateInput(key, KINDS.Float4).Set(value)
    shader.CreateInput(name, kind).ConnectToSource(texture.ConnectableAPI(), output)


def bitmap(pair, file):
    return {"type": "bitmap", "filename": file, "raw": True, "filter_type": "bilinear",
            "to_uv": pair.mi.ScalarTransform4f().scale([1, -1, 1])}


def test_normal_map(pair, tmp_path):
    """Ripples that lean both ways, bright where they face the lamp."""
    image = pytest.importorskip("PIL.Image")
    x, y = np.meshgrid(np.arange(64), np.arange(64))
    bumps = np.stack([0.4 * np.sin(x / 5.0), 0.3 * np.cos(y / 7.0), np.ones(x.shape)], -1)
    bumps /= np.linalg.norm(bumps, axis=-1, keepdims=True)
    file = str(tmp_path / "bumps.png")
    image.fromarray(np.round((bumps * 0.5 + 0.5) * 255).astype(np.uint8)).save(file)
    card = pair.quad("Card", 1.5)
    flat = {"type": "diffuse", "reflectance": rgb(0.7, 0.7, 0.7)}
    shader = pair.look("Card", card, {"type": "twosided", "bsdf": {"type": "normalmap", "normalmap": bitmap(pair, file),
                                                                   "bsdf": flat}},
                       diffuseColor=Gf.Vec3f(0.7, 0.7, 0.7), **pair.lambert)
    uv_texture(pair, shader, "normal", KINDS.Normal3f, file, scale=Gf.Vec4f(2, 2, 2, 1), bias=Gf.Vec4f(-1, -1, -1, 0))
    pair.rect_light((0.5, 0.5, 3.0), 1.0, 1.0, 80.0)
    pair.camera((0.0, -2.5, 2.5), (0, 0, 0), focal=30.0)
    agrees(pair.compare(samples=64, bounces=0))


@pytest.mark.parametrize("steep", [True, False])
def test_cut_outs(pair, tmp_path, steep):
    """A card with holes, or with a soft pattern of opacity, over a floor that it shades."""
    image = pytest.importorskip("PIL.Image")
    pattern = np.random.default_rng(3).integers(0, 2, (8, 8)) * 255
    if not steep:
        pattern = np.random.default_rng(4).integers(0, 256, (4, 4))
    pattern = np.kron(pattern, np.ones((32, 32) if steep else (1, 1))).astype(np.uint8)
    file = str(tmp_path / "holes.png")
    image.fromarray(pattern).save(file)
    card = pair.quad("Card", 1.0, translate=(0, 0, 0.8))
    solid = {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": rgb(0.2, 0.6, 0.3)}}
    shader = pair.look("Card", card, {"type": "mask", "opacity": bitmap(pair, file), "bsdf": solid},
                       diffuseColor=Gf.Vec3f(0.2, 0.6, 0.3), **pair.lambert)
    uv_texture(pair, shader, "opacity", KINDS.Float, file, output="r")
    pair.paint("Floor", pair.quad("Floor", 20.0), 0.6, 0.5, 0.4)
    pair.dome(100.0)  # Mitsuba's paths do not look for lamps through masks
    pair.camera((0, -4, 3), (0, 0, 0.4), focal=36.0)
    agrees(pair.compare(samples=32, bounces=4))
