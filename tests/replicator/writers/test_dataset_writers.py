"""KittiWriter, CocoWriter, CosmosWriter, FPSWriter and DataVisualizationWriter: files and what they say."""

import contextlib
import io
import json

import numpy as np
import omni.replicator.core as rep
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from scenewright.replicator.writers.coco_writer import mask_counts
from scenewright.replicator.writers.video import encode_mp4


@pytest.fixture
def run(tmp_path):
    """Return a function that writes some steps with a writer and returns the writer and its folder."""

    def write(name, targets, steps=1, **params):
        writer = rep.writers.get(name)
        writer.initialize(output_dir=str(tmp_path), **params)
        writer.attach(targets)
        for _ in range(steps):
            rep.orchestrator.step()
        rep.orchestrator.wait_until_complete()
        writer.detach()
        return writer, tmp_path

    return write


@pytest.fixture
def see(products):
    """Return a function that captures once and returns what an annotator sees in the first product."""

    def capture(name, **params):
        annotator = rep.annotators.get(name, init_params=params)
        annotator.attach(products[0])
        rep.orchestrator.step()
        return annotator.get_data(use_legacy_structure=False)

    return capture


# ---- KITTI


def test_kitti_lines_and_images(run, products, listing, read_image, see):
    _, folder = run("KittiWriter", products[0], steps=2, omit_semantic_type=True, bbox_height_threshold=0,
                    colorize_instance_segmentation=True)
    kinds = {"rgb": "png", "semantic_segmentation": "png", "instance_segmentation": "png", "instance_rgb": "png",
             "object_detection": "txt"}
    assert listing(folder) == sorted(["metadata.txt", *(f"left/{k}/{i}.{e}" for k, e in kinds.items() for i in range(2))])
    boxes = see("bounding_box_2d_tight")["data"]
    lines = [line.split() for line in (folder / "left/object_detection/0.txt").read_text().splitlines()]
    assert [line[0] for line in lines] == ["crate", "ball"] and all(len(line) == 15 for line in lines)
    for line, box in zip(lines, boxes, strict=True):
        assert [float(v) for v in line[4:8]] == [box[n] for n in ("x_min", "y_min", "x_max", "y_max")]
        assert [float(v) for v in [line[1], line[3], *line[8:]]] == [0.0] * 9 and line[2] in "012"
    semantic = read_image(folder / "left/semantic_segmentation/0.png")
    instance = read_image(folder / "left/instance_segmentation/0.png")
    assert semantic.dtype == np.uint8 and instance.dtype == np.uint16
    np.testing.assert_array_equal(semantic, see("semantic_segmentation")["data"])
    np.testing.assert_array_equal(instance // 256, semantic)
    ids = see("instance_segmentation")["data"]
    np.testing.assert_array_equal(instance % 256, np.where(ids < 2, 0, ids))


def test_kitti_occlusion_follows_from_what_is_visible(run, products):
    """The box of what shows of the far wall is a third as wide as the wall's: largely occluded below one half."""
    rep.functional.create.camera(position=(0, -20, 0), look_at=(0, 0, 0), name="Front", focal_length=50)
    product = rep.create.render_product("/Front", (64, 48))
    create = rep.functional.create
    for prim in ("/Crate", "/Ball"):
        rep.functional.modify.visibility(prim, False)
    create.cube(position=(0, 0, 0), scale=(6, 0.1, 3), name="Wall", semantics={"class": "wall"})
    create.cube(position=(-2, -1, 0), scale=(5, 0.1, 4), name="Screen", semantics={"class": "screen"})
    writer, folder = run("KittiWriter", product, bbox_height_threshold=2)
    lines = (folder / "Front/object_detection/0.txt").read_text().splitlines()
    labels = {line.split(" 0.00")[0]: line.split() for line in lines}
    assert {label: fields[3] for label, fields in labels.items()} == {"class: wall": "2", "class: screen": "0"}
    levels = [sum(share < level for level in writer._levels) for share in (1.0, 0.95, 0.94, 0.5, 0.49)]
    assert levels == [0, 0, 1, 1, 2]


def test_kitti_options(run, products, listing, read_image, tmp_path):
    mapping = {"crate": [255, 0, 0, 255], "unlabelled": [1, 2, 3, 255], "background": [9, 9, 9, 255]}
    (tmp_path / "map.json").write_text(json.dumps(mapping))
    _, folder = run("KittiWriter", products, use_kitti_dir_names=True, mapping_path=str(tmp_path / "map.json"))
    names = listing(folder)
    assert {n.split("/")[1] for n in names if "/" in n} == {"image_02", "semantic", "instance", "label_02"}
    assert {n.split("/")[0] for n in names if "/" in n} == {"left", "right"}
    assert (folder / "left/label_02/0.txt").read_text() == ""  # the boxes are less than 25 px high
    colors = {tuple(c) for c in read_image(folder / "left/semantic/0.png").reshape(-1, 4).tolist()}
    assert colors == {(255, 0, 0, 255), (1, 2, 3, 255), (9, 9, 9, 255)}  # the ball has no colour of its own
    with pytest.raises(ValueError, match="mapping_path or mapping_dict"):
        rep.writers.get("KittiWriter").initialize(output_dir="x", mapping_path="m", mapping_dict={})
    with pytest.raises(TypeError, match="colour"):
        rep.writers.get("KittiWriter").initialize(output_dir="x", colour=True)


def test_kitti_ids_that_do_not_fit_stop_the_run_and_leave_no_file(products, tmp_path, listing):
    for i in range(256):  # all but the last are inside the crate
        place = {"position": (0, 0, 0), "scale": 0.1} if i < 255 else {"position": (-0.5, -1, 1), "scale": 0.5}
        rep.functional.create.cube(**place, name=f"Cube{i}", semantics={"class": f"c{i}"})
    writer = rep.writers.get("KittiWriter", {"output_dir": str(tmp_path)}, products[0])
    with pytest.raises(rep.orchestrator.OrchestratorError, match=r"frame 0.*ids up to 255"):
        rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path) in ([], ["metadata.txt"])


# ---- COCO


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
def test_coco_is_read_by_pycocotools(run, products, listing, see):
    _, folder = run("CocoWriter", products, steps=2)
    assert listing(folder) == sorted(["coco_annotations.json", "metadata.txt",
                                      *(f"{p}/rgb_{i:04}.png" for p in ("left", "right") for i in range(2))])
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(folder / "coco_annotations.json"))
    assert {c["name"]: c["id"] for c in coco.cats.values()} == {"crate": 1, "ball": 2}
    assert [image["file_name"] for image in coco.imgs.values()][:2] == ["left/rgb_0000.png", "right/rgb_0000.png"]
    ids = see("instance_segmentation")["data"]
    for annotation in coco.imgToAnns[1]:
        mask = coco.annToMask(annotation)
        np.testing.assert_array_equal(mask, ids == annotation["category_id"] + 1)
        assert annotation["area"] == mask.sum()
        assert coco_mask.toBbox(coco.annToRLE(annotation)).tolist() == annotation["bbox"]


def test_coco_categories(run, products):
    categories = {"ball": {"name": "football", "id": 37, "supercategory": "sports", "isthing": 1, "color": [1, 2, 3]}}
    _, folder = run("CocoWriter", products[0], coco_categories=categories, image_output_format="jpg")
    data = json.loads((folder / "coco_annotations.json").read_text())
    assert data["categories"] == [categories["ball"]]
    assert [a["category_id"] for a in data["annotations"]] == [37] and data["images"][0]["file_name"] == "rgb_0000.jpg"
    for bad in ({"a": {"name": "a"}}, {"a": {"id": 1}, "b": {"id": 1}}):
        with pytest.raises(ValueError, match=r"coco_categories\['[ab]'\]"):
            rep.writers.get("CocoWriter").initialize(output_dir="x", coco_categories=bad)


def test_run_lengths_by_hand():
    mask = np.array([[0, 1], [1, 1]], bool)
    assert mask_counts(mask, left=1, top=1, shape=(3, 3)) == [5, 1, 1, 2]
    assert mask_counts(np.ones((2, 2), bool), 0, 0, (2, 2)) == [0, 4]
    assert mask_counts(mask, left=0, top=0, shape=(2, 3)) == [1, 3, 2]


# ---- Cosmos


def frames_of(path):
    import av

    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], rate


def test_cosmos_clips(products, tmp_path, listing, read_image):
    writer = rep.writers.get("CosmosWriter")
    writer.initialize(output_dir=str(tmp_path), segmentation_mapping={"crate": [255, 0, 0, 255]})
    writer.attach(products[0])
    for _ in range(3):
        rep.orchestrator.step()
    rep.orchestrator.wait_until_complete()
    assert len(frames_of(tmp_path / "clip_0000/rgb.mp4")[0]) == 3
    rep.orchestrator.step()  # goes on with the clip
    writer.next_clip()
    writer.next_clip()  # an empty clip is no clip
    rep.orchestrator.step()
    writer.detach()
    kinds = ("rgb", "depth", "segmentation", "shaded_seg", "edges")
    names = [f"clip_0000/{k}/{k}_{i:04}.png" for k in kinds for i in range(4)] + [f"clip_0001/{k}/{k}_0000.png" for k in kinds]
    assert listing(tmp_path) == sorted(names + [f"clip_{c:04}/{k}.mp4" for k in kinds for c in range(2)])
    for kind in kinds:
        frames, rate = frames_of(tmp_path / f"clip_0000/{kind}.mp4")
        assert len(frames) == 4 and rate == 60 and frames[0].shape == (24, 32, 3)
    picture = read_image(tmp_path / "clip_0000/rgb/rgb_0000.png")[..., :3].astype(int)
    assert np.abs(frames_of(tmp_path / "clip_0000/rgb.mp4")[0][0] - picture).mean() < 6
    flat, shaded = (read_image(tmp_path / f"clip_0000/{k}/{k}_0000.png") for k in ("segmentation", "shaded_seg"))
    crate = flat[..., 0] == 255
    assert {tuple(c) for c in flat.reshape(-1, 4).tolist()} == {(0, 0, 0, 0), (0, 0, 0, 255), (255, 0, 0, 255)}
    assert len(np.unique(shaded[crate][:, 0])) >= 3 and shaded[crate][:, 1:3].max() == 0  # three faces, three shades
    assert 76 <= shaded[crate][:, 0].min() < 255
    assert set(np.unique(read_image(tmp_path / "clip_0000/edges/edges_0000.png"))) == {0, 255}


def test_cosmos_products_and_errors(run, products, listing, monkeypatch):
    _, folder = run("CosmosWriter", products)
    assert len([n for n in listing(folder) if n.endswith(".mp4")]) == 10 and "right/clip_0000/rgb.mp4" in listing(folder)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"scenewright\[video\]"):
        rep.writers.get("CosmosWriter").initialize(output_dir="x")


def test_videos_of_odd_size_are_the_same_bytes_each_time():
    frames = [np.full((5, 7, 4), value, np.uint8) for value in (0, 120, 240)]
    video = encode_mp4(frames, 29.97)
    assert video == encode_mp4(frames, 29.97)
    decoded, rate = frames_of_bytes(video)
    assert [int(f.mean().round(-1)) for f in decoded] == [0, 120, 240] and decoded[0].shape == (6, 8, 3)
    assert float(rate) == pytest.approx(29.97, abs=0.01)
    with pytest.raises(ValueError, match="at least one frame"):
        encode_mp4([], 30)


def frames_of_bytes(video):
    import av

    with av.open(io.BytesIO(video)) as container:
        rate = container.streams.video[0].average_rate
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], rate


# ---- FPS and visualization


def test_fps_counts_intervals(products, caplog):
    writer = rep.writers.get("FPSWriter", {"log_interval": 2}, products[0])
    with caplog.at_level("INFO"):
        for _ in range(4):
            rep.orchestrator.step()
    writer.detach()
    assert len(writer.frame_times) == 3 and writer.get_fps() == pytest.approx(3 / sum(writer.frame_times))
    assert sum("frames per second" in r.message for r in caplog.records) == 2


def test_boxes_are_drawn(run, products, listing, read_image, see):
    red = {"outline": (255, 0, 0, 255)}
    rep.settings.carb_settings("/scenewright/step", 0)  # all steps have the same noise
    _, folder = run("DataVisualizationWriter", products, bounding_box_2d_tight=True, bounding_box_2d_tight_params=red,
                    bounding_box_2d_loose=True, bounding_box_2d_loose_params={"background": "rgb"}, bounding_box_3d=True,
                    bounding_box_3d_params={"background": "normals", "fill": "red", "width": 2})
    names = [f"{p}/bounding_box_{k}_fast_0000.png" for p in ("left", "right") for k in ("2d_tight", "2d_loose", "3d")]
    assert listing(folder) == sorted(["metadata.txt", *names])
    drawn = read_image(folder / "left/bounding_box_2d_tight_fast_0000.png")
    expected = np.zeros((24, 32, 4), np.uint8)
    for box in see("bounding_box_2d_tight")["data"]:
        x0, y0, x1, y1 = (box[n] for n in ("x_min", "y_min", "x_max", "y_max"))
        expected[[y0, y1], x0 : x1 + 1] = expected[y0 : y1 + 1, [x0, x1]] = (255, 0, 0, 255)
    np.testing.assert_array_equal(drawn, expected)
    loose, rgb = read_image(folder / "left/bounding_box_2d_loose_fast_0000.png"), see("rgb")["data"]
    green = (loose == [0, 128, 0, 255]).all(axis=2)
    assert green.any() and (loose[~green] == rgb[~green]).all()
    cuboid = (read_image(folder / "left/bounding_box_3d_fast_0000.png") == [255, 0, 0, 255]).all(axis=2)
    crate = see("instance_segmentation")["data"] == 2
    ys = np.nonzero(crate)[0]
    assert cuboid[crate].any() and cuboid[ys.min() - 1 : ys.min() + 2].any() and cuboid[ys.max() - 1 : ys.max() + 2].any()
    wrong = (({"background": "depth"}, "background is one of rgb, normals"), ({"color": 1}, "no parameter 'color'"))
    for params, message in wrong:
        with pytest.raises(ValueError, match=message):
            rep.writers.get("DataVisualizationWriter").initialize(output_dir="x", bounding_box_3d=True,
                                                                  bounding_box_3d_params=params)
