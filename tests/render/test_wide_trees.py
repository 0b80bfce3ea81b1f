"""Trees of eight children a node: against every triangle in float64, packets against single rays, long lists of candidates."""

import numpy as np
import pytest
import warp as wp
from pxr import Usd

from scenewright.render.device.camera import ImageCamera
from scenewright.render.device.scene import DeviceScene
from scenewright.render.kernels.primary import trace_blocks, trace_pixels
from scenewright.render.kernels.types import NO_HIT, Hit
from scenewright.render.primary import trace_primary
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.tiles import TileLauncher

SIZE = (61, 47)


def both_ways(studio):
    """Return hits of packets and of single rays, the scene's records and the camera."""
    scene, device, launcher = StageScene(studio.stage), DeviceScene("cpu"), TileLauncher("cpu", 1)
    device.update(scene, scene.sync(Usd.TimeCode.Default()))
    image = ImageCamera(scene.camera("/Camera"), *SIZE)
    placed = device.place(image.center)
    together = trace_primary(launcher, image, placed).numpy()
    alone = wp.empty(len(together), dtype=Hit, device="cpu")
    launcher.launch(trace_pixels, len(together), [placed.data, image.data], [alone])
    scene.close()
    assert trace_blocks.module is trace_pixels.module
    return together, alone.numpy(), scene, image


def test_meshes_against_every_triangle(studio, brute_force):
    """Soups of triangles, turned, stretched and mirrored, with copies that need trees of several levels."""
    rng = np.random.default_rng(5)
    for i in range(12):
        points = rng.normal(size=(25, 3, 3)) * 0.4 + rng.uniform(-0.5, 0.5, (25, 1, 3))
        studio.mesh(f"/World/Soup_{i:02}", points.reshape(-1, 3), [3] * 25, range(75), translate=rng.uniform(-2, 2, 3),
                    rotate=rng.uniform(-180, 180, 3), scale=rng.uniform(0.3, 1.5, 3) * rng.choice([-1, 1], 3))
    studio.camera((6, -4, 3), (0, 0, 0))
    together, alone, scene, image = both_ways(studio)
    t, owner = brute_force(scene, image)
    assert (owner >= 0).sum() > 400
    for hits in (together, alone):
        np.testing.assert_array_equal(hits["instance"], owner)
        np.testing.assert_allclose(hits["t"][owner >= 0], t[owner >= 0], rtol=2e-6)


@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_packets_meet_what_single_rays_meet(studio, opacity):
    """Meshes and shapes mixed, and see-through ones, more of them behind each other than a list of candidates holds."""
    rng = np.random.default_rng(6)
    for i in range(60):
        kind = ("Sphere", "Cube", "Cylinder", "Cone")[i % 4]
        studio.shape(kind, f"/World/Shape_{i:02}", translate=rng.normal(size=3) * 0.7, rotate=rng.uniform(-180, 180, 3),
                     scale=rng.uniform(0.05, 0.3, 3))
    for i in range(20):
        studio.quad(f"/World/Quad_{i:02}", half=0.3, translate=rng.normal(size=3) * 0.7, rotate=rng.uniform(-180, 180, 3))
    if opacity < 1.0:  # more see-through ones than are listed
        for i in range(60):
            studio.material(f"/World/Look_{i:02}", studio.stage.GetPrimAtPath(f"/World/Shape_{i:02}"), opacity=opacity)
    studio.camera((4, -3, 2), (0, 0, 0), focal=40.0)
    together, alone, _, _ = both_ways(studio)
    assert (together["instance"] >= 0).sum() > 500
    for name in ("instance", "face", "t"):
        np.testing.assert_array_equal(together[name], alone[name])


def test_a_mesh_without_faces_is_met_by_nothing(studio):
    """Its tree holds one point."""
    studio.mesh("/World/Empty", [], [], [])
    studio.quad("/World/Quad", half=0.5)
    studio.camera((0, 0, 3), (0, 0, 0), up=(0, 1, 0))
    together, alone, scene, _ = both_ways(studio)
    quad = [instance.path for instance in scene.instances].index("/World/Quad")
    assert set(together["instance"].tolist()) == {-1, quad}
    np.testing.assert_array_equal(together["instance"], alone["instance"])


@pytest.mark.parametrize("wild", [float("nan"), float("inf")])
def test_rays_that_are_no_numbers_meet_nothing(studio, wild):
    for i in range(12):
        studio.quad(f"/World/Quad_{i:02}", translate=(i, 0, 0))
    studio.camera((6, -4, 3), (0, 0, 0))
    scene, device, launcher = StageScene(studio.stage), DeviceScene("cpu"), TileLauncher("cpu", 1)
    device.update(scene, scene.sync(Usd.TimeCode.Default()))
    image = ImageCamera(scene.camera("/Camera"), *SIZE)
    placed = device.place(image.center)
    image.data.step_x = wild
    hits = wp.empty(SIZE[0] * SIZE[1], dtype=Hit, device="cpu")
    launcher.launch(trace_pixels, len(hits), [placed.data, image.data], [hits])
    scene.close()
    assert (hits.numpy()["instance"] == NO_HIT).all()
