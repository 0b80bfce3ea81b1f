"""Packs as a whole: the same bytes whatever the workers, resumed, whole or not there, and no file that takes others down."""

import errno
import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from scenewright.sdg.assets.errors import AssetError, PackWriteError
from scenewright.sdg.assets.importer import import_assets
from scenewright.sdg.assets.jobs import ImportChoices, find_jobs, label_of
from scenewright.sdg.assets.pack import open_pack
from scenewright.sdg.assets.workers import run_jobs
from scenewright.sdg.dataset.errors import DatasetInputError

PLAIN = ImportChoices(thumbnail=False)


def files_of(root):
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(root).rglob("*")) if path.is_file() and ".scenewright" not in path.parts}


def draw(asset, picture):
    """A thumbnail that shows which asset it is, and misbehaves where the asset's name says so."""
    if asset.stem == "killer":
        os.kill(os.getpid(), 9)
    if asset.stem == "sleeper":
        time.sleep(600)
    if asset.stem == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if asset.stem == "broken":
        raise KeyError("no such luck")
    picture.write_bytes(asset.stem.encode())


@pytest.fixture
def models(tmp_path, gltf):
    """A folder with a good OBJ, a good GLB and a damaged one."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "ok.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n")
    (folder / "shape.glb").write_bytes(gltf.glb())
    (folder / "cut.glb").write_bytes(gltf.glb()[:100])
    return folder


def test_a_pack_lists_what_was_made_and_what_was_refused(models, tmp_path):
    seen = []
    report = import_assets([models], tmp_path / "pack", PLAIN, workers=0, progress=lambda *numbers: seen.append(numbers))
    assert [record.id for record in report.made] == ["ok", "shape"]
    assert [(refusal.source, "truncated" in refusal.reason) for refusal in report.refused] == [("models/cut.glb", True)]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    pack = open_pack(tmp_path / "pack")
    assert [record.id for record in pack.records] == ["ok", "shape"] and pack.refused == tuple(report.refused)
    assert {path.split("/")[0] for path in files_of(tmp_path / "pack")} == {"assets", "catalogue.json"}
    assert pack.records[0].size_from == "assumed" and pack.records[1].size_from == "file"


@pytest.mark.parametrize("workers", [0, 1])
def test_a_full_disk_ends_the_import_and_refuses_nobody(models, tmp_path, workers):
    import_assets([models], tmp_path / "pack", ImportChoices(), draw, workers=0)
    before = files_of(tmp_path / "pack")
    (models / "full.obj").write_text((models / "ok.obj").read_text())
    with pytest.raises(PackWriteError, match="pack: cannot be written: No space left on device"):
        import_assets([models], tmp_path / "pack", ImportChoices(), draw, workers=workers)
    assert files_of(tmp_path / "pack") == before


def test_files_that_usd_cannot_write_end_the_import(tmp_path):
    resource = pytest.importorskip("resource")
    points = np.random.default_rng(0).random((4000, 3))
    lines = [*(f"v {x} {y} {z}" for x, y, z in points), *(f"f {i} {i + 1} {i + 2}" for i in range(1, 3999))]
    (tmp_path / "large.obj").write_text("\n".join(lines))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises(PackWriteError, match="File too large"):
            import_assets([tmp_path / "large.obj"], tmp_path / "pack", PLAIN, workers=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert open_pack(tmp_path / "pack").records == () and list((tmp_path / "pack").rglob("*.usd*")) == []


@pytest.mark.parametrize(("choices", "noted"), [({}, True), ({"unit": "cm"}, False), ({"size": "700"}, False)])
def test_sizes_that_few_objects_have_are_noted(tmp_path, import_one, choices, noted):
    (tmp_path / "house.obj").write_text("v 0 0 0\nv 700 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n")
    record, _ = import_one(tmp_path / "house.obj", **choices)
    assert any("few objects are of its size (700 m)" in note for note in record.notes) == noted


def test_workers_make_the_same_bytes(models, tmp_path):
    import_assets([models], tmp_path / "one", PLAIN, workers=0)
    import_assets([models], tmp_path / "two", PLAIN, workers=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_an_import_goes_on_where_it_ended_and_follows_changes(models, cube, tmp_path):
    pack = tmp_path / "pack"
    import_assets([models / "ok.obj"], pack, PLAIN, workers=0)
    report = import_assets([models, cube], pack, PLAIN, workers=0)
    assert ([record.id for record in report.made], [record.id for record in report.kept]) == (["cube", "shape"], ["ok"])
    report = import_assets([models, cube], pack, PLAIN, workers=0)
    assert [record.id for record in report.kept] == ["cube", "ok", "shape"]
    before = files_of(pack)
    (cube / "textures" / "grain.png").write_bytes((cube / "textures" / "grain.png").read_bytes() + b"\0")
    report = import_assets([models, cube], pack, PLAIN, workers=0)
    assert [record.id for record in report.made] == ["cube"]
    assert {name for name, value in files_of(pack).items() if before.get(name) != value} == {
        "assets/cube/asset.json", "assets/cube/textures/grain.png"}
    report = import_assets([cube], pack, ImportChoices(thumbnail=False, label="box"), workers=0)
    assert [record.label for record in report.made] == ["box"]


def test_a_run_that_was_killed_leaves_whole_assets_only(models, tmp_path):
    pack = tmp_path / "pack"
    import_assets([models / "ok.obj"], pack, PLAIN, workers=0)
    (pack / "catalogue.json").unlink()
    (pack / ".importing" / "half.123").mkdir(parents=True)
    (pack / "assets" / "junk").mkdir()
    (pack / "assets" / "junk" / "asset.json").write_text("{")
    import_assets([models / "shape.glb"], pack, PLAIN, workers=0)
    assert [record.id for record in open_pack(pack).records] == ["ok", "shape"]
    assert not (pack / ".importing").exists()


def test_what_fails_while_it_is_drawn_is_not_there(models, tmp_path):
    (models / "broken.obj").write_bytes((models / "ok.obj").read_bytes())
    report = import_assets([models], tmp_path / "pack", ImportChoices(), draw, workers=0)
    assert {refusal.source: refusal.reason for refusal in report.refused}["models/broken.obj"] == (
        "its reader failed (KeyError: 'no such luck').")
    assert not (tmp_path / "pack" / "assets" / "broken").exists()
    picture = tmp_path / "pack" / "assets" / "ok" / ".thumbs" / "256x256" / "ok.usda.png"
    assert picture.read_bytes() == b"ok"


def test_a_reader_that_dies_or_hangs_takes_no_other_down(models, tmp_path):
    for name in ("killer", "sleeper"):
        (models / f"{name}.obj").write_bytes((models / "ok.obj").read_bytes())
    pack = tmp_path / "pack"
    jobs = [job for job in find_jobs([models], {})[0] if job.id != "cut"]
    outcomes = {job.id: outcome for job, outcome in run_jobs(jobs, pack, ImportChoices(), draw, 2, seconds=6.0)}
    assert sorted(outcomes) == ["killer", "ok", "shape", "sleeper"]
    assert "signal SIGKILL" in outcomes["killer"].reason and "longer than 6 s" in outcomes["sleeper"].reason
    assert outcomes["ok"].record.id == "ok" and outcomes["shape"].record.id == "shape"
    assert sorted(path.name for path in (pack / "assets").iterdir()) == ["ok", "shape"]


def test_two_imports_into_one_pack_wait_for_each_other(models, tmp_path):
    from scenewright.sdg.dataset.lock import DatasetLock

    (tmp_path / "pack").mkdir()
    with DatasetLock(tmp_path / "pack", "import"), pytest.raises(DatasetInputError, match="being written"):
        import_assets([models], tmp_path / "pack", PLAIN, workers=0)


def test_a_source_that_is_refused_now_loses_its_asset(models, tmp_path):
    import_assets([models], tmp_path / "pack", PLAIN, workers=0)
    (models / "ok.obj").write_text("f 1 2 3")
    import_assets([models], tmp_path / "pack", PLAIN, workers=0)
    pack = open_pack(tmp_path / "pack")
    assert [record.id for record in pack.records] == ["shape"] and len(pack.refused) == 2
    assert not (tmp_path / "pack" / "assets" / "ok").exists()


@pytest.mark.parametrize("name", ["gone.obj", "note.txt", "empty"])
def test_sources_that_are_none(tmp_path, name):
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(AssetError):
        import_assets([tmp_path / name], tmp_path / "pack", PLAIN, workers=0)


def test_folders_that_are_no_pack_are_left_alone(models, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").write_text("x")
    for target in (tmp_path / "full", tmp_path / "full" / "thesis.doc"):
        with pytest.raises(AssetError):
            import_assets([models], target, PLAIN, workers=0)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.doc"]


def test_ids_are_unique_readable_and_stay(tmp_path):
    for name in ("Chair 01/model.obj", "b/chair.obj", "c/Chair.obj", "touch/left.glb", "Ünï-cödé.obj"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    jobs = find_jobs([tmp_path], {f"{tmp_path.name}/c/Chair.obj": "chair"})[0]
    assert {job.name: job.id for job in jobs} == {
        "Chair 01/model.obj": "chair_01_model", "b/chair.obj": "chair_2", "c/Chair.obj": "chair",
        "touch/left.glb": "touch_left", "Ünï-cödé.obj": "uni_code"}


def test_usd_folders_give_their_interfaces_and_archives_their_models(tmp_path, zip_file, library):
    for name in ("mug.usda", "mug.geo.usdc", "cup.usd", ".hidden/x.usda"):
        path = tmp_path / "d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert [job.name for job in find_jobs([tmp_path / "d"], {})[0]] == ["cup.usd", "mug.usda"]
    assert [job.name for job in find_jobs([zip_file({"a/b.obj": "", "c.txt": ""})], {})[0]] == ["a/b.obj"]
    jobs, refused = find_jobs([library(), zip_file({"../x.obj": ""}, "bad.zip")], {})
    assert [job.id for job in jobs] == ["chair_one"] and "leads out" in refused[0].reason


@pytest.mark.parametrize(("text", "label"), [("Office chair", "office_chair"), ("officeChair 3", "office_chair"),
                                             ("Étagère_2", "etagere"), ("42", "42"), ("日本", "object")])
def test_labels_of_names(text, label):
    assert label_of(text) == label


@pytest.mark.parametrize("choice", [{"unit": "furlong"}, {"up": "w"}, {"collision": "mesh"}, {"size": "large"}])
def test_choices_that_do_not_exist(choice):
    with pytest.raises(AssetError):
        ImportChoices(**choice)


def test_records_hold_what_the_sources_were(cube, tmp_path):
    import_assets([cube], tmp_path / "pack", PLAIN, workers=0)
    record = json.loads((tmp_path / "pack" / "assets" / "cube" / "asset.json").read_text())
    assert sorted(record["inputs"]) == ["cube.mtl", "cube.obj", "textures/grain.png"]
    assert (record["points"], record["faces"], record["textures"], record["collision"]) == (8, 6, 1, 1)
    assert str(tmp_path) not in json.dumps(record)
