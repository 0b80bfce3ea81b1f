"""The recording, read back by rerun's own reader: poses, lenses, boxes and points are where the scene has them."""

import sys

import numpy as np
import pytest

from scenewright.sdg.reading.basic import BasicSource
from scenewright.sdg.report.recording import MissingViewer, _quaternion, record_dataset


@pytest.fixture
def read_back():
    chunk = pytest.importorskip("rerun.chunk", reason="needs the extra [viz]: pip install rerun-sdk")

    def read(path):
        found = {}
        for part in chunk.RrdReader(str(path)).stream():
            batch = part.to_record_batch()
            # Times of the day of the recording; as nanoseconds they need pandas, and they say nothing about the dataset.
            columns = {name: batch.column(place).to_pylist() for place, name in enumerate(batch.schema.names)
                       if not str(batch.schema.types[place]).startswith("timestamp")}
            rows = found.setdefault(part.entity_path, {})
            for name, values in columns.items():
                rows.setdefault(name, []).extend(values)
        return found

    return read


def test_a_recording_holds_what_the_dataset_holds(basic, tmp_path, read_back):
    path = tmp_path / "out/set.rrd"
    assert record_dataset(basic, path) == 3
    found = read_back(path)
    pictures = list(BasicSource.open(basic).pictures())
    camera = found["/world/cameras/camera"]
    assert np.allclose(
        np.array(camera["Transform3D:translation"]).reshape(-1, 3), [p.view.position for p in pictures], atol=1e-6
    )
    lens = np.array(found["/world/cameras/camera/image"]["Pinhole:image_from_camera"][0][0]).reshape(3, 3).T
    assert np.allclose(lens, pictures[0].view.intrinsics)
    boxes = found["/world/cameras/camera/image/boxes"]
    assert sorted(v for v in boxes["frame"] if v is not None) == [0, 1, 2]
    x, y, width, height = pictures[0].objects[0].box
    assert boxes["Boxes2D:centers"][0][0] == [x + width / 2, y + height / 2]
    cuboids = found["/world/objects"]
    assert np.allclose(cuboids["Boxes3D:centers"][0], [(-0.6, 0, 0), (0.8, -0.4, 0.2)], atol=1e-6)
    assert np.allclose(cuboids["Boxes3D:half_sizes"][0], [[0.7] * 3, [0.5] * 3], atol=1e-6)
    assert cuboids["Boxes3D:labels"][0] == ["/World/Crate", "/World/Tin"]
    turn = np.abs(cuboids["Boxes3D:quaternions"][0][0])
    assert np.allclose(turn, [0, 0, np.sin(0.15), np.cos(0.15)], atol=1e-6)
    assert "/world/cameras/camera/image/segmentation" in found
    assert [info["label"] for info in _infos(found["/"])] == ["crate", 'tin <b>&"']


def test_points_lie_on_the_objects(basic, tmp_path, read_back):
    record_dataset(basic, tmp_path / "set.rrd", images=1)
    points = np.array(read_back(tmp_path / "set.rrd")["/world/points"]["Points3D:positions"][0])
    local = (points - (-0.6, 0, 0)) @ np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1]])
    on_crate = np.abs(np.abs(local).max(axis=1) - 0.7) < 1e-4
    on_tin = np.abs(np.abs(points - (0.8, -0.4, 0.2)).max(axis=1) - 0.5) < 1e-4
    assert len(points) > 300 and (on_crate | on_tin).all() and on_crate.any() and on_tin.any()


def test_quaternions_turn_as_their_matrices_do():
    rng = np.random.default_rng(0)
    for _ in range(20):
        q, _r = np.linalg.qr(rng.normal(size=(3, 3)))
        rotation = q * np.sign(np.linalg.det(q))
        x, y, z, w = _quaternion(rotation)
        again = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        assert np.allclose(again, rotation, atol=1e-12)


def test_pictures_without_cameras_or_images_are_no_obstacle(make_coco, tmp_path, read_back):
    root = make_coco("plain")
    (root / "images/1.png").unlink()
    assert record_dataset(root, tmp_path / "p.rrd") == 6
    found = read_back(tmp_path / "p.rrd")
    assert "/images/camera/image" in found and found["/notes"]["TextLog:text"] == [["images/1.png is missing."]]


def test_a_missing_extra_is_named(basic, monkeypatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(MissingViewer, match="scenewright\\[viz\\]"):
        record_dataset(basic)


def _infos(root):
    context = next(value for value in root["AnnotationContext:context"] if value)
    return [row["class_description"]["info"] for row in context[0]]
