"""Settled placement: things come to rest on what they fell on, what falls off is told apart."""

import numpy as np
import pytest

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.settling import drop_poses, settle_meshes


def test_bounding_spheres_do_not_overlap_at_the_start(generator):
    radii = np.random.default_rng(0).uniform(0.05, 0.3, 60)
    centers, turns = drop_poses(radii, np.array([-1, -1, 0.0]), np.array([1, 1, 0.0]), 0.4, generator())
    apart = np.linalg.norm(centers[:, None] - centers[None], axis=2) + np.eye(60) * 9
    assert (apart >= radii[:, None] + radii[None]).all()
    assert (centers[:, 2] - radii >= 0.4).all() and np.allclose(np.linalg.norm(turns, axis=1), 1.0)
    assert (np.abs(centers[:, :2]) <= 1.0).all()


def test_boxes_lie_flat_and_do_not_sink_in(sheet, box, generator):
    pytest.importorskip("newton", reason="the extra [physics]")
    mesh = box(0.10, 0.08, 0.06)
    floor = sheet(1, half=1.0)
    found = settle_meshes([mesh] * 4, floor, generator())
    assert found.kept.all() and not found.fell.any()
    for position, rotation in zip(found.positions, found.rotations, strict=True):
        corners = mesh.points @ rotation + position
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5)
        assert abs(corners[:, 2].min()) < 0.002
    alone = [np.sort((mesh.points @ r + p)[:, 2]) for p, r in zip(found.positions, found.rotations, strict=True)]
    assert sum(np.ptp(heights[:4]) < 0.002 for heights in alone) >= 3  # on a face, but for one that may lean on another


def test_what_falls_off_is_not_kept(sheet, box, generator):
    pytest.importorskip("newton", reason="the extra [physics]")
    found = settle_meshes([box(0.3, 0.3, 0.3)] * 5, sheet(1, half=0.16), generator(), seconds=1.2)
    assert found.fell.any() and not (found.kept & found.fell).any()


@pytest.mark.parametrize(("options", "message"), [
    ({"gravity": 0.0}, "'gravity'"), ({"friction": -1.0}, "'friction'"), ({"seconds": 0.0}, "'seconds'"),
])
def test_wrong_arguments_are_told(sheet, box, generator, options, message):
    with pytest.raises(VariationError, match=message):
        settle_meshes([box()], sheet(1), generator(), **options)


def test_flat_bodies_are_told(sheet, generator):
    pytest.importorskip("newton", reason="the extra [physics]")
    with pytest.raises(VariationError, match="flat or empty"):
        settle_meshes([sheet(2)], sheet(1), generator())


def test_a_missing_newton_names_the_extra(sheet, box, generator, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "newton", None)
    with pytest.raises(VariationError, match=r"pip install scenewright\[physics\]"):
        settle_meshes([box()], sheet(1), generator())
    assert len(settle_meshes([], sheet(1), generator()).positions) == 0


@pytest.mark.verify
def test_hulls_of_real_meshes_neither_hover_nor_sink_in(generator):
    pytest.importorskip("newton", reason="the extra [physics]")
    trimesh = pytest.importorskip("trimesh")
    fcl = pytest.importorskip("fcl", reason="a collision library that is not ours: pip install python-fcl")
    from tools.benchmark.variation import square, tabletop

    meshes = [mesh for _, mesh in tabletop(("backdrop", "table", "napkin", "vase"))]
    bodies = [meshes[index % len(meshes)] for index in range(100)]
    found = settle_meshes(bodies, square(0.8), generator())
    assert found.kept.sum() >= 75 and (found.kept | found.fell).sum() >= 85
    hulls = {id(mesh): trimesh.convex.convex_hull(mesh.points) for mesh in meshes}
    posed, planes = [], []
    for body in np.flatnonzero(found.kept):
        hull = hulls[id(bodies[body])]
        points = hull.vertices @ found.rotations[body] + found.positions[body]
        model = fcl.BVHModel()
        model.beginModel(len(points), len(hull.faces))
        model.addSubModel(points, hull.faces)
        model.endModel()
        posed.append((fcl.CollisionObject(model), points))
        turned = trimesh.Trimesh(points, hull.faces, process=False)
        planes.append((turned.face_normals, (turned.face_normals * turned.triangles[:, 0]).sum(axis=1)))
    low = np.array([points[:, 2].min() for _, points in posed])
    assert -low.min() < 0.002
    nearest = np.abs(low)
    for a, b in overlapping_boxes([points for _, points in posed]):
        distance = fcl.distance(posed[a][0], posed[b][0], fcl.DistanceRequest(), fcl.DistanceResult())
        nearest[[a, b]] = np.minimum(nearest[[a, b]], max(distance, 0.0))
        if distance <= 0.0:
            assert depth(planes[a], planes[b]) < 0.002
    assert nearest.max() < 0.002


def overlapping_boxes(clouds):
    """Return the pairs of clouds of points whose boxes come within 3 mm."""
    low, high = np.array([p.min(axis=0) for p in clouds]), np.array([p.max(axis=0) for p in clouds])
    meets = ((low[:, None] < high[None] + 0.003) & (low[None] < high[:, None] + 0.003)).all(axis=2)
    return np.argwhere(np.triu(meets, 1))


def depth(first, second):
    """Return the diameter of the largest ball in both convex bodies, given as normals and offsets."""
    from scipy.optimize import linprog

    normals, offsets = np.vstack([first[0], second[0]]), np.concatenate([first[1], second[1]])
    rows = np.hstack([normals, np.ones((len(normals), 1))])
    return 2.0 * linprog([0, 0, 0, -1], A_ub=rows, b_ub=offsets, bounds=[(None, None)] * 3 + [(0, None)]).x[3]
