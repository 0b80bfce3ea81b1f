"""Buffers of cameras that are no pinholes."""

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom

from scenewright.render import RenderSettings
from scenewright.render.device.camera import ImageCamera

SIZE = (96, 64)
CENTERS = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)

LENSES = {  # cameraProjectionType, attributes
    "f_theta": ("fisheyePolynomial", {"fthetaWidth": 96, "fthetaHeight": 64, "fthetaCx": 50, "fthetaCy": 30,
                                      "fthetaPolyB": 0.04, "fthetaPolyD": 1e-6, "fthetaMaxFov": 200}),
    "opencv": ("pinholeOpenCV", {"fthetaWidth": 192, "fthetaHeight": 128, "fthetaCx": 95, "fthetaCy": 66, "openCVFx": 120,
                                 "openCVFy": 118, "fthetaPolyA": -0.2, "fthetaPolyB": 0.05, "p0": 0.002, "p1": -0.001}),
    "thin_prism": ("fisheyeRadTanThinPrism", {"fthetaWidth": 96, "fthetaHeight": 64, "fthetaCx": 48, "fthetaCy": 32,
                                              "fthetaPolyA": 0.04, "fthetaPolyB": -0.05, "p0": 0.002, "s0": 0.001}),
    "panorama": ("fisheyeSpherical", {}),
    "stereo_panorama": ("omniDirectionalStereo", {"interpupillaryDistance": 0.4, "isLeftEye": True}),
    "equisolid": ("fisheyeEquisolid", {"fthetaMaxFov": 180}),
    "orthographic": ("orthographic", {}),
}


def set_lens(camera, name):
    kind, values = LENSES[name]
    prim = camera.GetPrim()
    if kind == "orthographic":
        camera.CreateProjectionAttr("orthographic")
        camera.CreateHorizontalApertureAttr(60.0)
        return
    camera.CreateFocalLengthAttr(8.0)
    prim.CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set(kind)
    for key, value in values.items():
        kind = Sdf.ValueTypeNames.Bool if isinstance(value, bool) else Sdf.ValueTypeNames.Float
        prim.CreateAttribute(key, kind).Set(value)


def image_camera(frame):
    return ImageCamera(frame.camera, *frame.resolution)


@pytest.fixture(params=LENSES)
def lens(request):
    return request.param


def scatter(studio, count=24):
    rng = np.random.default_rng(5)
    for i in range(count):
        kind = ("Cube", "Sphere", "Cylinder", "Cone", "Capsule")[i % 5]
        at = rng.normal(size=3)
        studio.shape(kind, f"/World/Thing_{i}", translate=3.0 * at / np.linalg.norm(at), rotate=rng.uniform(-180, 180, 3),
                     scale=rng.uniform(0.15, 0.5, 3), label=f"thing_{i}")


def test_distances_are_those_of_the_hit_point(studio, lens):
    """Inside a sphere every hit point is known: the centre ray met with x^2 = 9 (brute force, float64)."""
    studio.shape("Sphere", "/World/Shell", radius=3.0, label="shell")
    set_lens(studio.camera((0.2, -0.5, 0.1), (0.3, 5, 0.4)), lens)
    frame = studio.render(["distance_to_camera", "distance_to_image_plane", "prim_id", "normals"], size=SIZE)
    camera = image_camera(frame)
    origins, rays = camera.rays(*CENTERS)
    seen = np.isfinite(rays).all(axis=-1)
    along = np.einsum("...i,...i", origins, rays)
    inside = along**2 - np.einsum("...i,...i", origins, origins) + 9.0
    hit = seen & (inside > 1e-3) & (np.linalg.norm(origins, axis=-1) < 3.0)
    t = np.sqrt(np.where(hit, inside, 1.0)) - along
    points = origins + rays * t[..., None] - camera.center
    np.testing.assert_allclose(frame["distance_to_camera"][hit], np.linalg.norm(points, axis=-1)[hit], rtol=2e-5)
    np.testing.assert_allclose(frame["distance_to_image_plane"][hit], (points @ camera.forward)[hit], atol=1e-4)
    assert np.isinf(frame["distance_to_camera"][~seen]).all() and (frame["prim_id"][~seen] == 0).all()
    assert (frame["normals"][~seen] == 0).all() and (lens in ("panorama", "stereo_panorama")) <= seen.all()


def test_alone_an_entity_covers_what_is_visible(studio, lens):
    scatter(studio)
    set_lens(studio.camera((0, 0, 0), (0, 5, 1)), lens)
    for index in range(24):
        studio.stage.GetPrimAtPath(f"/World/Thing_{index}").GetAttribute("visibility").Set("invisible")
    renderer, covered = studio.renderer(), 0
    for index in range(24):
        attribute = studio.stage.GetPrimAtPath(f"/World/Thing_{index}").GetAttribute("visibility")
        attribute.Set("inherited")
        frame = renderer.render("/Camera", SIZE, ["prim_id"])
        labels = frame.labels()
        coverage = frame.coverage(labels)
        assert coverage.pixels.sum() == (frame["prim_id"] > 0).sum()
        covered += coverage.pixels.sum()
        attribute.Set("invisible")
    assert covered > 40


def test_motion_vectors_reproject(studio, lens):
    scatter(studio)
    camera = studio.camera((0, 0, 0), (0, 5, 1))
    set_lens(camera, lens)
    renderer = studio.renderer()
    renderer.render("/Camera", SIZE, ["prim_id"])
    before = renderer._cameras["/Camera"]
    renderer.begin_step()
    set_lens(studio.camera((0.05, 0.02, -0.04), (0.2, 5, 1.1)), lens)
    frame = renderer.render("/Camera", SIZE, ["motion_vectors", "distance_to_camera", "distance_to_image_plane", "prim_id"])
    now, then = image_camera(frame), ImageCamera(before, *SIZE)
    origins, rays = now.rays(*CENTERS)
    distance = frame["distance_to_camera"].astype(np.float64)
    distance = np.sqrt(distance**2 - now.eye_offset**2)
    if lens == "orthographic":
        distance = frame["distance_to_image_plane"].astype(np.float64)
    distance = np.where(np.isfinite(distance), distance, 1.0)
    old_x, old_y, _ = then.project(origins + rays * distance[..., None])
    hit = (frame["prim_id"] > 0) & np.isfinite(old_x)
    motion = frame["motion_vectors"]
    wrapped = np.abs(old_x - CENTERS[0] - motion[..., 0])[hit] % SIZE[0]
    assert hit.sum() > 50 and np.minimum(wrapped, SIZE[0] - wrapped).max() < 0.05
    assert np.abs(old_y - CENTERS[1] - motion[..., 1])[hit].max() < 0.05


def test_colour_is_black_where_the_lens_sees_nothing(studio):
    studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    set_lens(studio.camera((0, 0, 0), (0, 5, 1)), "f_theta")
    frame = studio.render(["ldr_color", "hdr_color"], size=SIZE, settings=RenderSettings(samples=4, denoise=True))
    seen = np.isfinite(image_camera(frame).rays(*CENTERS)[1]).all(axis=-1)
    inner = np.isfinite(image_camera(frame).rays(CENTERS[0] * 1.03 - 1.5, CENTERS[1] * 1.03 - 1.0)[1]).all(axis=-1) & seen
    outer = ~np.isfinite(image_camera(frame).rays(CENTERS[0] * 0.96 + 2.0, CENTERS[1] * 0.96 + 1.2)[1]).all(axis=-1) & ~seen
    assert inner.any() and outer.any()
    assert (frame["ldr_color"][outer] == 0).all() and (frame["ldr_color"][inner] > 50).all()


def test_orthographic_colour_shows_parallel_edges(studio):
    """A far cube is as large as a near one."""
    studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    studio.shape("Cube", "/World/Near", translate=(-1, 0, 0), scale=(0.4, 0.4, 0.4), label="near")
    studio.shape("Cube", "/World/Far", translate=(1, 50, 0), scale=(0.4, 0.4, 0.4), label="far")
    set_lens(studio.camera((0, -5, 0), (0, 5, 0)), "orthographic")  # 6 units wide
    frame = studio.render(["prim_id", "ldr_color"], size=(120, 80), settings=RenderSettings(samples=2))
    counts = np.bincount(frame["prim_id"].ravel())
    assert counts[1:].tolist() == [16 * 16, 16 * 16]


def test_depth_of_field_of_a_fisheye_blurs_what_is_not_in_focus(studio):
    studio.light("DomeLight", "/World/Dome", intensity=1000.0)
    studio.shape("Cube", "/World/Cube", translate=(0, 3, 0), scale=(0.5, 0.5, 0.5), color=(0, 0, 0))
    camera = studio.camera((0, 0, 0), (0, 5, 0))
    set_lens(camera, "f_theta")
    edges = []
    for focus in (2.5, 0.4):
        camera.CreateFStopAttr(0.05)
        camera.CreateFocusDistanceAttr(focus)
        frame = studio.render(["hdr_color"], size=SIZE, settings=RenderSettings(samples=64))
        row = frame["hdr_color"][30, 45:70, 0].astype(float)
        edges.append(np.abs(np.diff(row)).max() / row.max())
    assert edges[0] > 2 * edges[1]


def test_the_readers_time_is_the_lens_time(studio):
    camera = studio.camera((0, 0, 0), (0, 5, 0))
    camera.GetPrim().CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("fisheyePolynomial")
    attribute = camera.GetPrim().CreateAttribute("fthetaPolyB", Sdf.ValueTypeNames.Float)
    attribute.Set(0.001, 0.0)
    attribute.Set(0.003, 2.0)
    renderer = studio.renderer()
    renderer.sync(Usd.TimeCode(1.0))
    assert renderer.render("/Camera", SIZE, ["prim_id"]).camera.lens.radial[1] == pytest.approx(0.002)
    assert UsdGeom.Camera(camera).GetProjectionAttr().Get() == "perspective"
