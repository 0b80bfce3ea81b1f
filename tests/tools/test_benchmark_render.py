"""The comparison of renderers: what it compares, and that its numbers mean what the table says."""

import argparse
import sys

import numpy as np
import pytest
from tools.benchmark.render import Entry, Worker, add_options, order_of, relative_error
from tools.benchmark.render_report import Row, write_report
from tools.benchmark.render_scene import benchmark_scene, look_at, write_stage


def test_the_scene_is_the_one_of_the_targets():
    """512 k triangles, 101 instances, closed spheres that touch the ground and not each other's inside."""
    scene = benchmark_scene()
    assert scene.triangle_count == 512_002
    assert len(scene.positions) + 1 == 101
    np.testing.assert_allclose(np.linalg.norm(scene.points, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(scene.positions[:, 2], scene.radii)
    a, b, c = (scene.points[scene.triangles[:, k]] for k in range(3))
    assert np.all(np.einsum("ij,ij->i", np.cross(b - a, c - a), a) > 0.0)  # all face outwards


def test_a_thing_looks_along_its_negative_z():
    """The rotation is right-handed and its own up leans to the world's."""
    matrix = look_at(np.array([1.0, 2.0, 3.0]), np.array([3.0, -4.0, -1.0]))
    np.testing.assert_allclose(matrix[:3, :3].T @ matrix[:3, :3], np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    np.testing.assert_allclose(matrix[:3, :3] @ (0, 0, -1), np.array([3.0, -4.0, -1.0]) / np.sqrt(26.0), atol=1e-12)
    assert matrix[2, 1] > 0.0


def test_the_stage_holds_the_scene():
    """USD reads back the same triangles and the camera's field of view."""
    from pxr import Usd, UsdGeom

    scene = benchmark_scene(level=1, count=4)
    stage = write_stage(scene)
    camera = UsdGeom.Camera(stage.GetPrimAtPath("/World/Camera")).GetCamera(0)
    assert camera.GetFieldOfView(camera.FOVHorizontal) == pytest.approx(scene.field_of_view, abs=1e-4)
    meshes = [prim for prim in Usd.PrimRange(stage.GetPseudoRoot()) if prim.IsA(UsdGeom.Mesh)]
    assert sum(len(UsdGeom.Mesh(prim).GetFaceVertexCountsAttr().Get()) for prim in meshes) == scene.triangle_count


def test_the_references_own_noise_cancels():
    """An image that is off by five per cent has that error against references that are noisier than it."""
    rng = np.random.default_rng(0)
    truth = np.full((200, 200, 3), 2.0)
    first, second = (truth + rng.normal(scale=0.5, size=truth.shape) for _ in range(2))
    assert relative_error(truth * 1.05, first, second) == pytest.approx(0.05, rel=0.1)
    assert relative_error(truth, first, second) < 0.02


def test_a_renderer_that_is_missing_is_a_row_that_says_so(tmp_path, monkeypatch):
    """A worker whose renderer cannot be imported answers with the reason, and the table shows it."""
    (tmp_path / "bpy.py").write_text("raise ImportError('no Blender here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = Worker(sys.executable, "cycles", ["1"])
    options = argparse.ArgumentParser()
    add_options(options)
    answer = worker.ask(**order_of(Entry("cycles", "real-time", 16), options.parse_args([])))
    worker.close()
    assert "no Blender here" in answer["error"]
    rows = [Row("real-time", "scenewright", 4, seconds=0.5, cpu=1.0, error_same=0.02),
            Row("real-time", worker.name, 16, error=answer["error"])]
    table = write_report(rows, [1280, 720], 2, tmp_path)
    assert "no Blender here" in table
    assert "2.00 %" in table
    assert (tmp_path / "render.png").exists()


def test_time_to_equal_error_squares_the_error():
    """Half the error takes four times the samples."""
    row = Row("path-traced", "x", 16, seconds=3.0, cpu=6.0, error_same=0.02)
    assert row.equal_error_seconds == pytest.approx(12.0)
