"""Many cameras in one launch against each camera on its own."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.render import RenderSettings

SIZE = (40, 30)
LABELS = ["distance_to_camera", "distance_to_image_plane", "normals", "prim_id", "motion_vectors"]


def scene(studio, count=5):
    rng = np.random.default_rng(3)
    for i in range(20):
        studio.shape(("Cube", "Sphere", "Cone")[i % 3], f"/World/Thing_{i}", translate=rng.uniform(-2, 2, 3),
                     rotate=rng.uniform(-90, 90, 3), scale=rng.uniform(0.2, 0.6, 3), label=f"thing_{i}")
    studio.light("DomeLight", "/World/Dome", intensity=500.0)
    paths = [f"/Camera_{i}" for i in range(count)]
    for i, path in enumerate(paths):
        studio.camera((6 * np.cos(i), 6 * np.sin(i), i - 2), (0, 0, 0.1 * i), path=path, focal=18.0 + 3 * i)
    return paths


def move(studio, paths):
    studio.place(UsdGeom.Cube(studio.stage.GetPrimAtPath("/World/Thing_0")), translate=(0.5, 0.2, 0.1))
    for i, path in enumerate(paths[:3]):
        studio.camera((6 * np.cos(i + 0.05), 6 * np.sin(i + 0.05), i - 2), (0, 0, 0.1 * i), path=path, focal=18.0 + 3 * i)


def test_tiles_are_what_the_cameras_see_alone(studio):
    paths = scene(studio)
    together, alone = studio.renderer(), studio.renderer()
    for path in paths:
        alone.render(path, SIZE, ["prim_id"])
    together.render_tiles(paths, SIZE, ["prim_id"])
    for renderer in (together, alone):
        renderer.begin_step()
    move(studio, paths)
    tiles = together.render_tiles(paths, SIZE, LABELS)
    assert tiles[1].array("prim_id").ptr - tiles[0].array("prim_id").ptr == 4 * SIZE[0] * SIZE[1]  # one launch
    for path, tile in zip(paths, tiles, strict=True):
        single = alone.render(path, SIZE, LABELS)
        same = tile["prim_id"] == single["prim_id"]
        assert same.sum() >= same.size - 1 and tile.camera.path == path and (tile["prim_id"] > 0).sum() > 100
        for name in LABELS[:3]:
            np.testing.assert_allclose(tile[name][same], single[name][same], rtol=2e-5, atol=2e-4)
        np.testing.assert_allclose(tile["motion_vectors"][same], single["motion_vectors"][same], atol=0.01)
        labels, others = tile.labels(), single.labels()
        assert np.abs(tile.coverage(labels).pixels - single.coverage(others).pixels).max() <= 1


def test_colour_of_tiles_is_that_of_the_cameras(studio):
    paths = scene(studio)
    settings = RenderSettings(samples=32, denoise=True)
    tiles = studio.renderer().render_tiles(paths, SIZE, ["hdr_color"], settings)
    for path, tile in zip(paths, tiles, strict=True):
        single = studio.render(["hdr_color"], size=SIZE, settings=settings, camera=path)["hdr_color"][..., :3].astype(float)
        mine = tile["hdr_color"][..., :3].astype(float)
        assert mine.mean() == pytest.approx(single.mean(), rel=0.01)
        assert np.abs(mine - single).mean() < 0.05 * single.mean()


def test_cameras_that_differ_are_rendered_one_by_one(studio):
    paths = scene(studio, 3)
    prim = studio.stage.GetPrimAtPath(paths[1])
    prim.CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set("fisheyeSpherical")
    tiles = studio.renderer().render_tiles(paths, SIZE, ["distance_to_camera"])
    for path, tile in zip(paths, tiles, strict=True):
        np.testing.assert_array_equal(tile["distance_to_camera"],
                                      studio.render(["distance_to_camera"], size=SIZE, camera=path)["distance_to_camera"])
    UsdGeom.Camera(prim).CreateClippingRangeAttr(Gf.Vec2f(0.5, 20))
    assert studio.renderer().render_tiles(paths[:1], SIZE, ["prim_id"])[0].resolution == SIZE
