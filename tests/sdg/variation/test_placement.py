"""Collision-free placement against a library that is not ours, and what it says when there is no room."""

import numpy as np
import pytest

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.placement import MeshShape, convex_outline, place_meshes


def l_shape():
    """Return a closed L of three cells, one high."""
    outline = np.array([[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]], dtype=float)
    points = np.concatenate([np.c_[outline, np.zeros(6)], np.c_[outline, np.ones(6)]])
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)]
    triangles = [(a, c, b) for a, b, c in caps] + [(a + 6, b + 6, c + 6) for a, b, c in caps]
    for i in range(6):
        j = (i + 1) % 6
        triangles += [(i, j, j + 6), (i, j + 6, i + 6)]
    return TriangleMesh(points, np.array(triangles, dtype=np.int32))


def posed(shape, position, degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return shape.mesh.points @ shape.linear @ turn + position


def area_overlap(first, second):
    """Return whether two L prisms overlap, by points of a fine grid in both."""
    def inside(points, position, degrees):
        angle = np.radians(degrees)
        local = (points - position[:2]) @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        x, y = local.T
        return (x > 0) & (y > 0) & (x < 2) & (y < 2) & ~((x > 1) & (y > 1))

    ticks = np.linspace(0.0, 12.0, 481)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return (inside(grid, *first) & inside(grid, *second)).any()


def test_objects_do_not_touch_and_stand_in_each_others_hollows(sheet, generator):
    floor = sheet(2, half=6.0)
    floor = TriangleMesh(floor.points + np.array([6.0, 6.0, 0.5]), floor.triangles)
    shapes = [MeshShape(l_shape(), name=f"/L{i}") for i in range(16)]
    found = place_meshes(shapes, floor, generator(), gap=0.02)
    assert found.placed.all() and found.summary() == "16 of 16 objects were placed."
    assert np.allclose(found.positions[:, 2], 0.5, atol=1e-6)
    poses = list(zip(found.positions, found.angles, strict=True))
    for i, first in enumerate(poses):
        points = posed(shapes[i], *first)
        assert points[:, :2].min() >= -1e-5 and points[:, :2].max() <= 12.0 + 1e-5
        assert not any(area_overlap(first, second) for second in poses[:i])
    again = place_meshes(shapes, floor, generator(), gap=0.02)
    assert np.array_equal(found.positions, again.positions) and np.array_equal(found.angles, again.angles)


def test_too_many_objects_end_with_what_stood_in_the_way(sheet, box, generator):
    shapes = [MeshShape(box(), np.eye(3) * 0.9, f"/Box{i}") for i in range(12)]
    found = place_meshes(shapes, sheet(2), generator(), attempts=200)
    assert 1 <= found.placed.sum() <= 4
    assert np.isnan(found.positions[~found.placed]).all()
    assert "of 12 objects were placed; in the way of the others stood" in found.summary()
    assert "/Box" in found.summary() and set(found.blockers) == set(np.flatnonzero(~found.placed))
    assert found.attempts <= 12 * 200


def test_a_closed_shell_holds_nothing_and_an_open_one_may(sheet, box, generator):
    floor = sheet(2, half=0.4)  # all of it lies within the shell
    shell = MeshShape(TriangleMesh(box(2.0, 2.0, 2.0).points, box().triangles), name="/Shell")
    stone = [MeshShape(box(0.1, 0.1, 0.1), name="/Stone")]
    shut = place_meshes(stone, floor, generator(), obstacles=[shell], attempts=64)
    assert not shut.placed.any() and shut.blockers[0][0][0] == "/Shell"
    lid_off = TriangleMesh(shell.mesh.points, shell.mesh.triangles[np.r_[0:6, 8:12]])  # the side at y = 1 is missing
    assert place_meshes(stone, floor, generator(), obstacles=[MeshShape(lid_off)]).placed.all()


def test_a_gap_is_kept_and_y_may_be_up(box, generator):
    floor = TriangleMesh(np.array([[-2, 0.25, -2], [-2, 0.25, 2], [2, 0.25, 2], [2, 0.25, -2]], float),
                         np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    shapes = [MeshShape(box(0.5, 1.0, 0.5), name=f"/B{i}") for i in range(8)]
    found = place_meshes(shapes, floor, generator(), gap=0.2, up=1, yaw=(0.0, 0.0))
    assert found.placed.all() and np.allclose(found.positions[:, 1], 0.75, atol=1e-6)
    apart = np.abs(found.positions[:, None, [0, 2]] - found.positions[None, :, [0, 2]]) - 0.5
    gaps = np.linalg.norm(np.maximum(apart, 0.0), axis=2)[~np.eye(8, dtype=bool)]
    assert gaps.min() >= 0.2 - 1e-5


def test_outlines_are_convex_hulls():
    from scipy.spatial import ConvexHull

    points = np.random.default_rng(1).normal(size=(4000, 2))
    ours = convex_outline(points)
    assert {tuple(p) for p in ours} == {tuple(p) for p in points[ConvexHull(points).vertices]}


@pytest.mark.parametrize(("options", "message"), [
    ({"gap": -1.0}, "'gap' is -1"), ({"attempts": 0}, "'attempts'"), ({"yaw": (10, 0)}, "lowest comes first"),
    ({"up": 0}, "'up'"),
])
def test_wrong_arguments_are_told(sheet, box, generator, options, message):
    with pytest.raises(VariationError, match=message):
        place_meshes([MeshShape(box())], sheet(2), generator(), **options)


def test_a_scale_of_zero_is_told(sheet, box, generator):
    with pytest.raises(VariationError, match="/Flat has no volume"):
        place_meshes([MeshShape(box(), np.diag([1.0, 0.0, 1.0]), "/Flat")], sheet(2), generator())


@pytest.mark.verify
def test_a_thousand_real_meshes_do_not_interpenetrate(generator):
    trimesh = pytest.importorskip("trimesh")
    pytest.importorskip("fcl", reason="a collision library that is not ours: pip install python-fcl")
    from tools.benchmark.variation import covered, square, tabletop

    meshes, rng = tabletop(), np.random.default_rng(0)
    chosen = [(meshes[rng.integers(len(meshes))][1], rng.uniform(0.7, 1.3)) for _ in range(1000)]
    shapes = [MeshShape(mesh, np.eye(3) * scale) for mesh, scale in chosen]
    found = place_meshes(shapes, square(3.0), generator())
    assert found.placed.all()
    manager, all_posed = trimesh.collision.CollisionManager(), []
    for index, (shape, position, degrees) in enumerate(zip(shapes, found.positions, found.angles, strict=True)):
        points = posed(shape, position, degrees)
        all_posed.append((points, shape.mesh.triangles))
        manager.add_object(str(index), trimesh.Trimesh(points, shape.mesh.triangles, process=False))
    touching, names = manager.in_collision_internal(return_names=True)
    assert not touching, names
    assert covered(all_posed, 3.0) >= 0.40
