"""A camera inside an object, which would be a black frame without a word."""

import numpy as np
import pytest
from pxr import Gf, UsdGeom

from scenewright.render import RenderSettings

SIZE = (24, 16)
MODES = [RenderSettings(denoise=True), RenderSettings(mode="path-traced", samples=4)]
BOX = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
BOX_FACES = [0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3]  # outwards


@pytest.fixture
def yard(studio):
    """A floor under a sky and a sun, and a camera above it."""
    studio.quad("/World/floor", half=20.0, translate=(0, 0, -3))
    studio.light("DomeLight", "/World/Sky", intensity=500.0)
    studio.light("DistantLight", "/World/Sun", intensity=1000.0)
    studio.camera((0.1, 0.2, 0.1), (1, 2, -0.5))
    return studio


def told(caplog):
    return [record.getMessage() for record in caplog.records if "is inside" in record.getMessage()]


def draw(studio, settings=MODES[0], frames=1, camera="/Camera"):
    renderer = studio.renderer()
    for _ in range(frames):
        frame = renderer.render(camera, SIZE, ["hdr_color", "prim_id"], settings)
    return frame


def add(studio, kind, inwards=False):
    if kind == "Mesh":
        faces = np.array(BOX_FACES).reshape(-1, 4)
        return studio.mesh("/World/thing", BOX, [4] * 6, (faces[:, ::-1] if inwards else faces).ravel().tolist())
    return studio.shape(kind, "/World/thing")


@pytest.mark.parametrize("settings", MODES, ids=["real-time", "path-traced"])
@pytest.mark.parametrize("kind", ["Mesh", "Sphere", "Cube", "Cylinder", "Cone", "Capsule"])
def test_it_is_told_once_by_name(yard, caplog, kind, settings):
    add(yard, kind)
    frame = draw(yard, settings, frames=3)
    assert not frame["hdr_color"][..., :3].any() and (frame["prim_id"] > 1).all()
    assert len(told(caplog)) == 1
    assert told(caplog)[0].startswith("Camera /Camera is inside /World/thing, or behind it")


def test_a_mirrored_object_has_the_same_inside(yard, caplog):
    yard.place(add(yard, "Mesh"), scale=(-1, 1, 2))
    draw(yard)
    assert len(told(caplog)) == 1


def test_under_the_ground_is_behind_it(yard, caplog):
    yard.stage.RemovePrim("/World/Sky")
    yard.camera((0, 0, -4), (1, 0, -3.5))
    draw(yard)
    assert [line.split(",")[0] for line in told(caplog)] == ["Camera /Camera is inside /World/floor"]


def test_things_beside_the_camera_do_not_hide_it(yard, caplog):
    add(yard, "Sphere")
    yard.shape("Cube", "/World/seat", translate=(0.35, 0.6, -0.3), size=0.4)
    frame = draw(yard)
    assert len(np.unique(frame["prim_id"])) == 2
    assert told(caplog)[0].startswith("Camera /Camera is inside /World/thing,")


def test_each_camera_of_a_strip_is_looked_at(yard, caplog):
    add(yard, "Cube")
    yard.camera((0.1, 8, 0), (0, 0, 0), path="/Outside")
    frames = yard.renderer().render_tiles(["/Outside", "/Camera"], SIZE, ["hdr_color"])
    assert frames[0]["hdr_color"][..., :3].any() and not frames[1]["hdr_color"][..., :3].any()
    assert [line.split()[1] for line in told(caplog)] == ["/Camera"]


def closed_room(studio):
    add(studio, "Cube")
    studio.light("SphereLight", "/World/Lamp", translate=(0, 0, 0.8), radius=0.05, intensity=100.0)


def inward_room_at_night(studio):
    add(studio, "Mesh", inwards=True)


def glowing_sky(studio):
    studio.material("/World/Glow", add(studio, "Sphere"), emissiveColor=Gf.Vec3f(3, 3, 3))


def glass(studio):
    studio.material("/World/Glass", add(studio, "Sphere"), opacity=0.2)


def night(studio):
    for light in ("/World/Sky", "/World/Sun"):
        studio.stage.RemovePrim(light)
    studio.light("SphereLight", "/World/Lamp", translate=(0, 0, -90), radius=0.1, intensity=10.0)
    studio.shape("Cube", "/World/thing", translate=(1, 2, -2), size=1.0)


def near_plane_outside(studio):
    add(studio, "Sphere")
    UsdGeom.Camera(studio.stage.GetPrimAtPath("/Camera")).CreateClippingRangeAttr(Gf.Vec2f(3.0, 100.0))


@pytest.mark.parametrize("scene", [closed_room, inward_room_at_night, glowing_sky, glass, night, near_plane_outside])
def test_where_nothing_is_wrong_nothing_is_told(yard, caplog, scene):
    scene(yard)
    frame = draw(yard)
    assert frame["hdr_color"][..., :3].any() == (scene not in (inward_room_at_night, night))
    assert told(caplog) == []
