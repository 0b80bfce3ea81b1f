"""Every format, read number by number by readers that are not ours, some of them in a Python of their own.

``SCENEWRIGHT_READERS`` names a Python with datumaro, pypng, imageio, scipy, pytz and pycocotools; ``SCENEWRIGHT_ULTRALYTICS``
one with ultralytics (AGPL, so never a dependency) and torchvision; ``BOP_TOOLKIT`` and ``PANOPTICAPI`` name checkouts of
github.com/thodan/bop_toolkit and github.com/cocodataset/panopticapi.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.sdg.writers import create_writer
from scenewright.sdg.writers.rle import rle_decode

pytestmark = pytest.mark.verify
W, H, FRAMES = 160, 120, 2
CLASSES = ["box", "ball", "roller"]
POINTS = {name: ["top", "side"] for name in CLASSES}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Two frames in every format, and the truth: ids and labels as the annotator gave them."""
    root = tmp_path_factory.mktemp("formats")
    omni.usd.get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    make, rng = rep.functional.create, np.random.default_rng(5)
    prims = []
    for index in range(9):
        kind = (make.cube, make.sphere, make.cylinder)[index % 3]
        prims.append(kind(name=f"Thing{index}", rotation=tuple(rng.uniform(0, 90, 3)), scale=0.8,
                          semantics={"class": CLASSES[index % 3]}))
        for name, place in (("top", (0, 0, 0.5)), ("side", (0.5, 0, 0))):
            locator = prims[-1].GetStage().DefinePrim(prims[-1].GetPath().AppendChild(name), "Xform")
            locator.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set(name)
            UsdGeom.XformCommonAPI(locator).SetTranslate(Gf.Vec3d(*place))
    make.distant_light(intensity=1000)
    camera = make.camera(name="Eye", position=(0, -7, 1), look_at=(0, 0, 0), clipping_range=(0.01, 100.0))
    product = rep.create.render_product(str(camera.GetPath()), (W, H), name="eye")
    wanted = {
        "coco": ("coco", {"keypoints": POINTS, "amodal": True}), "panoptic": ("coco", {"panoptic": True, "stuff": ["roller"]}),
        "detect": ("yolo", {}), "segment": ("yolo", {"task": "segment"}), "obb": ("yolo", {"task": "obb"}),
        "pose": ("yolo", {"task": "pose", "keypoints": POINTS}), "voc": ("voc", {}), "bop": ("bop", {"classes": CLASSES}),
        "wds": ("webdataset", {"samples_per_shard": 1}), "hf": ("huggingface", {}),
        "parquet": ("huggingface", {"form": "parquet"}),
    }
    writers = []
    for folder, (name, parameters) in wanted.items():
        writers.append(create_writer(name))
        writers[-1].initialize(output_dir=str(root / folder), **parameters)
    writers.append(rep.WriterRegistry.get("KittiWriter"))
    writers[-1].initialize(output_dir=str(root / "kitti_raw"), omit_semantic_type=True, use_kitti_dir_names=True,
                           bbox_height_threshold=0)
    ids = rep.annotators.get("instance_segmentation")
    for one in (*writers, ids):
        one.attach(product if one is ids else [product])
    truth = []
    for _ in range(FRAMES):
        for prim in prims:
            UsdGeom.XformCommonAPI(prim).SetTranslate(Gf.Vec3d(*rng.uniform(-1.6, 1.6, 3)))
        rep.orchestrator.step(delta_time=0.0)
        data = ids.get_data()
        labels = {int(key): value["class"] for key, value in data["info"]["idToSemantics"].items() if int(key) > 1}
        truth.append([(name, data["data"] == key) for key, name in labels.items() if (data["data"] == key).any()])
    rep.orchestrator.wait_until_complete()
    for one in writers:
        one.detach()
    ids.detach()
    return root, truth


def box(mask):
    y, x = np.nonzero(mask)
    return [int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1]


def read(reader, folder, *rest):
    """Return what a reader of another Python says."""
    variable = "SCENEWRIGHT_ULTRALYTICS" if reader in ("ultralytics", "torchvision") else "SCENEWRIGHT_READERS"
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{variable} names no Python with foreign readers")
    script = Path(__file__).with_name("foreign_readers.py")
    done = subprocess.run([python, str(script), reader, str(folder), *rest], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.rpartition("\n")[2])


def checkout(name):
    if not os.environ.get(name):
        pytest.skip(f"{name} names no checkout")
    return os.environ[name]


def coco_of(root):
    return json.loads((root / "coco" / "annotations" / "instances.json").read_text())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_masks_and_scores_of_keypoints(dataset):
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    from pycocotools.coco import COCO

    root, truth = dataset
    coco = COCO(str(root / "coco" / "annotations" / "instances.json"))
    names = {row["id"]: row["name"] for row in coco.loadCats(coco.getCatIds())}
    for image, expected in zip(sorted(coco.getImgIds()), truth, strict=True):
        rows = coco.loadAnns(coco.getAnnIds(image))
        assert [(names[row["category_id"]], row["bbox"], row["area"]) for row in rows] == [
            (name, box(mask), mask.sum()) for name, mask in expected]
        assert all(np.array_equal(coco.annToMask(row), mask) for row, (_, mask) in zip(rows, expected, strict=True))
    results = [{"image_id": row["image_id"], "category_id": row["category_id"], "keypoints": row["keypoints"], "score": 1.0}
               for row in coco.loadAnns(coco.getAnnIds()) if row["num_keypoints"]]
    scores = cocoeval.COCOeval(coco, coco.loadRes(results), "keypoints")
    scores.params.kpt_oks_sigmas = np.array([0.05, 0.05])
    scores.params.areaRng, scores.params.areaRngLbl = [[0, 1e10]], ["all"]
    scores.evaluate()
    scores.accumulate()
    precision = scores.eval["precision"]
    assert (precision[precision > -1] == 1.0).all() and (precision > -1).any()
    assert all(len(row["keypoints"]) == 6 for row in coco.loadAnns(coco.getAnnIds()))


def test_datumaro_reads_coco_boxes_masks_and_counts(dataset, tmp_path):
    root, truth = dataset
    (tmp_path / "annotations").mkdir()
    (tmp_path / "images").symlink_to(root / "coco" / "images")
    (tmp_path / "annotations" / "instances_default.json").symlink_to(root / "coco" / "annotations" / "instances.json")
    found = read("datumaro", tmp_path, "coco_instances")
    for stem, expected in zip(sorted(found), truth, strict=True):
        masks = [row for row in found[stem] if row[0] in ("mask", "polygon")]
        assert sorted((row[1], row[6]) for row in masks) == sorted((name, float(mask.sum())) for name, mask in expected)
        inclusive = sorted((name, *(float(value) for value in (*box(mask)[:2], *(side - 1 for side in box(mask)[2:]))))
                           for name, mask in expected)
        assert sorted((row[1], *row[2:6]) for row in masks) in (
            inclusive, sorted((name, *map(float, box(mask))) for name, mask in expected))


def test_datumaro_reads_voc_and_kitti(dataset, tmp_path):
    root, truth = dataset
    for part in (root / "voc").iterdir():
        if not part.name.startswith("."):
            (tmp_path / "voc").mkdir(exist_ok=True)
            (tmp_path / "voc" / part.name).symlink_to(part)
    (tmp_path / "voc" / "labelmap.txt").write_text("".join(f"{name}:::\n" for name in CLASSES))
    found = read("datumaro", tmp_path / "voc", "voc_detection")
    for stem, expected in zip(sorted(found), truth, strict=True):
        rows = sorted((row[1], *row[2:6]) for row in found[stem] if row[0] == "bbox")
        # VOC counts pixels from 1, both ends included; datumaro takes the last pixel for the end
        assert rows == sorted((name, x + 1.0, y + 1.0, w - 1.0, h - 1.0) for name, (x, y, w, h) in boxes(expected))
    layout_kitti(root, tmp_path / "kitti" / "training")
    found = read("datumaro", tmp_path / "kitti", "kitti_detection")
    assert len(found) == FRAMES
    for stem, expected in zip(sorted(found, key=int), truth, strict=True):
        rows = sorted((row[1], *row[2:6]) for row in found[stem])
        assert rows == sorted((name, x, y, w - 1.0, h - 1.0) for name, (x, y, w, h) in boxes(expected))
        assert all(row[7].get("occluded") in (False, True) for row in found[stem])


def boxes(expected):
    return [(name, box(mask)) for name, mask in expected]


def layout_kitti(root, training):
    """Lay the folders of KittiWriter out as the benchmark does."""
    place = next((root / "kitti_raw").rglob("label_02"))
    training.mkdir(parents=True)
    for kind, target in (("label_02", "label_2"), ("image_02", "image_2")):
        (training / target).symlink_to(place.parent / kind)


def test_torchvision_reads_voc_and_kitti(dataset, tmp_path):
    root, truth = dataset
    devkit = tmp_path / "VOCdevkit" / "VOC2012"
    devkit.parent.mkdir()
    devkit.symlink_to(root / "voc")
    for (size, page), expected in zip(read("torchvision", tmp_path, "voc"), truth, strict=True):
        assert size == [W, H] and (page["size"]["width"], page["size"]["height"]) == (str(W), str(H))
        sides = ("xmin", "ymin", "xmax", "ymax")
        rows = [(row["name"], *(int(row["bndbox"][side]) for side in sides)) for row in page["object"]]
        assert sorted(rows) == sorted((name, x + 1, y + 1, x + w, y + h) for name, (x, y, w, h) in boxes(expected))
    layout_kitti(root, tmp_path / "Kitti" / "raw" / "training")
    for (size, lines), expected in zip(read("torchvision", tmp_path, "kitti"), truth, strict=True):
        rows = [(row["type"], *row["bbox"]) for row in lines]
        assert size == [W, H]
        assert sorted(rows) == sorted((name, x, y, x + w - 1, y + h - 1) for name, (x, y, w, h) in boxes(expected))


@pytest.mark.parametrize("task", ["detect", "segment", "obb", "pose"])
def test_ultralytics_reads_every_task(dataset, task):
    ndimage = pytest.importorskip("scipy.ndimage")
    from PIL import Image, ImageDraw

    root, truth = dataset
    found = read("ultralytics", root / task, task)
    keypoints = {row["id"]: row for row in coco_of(root)["annotations"]}
    for number, (stem, expected) in enumerate(zip(sorted(found), truth, strict=True), start=1):
        assert sorted(row[0] for row in found[stem]) == sorted(name for name, _ in expected)
        posed = sorted((row for row in keypoints.values() if row["image_id"] == number), key=lambda row: row["id"])
        for place, (row, (label, mask)) in enumerate(zip(found[stem], expected, strict=True)):
            name, size, (x, y, w, h), outline, points = row
            assert (name, size) == (label, [W, H])
            left, top, width, height = (x - w / 2) * W, (y - h / 2) * H, w * W, h * H
            if task == "obb":  # the box about the turned one, whose corners are the outline
                corners = np.array(outline).reshape(-1, 2) * (W, H)
                assert len(corners) == 4 and np.all(inside(mask, corners))
                continue
            assert np.allclose((left, top, width, height), box(mask), atol=2e-3)
            if task == "segment":
                picture = Image.new("1", (W, H))
                ImageDraw.Draw(picture).polygon([tuple(point) for point in np.array(outline).reshape(-1, 2) * (W, H)], fill=1)
                grown = ndimage.binary_dilation(mask, np.ones((3, 3)))
                assert not (np.array(picture) & ~grown).any() and not (mask & ~np.array(picture)).any()
            if task == "pose":
                assert np.allclose(np.array(points) * (W, H, 1), np.reshape(posed[place]["keypoints"], (-1, 3)), atol=1e-2)


@pytest.mark.filterwarnings("ignore")  # of the readers
def test_webdataset_and_datasets_read_boxes_masks_and_pictures(dataset, tmp_path):
    webdataset, datasets = pytest.importorskip("webdataset"), pytest.importorskip("datasets")
    from PIL import Image
    from pycocotools import mask as masks

    root, truth = dataset
    pictures = [np.asarray(Image.open(path)) for path in sorted((root / "coco" / "images").iterdir())]
    shards = sorted(str(path) for path in (root / "wds" / "shards").iterdir())
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8"))
    for sample, expected, picture in zip(samples, truth, pictures, strict=True):
        rows = sample["json"]["annotations"]
        assert [(row["category"], row["bbox"], row["area"]) for row in rows] == [
            (name, box(mask), mask.sum()) for name, mask in expected]
        decoded = [masks.decode(row["segmentation"]) for row in rows]
        assert all(np.array_equal(one, mask) for one, (_, mask) in zip(decoded, expected, strict=True))
        assert np.array_equal(sample["png"], picture)
    for kind, folder in (("imagefolder", "hf"), ("parquet", "parquet")):
        table = datasets.load_dataset(kind, data_dir=str(root / folder / "data"), cache_dir=str(tmp_path / kind))["train"]
        for row, expected, picture in zip(table, truth, pictures, strict=True):
            objects = row["objects"]
            assert list(zip(objects["category"], objects["bbox"], objects["area"], strict=True)) == [
                (name, box(mask), mask.sum()) for name, mask in expected]
            assert np.array_equal(np.asarray(row["image"]), picture) and (row["width"], row["height"]) == (W, H)


def test_supervision_reads_all_tasks_of_yolo(dataset):
    sv, ndimage = pytest.importorskip("supervision"), pytest.importorskip("scipy.ndimage")
    root, truth = dataset
    for task, options in (("detect", {}), ("segment", {"force_masks": True}), ("obb", {"is_obb": True})):
        folder = root / task
        places = [str(folder / part) for part in ("images", "labels", "data.yaml")]
        data = sv.DetectionDataset.from_yolo(*places, **options)
        for (_, _, seen), expected in zip(sorted(data, key=lambda entry: entry[0]), truth, strict=True):
            assert sorted(data.classes[number] for number in seen.class_id) == sorted(name for name, _ in expected)
            for number, (x0, y0, x1, y1), row in zip(seen.class_id, seen.xyxy, range(len(seen)), strict=True):
                masks = [mask for name, mask in expected if name == data.classes[number]]
                if task == "obb":
                    corners = seen.data["xyxyxyxy"][row]
                    assert any(np.all(inside(mask, corners)) for mask in masks)
                else:
                    spans = [np.abs(np.subtract(box(mask), (x0, y0, x1 - x0, y1 - y0))).max() for mask in masks]
                    assert min(spans) < 1.01
                if task == "segment":
                    grown = [ndimage.binary_dilation(mask, np.ones((3, 3))) for mask in masks]  # it fills the outline, too
                    assert any(not (seen.mask[row] & ~more).any() and not (mask & ~seen.mask[row]).any()
                               for mask, more in zip(masks, grown, strict=True))


def inside(mask, corners):
    """Return for the pixel centres of a mask whether they lie in a rectangle, half a pixel of rounding allowed."""
    y, x = np.nonzero(mask)
    points = np.stack([x + 0.5, y + 0.5], axis=1)
    found = np.ones(len(points), bool)
    for at in range(4):
        side, away = corners[(at + 1) % 4] - corners[at], points - corners[at]
        other = corners[(at + 2) % 4] - corners[at]
        turn = np.sign(side[0] * other[1] - side[1] * other[0])
        found &= (side[0] * away[:, 1] - side[1] * away[:, 0]) * turn > -0.6 * np.hypot(*side)
    return found


def test_yolo_poses_are_those_of_coco(dataset):
    root, _ = dataset
    coco = coco_of(root)
    for image in coco["images"]:
        lines = (root / "pose" / "labels" / Path(image["file_name"]).with_suffix(".txt").name).read_text().splitlines()
        rows = [row for row in coco["annotations"] if row["image_id"] == image["id"]]
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            numbers = np.array([float(value) for value in line.split()[5:]]).reshape(2, 3) * (W, H, 1)
            assert np.allclose(numbers, np.reshape(row["keypoints"], (2, 3)), atol=1e-4)


def test_panopticapi_scores_the_dataset_against_itself(dataset):
    root, truth = dataset
    found = read("panopticapi", root / "panoptic", checkout("PANOPTICAPI"))
    assert found["All"] == {"pq": 1.0, "sq": 1.0, "rq": 1.0, "n": 3.0}
    for name, expected in zip(sorted(found["areas"]), truth, strict=True):
        counted = dict(found["areas"][name])
        counted.pop("0", None)
        things = [int(mask.sum()) for name, mask in expected if name != "roller"]
        stuff = sum(int(mask.sum()) for name, mask in expected if name == "roller")
        assert sorted(counted.values()) == sorted([*things, stuff])


def test_bop_toolkit_agrees_with_poses_masks_and_models(dataset):
    root, truth = dataset
    found = read("bop", root / "bop", checkout("BOP_TOOLKIT"))
    coco = {row["object_id"]: row for row in coco_of(root)["annotations"]}
    assert coco and len(found["objects"]) >= sum(len(expected) for expected in truth)
    exact = 0
    for row in found["objects"]:
        info = row["info"]
        assert row["counts"][1] == info["px_count_visib"] and row["counts"][0] <= info["px_count_all"]
        x, y, width, height = info["bbox_obj"]
        if row["counts"][0] == info["px_count_all"]:  # not cut by the border
            assert np.add(row["mask_box"], (0, 0, 1, 1)).tolist() == info["bbox_obj"]  # theirs ends at the last pixel's centre
            x0, y0, x1, y1 = row["projected"]
            assert max(abs(x0 - x), abs(y0 - y), abs(x1 - x - width), abs(y1 - y - height)) < 1.0
            exact += 1
    assert exact >= 10
    models = json.loads((root / "bop" / "models" / "models_info.json").read_text())
    for key, diameter in found["diameters"].items():
        assert models[key]["diameter"] == pytest.approx(diameter, rel=1e-3) or diameter < models[key]["diameter"]
    assert found["sizes"]["1"] == 12
    assert models == found["models_info"]
    for key, (low, extent) in found["spans"].items():
        stated = [models[key][name] for name in ("min_x", "min_y", "min_z", "size_x", "size_y", "size_z")]
        assert np.allclose([*low, *extent], stated, atol=1e-3)  # mm
    for image, expected in enumerate(truth):  # their own run lengths of visible masks are the annotator's pixels
        rows = [row for row in found["objects"] if row["image"] == image and row["counts"][1]]
        given = sorted((CLASSES[row["obj_id"] - 1], tuple(row["runs"][1]["counts"])) for row in rows)
        assert given == sorted((name, tuple(runs(mask))) for name, mask in expected)


def runs(mask):
    """Return COCO's uncompressed run lengths of a mask, by counting."""
    flat = mask.reshape(-1, order="F")
    places = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    lengths = np.diff([0, *places.tolist(), len(flat)]).tolist()
    return [0, *lengths] if flat[0] else lengths


def test_amodal_masks_of_coco_are_the_masks_of_bop(dataset):
    from PIL import Image

    root, _ = dataset
    scene = root / "bop" / "train_pbr" / "000000"
    whole = {tuple(np.asarray(Image.open(path)).reshape(-1)[::7] > 0) for path in (scene / "mask").iterdir()}
    rows = coco_of(root)["annotations"]
    for row in rows:
        mask = rle_decode(row["amodal_segmentation"]["counts"], H, W)
        assert mask.sum() == row["amodal_area"] and box(mask) == row["amodal_bbox"]
        assert tuple(mask.reshape(-1)[::7]) in whole
        assert row["visible_fraction"] == pytest.approx(row["area"] / row["amodal_area"], abs=1e-5)
        assert sum(other["share"] for other in row["occluders"]) == pytest.approx(1 - row["visible_fraction"], abs=1e-4)
