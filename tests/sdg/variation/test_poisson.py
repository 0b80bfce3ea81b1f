"""Poisson-disk scatter: every pair keeps its distance, the surface is full, masks hold, threads change nothing."""

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from scenewright.sdg.variation.density import density_by_primvar, density_by_texture
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.poisson import maximal_count, scatter_points


def hills(x, y):
    return 0.3 * np.sin(3.0 * x) * np.cos(2.0 * y)


def test_every_pair_keeps_the_distance_and_the_surface_is_full(sheet, generator):
    surface = sheet(40, height=hills)
    points = scatter_points(surface, generator(), radius=0.05)
    distances, _ = cKDTree(points.positions).query(points.positions, k=2)
    assert distances[:, 1].min() >= 0.05
    area = surface.normals()[1].sum()
    assert points.area == pytest.approx(area)
    assert len(points) >= 0.70 * maximal_count(area, 0.05)
    # maximal: no place is left that is a radius away from all of them
    weights = np.random.default_rng(0).dirichlet((1, 1, 1), len(surface.triangles))
    anywhere = np.einsum("nk,nkc->nc", weights, surface.corners())
    assert cKDTree(points.positions).query(anywhere)[0].max() < 0.06


def test_points_lie_on_their_triangles(sheet, generator):
    surface = sheet(12, height=hills)
    points = scatter_points(surface, generator(), radius=0.1)
    rebuilt = np.einsum("nk,nkc->nc", points.barycentrics, surface.corners()[points.triangles])
    assert np.abs(rebuilt - points.positions).max() < 1e-5
    assert np.allclose(np.linalg.norm(points.normals, axis=1), 1.0)


def test_the_thread_count_changes_nothing(sheet, generator, monkeypatch):
    surface = sheet(10)
    runs = []
    for threads in ("1", "4"):
        monkeypatch.setenv("SCENEWRIGHT_THREADS", threads)
        runs.append(scatter_points(surface, generator(), radius=0.04).positions)
    assert np.array_equal(*runs)
    assert not np.array_equal(runs[0][:20], scatter_points(surface, generator(1), radius=0.04).positions[:20])


def test_a_count_is_met_and_distances_follow(sheet, generator):
    points = scatter_points(sheet(10, height=hills), generator(), count=700)
    assert len(points) == 700
    assert cKDTree(points.positions).query(points.positions, k=2)[0][:, 1].min() >= points.radius


def test_slopes_are_masked(sheet, generator):
    surface = sheet(40, height=lambda x, y: np.abs(x))  # two planes of 45 degrees
    flat = sheet(8)
    both = scatter_points(surface, generator(), radius=0.1, slope=(40.0, 50.0))
    assert len(both) > 100
    with pytest.raises(VariationError, match=r"no part of the surface has a slope from 0 to 30 degrees"):
        scatter_points(surface, generator(), radius=0.1, slope=(0.0, 30.0))
    with pytest.raises(VariationError, match="'slope'"):
        scatter_points(flat, generator(), radius=0.1, slope=(50.0, 30.0))


def test_density_follows_a_primvar_and_a_texture(sheet, generator, tmp_path):
    surface = sheet(10)
    whole = len(scatter_points(surface, generator(), radius=0.03))
    ramp = scatter_points(surface, generator(), radius=0.03, density=density_by_primvar(surface))
    share = np.histogram(ramp.positions[:, 0], bins=4, range=(-1, 1))[0] / (whole / 4)
    assert np.allclose(share, [0.125, 0.375, 0.625, 0.875], atol=0.06)
    picture = np.zeros((4, 4), np.uint8)
    picture[:2] = 255  # the upper half of a picture is the upper half of v
    Image.fromarray(picture).save(tmp_path / "d.png")
    top = scatter_points(surface, generator(), radius=0.03, density=density_by_texture(surface, tmp_path / "d.png"))
    assert (top.positions[:, 1] > 0.0).mean() > 0.8
    with pytest.raises(VariationError, match="cannot be read"):
        density_by_texture(surface, tmp_path / "missing.png")


def test_volumes_and_surfaces_are_kept_clear_of(sheet, box, generator):
    closed = box(0.6, 0.6, 1.0)
    points = scatter_points(sheet(10), generator(), radius=0.05, exclusion=closed, clearance=0.1).positions
    outside = np.maximum(np.abs(points[:, :2]) - 0.3, 0.0)
    assert np.linalg.norm(outside, axis=1).min() >= 0.1 - 1e-5
    assert np.linalg.norm(outside, axis=1).min() < 0.15
    wall = sheet(2, half=0.3)
    wall = type(wall)(wall.points[:, [2, 0, 1]], wall.triangles)  # upright, open: only its clearance counts
    near = scatter_points(sheet(10), generator(), radius=0.05, exclusion=wall, clearance=0.2).positions
    assert np.abs(near[np.abs(near[:, 1]) < 0.3][:, 0]).min() >= 0.2 - 1e-5


@pytest.mark.parametrize(("options", "message"), [
    ({}, "neither 'radius' nor 'count'"),
    ({"radius": 0.0}, "'radius' is 0"),
    ({"radius": float("nan")}, "finite"),
    ({"count": 0}, "at least 1"),
    ({"radius": 1e-6}, "larger 'radius'"),
    ({"radius": 0.1, "clearance": -1.0}, "'clearance'"),
    ({"radius": 0.1, "device": "cuda:77"}, "no device"),
])
def test_wrong_arguments_are_told(sheet, generator, options, message):
    with pytest.raises(VariationError, match=message):
        scatter_points(sheet(4), generator(), **options)


def test_a_density_of_nothing_and_an_exclusion_of_everything_are_told(sheet, box, generator):
    with pytest.raises(VariationError, match="density is 0 at all points"):
        scatter_points(sheet(4), generator(), radius=0.2, density=lambda triangles, weights: np.zeros(len(triangles)))
    with pytest.raises(VariationError, match="lie in what is excluded"):
        scatter_points(sheet(4), generator(), radius=0.2, exclusion=box(9.0, 9.0, 9.0))
