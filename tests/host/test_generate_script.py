"""``generate.py`` as ``kit --exec`` and ``python.sh`` run it, on the portable host and for real."""

import asyncio
from pathlib import Path

import omni.kit.app
import omni.usd
import pytest

from scenewright.host.extensions import get_extension_manager
from scenewright.host.runner import run_script

ROOT = Path(__file__).parents[2]
RECIPE = """
scenewright:
  frames: {frames}
  samples: 1
  resolution: [16, 12]
  writers: {{basic: {{distance_to_camera: true, rgb: false}}}}
box:
  create.cube: {{semantics: {{class: box}}}}
camera:
  create.camera: {{position: [5, 0, 2], look_at: [0, 0, 0]}}
"""


@pytest.fixture
def recipe(tmp_path):
    def write(frames=2):
        path = tmp_path / "r.yaml"
        path.write_text(RECIPE.format(frames=frames), encoding="utf-8")
        return str(path)
    yield write
    get_extension_manager().stop_all()
    omni.usd.get_context().close_stage()


@pytest.mark.parametrize("script", ["tools/generate.py", "exts/scenewright.sdg/scripts/generate.py"])
def test_a_recipe_becomes_a_dataset(recipe, tmp_path, script, capsys):
    path = recipe()
    assert run_script(ROOT / script, ["--recipe", path, "--out", str(tmp_path / "out"), "--seed", "3", "--frames", "1"]) == 0
    assert "1 frames made" in capsys.readouterr().out
    assert len(list((tmp_path / "out").glob("distance_to_camera_*.npy"))) == 1


def test_simulation_app_runs_it_too(recipe, tmp_path):
    assert run_script(ROOT / "tools/generate.py", ["--standalone", "--recipe", recipe(1), "--out", str(tmp_path / "out")]) == 0
    assert len((tmp_path / "out/ledger.jsonl").read_text().splitlines()) >= 1


@pytest.mark.parametrize("standalone", [[], ["--standalone"]])
@pytest.mark.parametrize("text", [None, "scenewright: {frames: 0}\n", "box: {create.cub: {}}\n"])
def test_a_bad_recipe_is_status_2_and_writes_nothing(tmp_path, capsys, text, standalone):
    if text is not None:
        (tmp_path / "r.yaml").write_text(text)
    out = tmp_path / "out"
    assert run_script(ROOT / "tools/generate.py", [*standalone, "--recipe", str(tmp_path / "r.yaml"), "--out", str(out)]) == 2
    assert not out.exists()
    errors = capsys.readouterr().err
    assert errors.startswith("error: ") and "r.yaml" in errors and "cancelled" not in errors


def test_a_bad_command_line_is_status_2(capsys):
    assert run_script(ROOT / "tools/generate.py", ["--recipes", "x"]) == 2


def run_beside(recipe, tmp_path, then, arguments=()):
    """Run the script and call ``then`` as soon as the first frame is in the ledger's parts."""
    async def watch():
        from scenewright.sdg.jobs import running_jobs

        while not (running_jobs() and running_jobs()[0].progress.made):
            await omni.kit.app.get_app().next_update_async()
        then(running_jobs()[0])

    watcher = tmp_path / "watcher.py"
    watcher.write_text(f"import runpy\nrunpy.run_path({str(ROOT / 'tools/generate.py')!r}, run_name='__main__')\n")
    asyncio_task = omni.kit.app.get_app().loop.create_task(watch())
    assert not asyncio_task.done()
    return run_script(watcher, ["--recipe", recipe(400), "--out", str(tmp_path / "out"), *arguments])


def disable(job):
    get_extension_manager().set_extension_enabled_immediate("scenewright.sdg", False)


def close(job):
    omni.usd.get_context().close_stage()


def replace(job):
    omni.usd.get_context().new_stage()


@pytest.mark.parametrize(("then", "says"), [(disable, "was disabled"), (close, "the stage was closed"),
                                            (replace, "the stage was closed")])
def test_a_run_that_loses_what_it_needs_ends_and_keeps_its_frames(recipe, tmp_path, capsys, then, says):
    assert run_beside(recipe, tmp_path, then) == 1
    assert says in capsys.readouterr().err
    from scenewright.sdg.dataset.ledger import read_ledger

    rows = read_ledger(tmp_path / "out").rows
    assert 0 < len(rows) < 400
    for row in rows.values():
        for name, record in row.files.items():
            assert (tmp_path / "out" / name).stat().st_size == record.size
    assert not list((tmp_path / "out").rglob("*.tmp"))


def test_no_progress_ends_the_run(recipe, tmp_path, capsys, monkeypatch):
    import omni.replicator.core as rep

    async def never(*args, **kwargs):
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(rep.orchestrator, "step_async", never)
    arguments = ["--recipe", recipe(), "--out", str(tmp_path / "out"), "--timeout", "0.2"]
    assert run_script(ROOT / "tools/generate.py", arguments) == 1
    assert "Nothing has happened for 0.2 s" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_status_1_and_the_next_run_goes_on(recipe, tmp_path, capsys, monkeypatch):
    from scenewright.sdg.dataset import backend
    from scenewright.sdg.dataset.ledger import read_ledger

    write = backend.write_file_atomic

    def full(path, data):
        if "0002" in str(path):
            raise OSError(28, "No space left on device")
        write(path, data)

    arguments = ["--recipe", recipe(4), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(backend, "write_file_atomic", full)
    assert run_script(ROOT / "tools/generate.py", arguments) == 1
    assert "No space left" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("*.tmp"))
    monkeypatch.setattr(backend, "write_file_atomic", write)
    assert run_script(ROOT / "tools/generate.py", arguments) == 0
    assert len(read_ledger(tmp_path / "out").rows) == 4


def test_the_setting_names_the_folder_where_nobody_else_does(recipe, tmp_path):
    import carb.settings

    carb.settings.get_settings().set("/exts/scenewright.sdg/output", str(tmp_path / "set"))
    path = Path(recipe(1))
    assert run_script(ROOT / "tools/generate.py", ["--recipe", str(path)]) == 0
    assert (tmp_path / "set/ledger.jsonl").is_file()
    path.write_text(path.read_text().replace("frames: 1", f"frames: 1\n  output: '{tmp_path / 'named'}'"))
    assert run_script(ROOT / "tools/generate.py", ["--recipe", str(path)]) == 0
    assert (tmp_path / "named/ledger.jsonl").is_file()
