"""Normal maps: a map of one tilted normal shades like a surface that is tilted, in every frame a mesh can bring."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdShade

from scenewright.render import RenderSettings

LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}
TEXEL = (90, 170, 230)
TANGENT_NORMAL = np.array(TEXEL) / 255.0 * 2.0 - 1.0
TANGENT_NORMAL /= np.linalg.norm(TANGENT_NORMAL)
SUN = np.array([0.3, 0.5, 0.8124038404635961])  # towards the sun, unit


@pytest.fixture
def tilted(tmp_path):
    """Path of a normal map that is TEXEL everywhere."""
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.full((4, 4, 3), TEXEL, np.uint8)).save(tmp_path / "normal.png")
    return str(tmp_path / "normal.png")


def bump(studio, prim, file):
    """Bind a Lambert material of albedo 0.5 with the map as its normal."""
    shader = studio.material("/World/Looks/Bump", prim, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Bump/Normal")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(file)
    texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("raw")
    shader.CreateInput("normal", Sdf.ValueTypeNames.Normal3f).ConnectToSource(texture.ConnectableAPI(), "rgb")


def radiance(studio):
    """Return the radiance in the middle of the image and how it would be with world-space normal ``n``."""
    light = studio.light("DistantLight", "/World/Sun", intensity=1000.0, angle=0.0)
    rotation = Gf.Rotation(Gf.Vec3d(0, 0, 1), Gf.Vec3d(*SUN))
    light.GetPrim().RemoveProperty("xformOp:rotateXYZ")
    xform = UsdGeom.Xformable(light)
    xform.ClearXformOpOrder()
    xform.AddTransformOp().Set(Gf.Matrix4d(rotation, Gf.Vec3d(0)))
    frame = studio.render(["hdr_color", "normals"], size=(5, 5), settings=RenderSettings(bounces=0))
    return frame["hdr_color"][2, 2, 0], lambda n: 0.5 / np.pi * 1000.0 * max(0.0, float(np.dot(n, SUN))), frame["normals"][2, 2]


def frame_normal(tangent, bitangent, normal):
    return TANGENT_NORMAL @ np.array([tangent, bitangent, normal], float)


# texture coordinates of the corners (-,-) (+,-) (+,+) (-,+) and the directions in which u and v grow
FRAMES = {
    "upright": ([(0, 0), (1, 0), (1, 1), (0, 1)], (1, 0, 0), (0, 1, 0)),
    "turned": ([(0, 1), (0, 0), (1, 0), (1, 1)], (0, 1, 0), (-1, 0, 0)),
    "u mirrored": ([(1, 0), (0, 0), (0, 1), (1, 1)], (-1, 0, 0), (0, 1, 0)),
    "v mirrored": ([(0, 1), (1, 1), (1, 0), (0, 0)], (1, 0, 0), (0, -1, 0)),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("scale", [(1, 1, 1), (-1, 1, 1), (2, 1, 1)])
def test_a_map_follows_texture_coordinates_and_mirrored_instances(studio, tilted, name, scale):
    """Red leans towards growing u, green towards growing v, also where the texture or the object is mirrored."""
    uvs, along_u, along_v = FRAMES[name]
    points = [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]
    bump(studio, studio.mesh("/World/Card", points, [4], [0, 1, 2, 3], uvs=uvs, scale=scale), tilted)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=240.0)
    measured, expected, normal = radiance(studio)
    turned = np.sign(scale)
    np.testing.assert_allclose(measured, expected(frame_normal(along_u * turned, along_v * turned, (0, 0, 1))), rtol=2e-4)
    np.testing.assert_allclose(normal[:3], (0, 0, 1), atol=1e-6)  # the label shows the geometry


def test_left_handed_meshes(studio, tilted):
    points = [(-1, -1, 0), (-1, 1, 0), (1, 1, 0), (1, -1, 0)]
    card = studio.mesh("/World/Card", points, [4], [0, 1, 2, 3], uvs=[(0, 0), (0, 1), (1, 1), (1, 0)])
    card.CreateOrientationAttr(UsdGeom.Tokens.leftHanded)
    bump(studio, card, tilted)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=240.0)
    measured, expected, _ = radiance(studio)
    np.testing.assert_allclose(measured, expected(frame_normal((1, 0, 0), (0, 1, 0), (0, 0, 1))), rtol=2e-4)


def test_the_back_of_a_sheet_shows_the_same_bumps_from_behind(studio, tilted):
    """A bump seen from the other side is a dent: the normal there is the front's, turned round."""
    bump(studio, studio.quad("/World/Card", rotate=(180, 0, 0)), tilted)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=240.0)
    measured, expected, _ = radiance(studio)
    front = frame_normal((1, 0, 0), (0, -1, 0), (0, 0, -1))
    np.testing.assert_allclose(measured, expected(-front), rtol=2e-4)


@pytest.mark.parametrize(("kind", "rotate", "along_u", "along_v"), [
    ("Plane", (0, 0, 0), (1, 0, 0), (0, 1, 0)),
    ("Cube", (0, 0, 0), (1, 0, 0), (0, 1, 0)),
    ("Cylinder", (0, 0, 0), (1, 0, 0), (0, 1, 0)),
    ("Cylinder", (90, 0, 0), (-1, 0, 0), (0, -1, 0)),
    ("Sphere", (90, 0, 0), (-1, 0, 0), (0, -1, 0)),
])
def test_gprims_have_frames_of_their_own(studio, tilted, kind, rotate, along_u, along_v):
    """Seen from +z: flat tops as a plane; lying round shapes by angle (u) and along their axis (v)."""
    bump(studio, studio.shape(kind, "/World/Thing", rotate=rotate), tilted)
    studio.camera((0, 0, 9), (0, 0, 0), up=(0, 1, 0), focal=24000.0)
    measured, expected, _ = radiance(studio)
    np.testing.assert_allclose(measured, expected(frame_normal(along_u, along_v, (0, 0, 1))), rtol=5e-3)


def test_glancing_bumps_never_shine_through(studio, tilted):
    """A bent normal that turns away from the sun leaves the surface dark, never brighter than facing it."""
    bump(studio, studio.quad("/World/Card"), tilted)
    studio.camera((5, 0, 0.2), (0, 0, 0), focal=240.0)
    measured, _, _ = radiance(studio)
    assert 0.0 <= measured <= 0.5 / np.pi * 1000.0


def test_omni_pbr_turns_green_round(studio, tilted):
    """flip_tangent_v is on by default: green leans towards falling v; bump_factor flattens."""
    card = studio.quad("/World/Card")
    material = UsdShade.Material.Define(studio.stage, "/World/Looks/Omni")
    shader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Omni/Shader")
    shader.SetSourceAsset("OmniPBR.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")
    kinds = Sdf.ValueTypeNames
    for name, kind, value in (("normalmap_texture", kinds.Asset, tilted), ("bump_factor", kinds.Float, 0.5),
                              ("specular_level", kinds.Float, 0.0), ("reflection_roughness_constant", kinds.Float, 1.0),
                              ("diffuse_color_constant", kinds.Color3f, Gf.Vec3f(0.5, 0.5, 0.5))):
        shader.CreateInput(name, kind).Set(value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(card.GetPrim()).Bind(material)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=240.0)
    measured, expected, _ = radiance(studio)
    raw = np.array(TEXEL) / 255.0 * 2.0 - 1.0
    normal = np.array([0.5 * raw[0], -0.5 * raw[1], raw[2]])
    np.testing.assert_allclose(measured, expected(normal / np.linalg.norm(normal)), rtol=2e-4)
