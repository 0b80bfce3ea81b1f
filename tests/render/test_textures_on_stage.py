"""Textures from the stage to pixels: wrap modes, placement, colour spaces, against a lookup in numpy."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdShade

TEXELS = np.random.default_rng(7).integers(10, 246, (4, 4, 3), np.uint8)
KINDS = Sdf.ValueTypeNames


@pytest.fixture
def chart(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(TEXELS).save(tmp_path / "chart.png")
    return str(tmp_path / "chart.png")


def to_linear(byte):
    value = np.asarray(byte) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def wide_card(studio, low=-1.5, high=2.5):
    """A card whose texture coordinates run from ``low`` to ``high`` along x and y; 16 x 16 pixels see one texel each."""
    points = [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]
    card = studio.mesh("/World/Card", points, [4], [0, 1, 2, 3], uvs=[(low, low), (high, low), (high, high), (low, high)])
    studio.camera((0, 0, 1), (0, 0, 0), up=(0, 1, 0), focal=24.0, aperture=48.0)
    return card


def texture_node(studio, card, file, **inputs):
    shader = studio.material("/World/Looks/Card", card)
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", KINDS.Asset).Set(file)
    for name, value in inputs.items():
        texture.CreateInput(name, KINDS.Token if isinstance(value, str) else KINDS.Float4).Set(value)
    shader.CreateInput("diffuseColor", KINDS.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    return texture


def albedo(studio, size=(16, 16)):
    return studio.render(["albedo"], size=size)["albedo"][..., :3]


def grid(low=-1.5, high=2.5, count=16):
    """Return the texture coordinates (u, v) of the pixels, (H, W) each; row 0 is the top."""
    line = low + (high - low) * (np.arange(count) + 0.5) / count
    return np.meshgrid(line, line[::-1])


def nearest(u, v, modes=("repeat", "repeat")):
    """Return the texels (H, W, 3) bytes, float; exact where u and v are centres of texels."""
    columns, rows, inside = [], [], np.ones(u.shape, bool)
    for value, mode, found in ((u, modes[0], columns), (v, modes[1], rows)):
        i = np.floor(value * 4).astype(int)
        if mode == "black":
            inside &= (i >= 0) & (i < 4)
        folded = np.where(i % 8 < 4, i % 8, 7 - i % 8)
        found.append({"repeat": i % 4, "mirror": folded}.get(mode, np.clip(i, 0, 3)))
    return np.where(inside[..., None], TEXELS[::-1][rows[0], columns[0]], 0)


@pytest.mark.parametrize("modes", [("repeat", "mirror"), ("mirror", "clamp"), ("clamp", "black"), ("black", "repeat")])
def test_wrap_modes(studio, chart, modes):
    texture_node(studio, wide_card(studio), chart, wrapS=modes[0], wrapT=modes[1])
    expected = to_linear(nearest(*grid(), modes))
    np.testing.assert_allclose(albedo(studio), expected, atol=2e-3)


@pytest.mark.parametrize(("space", "decode"), [("sRGB", to_linear), ("raw", lambda b: b / 255.0), ("auto", to_linear)])
def test_colour_spaces_scale_and_bias(studio, chart, space, decode):
    texture_node(studio, wide_card(studio), chart, sourceColorSpace=space, wrapS="repeat", wrapT="repeat",
                 scale=Gf.Vec4f(0.5, 0.25, 1.0, 1.0), bias=Gf.Vec4f(0.25, 0.5, 0.0, 0.0))
    expected = decode(nearest(*grid())) * (0.5, 0.25, 1.0) + (0.25, 0.5, 0.0)
    np.testing.assert_allclose(albedo(studio), expected, atol=2e-3)


def test_uv_transform_scales_turns_and_moves_in_this_order(studio, chart):
    """UsdTransform2d: in * scale, then rotated counter-clockwise, then translated."""
    texture = texture_node(studio, wide_card(studio), chart, wrapS="repeat", wrapT="repeat")
    place = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/Place")
    place.CreateIdAttr("UsdTransform2d")
    place.CreateInput("scale", KINDS.Float2).Set(Gf.Vec2f(2.0, 1.0))
    place.CreateInput("rotation", KINDS.Float).Set(90.0)
    place.CreateInput("translation", KINDS.Float2).Set(Gf.Vec2f(0.25, 0.125))
    texture.CreateInput("st", KINDS.Float2).ConnectToSource(place.ConnectableAPI(), "result")
    u, v = grid()
    expected = to_linear(bilinear(-v + 0.25, 2.0 * u + 0.125))
    np.testing.assert_allclose(albedo(studio), expected, atol=2e-3)


def bilinear(u, v):
    """Return repeated texels filtered in linear light, as bytes that ``to_linear`` takes back."""
    linear = to_linear(TEXELS[::-1])
    x, y = u * 4 - 0.5, v * 4 - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    rows = [linear[(y0 + k) % 4, x0 % 4] * (1 - fx) + linear[(y0 + k) % 4, (x0 + 1) % 4] * fx for k in (0, 1)]
    value = rows[0] * (1 - fy) + rows[1] * fy
    return 255.0 * np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def test_omni_pbr_scale_and_shift(studio, chart):
    card = wide_card(studio)
    material = UsdShade.Material.Define(studio.stage, "/World/Looks/Omni")
    shader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Omni/Shader")
    shader.SetSourceAsset("OmniPBR.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")
    for name, kind, value in (("diffuse_texture", KINDS.Asset, chart), ("texture_scale", KINDS.Float2, Gf.Vec2f(0.5, 2.0)),
                              ("texture_translate", KINDS.Float2, Gf.Vec2f(0.25, 0.0)),
                              ("diffuse_tint", KINDS.Color3f, Gf.Vec3f(1.0, 0.5, 0.25))):
        shader.CreateInput(name, kind).Set(value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(card.GetPrim()).Bind(material)
    u, v = grid()
    expected = to_linear(bilinear(0.5 * u + 0.25, 2.0 * v)) * (1.0, 0.5, 0.25)
    np.testing.assert_allclose(albedo(studio), expected, atol=2e-3)


@pytest.mark.parametrize("world", [False, True])
@pytest.mark.parametrize("side", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_project_uvw(studio, chart, side, world):
    """Each side of a box shows the image upright and unmirrored, a stage unit (or one of the object's) to each repeat."""
    sign, axis = (1.0 if side[0] == "+" else -1.0), "xyz".index(side[1])
    move = np.array((0.3, -0.45, 0.7)) if world else np.zeros(3)
    box = studio.shape("Cube", "/World/Box", size=2.0, translate=move, scale=(2, 2, 2))
    material = UsdShade.Material.Define(studio.stage, "/World/Looks/Omni")
    shader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Omni/Shader")
    shader.SetSourceAsset("OmniPBR.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")
    shader.CreateInput("diffuse_texture", KINDS.Asset).Set(chart)
    shader.CreateInput("project_uvw", KINDS.Bool).Set(True)
    shader.CreateInput("world_or_object", KINDS.Bool).Set(world)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(box.GetPrim()).Bind(material)
    normal = np.eye(3)[axis] * sign
    up = np.array((0, 0, 1.0)) if axis < 2 else np.array((0, 1.0, 0))
    right = np.cross(up, normal)
    eye = move + normal * 4.0
    studio.camera(eye, move, up=up, focal=24.0, aperture=24.0)  # the face is 2 away: 2 across, in 16 pixels
    line = (np.arange(16) + 0.5) / 8.0 - 1.0
    across, above = np.meshgrid(line, -line)
    points = move + normal * 2.0 + across[..., None] * right + above[..., None] * up
    q = points if world else (points - move) / 2.0
    u, v = q @ right, q @ up
    np.testing.assert_allclose(albedo(studio), to_linear(bilinear(u, v)), atol=3e-3)


@pytest.mark.parametrize("interpolation", ["vertex", "faceVarying"])
def test_further_texture_coordinates(studio, chart, interpolation):
    """A reader of another primvar than st gets that one, whatever its interpolation; where there is none, st."""
    card = wide_card(studio)
    low, high = 0.25, 1.25
    primvar = UsdGeom.PrimvarsAPI(card).CreatePrimvar("second", KINDS.TexCoord2fArray, interpolation)
    primvar.Set([Gf.Vec2f(low, low), Gf.Vec2f(high, low), Gf.Vec2f(high, high), Gf.Vec2f(low, high)])
    texture = texture_node(studio, card, chart, wrapS="repeat", wrapT="repeat")
    reader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/Reader")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    name = reader.CreateInput("varname", KINDS.String)
    name.Set("second")
    texture.CreateInput("st", KINDS.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    renderer = studio.renderer()

    def rendered():
        return renderer.render("/Camera", (16, 16), ["albedo"])["albedo"][..., :3].copy()

    np.testing.assert_allclose(rendered(), to_linear(bilinear(*grid(low, high))), atol=2e-3)
    for other in ("st", "absent"):
        name.Set(other)
        np.testing.assert_allclose(rendered(), to_linear(bilinear(*grid())), atol=2e-3)


def test_a_missing_file_gives_the_fallback(studio, caplog):
    texture_node(studio, wide_card(studio), "gone.png", fallback=Gf.Vec4f(0.5, 0.25, 0.75, 1.0), scale=Gf.Vec4f(1, 2, 1, 1))
    with caplog.at_level("WARNING"):
        rendered = albedo(studio)
    np.testing.assert_allclose(rendered, np.broadcast_to((0.5, 0.5, 0.75), rendered.shape), atol=1e-6)
    assert "/World/Looks/Card/Texture.inputs:file: texture @gone.png@ not found" in caplog.text


def test_udim_tiles(studio, tmp_path, caplog):
    """Tile 1001 + u + 10 v lies on the unit square at (u, v); beside the tiles the texture is black."""
    image = pytest.importorskip("PIL.Image")
    colors = {1001: (250, 20, 20), 1002: (20, 250, 20), 1012: (20, 20, 250)}
    for number, color in colors.items():
        image.fromarray(np.full((2, 2, 3), color, np.uint8)).save(tmp_path / f"skin.{number}.png")
    points = [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]
    card = studio.mesh("/World/Card", points, [4], [0, 1, 2, 3], uvs=[(-1, -1), (3, -1), (3, 3), (-1, 3)])
    studio.camera((0, 0, 1), (0, 0, 0), up=(0, 1, 0), focal=24.0, aperture=48.0)
    texture_node(studio, card, str(tmp_path / "skin.<UDIM>.png"), sourceColorSpace="raw")
    rendered = albedo(studio, (8, 8))[::-1][1::2, 1::2] * 255.0  # row 0: v from -1
    expected = np.zeros((4, 4, 3))
    expected[1, 1], expected[1, 2], expected[2, 2] = colors[1001], colors[1002], colors[1012]
    np.testing.assert_allclose(rendered, expected, atol=0.01)


def test_udim_set_without_tiles_is_missing(studio, tmp_path, caplog):
    texture_node(studio, wide_card(studio), str(tmp_path / "skin.<UDIM>.png"))
    with caplog.at_level("WARNING"):
        np.testing.assert_allclose(albedo(studio), 0.18, atol=1e-6)
    assert "skin.<UDIM>.png@ not found" in caplog.text


COLORS = np.random.default_rng(5).uniform(0.1, 0.9, (8, 3)).astype(np.float32)


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(("interpolation", "count"), [("constant", 1), ("uniform", 2), ("vertex", 6), ("varying", 6),
                                                       ("faceVarying", 8)])
def test_display_color_of_every_interpolation(studio, interpolation, count, indexed):
    """Two square faces side by side; the colour at the middle of each is the mean of what its corners have."""
    points = [(-2, -1, 0), (0, -1, 0), (2, -1, 0), (2, 1, 0), (0, 1, 0), (-2, 1, 0)]
    faces = [[0, 1, 4, 5], [1, 2, 3, 4]]
    mesh = studio.mesh("/World/Pair", points, [4, 4], [*faces[0], *faces[1]])
    order = np.arange(count)[::-1] if indexed else np.arange(count)
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("displayColor", KINDS.Color3fArray, interpolation)
    primvar.Set([Gf.Vec3f(*map(float, COLORS[i])) for i in np.argsort(order)])
    if indexed:
        primvar.SetIndices([int(i) for i in order])
    studio.camera((0, 0, 1), (0, 0, 0), up=(0, 1, 0), focal=24.0, aperture=96.0)
    rendered = albedo(studio, size=(400, 200))
    for f, face in enumerate(faces):
        slots = {"constant": [0], "uniform": [f], "faceVarying": range(4 * f, 4 * f + 4)}.get(interpolation, face)
        corners = COLORS[list(slots)]
        if len(corners) == 4:  # the quad is cut along the diagonal from its first corner: halfway it is the mean of two
            choices = [(corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2]
            error = min(np.abs(rendered[100, 100 + 200 * f] - choice).max() for choice in choices)
        else:
            error = np.abs(rendered[100, 100 + 200 * f] - corners[0]).max()
        assert error < 0.02, (interpolation, f)


def test_subsets_have_materials_of_their_own(studio):
    points = [(-2, -1, 0), (0, -1, 0), (2, -1, 0), (2, 1, 0), (0, 1, 0), (-2, 1, 0)]
    mesh = studio.mesh("/World/Pair", points, [4, 4], [0, 1, 4, 5, 1, 2, 3, 4], color=(0.5, 0.5, 0.5), scale=(-1, 1, 1))
    subset = UsdGeom.Subset.CreateGeomSubset(mesh, "right", UsdGeom.Tokens.face, [1], "materialBind")
    studio.material("/World/Looks/Red", subset, diffuseColor=Gf.Vec3f(0.8, 0.1, 0.1))
    studio.camera((0, 0, 1), (0, 0, 0), up=(0, 1, 0), focal=24.0, aperture=96.0)
    rendered = albedo(studio, size=(40, 20))
    np.testing.assert_allclose(rendered[10, 10], (0.8, 0.1, 0.1), atol=1e-6)  # mirrored: +x is on the left
    np.testing.assert_allclose(rendered[10, 30], (0.5, 0.5, 0.5), atol=1e-6)
