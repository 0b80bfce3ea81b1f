"""Noise displacement: seams stay shut, points move along normals by as much as asked, everything else stays."""

import numpy as np
import pytest
from pxr import Usd, UsdGeom, Vt

from scenewright.sdg.variation.displacement import displaced_points, mesh_prims, smooth_normals
from scenewright.sdg.variation.errors import VariationError


@pytest.fixture
def ball():
    """Return a sphere of quads with a seam: its first and last column of points are at the same places."""
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/Ball")
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 33), np.linspace(0.2, np.pi - 0.2, 17))
    points = np.stack([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)], axis=-1).reshape(-1, 3)
    points[32::33] = points[0::33]
    number = np.arange(33 * 17).reshape(17, 33)
    quads = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1).reshape(-1, 4)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points.astype(np.float32)))
    mesh.CreateFaceVertexCountsAttr([4] * len(quads))
    mesh.CreateFaceVertexIndicesAttr(quads.reshape(-1).tolist())
    yield mesh
    del stage


def test_normals_of_a_sphere_point_outwards(ball):
    points = np.array(ball.GetPointsAttr().Get())
    inner = np.abs(points[:, 2]) < 0.9
    assert np.einsum("ni,ni->n", smooth_normals(ball, points), points)[inner].min() > 0.99


def test_points_move_along_their_normals_and_seams_stay_shut(ball, generator):
    points = np.array(ball.GetPointsAttr().Get())
    moved = displaced_points(ball, generator(), amplitude=0.1, wavelength=0.4)
    step = moved - points
    along = np.einsum("ni,ni->n", step, smooth_normals(ball, points))
    assert np.allclose(step, along[:, None] * smooth_normals(ball, points), atol=1e-6)
    assert np.abs(along).max() <= 0.1 and 0.005 < along.std() < 0.1
    assert np.array_equal(moved[0::33], moved[32::33])
    assert abs(along.mean()) < 0.03
    assert displaced_points(ball, generator(), amplitude=0.1, wavelength=0.4, bias=1.0).shape == points.shape
    outwards = displaced_points(ball, generator(), amplitude=0.1, wavelength=0.4, bias=1.0) - points
    assert np.einsum("ni,ni->n", outwards, points).min() > 0.0


def test_noise_is_smooth_and_as_fine_as_asked(ball, generator):
    points = np.array(ball.GetPointsAttr().Get())

    def roughness(wavelength):
        moved = displaced_points(ball, generator(), amplitude=0.1, wavelength=wavelength, octaves=1)
        height = np.linalg.norm(moved, axis=1).reshape(17, 33) - np.linalg.norm(points, axis=1).reshape(17, 33)
        return np.abs(np.diff(height, axis=1)).mean() / height.std()

    assert roughness(2.0) < 0.6 * roughness(0.4)
    assert np.array_equal(displaced_points(ball, generator(), amplitude=0.0, wavelength=1.0), points)


@pytest.mark.parametrize(("options", "message"), [
    ({"amplitude": -1.0, "wavelength": 1.0}, "'amplitude'"), ({"amplitude": 1.0, "wavelength": 0.0}, "'wavelength'"),
    ({"amplitude": 1.0, "wavelength": 1.0, "octaves": 40}, "'octaves'"),
])
def test_wrong_arguments_are_told(ball, generator, options, message):
    with pytest.raises(VariationError, match=message):
        displaced_points(ball, generator(), **options)


def test_what_has_no_mesh_of_its_own_is_told(ball):
    stage = ball.GetPrim().GetStage()
    with pytest.raises(VariationError, match="no mesh at or below /Nothing"):
        mesh_prims([UsdGeom.Xform.Define(stage, "/Nothing").GetPrim()])
    ball.GetPointsAttr().Set(ball.GetPointsAttr().Get(), 1.0)
    with pytest.raises(VariationError, match="animated"):
        mesh_prims([ball.GetPrim()])
