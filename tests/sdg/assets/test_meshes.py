import time

import numpy as np
import pytest
import trimesh

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import Limits
from scenewright.sdg.assets.meshes import checked_parts, cleaned_parts, corner_normals, is_closed, moved_part
from scenewright.sdg.assets.model import Model, Part
from scenewright.sdg.assets.placing import Placing, place_parts


def part_of(points, faces, **more):
    counts = np.array([len(face) for face in faces])
    indices = np.concatenate(faces).astype(int)
    return Part("p", np.array(points, float), counts, indices, ["a"], np.zeros(len(faces), int), **more)


def of_trimesh(mesh, **more):
    return Part("p", np.array(mesh.vertices), np.full(len(mesh.faces), 3), mesh.faces.reshape(-1), ["a"],
                np.zeros(len(mesh.faces), int), **more)


SQUARE = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]


def test_equal_points_are_joined_and_faces_without_area_go():
    points = [*SQUARE, [1, 0, 1e-9], [5, 5, 5]]
    part = part_of(points, [[0, 1, 2], [0, 4, 2], [0, 2, 3, 3], [0, 1, 4], [1, 1, 2]])
    (clean,) = cleaned_parts([part])
    assert len(clean.points) == 4
    assert [clean.points[face].tolist() for face in np.split(clean.indices, [3])] == [
        [SQUARE[0], SQUARE[1], SQUARE[2]], [SQUARE[0], SQUARE[2], SQUARE[3]]]


def test_values_of_corners_stay_with_their_corners():
    st = np.arange(16).reshape(8, 2).astype(float)
    part = part_of(SQUARE, [[0, 0, 1, 2], [0, 1, 2, 3]], st=st)
    (clean,) = cleaned_parts([part])
    assert clean.counts.tolist() == [3, 4]
    assert clean.st.tolist() == st[[0, 2, 3, 4, 5, 6, 7]].tolist()


def test_unused_points_do_not_count():
    (part,) = checked_parts(Model([part_of([*SQUARE, [900, 0, 0]], [[0, 1, 2]])]))
    assert part.points.max() == 1.0


def test_faces_without_area_do_not_say_how_large_a_model_is():
    line, sliver = [0, 4, 4], [0, 1, 5]  # a line out of the square, and a triangle whose corners stand in one line
    mixed = part_of([*SQUARE, [0, 0, 9], [3, 0, 0]], [[0, 1, 2, 3], line, sliver])
    lines = part_of([*SQUARE, [0, 0, 9], [3, 0, 0]], [line, sliver])
    parts = checked_parts(Model([mixed, lines]))
    assert [part.points.tolist() for part in parts] == [SQUARE]
    (placed,), _ = place_parts(parts, Placing("Z", size=(2.0, 1.0, 1.0)))
    assert placed.points.max(axis=0).tolist()[:2] == [1.0, 0.5]
    with pytest.raises(AssetError, match="area"):
        checked_parts(Model([lines]))


@pytest.mark.parametrize(("part", "reason"), [
    (part_of([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]]), "not finite"),
    (part_of([[0, 0, 0], [1, 0, 0], [0, 1e300, 0]], [[0, 1, 2]]), "not finite"),
    (part_of(SQUARE, [[0, 1, 7]]), "point 7 of 4"),
    (part_of(SQUARE, [[0, 1, -1]]), "of 4"),
])
def test_wild_parts_are_refused(part, reason):
    with pytest.raises(AssetError, match=reason):
        checked_parts(Model([part]))


def test_what_is_nothing_or_too_much_is_refused():
    with pytest.raises(AssetError, match="area"):
        cleaned_parts([part_of([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]])])
    with pytest.raises(AssetError, match="at most 3"):
        checked_parts(Model([part_of(SQUARE, [[0, 1, 2]])]), Limits(points=3))


def test_edges_of_a_box_stay_sharp_and_a_sphere_becomes_smooth():
    box = corner_normals(of_trimesh(trimesh.creation.box()))
    assert np.abs(np.abs(box).max(axis=1) - 1.0).max() < 1e-12
    sphere = of_trimesh(trimesh.creation.icosphere(subdivisions=3))
    directions = sphere.points[sphere.indices]
    assert np.einsum("ij,ij->i", corner_normals(sphere), directions).min() > 0.9999
    flat = corner_normals(of_trimesh(trimesh.creation.icosphere(subdivisions=3), creases=np.zeros(1280)))
    assert np.allclose(flat.reshape(-1, 3, 3), flat.reshape(-1, 3, 3)[:, :1])


def test_own_normals_are_kept_and_missing_ones_computed():
    normals = np.array([[0, 0, 2.0], [0, 0, 0], [1, 0, 0]])
    made = corner_normals(part_of(SQUARE[:3], [[0, 1, 2]], normals=normals))
    assert made.tolist() == [[0, 0, 1], [0, 0, 1], [1, 0, 0]]


def test_a_fan_of_very_many_faces_takes_linear_time():
    count = 20_000
    angle = 2 * np.pi * np.arange(count) / count
    points = np.vstack([[0, 0, 0.1], np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)])
    faces = np.stack([np.zeros(count, int), 1 + np.arange(count), 1 + (np.arange(count) + 1) % count], axis=1)
    part = Part("p", points, np.full(count, 3), faces.reshape(-1), [""], np.zeros(count, int))
    started = time.process_time()
    normals = corner_normals(part)
    assert time.process_time() - started < 5.0
    assert normals[0] == pytest.approx([0, 0, 1], abs=1e-6)


@pytest.mark.parametrize(("linear", "volume"), [(np.diag([2.0, 1, 1]), 2.0), (np.diag([-1.0, 1, 1]), 1.0),
                                                (np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 3]]), 3.0)])
def test_moved_parts_stay_closed_outwards_with_normals_across(linear, volume):
    box = trimesh.creation.box()
    part = of_trimesh(box)
    part.normals = np.repeat(box.face_normals, 3, axis=0)
    moved = moved_part(part, linear, np.array([5.0, 6.0, 7.0]))
    again = trimesh.Trimesh(moved.points, moved.indices.reshape(-1, 3), process=False)
    assert is_closed(moved) and again.volume == pytest.approx(volume)
    assert np.allclose(moved.normals, np.repeat(again.face_normals, 3, axis=0))


def test_open_and_inverted_surfaces_are_not_closed():
    box = trimesh.creation.box()
    assert is_closed(of_trimesh(box))
    inverted = box.copy()
    inverted.invert()
    assert not is_closed(of_trimesh(inverted))
    box.update_faces(np.arange(len(box.faces)) > 0)
    assert not is_closed(of_trimesh(box))
