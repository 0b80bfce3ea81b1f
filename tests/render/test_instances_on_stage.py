"""Instances, point instances, mirrored things, lenses and lit images from the stage to pixels."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.render import RenderSettings

LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}
ROOF = [(-1, -1, 0), (1, -1, 0), (1, 0, 0.7), (-1, 0, 0.7), (1, 1, 0.2), (-1, 1, 0.2)]
ROOF_FACES = [0, 1, 2, 3, 3, 2, 4, 5]


def lit(studio, size=(40, 30)):
    frame = studio.render(["hdr_color", "normals", "prim_id"], size=size, settings=RenderSettings(bounces=0))
    return frame


def sun(studio):
    studio.light("DistantLight", "/World/Sun", rotate=(-25, 20, 0), intensity=1000.0, angle=0.0)


@pytest.mark.parametrize("orientation", ["rightHanded", "leftHanded"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mirrored_instance_equals_mirrored_points(studio, axis, orientation):
    """Scale -1 along an axis shows the same pixels, normals included, as a mesh whose points are mirrored."""
    scale = [1.0, 1.0, 1.0]
    scale[axis] = -1.0
    sun(studio)
    studio.camera((1, -2, 4), (0, 0, 0), focal=30.0)
    mirrored = studio.mesh("/World/Roof", ROOF, [4, 4], ROOF_FACES, scale=scale)
    mirrored.CreateOrientationAttr(orientation)
    studio.material("/World/Looks/Roof", mirrored, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    first = lit(studio)
    studio.stage.RemovePrim("/World/Roof")
    other = "leftHanded" if orientation == "rightHanded" else "rightHanded"
    plain = studio.mesh("/World/Roof", np.multiply(ROOF, scale), [4, 4], ROOF_FACES)
    plain.CreateOrientationAttr(other)
    studio.material("/World/Looks/Roof", plain, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    second = lit(studio)
    assert (first["prim_id"] > 0).sum() > 200
    assert np.array_equal(first["prim_id"], second["prim_id"])
    np.testing.assert_allclose(first["normals"], second["normals"], atol=1e-5)
    np.testing.assert_allclose(first["hdr_color"], second["hdr_color"], rtol=1e-4, atol=1e-3)


def test_instances_look_like_copies(studio):
    """Native instances and point instances of a two-part asset give the pixels of the same things modelled one by one."""
    places = [((-1.5, 0, 0), 30.0, 0.5), ((0, 0.5, 0.2), 120.0, 0.7), ((1.4, -0.3, 0), 250.0, 0.4)]

    def asset(path):
        UsdGeom.Xform.Define(studio.stage, path)
        studio.mesh(f"{path}/Roof", ROOF, [4, 4], ROOF_FACES, color=(0.7, 0.2, 0.1))
        studio.shape("Sphere", f"{path}/Ball", radius=0.4, translate=(0, 0, 0.8), color=(0.1, 0.2, 0.7))

    def spread(kind):
        studio.stage.RemovePrim("/World/Set")
        UsdGeom.Xform.Define(studio.stage, "/World/Set")
        if kind == "points":
            asset("/World/Set/Points/Kind")
            points = UsdGeom.PointInstancer.Define(studio.stage, "/World/Set/Points")
            points.CreatePrototypesRel().SetTargets(["/World/Set/Points/Kind"])
            points.CreateProtoIndicesAttr([0] * len(places))
            points.CreatePositionsAttr([Gf.Vec3f(*p) for p, _, _ in places])
            points.CreateOrientationsAttr([Gf.Quath(Gf.Rotation(Gf.Vec3d(0, 0, 1), a).GetQuat()) for _, a, _ in places])
            points.CreateScalesAttr([Gf.Vec3f(s, s, s) for _, _, s in places])
        for i, (translate, angle, size) in enumerate(places if kind != "points" else []):
            prim = UsdGeom.Xform.Define(studio.stage, f"/World/Set/Thing{i}")
            studio.place(prim, translate, (0, 0, angle), (size, size, size))
            if kind == "copies":
                asset(f"/World/Set/Thing{i}/Kind")
            else:
                if not studio.stage.GetPrimAtPath("/Library"):
                    studio.stage.CreateClassPrim("/Library")
                    asset("/Library/Asset/Kind")
                prim.GetPrim().GetReferences().AddInternalReference("/Library/Asset")
                prim.GetPrim().SetInstanceable(True)
        return studio.render(["hdr_color", "normals", "albedo", "prim_id"], size=(80, 60), settings=RenderSettings(bounces=0))

    sun(studio)
    studio.camera((0, -5, 3), (0, 0, 0.2), focal=28.0)
    frames = {kind: spread(kind) for kind in ("copies", "instances", "points")}
    want = frames["copies"]
    assert len(np.unique(want["prim_id"])) == 7
    for kind, tolerance in (("instances", 1e-6), ("points", 2e-3)):  # point instances turn by half-precision quaternions
        got = frames[kind]
        same = np.all(np.abs(got["albedo"] - want["albedo"]) < 1e-5, axis=-1)
        assert same.mean() > (1.0 if kind == "instances" else 0.995) - 1e-9, kind
        assert len(np.unique(got["prim_id"])) == 7
        np.testing.assert_allclose(got["normals"][same], want["normals"][same], atol=2 * tolerance + 1e-6)


@pytest.mark.parametrize(("depth", "focus"), [(4.0, 2.0), (4.0, 8.0), (4.0, 4.0), (2.0, 6.0)])
def test_circle_of_confusion(studio, depth, focus):
    """A thin lens of radius R spreads a point at depth z over a disk of angular radius R * |1 / focus - 1 / z|."""
    radius = 0.02
    ball = studio.shape("Sphere", "/World/Dot", translate=(0, depth, 0), radius=radius)
    studio.material("/World/Looks/Dot", ball, diffuseColor=Gf.Vec3f(0, 0, 0), emissiveColor=Gf.Vec3f(1000), **LAMBERT)
    camera = studio.camera((0, 0, 0), (0, 1, 0), focal=48.0, aperture=4.8)
    camera.CreateFStopAttr(0.4)
    camera.CreateFocusDistanceAttr(focus)
    studio.light("DistantLight", "/World/Sun", intensity=1e-6)
    size = 64
    settings = RenderSettings(samples=1024, bounces=0)
    image = studio.render(["hdr_color"], size=(size, size), settings=settings)["hdr_color"][..., 0]
    lens = 0.5 * 48.0e-3 / 0.4
    pixel = 0.1 / size  # slope of a pixel
    spread, own = lens * abs(1 / focus - 1 / depth), radius / depth
    x = (np.arange(size) + 0.5 - size / 2) * pixel
    total = image.sum()
    for marginal in (image.sum(axis=0), image.sum(axis=1)):
        variance = (marginal @ x**2) / total - (marginal @ x / total) ** 2
        assert variance == pytest.approx((spread**2 + own**2) / 4 + pixel**2 / 12, rel=0.03)
    assert total * pixel**2 == pytest.approx(1000.0 * np.pi * own**2, rel=0.03)


def write_image(folder, name, pixels):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.asarray(pixels, np.uint8)).save(folder / name)
    return Sdf.AssetPath(str(folder / name))


@pytest.mark.parametrize("pole", ["Y", "Z"])
def test_a_bright_patch_of_the_sky_lights_what_faces_it(studio, tmp_path, pole):
    """The patch stands where UsdLux says: its direction in the dome's own axes, pole up, seen and lighting."""
    UsdGeom.SetStageUpAxis(studio.stage, pole)
    pixels = np.zeros((32, 64, 3), np.uint8)
    row, column = 12, 10
    pixels[row, column] = 255
    dome = studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    dome.CreateTextureFileAttr(write_image(tmp_path, "sky.png", pixels))
    latitude, turn = np.pi / 2 - (row + 0.5) / 32 * np.pi, (column + 0.5) / 64 * 2 * np.pi
    # Y up: the middle of the image at +Z, its left quarter at +X
    ahead = np.array([np.sin(turn), 0.0, -np.cos(turn)])
    direction = np.cos(latitude) * ahead + np.sin(latitude) * np.array([0.0, 1.0, 0.0])
    up = (0, 1, 0)
    if pole == "Z":  # UsdLux turns the dome about X by 90 degrees: Y goes to Z, Z to -Y
        direction, up = np.array([direction[0], -direction[2], direction[1]]), (0, 0, 1)
    studio.camera((0, 0, 0), direction, up=up, focal=240.0)
    assert studio.render(["hdr_color"], size=(5, 5))["hdr_color"][2, 2, 0] == pytest.approx(1000.0, rel=0.01)
    prim = studio.quad("/World/Card", half=5.0)
    xform = UsdGeom.Xformable(prim)
    xform.ClearXformOpOrder()
    matrix = Gf.Matrix4d(Gf.Rotation(Gf.Vec3d(0, 0, 1), Gf.Vec3d(*direction)), Gf.Vec3d(0))
    xform.AddTransformOp(opSuffix="facing").Set(matrix)
    studio.material("/World/Looks/Card", prim, diffuseColor=Gf.Vec3f(0.5, 0.5, 0.5), **LAMBERT)
    studio.camera(3.0 * direction, (0, 0, 0), up=up, focal=240.0)
    frame = studio.render(["hdr_color"], size=(4, 4), settings=RenderSettings(samples=256, bounces=0))
    solid = np.cos(latitude) * (np.pi / 32) * (2 * np.pi / 64)
    assert frame["hdr_color"][..., 0].mean() == pytest.approx(0.5 / np.pi * 1000.0 * solid, rel=0.04)


def test_rect_light_image_is_upright_to_those_it_shines_on(studio, tmp_path):
    """UsdLux: the image's first texel lies at (+X, +Y): upright and not mirrored when looked at from where it shines (-Z)."""
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[0, 0], pixels[0, 1], pixels[1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    lamp = studio.light("RectLight", "/World/Lamp", width=2.0, height=2.0, intensity=10.0)
    lamp.CreateTextureFileAttr(write_image(tmp_path, "lamp.png", pixels))
    studio.camera((0, 0, -2), (0, 0, 0), up=(0, 1, 0), focal=24.0, aperture=24.0)
    seen = studio.render(["hdr_color"], size=(16, 16))["hdr_color"][..., :3]
    np.testing.assert_allclose(seen[1, 1], (10, 0, 0), atol=1e-4)
    np.testing.assert_allclose(seen[1, 14], (0, 10, 0), atol=1e-4)
    np.testing.assert_allclose(seen[14, 1], (0, 0, 10), atol=1e-4)
