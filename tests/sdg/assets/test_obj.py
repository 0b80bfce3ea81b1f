import numpy as np
import pytest
import trimesh

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import Limits
from scenewright.sdg.assets.obj import read_obj

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"


def test_polygons_materials_and_coordinates_are_kept(cube, source):
    model = read_obj(source(cube / "cube.obj"))
    (part,) = model.parts
    assert part.name == "Box"
    assert part.counts.tolist() == [4] * 6
    assert part.looks == ["red", "wood"]
    assert part.face_looks.tolist() == [0, 0, 0, 1, 1, 1]
    assert part.points.shape == (8, 3)
    assert part.points[part.indices[:4]].tolist() == [[0, 1, 0], [2, 1, 0], [2, 0, 0], [0, 0, 0]]
    assert part.st[:4].tolist() == [[0, 1], [1, 1], [1, 0], [0, 0]]
    assert part.normals is None
    assert (model.up, model.unit) == ("Y", None)


@pytest.mark.parametrize("face", ["1 2 3", "-3 -2 -1", "1// 2// 3//", "1/1 2/1 3/1", "1//1 2//1 3//1", "1/1/1 2/1/1 3/1/1",
                                  "1 2/1 3//1", "-3/-1/-1 -2/-1/-1 -1/-1/-1"])
def test_every_form_of_corner(obj_source, face):
    part = read_obj(obj_source(TRIANGLE + f"vt 0.5 0.25\nvn 0 0 1\nf {face}\n")).parts[0]
    assert part.points[part.indices].tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    if "/1" in face and "//" not in face and face != "1 2/1 3//1":
        assert part.st.tolist() == [[0.5, 0.25]] * 3


def test_missing_normals_of_single_corners_are_left_to_be_computed(obj_source):
    part = read_obj(obj_source(TRIANGLE + "vn 0 0 1\nf 1//1 2 3//1\n")).parts[0]
    assert part.normals.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 1]]


def test_relative_indices_count_from_where_they_stand(obj_source):
    part = read_obj(obj_source(TRIANGLE + "f -3 -2 -1\nv 5 5 5\nv 6 5 5\nv 5 6 5\nf -3 -2 -1\n")).parts[0]
    assert part.points[part.indices[3:]].tolist() == [[5, 5, 5], [6, 5, 5], [5, 6, 5]]


def test_objects_are_parts_and_groups_where_there_are_none(obj_source):
    faces = "f 1 2 3\n"
    model = read_obj(obj_source(TRIANGLE + "o a\n" + faces + "g x\n" + faces + "o b\n" + faces + "o a\n" + faces))
    assert [(part.name, len(part.counts)) for part in model.parts] == [("a", 3), ("b", 1)]
    model = read_obj(obj_source(TRIANGLE + "g a\n" + faces + "g b\n" + faces))
    assert [part.name for part in model.parts] == ["a", "b"]


def test_smoothing_groups_become_creases(obj_source):
    text = TRIANGLE + "f 1 2 3\ns 1\nf 1 2 3\ns off\nf 1 2 3\n"
    assert read_obj(obj_source(text)).parts[0].creases.tolist() == [40.0, 80.0, 0.0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings(obj_source, encoding):
    part = read_obj(obj_source((TRIANGLE + "o Stühle\nf 1 2 3\n").encode(encoding))).parts[0]
    assert part.name == "Stühle"


def test_continued_lines_tabs_and_point_colours(obj_source):
    text = "v 0 0 0 1 0 0\nv\t1 0 0 0 1 0\nv 0 1 0 0 0 1\nf 1 \\\n 2 3\n"
    part = read_obj(obj_source(text)).parts[0]
    assert part.colors.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_lines_and_points_are_left_out_with_a_note(obj_source):
    model = read_obj(obj_source(TRIANGLE + "f 1 2 3\nl 1 2\np 3\n"))
    assert model.notes == ["left out: lines, points"]


def test_agrees_with_trimesh(tmp_path, source):
    sphere = trimesh.creation.icosphere(subdivisions=2, radius=0.7)
    path = tmp_path / "sphere.obj"
    path.write_text(trimesh.exchange.obj.export_obj(sphere))
    part = read_obj(source(path)).parts[0]
    again = trimesh.Trimesh(part.points, part.indices.reshape(-1, 3), process=False)
    assert again.volume == pytest.approx(sphere.volume, rel=1e-6)
    assert np.ptp(part.points, axis=0) == pytest.approx(np.ptp(sphere.vertices, axis=0))


def test_too_many_points_or_faces_are_refused(obj_source):
    for limits in (Limits(points=2), Limits(corners=5)):
        source = obj_source("\n" + TRIANGLE + "f 1 2 3\n" * 2)
        source.limits = limits
        with pytest.raises(AssetError, match="more than"):
            read_obj(source)


@pytest.mark.parametrize(("text", "reason"), [
    ("", "no faces"),
    (TRIANGLE, "no faces"),
    (TRIANGLE + "f 1 2 4\n", "point 4 of 3"),
    (TRIANGLE + "f 1 2 0\n", "point 0 of 3"),
    (TRIANGLE + "f 1 2 -4\n", "point 0 of 3"),
    (TRIANGLE + "f 1/7 2/7 3/7\n", "texture coordinate 7 of 0"),
    (TRIANGLE + "f 1 2 99999999999999999999999\n", "point"),
    (TRIANGLE + "f 1 2 x\n", "'x' stands where"),
    ("v 0 0 zero\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "points are damaged"),
    (b"\x00\x01\x02\x03" * 40, "no OBJ text"),
])
def test_damaged_files_are_refused_with_the_reason(obj_source, text, reason):
    with pytest.raises(AssetError, match=reason):
        read_obj(obj_source(text))
