"""A dataset in every format as it is rendered: sound it has no finding, and what is spoiled in one is found there."""

import io
import json
import tarfile

import numpy as np
import pytest
from typer.testing import CliRunner

from scenewright.cli.__main__ import app
from scenewright.sdg.dataset_validation.validate import validate_dataset


def test_a_sound_dataset_has_no_finding(rendered):
    log = validate_dataset(rendered)
    assert log.lines() == [] and not log.skipped
    expected = {
        "keypoints against poses": 8,  # per frame: coco's two, yolo's and the annotator's
        "keypoint states against depth": 2,
        "part ids against prim paths": 6,
        "parts against instance masks": 6,
        "parts against instance_id_segmentation": 2,
        "rows of copies against the entries": 4,
        "copied pictures against the ledger": 4,
        "VOC objects against boxes": 4,
        "YOLO lines against boxes": 2,
        "KITTI boxes against instance images": 4,
        "KITTI classes against BasicWriter's": 4,
    }
    assert {name: log.compared[name] for name in expected} == expected


def change_json(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def change_parts(change):
    def spoil(path):
        parts = np.load(path)
        change(parts)
        np.save(path, parts)

    return spoil


def replaced(old, new):
    def spoil(path):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return spoil


def json_of(change):
    return lambda path: change_json(path, change)


def mug(data):
    return next(row for row in data["annotations"] if row["category"].endswith("mug"))


def swapped(parts):
    parts[parts == parts.max()] = parts[parts > 0].min()


COCO, YOLO = "coco/.scenewright/coco/000001.json", "yolo/.scenewright/yolo/000001.json"
KEYPOINTS, PARTS = "truth/keypoints/000001.json", "truth/part_segmentation/000001"
KITTI, VOC = "kitti/Eye/object_detection/1.txt", "voc/Annotations/000001.xml"


@pytest.mark.parametrize(
    ("name", "spoil", "file", "item", "words"),
    [
        (COCO, json_of(lambda d: mug(d)["keypoints"].__setitem__(0, 3.0)), COCO, "tip", "the pose gives"),
        (COCO, json_of(lambda d: mug(d)["keypoints_local"][0].__setitem__(0, 9.0)), COCO, "tip", "the pose gives"),
        (COCO, json_of(lambda d: mug(d)["keypoints"].__setitem__(slice(3, 6), [9, 9, 1])), COCO, "nowhere", "no such locator"),
        (YOLO, json_of(lambda d: mug(d).update(line="0.3 0.3 " + mug(d)["line"].split(" ", 2)[2])), YOLO, "", "its line spans"),
        (YOLO, json_of(lambda d: mug(d).update(line=mug(d)["line"].rsplit(" ", 3)[0] + " 0 0 2")), YOLO, "keypoint 1", "is at"),
        (KEYPOINTS, json_of(lambda d: d["records"][0].update(x=1.0)), KEYPOINTS, "/World/Mug, tip", "the pose gives"),
        (KEYPOINTS, json_of(lambda d: d["records"][0].update(depth=1.0)), KEYPOINTS, "/World/Mug, tip", "its depth is"),
        (PARTS + ".npy", change_parts(swapped), PARTS + ".npy", "part ", "are not of its object"),
        (PARTS + ".npy", change_parts(lambda p: p.__setitem__(p > 0, 77)), PARTS + ".npy", "part 77", "does not know it"),
        (PARTS + ".npy", change_parts(lambda p: p[:24].__setitem__(p[:24] > 0, 0)), PARTS + ".npy", "/World/", "no part"),
        (PARTS + ".json", replaced('"part": "Body"', '"part": "Lid"'), PARTS + ".npy", "part ", "and its part 'Lid' have"),
        (KITTI, replaced(" 0.00 0 0.00 ", " 0.00 2 0.00 "), KITTI, "line ", "occluded is 2"),
        (KITTI, replaced("crate", "bench"), KITTI, "line ", "BasicWriter has 'crate' there"),
        (KITTI, lambda path: path.write_text(path.read_text().split("\n")[0] + "\n"), KITTI, "", "has no line"),
        (KITTI, lambda path: path.write_text("crate 0 0 0 1 1 9 9 0 0 0 0 0 0 0\n"), KITTI, "line 1", "no object of the"),
        (KITTI, lambda path: path.write_text("crate 0 0\n"), KITTI, "line 1", "15 are expected"),
        (VOC, replaced("<xmin>", "<xmin>1"), VOC, "object 1", "it should be"),
        (VOC, replaced(">crate<", ">bench<"), VOC, "object ", "it is 'bench'"),
        (VOC, lambda path: path.write_text("<annotation>"), VOC, "", "cannot be read"),
    ],
)
def test_what_is_spoiled_is_found(rendered, reseal, name, spoil, file, item, words):
    spoil(rendered / name)
    reseal(rendered, name)
    findings = [f for f in validate_dataset(rendered).findings if f.severity == "error"]
    assert [f for f in findings if f.file == file and item in f.item and words in f.message], findings


def change_shard(path, change):
    with tarfile.open(path) as shard:
        members = [(info.name, shard.extractfile(info).read()) for info in shard]
    with tarfile.open(path, "w") as shard:
        for name, data in change(members):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            shard.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize(
    ("change", "item", "words"),
    [
        (lambda m: [(m[0][0], m[0][1].replace(b'"bbox":[', b'"bbox":[9')), m[1]], "000001.json", "bbox[0] is 9"),
        (lambda m: [m[0], (m[1][0], m[1][1][:-1] + b"x")], "000001.png", "is not wds/images/000001.png"),
        (lambda m: m[:1], "000001.png", "it ends where 000001.png should be"),
        (lambda m: [*m, ("extra.json", b"{}")], "extra.json", "it has extra.json where it should end"),
    ],
)
def test_samples_of_shards_are_held_against_the_entries(rendered, change, item, words):
    change_shard(rendered / "wds/shards/data-000001.tar", change)
    found = [f for f in validate_dataset(rendered).findings if f.file == "wds/shards/data-000001.tar" and f.item == item]
    assert found and words in found[0].message


@pytest.mark.parametrize(
    ("change", "item", "words"),
    [
        (lambda rows: rows[1]["objects"]["area"].__setitem__(0, 5), "row 2", "objects.area[0] is 5"),
        (lambda rows: rows[1]["objects"]["category"].__setitem__(0, "x"), "row 2", "objects.category[0] is 'x'"),
        (lambda rows: rows[0]["image"].update(bytes=b"no picture"), "row 1", "is not hf/images/000000.png"),
        (lambda rows: rows.pop(), "row 2", "it is missing"),
        (lambda rows: rows.append(rows[0]), "row 3", "belongs to no image"),
    ],
)
def test_rows_of_parquet_files_are_held_against_the_entries(rendered, change, item, words):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = rendered / "hf/data/train-00000.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    found = [f for f in validate_dataset(rendered).findings if f.file == "hf/data/train-00000.parquet" and f.item == item]
    assert found and words in found[0].message


def test_a_shard_too_many_is_an_extra_file_and_a_lost_one_is_missing(rendered):
    (rendered / "wds/shards/data-000001.tar").rename(rendered / "wds/shards/data-000007.tar")
    findings = {f.file: f.message for f in validate_dataset(rendered).findings}
    assert "it is missing" in findings["wds/shards/data-000001.tar"]
    assert "the ledger does not know it" in findings["wds/shards/data-000007.tar"]


def test_a_kitti_folder_without_a_ledger(rendered, tmp_path):
    (rendered / "kitti").rename(tmp_path / "alone")
    log = validate_dataset(tmp_path / "alone")
    assert log.errors == 0 and log.compared["KITTI boxes against instance images"] == 4 and log.compared["images"] == 2
    path = tmp_path / "alone/Eye/object_detection/0.txt"
    assert [len(line.split(" ")) for line in path.read_text().splitlines()] == [15, 15]
    assert path.read_text().startswith("coffee_☕_mug ")  # a space would part fields
    path.write_text("class: crate 0 5 0 1 1 900 9 0 0 0 0 0 0 0\n")
    (tmp_path / "alone/Eye/rgb/1.png").unlink()
    words = " ".join(validate_dataset(tmp_path / "alone").lines())
    for part in ("readers part fields at spaces", "occluded 5", "within the picture of 64 × 48", "no picture belongs"):
        assert part in words


def test_the_command_names_file_and_item_and_exits_with_2(rendered, reseal):
    runner = CliRunner()
    assert runner.invoke(app, ["validate", str(rendered)]).exit_code == 0
    replaced("crate", "bench")(rendered / KITTI)
    reseal(rendered, KITTI)
    result = runner.invoke(app, ["validate", str(rendered)])
    assert result.exit_code == 2 and f"error: {KITTI}: line " in result.output


@pytest.mark.verify
@pytest.mark.filterwarnings("ignore")  # of the reader
def test_mlcroissant_loads_every_record(rendered):
    mlcroissant = pytest.importorskip("mlcroissant")
    from PIL import Image

    found = mlcroissant.Dataset(jsonld=str(rendered / "croissant.json"))
    assert not found.metadata.ctx.issues.errors
    records = {one.id: list(found.records(one.id)) for one in found.metadata.record_sets}
    rows = json.loads((rendered / "coco/annotations/instances.json").read_text())["annotations"]
    name = "coco/annotations/instances.json"
    keys = ("id", "image_id", "category_id", "area", "bbox")
    read = [[row[f"{name}#{key}"] for key in keys] for row in records.pop(name + "#annotations")]
    assert read == [[row[key] for key in keys] for row in rows]
    name = "hf/data/train-00000.parquet"
    assert [row[f"{name}#image_id"] for row in records.pop(name + "#rows")] == [1, 2]
    assert len(records) == 6 and "kitti/Eye/rgb/*.png#pictures" in records  # one of each writer's pictures
    for key, pictures in records.items():
        place = key.removesuffix("#pictures")
        for row in pictures:
            path = (rendered / place).parent / row[f"{place}#file_name"].decode()
            assert np.array_equal(np.asarray(row[f"{place}#image"]), np.asarray(Image.open(path).convert("RGB")))
        assert len(pictures) == 2
