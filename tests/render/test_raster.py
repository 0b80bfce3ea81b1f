"""Hits that are drawn tile by tile: bit for bit those of packets, and those of every triangle in float64.

A clear pane before the camera makes packets of all tiles: it is not solid, and no ray meets it.
"""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, Vt

from scenewright.render.device.camera import ImageCamera
from scenewright.render.device.scene import DeviceScene
from scenewright.render.kernels.types import NO_HIT
from scenewright.render.primary import trace_primary
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.tiles import TileLauncher

SIZE = (77, 51)  # the last tiles reach beyond the image


def soup(rng, count, spread, size):
    """Return the corners of random triangles, (3 * count, 3)."""
    return (rng.uniform(-1, 1, (count, 1, 3)) * spread + rng.normal(size=(count, 3, 3)) * size).reshape(-1, 3)


def add_soup(studio, path, points, **where):
    studio.mesh(path, points, [3] * (len(points) // 3), range(len(points)), **where)


def large_and_small(studio, rng):
    """From a thousandth of a pixel to the whole image, one behind the other."""
    for i, size in enumerate((0.0003, 0.01, 0.1, 1.0, 30.0)):
        add_soup(studio, f"/World/Soup_{i}", soup(rng, 400 if size < 1 else 12, 1.5, size))
    studio.camera((4, -3, 2), (0, 0, 0))


def around_the_camera(studio, rng):
    """Before, behind, through the camera's plane, and through its near plane."""
    add_soup(studio, "/World/Around", soup(rng, 150, 3.0, 1.5))
    add_soup(studio, "/World/Close", soup(rng, 150, 0.2, 0.1))
    add_soup(studio, "/World/Behind", soup(rng, 50, 0.5, 2.0), translate=(4, 0, 0))
    studio.quad("/World/Ground", half=1000.0, translate=(0, 0, -0.4))
    studio.camera((0, 0, 0), (-1, 0.2, -0.1), clip=(0.1, 100.0), focal=10.0)


def stretched(studio, rng):
    """Scales that differ by a factor of ten thousand, mirrored and turned; slivers."""
    for i in range(20):
        points = soup(rng, 40, 0.5, 0.2)
        points[2::3] = points[1::3] + rng.normal(size=(40, 3)) * 10.0 ** -rng.uniform(1, 6)
        scale = 10.0 ** rng.uniform(-1, 1, 3) * rng.choice([-1, 1], 3)
        scale[i % 3] *= 0.001
        add_soup(studio, f"/World/Soup_{i:02}", points, translate=rng.uniform(-1, 1, 3), rotate=rng.uniform(-180, 180, 3),
                 scale=scale)
    studio.camera((3, -2, 2), (0, 0, 0), focal=30.0)


def far_away(studio, rng):
    """A camera far from the stage's origin with a long lens, and shapes between the triangles."""
    offset = np.array((3.0e4, -7.0e4, 1.0e3))
    for i in range(10):
        add_soup(studio, f"/World/Soup_{i}", soup(rng, 60, 1.0, 0.2), translate=offset + rng.normal(size=3))
        studio.shape(("Sphere", "Cube", "Cylinder", "Cone")[i % 4], f"/World/Shape_{i}", translate=offset + rng.normal(size=3),
                     rotate=rng.uniform(-180, 180, 3), scale=(0.3, 0.2, 0.1))
    studio.camera(offset + np.array((60, -40, 20)), offset, focal=400.0)


def many_instances(studio, rng):
    """More instances than pixels, and one mesh of many triangles that covers them in part."""
    instancer = UsdGeom.PointInstancer.Define(studio.stage, "/World/Many")
    add_soup(studio, "/World/Many/Leaf", soup(rng, 9, 0.05, 0.03))
    instancer.CreatePrototypesRel().SetTargets(["/World/Many/Leaf"])
    instancer.CreateProtoIndicesAttr(Vt.IntArray(5000, 0))
    instancer.CreatePositionsAttr(Vt.Vec3fArray.FromNumpy(rng.uniform(-1.5, 1.5, (5000, 3)).astype(np.float32)))
    instancer.CreateOrientationsAttr([Gf.Quath(*map(float, q / np.linalg.norm(q))) for q in rng.normal(size=(5000, 4))])
    add_soup(studio, "/World/Cover", soup(rng, 3000, 1.0, 0.05), translate=(1, -1, 0.5))
    studio.camera((4, -3, 2), (0, 0, 0))


def twice(studio, rng):
    """Each triangle twice in its mesh, and each mesh twice in its place."""
    for i in range(6):
        points = soup(rng, 40, 0.5, 0.3)
        where = {"translate": rng.uniform(-1, 1, 3), "rotate": rng.uniform(-180, 180, 3)}
        for copy in "ab":
            add_soup(studio, f"/World/Soup_{i}{copy}", np.concatenate((points, points)), **where)
    studio.camera((3, -2, 2), (0, 0, 0), focal=30.0)


def hits_of(studio, rows=None, threads=1, wild=None):
    """Return the hits of the label rays, the scene's records and the camera; ``wild`` stands for the camera's step in x."""
    scene, device, launcher = StageScene(studio.stage), DeviceScene("cpu"), TileLauncher("cpu", threads)
    device.update(scene, scene.sync(Usd.TimeCode.Default()))
    image = ImageCamera(scene.camera("/Camera"), *SIZE)
    placed = device.place(image.center)
    if wild is not None:
        image.data.step_x = wild
    hits = trace_primary(launcher, image, placed, rows).numpy().copy()
    scene.close()
    launcher.close()
    return hits, scene, image


def add_pane(studio):
    """Stand a square that no ray meets before the camera, behind all others in the order of paths."""
    camera = UsdGeom.Camera(studio.stage.GetPrimAtPath("/Camera"))
    matrix = UsdGeom.XformCache().GetLocalToWorldTransform(camera.GetPrim())
    pane = studio.quad("/World/zPane", half=0.2)
    pane.ClearXformOpOrder()
    pane.AddTransformOp().Set(Gf.Matrix4d().SetTranslate((0, 0, -0.05)) * matrix)
    studio.material("/World/zClear", pane, opacity=0.0, opacityThreshold=0.5)


@pytest.mark.parametrize("build", [large_and_small, around_the_camera, stretched, far_away, many_instances, twice])
def test_what_is_drawn_is_what_packets_meet(studio, build):
    build(studio, np.random.default_rng(11))
    drawn, scene, _ = hits_of(studio)
    before = [instance.path for instance in scene.instances]
    add_pane(studio)
    met, scene, _ = hits_of(studio)
    assert [instance.path for instance in scene.instances][:len(before)] == before
    assert (drawn["instance"] != NO_HIT).sum() > 400
    for name in drawn.dtype.names:
        np.testing.assert_array_equal(drawn[name].view(np.uint32), met[name].view(np.uint32), err_msg=name)


def test_of_equal_hits_the_first_counts(studio):
    twice(studio, np.random.default_rng(15))
    hits, scene, _ = hits_of(studio)
    found = hits[hits["instance"] != NO_HIT]
    assert len(found) > 400
    assert all(scene.instances[index].path.endswith("a") for index in np.unique(found["instance"]))
    assert (found["face"] < 40).all()


@pytest.mark.parametrize("build", [large_and_small, around_the_camera])
def test_against_every_triangle(studio, brute_force, build):
    build(studio, np.random.default_rng(12))
    hits, scene, image = hits_of(studio)
    nearest, owner = brute_force(scene, image)
    assert (owner != NO_HIT).sum() > 400
    np.testing.assert_array_equal(hits["instance"], owner)
    np.testing.assert_allclose(hits["t"], nearest, rtol=1e-5)


def test_some_rows_and_more_threads_change_nothing(studio):
    large_and_small(studio, np.random.default_rng(13))
    whole, _, _ = hits_of(studio)
    part, _, _ = hits_of(studio, rows=(18, 33), threads=2)
    rows = slice(18 * SIZE[0], 33 * SIZE[0])
    assert (whole[rows]["instance"] != NO_HIT).any()
    assert whole[rows].tobytes() == part[rows].tobytes()


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), 0.0])
def test_a_view_that_is_no_numbers_ends(studio, wild):
    large_and_small(studio, np.random.default_rng(14))
    hits, _, _ = hits_of(studio, wild=wild)
    assert len(hits) == SIZE[0] * SIZE[1]
    if not np.isfinite(wild):
        assert (hits["instance"] == NO_HIT).all()
