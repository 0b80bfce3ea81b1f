"""Colour against radiometry: closed forms for each light, energy, shadows, and the film."""

import logging

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdLux, UsdShade

from scenewright.render import RenderSettings

LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}


def floor(studio, albedo=0.5, half=50.0):
    """A Lambert floor seen from above; the image's centre is the stage's origin."""
    prim = studio.quad("/World/Floor", half=half)
    studio.material("/World/Looks/Floor", prim, diffuseColor=Gf.Vec3f(albedo, albedo, albedo), **LAMBERT)
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0), focal=240.0, aperture=24.0)
    return prim


def center(studio, samples=64, bounces=0, size=(5, 5), **settings):
    frame = studio.render(["hdr_color"], size=size, settings=RenderSettings(samples=samples, bounces=bounces, **settings))
    return frame["hdr_color"][size[1] // 2, size[0] // 2, :3]


@pytest.mark.parametrize("tilt", [0.0, 40.0, 75.0])
def test_distant_light_on_lambert(studio, tilt):
    floor(studio, 0.6)
    studio.light("DistantLight", "/World/Sun", rotate=(tilt, 0, 0), intensity=1000.0, angle=0.0, color=Gf.Vec3f(1.0, 0.5, 0.25))
    radiance = center(studio, samples=1)
    expected = 0.6 / np.pi * 1000.0 * np.cos(np.radians(tilt)) * np.array([1.0, 0.5, 0.25])
    np.testing.assert_allclose(radiance, expected, rtol=1e-4)


def test_sphere_light(studio):
    """A sphere of radiance L subtending sin^2 = (r/d)^2 right above gives E = pi L (r/d)^2, whatever its size."""
    floor(studio, 0.5)
    for height, radius in ((2.0, 0.1), (1.0, 0.8)):
        studio.light("SphereLight", "/World/Lamp", translate=(0, 0, height), intensity=100.0, radius=radius)
        studio.camera((0, -0.02, 0.2), (0, 0, 0), focal=240.0)
        np.testing.assert_allclose(center(studio), 0.5 * 100.0 * (radius / height) ** 2, rtol=2e-3)


def test_rect_light_form_factor(studio):
    """Point below the centre of a parallel rectangle: four corner form factors (Howell, configuration B-3)."""
    floor(studio, 0.7)
    width, height, above = 2.0, 1.0, 1.5
    studio.light("RectLight", "/World/Lamp", translate=(0, 0, above), intensity=50.0, width=width, height=height)
    studio.camera((0, 0.0, 0.5), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    a, b = width / 2 / above, height / 2 / above
    sa, sb = np.sqrt(1 + a * a), np.sqrt(1 + b * b)
    corner = a / sa * np.arctan(b / sa) + b / sb * np.arctan(a / sb)
    factor = 4.0 * corner / (2.0 * np.pi)
    np.testing.assert_allclose(center(studio, samples=1024), 0.7 * 50.0 * factor, rtol=5e-3)


def test_disk_light(studio):
    """Below the centre of a parallel disk: E = pi L r^2 / (r^2 + h^2)."""
    floor(studio, 0.7)
    studio.light("DiskLight", "/World/Lamp", translate=(0, 0, 1.5), intensity=50.0, radius=0.8)
    studio.camera((0, 0, 0.5), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    np.testing.assert_allclose(center(studio, samples=1024), 0.7 * 50.0 * 0.64 / (0.64 + 2.25), rtol=5e-3)


def test_rect_light_shines_from_one_side_only(studio):
    floor(studio)
    studio.light("RectLight", "/World/Lamp", translate=(0, 0, 1.5), rotate=(180, 0, 0), intensity=50.0)
    studio.camera((0, 0, 0.5), (0, 0, 0), up=(0, 1, 0))
    assert not center(studio).any()


def test_cylinder_light(studio):
    """A long thin cylinder is a line: E = 2 L r (sin-cos integral) / h, here by numerical integration of the surface."""
    floor(studio, 0.5)
    radius, length, above = 0.05, 3.0, 1.0
    studio.light("CylinderLight", "/World/Lamp", translate=(0, 0, above), intensity=100.0, radius=radius, length=length)
    studio.camera((0, 0, 0.4), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    x = (np.arange(4000) + 0.5) / 4000 * length - length / 2
    phi = (np.arange(2000) + 0.5) / 2000 * 2 * np.pi
    px, pphi = np.meshgrid(x, phi, indexing="ij")
    normal = np.stack([0 * px, np.cos(pphi), np.sin(pphi)], axis=-1)
    point = np.stack([px, 0 * px, 0 * px + above], axis=-1) + radius * normal
    distance = np.linalg.norm(point, axis=-1)
    direction = point / distance[..., None]
    facing = np.maximum(0.0, -np.einsum("ijk,ijk->ij", direction, normal))
    irradiance = 100.0 * np.sum(facing * direction[..., 2] / distance**2) * radius * (2 * np.pi / 2000) * (length / 4000)
    np.testing.assert_allclose(center(studio, samples=512), 0.5 / np.pi * irradiance, rtol=1e-2)


@pytest.mark.parametrize("roughness", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("metallic", [0.0, 1.0])
def test_white_furnace(studio, roughness, metallic):
    """A white ball in uniform light is invisible: no lobe adds or loses energy."""
    ball = studio.shape("Sphere", "/World/Ball", radius=1.0)
    studio.material("/World/Looks/Ball", ball, diffuseColor=Gf.Vec3f(1, 1, 1), roughness=roughness, metallic=metallic)
    studio.light("DomeLight", "/World/Dome", intensity=100.0)
    studio.camera((0, -5, 0), (0, 0, 0), focal=50.0)
    frame = studio.render(["hdr_color", "prim_id"], size=(24, 24), settings=RenderSettings(samples=64, bounces=2))
    on_ball = frame["hdr_color"][frame["prim_id"] > 0][:, :3]
    assert np.abs(on_ball.mean() / 100.0 - 1.0) < 0.01
    assert np.all(frame["hdr_color"][frame["prim_id"] == 0][:, :3] == 100.0)


def test_lobes_reflect_what_their_albedo_says(studio):
    """The energy bookkeeping of constant domes agrees with sampling the lobes under the same dome as a texture."""
    ball = studio.shape("Sphere", "/World/Ball", radius=1.0)
    studio.material("/World/Looks/Ball", ball, diffuseColor=Gf.Vec3f(0.3, 0.2, 0.6), roughness=0.4, metallic=0.0, clearcoat=0.5)
    studio.camera((0, -5, 0), (0, 0, 0), focal=50.0)
    studio.light("DomeLight", "/World/Dome", intensity=100.0)
    settings = RenderSettings(samples=64, bounces=1)
    even = studio.render(["hdr_color"], size=(16, 16), settings=settings)["hdr_color"]
    dome = UsdLux.DomeLight(studio.stage.GetPrimAtPath("/World/Dome"))
    dome.CreateTextureFileAttr(constant_sky(studio))
    textured = studio.render(["hdr_color"], size=(16, 16), settings=settings)["hdr_color"]
    assert np.abs(textured[..., :3].mean(axis=(0, 1)) / even[..., :3].mean(axis=(0, 1)) - 1.0).max() < 0.03


def write_sky(studio, pixels):
    """Write a lat-long image, (H, W, 3) uint8, top row first; return its path."""
    image = pytest.importorskip("PIL.Image")
    path = studio.folder / f"sky_{len(list(studio.folder.iterdir()))}.png"
    image.fromarray(np.asarray(pixels, np.uint8)).save(path)
    return Sdf.AssetPath(str(path))


def constant_sky(studio):
    return write_sky(studio, np.full((16, 32, 3), 255))


@pytest.fixture(autouse=True)
def folder(studio, tmp_path):
    studio.folder = tmp_path


def test_dome_texture_orientation(studio):
    """UsdLux lat-long: +Y up, the middle of the image at +Z, its left quarter at +X."""
    UsdGeom.SetStageUpAxis(studio.stage, UsdGeom.Tokens.y)
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:16] = (255, 255, 255)  # top: +Y
    pixels[28:36, 60:68] = (255, 0, 0)  # +Z
    pixels[28:36, 28:36] = (0, 255, 0)  # +X
    pixels[28:36, 92:100] = (0, 0, 255)  # -X
    dome = studio.light("DomeLight", "/World/Dome", intensity=1.0)
    dome.CreateTextureFileAttr(write_sky(studio, pixels))
    for target, color in (((0, 0, 1), (1, 0, 0)), ((1, 0, 0), (0, 1, 0)), ((-1, 0, 0), (0, 0, 1)), ((0, 1, 0.01), (1, 1, 1)),
                          ((0, -1, 0.01), (0, 0, 0))):
        studio.camera((0, 0, 0), target, up=(0, 1, 0) if target[1] == 0 else (0, 0, 1), focal=240.0)
        np.testing.assert_allclose(center(studio, samples=1), color, atol=1e-6, err_msg=str(target))


@pytest.mark.parametrize("bounces", [0, 1])
def test_small_bright_spot_in_a_dome(studio, bounces):
    """Importance sampling finds a spot of 1/2000 of the sphere: E = L * solid angle * cos."""
    floor(studio, 0.5)
    pixels = np.zeros((64, 128, 3), np.uint8)
    row, column = 12, 64
    pixels[row:row + 2, column:column + 2] = 255
    dome = studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    dome.CreateTextureFileAttr(write_sky(studio, pixels))
    latitude = np.pi / 2 - (np.arange(64) + 0.5) / 64 * np.pi
    solid = np.cos(latitude[row:row + 2]) * (np.pi / 64) * (2 * np.pi / 128) * 2
    irradiance = 1000.0 * np.sum(solid * np.sin(latitude[row:row + 2]))
    measured = studio.render(["hdr_color"], size=(8, 8), settings=RenderSettings(samples=256, bounces=bounces))["hdr_color"]
    # bilinear filtering spreads the spot's light by half a texel, hence the tolerance
    np.testing.assert_allclose(measured[..., :3].mean(), 0.5 / np.pi * irradiance, rtol=0.02)


def test_bounces_bring_light_into_the_shade(studio):
    """Below a table: the first bounce sees only its dark underside, the second what the sunlit floor throws up there."""
    floor(studio, 0.8)
    studio.quad("/World/Table", half=1.0, translate=(0, 0, 0.5))
    studio.light("DistantLight", "/World/Sun", intensity=1000.0, angle=0.0)
    studio.camera((0, -0.6, 0.3), (0, 0, 0), focal=50.0)
    dark, once, twice, thrice = (center(studio, samples=64, bounces=bounces)[1] for bounces in (0, 1, 2, 4))
    assert dark == 0.0 and once == 0.0 and 0.0 < twice < thrice


def test_soft_shadow_has_a_penumbra_as_wide_as_the_sun(studio):
    """An edge at height h under a sun of angular diameter a throws a half-shadow h * a wide."""
    floor(studio, 0.5)
    studio.quad("/World/Roof", half=10.0, translate=(10.0, 0, 4.0))
    angle = 5.0
    studio.light("DistantLight", "/World/Sun", intensity=1000.0, angle=angle)
    studio.camera((0, 0, 3), (0, 0, 0), up=(0, 1, 0), focal=48.0, aperture=24.0)
    frame = studio.render(["hdr_color"], size=(150, 3), settings=RenderSettings(samples=64, bounces=0))
    row = frame["hdr_color"][1, :, 0] / frame["hdr_color"][1, 0, 0]
    x = (np.arange(150) + 0.5 - 75) * 3.0 * 0.5 / 150
    half = np.interp(0.5, row[::-1], x[::-1])
    width = 4.0 * 2 * np.tan(np.radians(angle / 2))
    assert half == pytest.approx(0.0, abs=0.02)
    lit, dark = x[row > 0.97].max(), x[row < 0.03].min()
    assert 0.75 * width < dark - lit < 1.05 * width
    assert row[-1] == 0.0


def test_lights_are_seen_by_the_camera_and_cast_no_label(studio):
    studio.light("SphereLight", "/World/Lamp", translate=(0, 3, 0), intensity=70.0, radius=0.5)
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render(["hdr_color", "prim_id", "ldr_color"], size=(41, 41))
    np.testing.assert_allclose(frame["hdr_color"][20, 20], [70, 70, 70, 1], rtol=1e-5)
    assert not frame["prim_id"].any() and frame["ldr_color"][0, 0].tolist() == [0, 0, 0, 0]


def test_mirror_shows_the_lamp_at_its_own_radiance(studio):
    prim = floor(studio)
    studio.material("/World/Looks/Mirror", prim, diffuseColor=Gf.Vec3f(1, 1, 1), metallic=1.0, roughness=0.0)
    studio.light("SphereLight", "/World/Lamp", translate=(0, 3, 3), intensity=70.0, radius=1.0)
    studio.camera((0, -3, 3), (0, 0, 0), focal=240.0)
    np.testing.assert_allclose(center(studio, samples=16, bounces=1), 70.0, rtol=0.02)


def test_many_lights_add_up(studio):
    """More lights than are sampled one by one: the choice among them stays unbiased."""
    floor(studio, 0.5)
    expected = 0.0
    for i in range(24):
        position = np.array([np.cos(i) * (0.5 + 0.1 * i), np.sin(i) * (0.5 + 0.1 * i), 1.0 + 0.05 * i])
        studio.light("SphereLight", f"/World/Lamp_{i}", translate=position, intensity=100.0, radius=0.05)
        d2 = position @ position
        expected += 100.0 * np.pi * 0.05**2 / d2 * position[2] / np.sqrt(d2)
    studio.camera((0, 0, 0.5), (0, 0, 0), up=(0, 1, 0), focal=2400.0)
    frame = studio.render(["hdr_color"], size=(16, 16), settings=RenderSettings(samples=64, bounces=0))
    np.testing.assert_allclose(frame["hdr_color"][..., 0].mean(), 0.5 / np.pi * expected, rtol=1e-2)


def test_emission_and_partial_opacity(studio):
    back = studio.quad("/World/Back", translate=(0, 4, 0), rotate=(90, 0, 0), half=10.0)
    studio.material("/World/Looks/Back", back, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(8, 4, 2), **LAMBERT)
    front = studio.quad("/World/Front", translate=(0, 3, 0), rotate=(90, 0, 0))
    studio.material("/World/Looks/Front", front, diffuseColor=Gf.Vec3f(0, 0, 0), opacity=0.25, **LAMBERT)
    studio.camera((0, 0, 0), (0, 1, 0), focal=240.0)
    np.testing.assert_allclose(center(studio, samples=1), [6.0, 3.0, 1.5], rtol=1e-5)
    ids = studio.render(["prim_id", "albedo"])
    assert set(np.unique(ids["prim_id"])) == {2}
    assert ids["albedo"][0, 0, 3] == pytest.approx(0.25)


def test_translucent_things_throw_a_lighter_shadow(studio):
    floor(studio, 0.5)
    pane = studio.quad("/World/Pane", translate=(0, 0, 2))
    studio.material("/World/Looks/Pane", pane, diffuseColor=Gf.Vec3f(0, 0, 0), opacity=0.4, **LAMBERT)
    studio.light("DistantLight", "/World/Sun", intensity=1000.0, angle=0.0)
    studio.camera((0, 0, 1), (0, 0, 0), up=(0, 1, 0))
    np.testing.assert_allclose(center(studio, samples=1), 0.5 / np.pi * 1000.0 * 0.6, rtol=1e-4)


def test_no_light_is_black_and_says_so_once(studio, caplog):
    floor(studio)
    renderer = studio.renderer()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            frame = renderer.render("/Camera", (8, 8), ["ldr_color"])
    assert frame["ldr_color"][..., :3].max() == 0 and frame["ldr_color"][..., 3].min() == 255
    assert sum("no light" in record.message for record in caplog.records) == 1


def test_film_curve_and_exposure(studio):
    """An 18 % grey floor under a dome of 1000 nits lands near the middle of the sRGB range with the default exposure."""
    floor(studio, 0.18)
    studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    grey = studio.render(["ldr_color"], size=(5, 5))["ldr_color"][2, 2]
    assert 110 <= grey[0] <= 140 and grey[3] == 255
    linear = studio.render(["ldr_color", "hdr_color"], size=(5, 5),
                           settings=RenderSettings(tone_map="linear", exposure=0.5 / 180.0))
    value = linear["hdr_color"][2, 2, 0] * 0.5 / 180.0
    assert linear["ldr_color"][2, 2, 0] == round(255 * (1.055 * value ** (1 / 2.4) - 0.055))
    assert linear["ldr_color"][2, 2, 0] == 188  # half the light is 188 in sRGB


def test_texture_is_upright_and_decoded(studio):
    """Image row 0 is the top, v = 1; sRGB bytes are decoded."""
    image = pytest.importorskip("PIL.Image")
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:2, :2] = (188, 0, 0)  # top left
    pixels[2:, 2:] = (0, 0, 255)  # bottom right
    image.fromarray(pixels).save(studio.folder / "card.png")
    card = studio.quad("/World/Card", translate=(0, 3, 0), rotate=(90, 0, 0))
    shader = studio.material("/World/Looks/Card", card)
    reader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/St")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(str(studio.folder / "card.png"))
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    studio.camera((0, 0, 0), (0, 1, 0), focal=36.0)
    albedo = studio.render(["albedo"], size=(40, 40))["albedo"]
    np.testing.assert_allclose(albedo[12, 12, :3], [0.5029, 0, 0], atol=1e-3)
    np.testing.assert_allclose(albedo[28, 28, :3], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(albedo[12, 28, :3], [0, 0, 0], atol=1e-6)


def noisy_corner(studio):
    """A dome behind a wall: the floor's light is noisy at one sample a pixel and has a wide gradient."""
    floor(studio, 0.5, half=10.0)
    studio.quad("/World/Wall", half=3.0, translate=(1.0, 0, 0), rotate=(0, 90, 0))
    studio.shape("Sphere", "/World/Ball", radius=0.5, translate=(0, 0, 0.5), color=(0.7, 0.2, 0.1))
    studio.light("DomeLight", "/World/Dome", intensity=300.0)
    studio.light("DistantLight", "/World/Sun", rotate=(0, 40, 0), intensity=800.0, angle=0.5)
    studio.camera((-4, -4, 3), (0, 0, 0.3), focal=24.0)


def test_denoising_approaches_the_converged_picture(studio):
    noisy_corner(studio)
    size = (96, 72)
    truth = studio.render(["hdr_color"], size=size, settings=RenderSettings(samples=256))["hdr_color"][..., :3]
    errors = {}
    for denoise in (False, True):
        image = studio.render(["hdr_color"], size=size, settings=RenderSettings(samples=4, denoise=denoise))["hdr_color"]
        image = image[..., :3]
        errors[denoise] = np.sqrt(np.mean((image - truth) ** 2)) / truth.mean()
        assert abs(image.mean() / truth.mean() - 1.0) < 0.02  # brightness is kept
    assert errors[True] < 0.6 * errors[False]


@pytest.mark.parametrize(("size", "scale"), [((1, 1), 1.0), ((1, 5), 1.0), ((9, 9), 0.02)])
def test_denoising_keeps_what_has_no_neighbours(studio, size, scale):
    """An image of one pixel, and a thing as small as one before the dark."""
    studio.camera((0, 0, 4), (0, 0, 0), up=(0, 1, 0))
    studio.shape("Cube", "/Thing", scale=(scale,) * 3)
    studio.light("RectLight", "/Lamp", translate=(0, 0, 9), width=4.0, height=4.0, intensity=500.0)
    plain, calm = (studio.render(["hdr_color"], size=size, settings=RenderSettings(denoise=on))["hdr_color"].max()
                   for on in (False, True))
    assert calm == pytest.approx(plain, rel=0.05) and plain > 1.0


def test_denoising_leaves_labels_and_background_alone(studio):
    noisy_corner(studio)
    names = ["prim_id", "normals", "albedo", "distance_to_camera", "hdr_color"]
    plain, filtered = (studio.render(names, settings=RenderSettings(denoise=denoise)) for denoise in (False, True))
    for name in names[:-1]:
        assert plain[name].tobytes() == filtered[name].tobytes()
    sky = plain["prim_id"] == 0
    assert sky.any() and np.array_equal(plain["hdr_color"][sky], filtered["hdr_color"][sky])
    assert np.array_equal(plain["hdr_color"][..., 3], filtered["hdr_color"][..., 3])


def test_coarse_smooth_meshes_do_not_shade_themselves(studio):
    """A sphere of 128 quads with smooth normals under a low sun: wherever its normal faces the sun there is light."""
    around, along = 16, 8
    phi = np.arange(around) / around * 2 * np.pi
    theta = np.arange(along + 1) / along * np.pi
    points = [(np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)) for t in theta for p in phi]
    faces = [(i * around + j, (i + 1) * around + j, (i + 1) * around + (j + 1) % around, i * around + (j + 1) % around)
             for i in range(along) for j in range(around)]
    ball = studio.mesh("/World/Ball", points, [4] * len(faces), np.ravel(faces).tolist())
    ball.CreateNormalsAttr([Gf.Vec3f(*map(float, p)) for p in points])
    ball.SetNormalsInterpolation("vertex")
    studio.material("/World/Looks/Ball", ball, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    studio.light("DistantLight", "/World/Sun", rotate=(0, 80, 0), intensity=1000.0, angle=0.0)
    studio.camera((0, -6, 0), (0, 0, 0), focal=60.0)
    frame = studio.render(["hdr_color", "normals", "prim_id"], size=(120, 120), settings=RenderSettings(bounces=0))
    to_sun = np.array([np.sin(np.radians(80)), 0.0, np.cos(np.radians(80))])
    cosine = frame["normals"][..., :3] @ to_sun
    lit = (frame["prim_id"] > 0) & (cosine > 0.05)
    ratio = frame["hdr_color"][lit][:, 0] / (0.5 / np.pi * 1000.0 * cosine[lit])
    assert lit.sum() > 1000
    assert np.mean(np.abs(ratio - 1.0) < 1e-3) > 0.995


def test_denoising_calms_mirror_like_things_at_few_samples(studio):
    """A dark glossy ball among lit cubes: filtered it is nearer to the converged picture, and never further."""
    floor(studio, 0.5, half=6.0)
    for i in range(8):
        studio.shape("Cube", f"/World/Cube_{i}", translate=(2 * np.cos(i), 2 * np.sin(i), 0.2), scale=(0.2, 0.2, 0.2),
                     color=(0.1 + 0.1 * i, 0.5, 0.9 - 0.1 * i))
    ball = studio.shape("Sphere", "/World/Ball", radius=0.7, translate=(0, 0, 0.7))
    studio.material("/World/Looks/Ball", ball, diffuseColor=Gf.Vec3f(0.02, 0.02, 0.02), roughness=0.05)
    studio.light("RectLight", "/World/Lamp", translate=(1, -1, 3), width=1.5, intensity=3000.0)
    studio.light("DomeLight", "/World/Dome", intensity=150.0)
    studio.camera((0, -5, 2.5), (0, 0, 0.5), focal=48.0)
    size = (80, 60)
    names = studio.render(["prim_id"], size=size)
    mask = names["prim_id"] == names.prim_paths.index("/World/Ball")

    def picture(samples, denoise):
        settings = RenderSettings(samples=samples, denoise=denoise)
        value = studio.render(["hdr_color"], size=size, settings=settings)["hdr_color"][mask][:, :3] * 8.8e-4
        return value / (1.0 + value)

    truth = picture(256, False)
    for samples, limit in ((1, 0.9), (4, 0.98), (16, 1.05)):
        errors = [np.sqrt(np.mean((picture(samples, denoise) - truth) ** 2)) for denoise in (False, True)]
        assert errors[1] < limit * errors[0], (samples, errors)


@pytest.mark.parametrize("settings", [RenderSettings(mode="path-traced", samples=4), RenderSettings(samples=4),
                                      RenderSettings(samples=4, bounces=0)], ids=["path-traced", "real-time", "direct"])
@pytest.mark.parametrize(("radius", "away"), [(1.0, 4.0), (0.02, 30.0), (300.0, 900.0)])
def test_a_convex_body_does_not_light_itself(studio, settings, radius, away):
    """Alone in the dark a ball shows nothing but its own glow, whatever it would reflect."""
    studio.camera((0.3 * away, -0.9 * away, 0.1 * away), (0, 0, 0), focal=12.0 * away / radius)
    ball = studio.shape("Sphere", "/Ball", radius=radius)
    studio.material("/Looks/Glow", ball, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), emissiveColor=Gf.Vec3f(20, 20, 20))
    frame = studio.render(["hdr_color"], size=(24, 18), settings=settings)["hdr_color"]
    whole = frame[..., 3] >= 0.9999
    assert whole.sum() > 100
    np.testing.assert_allclose(frame[whole][:, :3], 20.0, rtol=1e-5)


def test_a_glowing_ball_with_holes_shines_through_them(studio):
    """Both halves of a ball that is half there light the floor: 1 - 0.5^2 of what a whole one does."""
    floor(studio, 0.5)
    studio.camera((0, -9, 5), (0, 0, 0), focal=40.0)
    ball = studio.shape("Sphere", "/Ball", translate=(0, 0, 2.5), radius=1.0)
    shader = studio.material("/Looks/Glow", ball, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(20, 20, 20), **LAMBERT)
    found = []
    for opacity in (1.0, 0.5):
        (shader.GetInput("opacity") or shader.CreateInput("opacity", Sdf.ValueTypeNames.Float)).Set(opacity)
        settings = RenderSettings(mode="path-traced", samples=1024, bounces=0)
        frame = studio.render(["hdr_color", "prim_id"], size=(24, 18), settings=settings)
        found.append(frame["hdr_color"][..., 0][frame["prim_id"] == 1].mean())
    assert found[1] / found[0] == pytest.approx(0.75, rel=0.01)
