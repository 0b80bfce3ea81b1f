"""generate, in one process: resumed, selected, sharded and refused, always with the same bytes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import dataset_files
from scenewright.sdg.dataset.finalise import finalise
from scenewright.sdg.dataset.ledger import read_ledger
from scenewright.sdg.dataset.reproduce import reproduce
from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.dataset.run import generate
from scenewright.sdg.recipe import RecipeError

RECIPE = Path(__file__).parent / "data" / "small.yaml"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole") / "out"
    generate(GenerateRequest(RECIPE, root))
    return root


def test_a_whole_run_has_every_file(whole):
    names = set(dataset_files(whole))
    assert {"dataset.json", "ledger.jsonl", "metadata.txt", "annotations/instances.json"} <= names
    assert {f"images/{i:06d}.png" for i in range(6)} | {f"rgb_{i:04d}.png" for i in range(6)} <= names
    assert sorted(read_ledger(whole).rows) == list(range(6))
    assert {"README.md", "croissant.json"} <= names
    assert len(names) == 6 + 6 * 7


def test_a_second_run_makes_nothing_and_changes_nothing(whole, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    result = generate(GenerateRequest(RECIPE, copy))
    assert (result.made, result.kept, result.finalised) == (0, 6, True)
    assert dataset_files(copy) == dataset_files(whole)


@pytest.mark.parametrize("first", ["2", "2:4", "5:"])
def test_a_part_now_and_the_rest_later_are_the_whole(whole, tmp_path, first):
    generate(GenerateRequest(RECIPE, tmp_path / "out", frames=first))
    part, everything = dataset_files(tmp_path / "out"), dataset_files(whole)
    derived = {"ledger.jsonl", "annotations/instances.json", "croissant.json", "README.md"}
    assert {name: part[name] for name in part.keys() - derived}.items() <= everything.items()
    lines = [set((root / "ledger.jsonl").read_text().splitlines()) for root in (tmp_path / "out", whole)]
    assert lines[0] < lines[1]
    result = generate(GenerateRequest(RECIPE, tmp_path / "out"))
    assert result.made + result.kept == 6
    assert dataset_files(tmp_path / "out") == everything


def test_a_longer_run_goes_on_where_a_shorter_one_ended(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "out")
    result = generate(GenerateRequest(RECIPE, tmp_path / "out", frames="8"))
    assert (result.made, result.kept) == (2, 6)


@pytest.mark.parametrize("together", [True, False])
def test_two_shards_are_one_run(whole, tmp_path, together):
    one, two = tmp_path / "a", tmp_path / ("a" if together else "b")
    generate(GenerateRequest(RECIPE, one, shard="1/2"))
    generate(GenerateRequest(RECIPE, two, shard="2/2"))
    if not together:
        assert len(read_ledger(one).rows) == 3
        finalise([one, two])
    assert dataset_files(one) == dataset_files(whole)


def test_damage_is_repaired_by_running_again(whole, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "images" / "000002.png").unlink()
    (out / "rgb_0004.png").write_bytes(b"")
    (out / "annotations" / "instances.json").unlink()
    (out / "stray.txt").write_text("named by no entry")
    assert generate(GenerateRequest(RECIPE, out)).made == 2
    assert dataset_files(out) == dataset_files(whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "seed was 3, is 4"),
        ({"overrides": ("samples=2",)}, "recipe: scenewright.samples was 1, is 2"),
        ({"overrides": ("camera.create.camera.position=[1, 2, 3]",)}, r"camera.create.camera.position was \[6, 6, 4\]"),
    ],
)
def test_another_recipe_does_not_go_on_in_the_same_folder(whole, change, message):
    before = dataset_files(whole)
    with pytest.raises(DatasetInputError, match=f"holds another dataset: .*{message}.*--overwrite"):
        generate(GenerateRequest(RECIPE, whole, **change))
    assert dataset_files(whole) == before


def test_overwrite_starts_again(whole, tmp_path):
    generate(GenerateRequest(RECIPE, tmp_path / "out", seed=9))
    assert dataset_files(tmp_path / "out") != dataset_files(whole)
    assert generate(GenerateRequest(RECIPE, tmp_path / "out", overwrite=True)).made == 6
    assert dataset_files(tmp_path / "out") == dataset_files(whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": "4:9"}, "the recipe has 6 frames, 0 to 5"),
        ({"frames": "6:"}, "the recipe has 6 frames, 0 to 5"),
        ({"frames": "none"}, "give a number of frames"),
        ({"shard": "3/2"}, "give I/N"),
        ({"workers": 0}, "give a number from 1"),
        ({"output": "/proc/nowhere/out"}, "/proc"),
    ],
)
def test_a_wrong_request_writes_nothing(tmp_path, change, message):
    with pytest.raises(DatasetInputError, match=message):
        generate(GenerateRequest(RECIPE, **{"output": tmp_path / "out", **change}))
    assert not (tmp_path / "out").exists()


def test_a_wrong_recipe_writes_nothing(tmp_path):
    for name, text in {"broken.yaml": "a: [", "scene.yaml": "scenewright: {scene: gone.usda, writers: {coco: {}}}"}.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(RecipeError, match=name):
            generate(GenerateRequest(tmp_path / name, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_scene_that_cannot_be_rendered_writes_nothing(tmp_path, workers, overwrite):
    (tmp_path / "scene.usda").write_text(
        '#usda 1.0\ndef Mesh "Torn" {\n  point3f[] points = [(0,0,0), (1,0,0), (0,1,0)]\n'
        "  int[] faceVertexCounts = [3]\n  int[] faceVertexIndices = [0, 1, 99]\n}\n"
    )
    (tmp_path / "r.yaml").write_text(
        "scenewright: {scene: scene.usda, frames: 3, resolution: [8, 8], writers: {coco: {}}}\nc: {create.camera: {}}\n"
    )
    request = GenerateRequest(tmp_path / "r.yaml", tmp_path / "out", workers=workers, overwrite=overwrite)
    with pytest.raises(ValueError, match="/Torn: faceVertexIndices holds 99"):
        generate(request, launch=lambda *_: pytest.fail("a worker was started"))
    assert not (tmp_path / "out").exists()


def test_the_first_frame_is_made_once_and_workers_make_the_rest(whole, tmp_path):
    shared = []

    def launch(request, root, shares, on_frame):
        shared.extend(frame for share in shares for frame in share)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        generate(GenerateRequest(RECIPE, tmp_path / "out", workers=2), launch=launch)
    assert sorted(shared) == [1, 2, 3, 4, 5]
    assert sorted(read_ledger(tmp_path / "out").rows) == [0]
    generate(GenerateRequest(RECIPE, tmp_path / "out"))
    assert dataset_files(tmp_path / "out") == dataset_files(whole)


def test_the_output_of_the_recipe_is_below_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generate(GenerateRequest(RECIPE, overrides=("output=here",), frames="1"))
    assert (tmp_path / "here" / "dataset.json").is_file()


def test_reproduce_tells_equal_from_different(whole, tmp_path):
    before = dataset_files(whole)
    result = reproduce(whole, 3, output=tmp_path / "again")
    assert result.equal
    assert result.differences == []
    assert (tmp_path / "again" / "images" / "000003.png").read_bytes() == (whole / "images" / "000003.png").read_bytes()
    assert dataset_files(whole) == before
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    text = (copy / "ledger.jsonl").read_text()
    (copy / "ledger.jsonl").write_text(text.replace(before["images/000003.png"].sha256, "0" * 64))
    result = reproduce(copy, 3)
    assert not result.equal
    assert [name for name in result.expected if result.expected[name] != result.found[name]] == ["images/000003.png"]
    with pytest.raises(DatasetInputError, match=r"no frame 9.*0 to 5"):
        reproduce(whole, 9)


def test_reproduce_keeps_to_the_recipe_of_the_header(tmp_path):
    recipe = tmp_path / "moving.yaml"
    recipe.write_text(RECIPE.read_text())
    generate(GenerateRequest(recipe, tmp_path / "out", frames="2", overrides=("samples=2",)))
    recipe.write_text("changed: since")
    assert reproduce(tmp_path / "out", 1).equal


def test_coco_opens_in_pycocotools_with_boxes_that_are_the_masks_extent(whole):
    coco_module = pytest.importorskip("pycocotools.coco")
    from scenewright.sdg.writers.rle import rle_decode

    coco = coco_module.COCO(str(whole / "annotations" / "instances.json"))
    assert [row["name"] for row in coco.loadCats(coco.getCatIds())] == ["ball", "box", "floor"]
    assert len(coco.getImgIds()) == 6
    annotations = coco.loadAnns(coco.getAnnIds())
    assert len(annotations) >= 12
    for row in annotations:
        mask = rle_decode(row["segmentation"]["counts"], *row["segmentation"]["size"])
        ys, xs = np.nonzero(mask)
        assert row["bbox"] == [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
        assert row["area"] == mask.sum()


def test_assets_and_what_they_refer_to_stand_in_the_header(tmp_path):
    (tmp_path / "part.usda").write_text('#usda 1.0\n(defaultPrim="P")\ndef Sphere "P" {}\n')
    (tmp_path / "scene.usda").write_text(
        '#usda 1.0\n(customLayerData = {string licence = "CC0-1.0"}\nupAxis="Z"\nmetersPerUnit=1)\n'
        'def Xform "W" {\ndef "A" (references = @./part.usda@) {}\n}\n'
        'def Camera "Cam" {\ndouble3 xformOp:translate = (0, 0, 5)\nuniform token[] xformOpOrder = ["xformOp:translate"]\n}\n'
    )
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("scenewright: {scene: scene.usda, frames: 1, samples: 1, resolution: [32, 24], writers: {coco: {}}}")
    generate(GenerateRequest(recipe, tmp_path / "out"))
    header = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert [row["name"] for row in header["assets"]] == ["part.usda", "scene.usda"]
    assert header["licences"] == {"scene.usda": "CC0-1.0"}
    assert str(tmp_path) not in (tmp_path / "out" / "dataset.json").read_text()
    (tmp_path / "part.usda").write_text('#usda 1.0\n(defaultPrim="P")\ndef Cube "P" {}\n')
    with pytest.raises(DatasetInputError, match=r"assets changed: part\.usda"):
        generate(GenerateRequest(recipe, tmp_path / "out"))
