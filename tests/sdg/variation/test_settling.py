"""Settled placement: things come to rest on what they fell on, what falls off is told apart; statics by hand."""

import numpy as np
import pytest

from scenewright.sdg.variation import settling
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.settling import drop_poses, settle_meshes
from scenewright.sdg.variation.statics import Contacts, unsupported


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


def test_boxes_are_held_by_what_statics_says_holds_them():
    pytest.importorskip("scipy", reason="the extra [physics]")
    corners = np.array([[x, y, 0.0] for x in (-0.5, 0.5) for y in (-0.5, 0.5)])

    def lacking(center, points, friction=0.5, slope=0.0):
        normal = np.array([np.sin(slope), 0.0, np.cos(slope)])
        count = len(points)
        bodies = np.stack([np.full(count, -1), np.zeros(count, int)])
        contacts = Contacts(bodies, points, np.tile(normal, (count, 1)), np.zeros(count))
        return unsupported(contacts, np.array([center]), np.ones(1), np.ones(1), friction, 2)[0]

    assert lacking([0.0, 0.0, 0.5], corners) == pytest.approx(0.0, abs=1e-6)
    assert lacking([0.45, 0.45, 0.5], corners) == pytest.approx(0.0, abs=1e-6)
    assert lacking([0.7, 0.0, 0.5], corners) == pytest.approx(0.2, abs=1e-6)  # its lever over the edge, in radii
    assert lacking([0.0, 0.0, 0.5], corners[:0]) == pytest.approx(1.0)
    assert lacking([0.0, 0.0, 0.0], corners, 0.5, np.arctan(0.45)) == pytest.approx(0.0, abs=1e-6)
    assert lacking([0.0, 0.0, 0.0], corners, 0.5, np.arctan(0.55)) > 0.01  # steeper than the friction angle


def test_what_lies_on_something_taken_away_is_not_kept_and_what_lies_beside_it_is():
    pytest.importorskip("scipy", reason="the extra [physics]")
    square = np.array([[x, y, 0.0] for x in (-0.4, 0.4) for y in (-0.4, 0.4)])
    owners = np.repeat([[-1, 0], [0, 1], [-1, 2]], 4, axis=0).T
    points = np.concatenate([square, square + np.array([0, 0, 1]), square + np.array([5, 0, 0])])
    contacts = Contacts(owners, points, np.tile([0.0, 0.0, 1.0], (12, 1)), np.zeros(12))

    class World:
        count, radii, friction, up = 3, np.ones(3), 0.5, 2
        contacts = staticmethod(lambda within: contacts)
        weights = staticmethod(lambda: np.ones(3))
        mass_centers = staticmethod(lambda: np.array([[0, 0, 0.5], [0, 0, 1.5], [5, 0, 0.5]]))

    assert settling._resting(World, np.array([True, True, True]), 0.002).tolist() == [True, True, True]
    assert settling._resting(World, np.array([False, True, True]), 0.002).tolist() == [False, False, True]
    assert settling._resting(World, np.array([True, False, True]), 0.002).tolist() == [True, False, True]


def test_a_surface_without_triangles_is_told(box, generator):
    pytest.importorskip("newton", reason="the extra [physics]")
    with pytest.raises(VariationError, match="surface has no triangles"):
        settle_meshes([box()], TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32)), generator())


@pytest.mark.parametrize(("options", "message"), [
    ({"seconds": float("nan")}, "'seconds'"), ({"friction": "rough"}, "'friction'"),
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
    assert found.kept.sum() >= 80 and (found.kept | found.fell).sum() >= 95
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
    slab = trimesh.creation.box((1.6, 1.6, 0.2)).apply_translation((0.0, 0.0, -0.1))  # what hangs over its edge may be lower
    floor = slab.face_normals, (slab.face_normals * slab.triangles[:, 0]).sum(axis=1)
    low = np.array([points[:, 2].min() for _, points in posed])
    for body in np.flatnonzero(low < 0.0):
        assert depth(planes[body], floor) < 0.002
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
