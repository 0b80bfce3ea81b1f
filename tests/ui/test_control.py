"""Runs and previews as the window starts them: every way to end leaves the stage as it was and says what happened."""

import asyncio
import importlib.util

import omni.usd
import pytest

from scenewright.ui.model.control import Phase
from scenewright.ui.model.window_model import WindowModel


@pytest.fixture
def ready(settings, notes, recipe, run, tmp_path):
    async def make():
        model = WindowModel(settings, lambda message, warning: notes.append((message, warning)), 0.0)
        model.set(output=str(tmp_path / "made"))
        model.open_recipe(str(recipe))
        await model.settled()
        return model

    model = run(make())
    yield model
    model.close()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def longer(model):
    model.edit(model.editor.text.replace("frames: 3", "frames: 400"))


def test_a_run_leaves_the_users_stage_and_unsaved_edits(ready, run):
    context = omni.usd.get_context()
    context.new_stage()
    stage = context.get_stage()
    stage.DefinePrim("/Mine")

    async def go():
        assert ready.start()
        assert not ready.start()  # one at a time
        await ready.control.wait()

    run(go())
    assert ready.control.result.made == 3
    assert context.get_stage() == stage and stage.GetPrimAtPath("/Mine")


def test_a_recipe_with_findings_is_not_started(ready, run, notes, tmp_path):
    async def go():
        ready.edit(ready.editor.text.replace("create.cube", "create.cubes"))
        await ready.settled()
        return ready.start()

    assert run(go()) is False
    assert "finding" in notes[-1][0] and notes[-1][1]
    assert not (tmp_path / "made").exists()


def test_closing_the_stage_ends_the_run_and_keeps_frames(ready, run, notes):
    async def go():
        longer(ready)
        await ready.settled()
        assert ready.start()
        await until(lambda: ready.control.meter.made >= 2)
        omni.usd.get_context().new_stage()
        await ready.control.wait()

    run(go())
    assert "stage was closed" in notes[-1][0] and notes[-1][1]
    assert ready.control.phase is Phase.IDLE


def test_disabling_the_extension_mid_run_ends_it(ready, run, notes):
    async def go():
        longer(ready)
        await ready.settled()
        assert ready.start()
        await until(lambda: ready.control.meter.made >= 2)
        task = ready.control._task
        ready.close()
        await asyncio.wait([task])
        from scenewright.sdg.jobs import running_jobs

        await until(lambda: not running_jobs())

    run(go())
    assert any("disabled" in message for message, _ in notes)


def test_without_replicator_nothing_is_started(ready, run, notes, monkeypatch, tmp_path):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec",
                        lambda name, *rest: None if name == "omni.replicator.core" else find_spec(name, *rest))

    async def go():
        return ready.start()

    assert run(go()) is False
    assert "omni.replicator.core" in notes[-1][0] and not (tmp_path / "made").exists()


def test_a_full_disk_is_told_and_the_next_run_goes_on(ready, run, notes, monkeypatch, tmp_path):
    from scenewright.sdg.dataset import backend

    write = backend.write_file_atomic

    def full(path, data):
        if "000002" in str(path) or "0002" in str(path):
            raise OSError(28, "No space left on device")
        write(path, data)

    async def go():
        assert ready.start()
        await ready.control.wait()

    monkeypatch.setattr(backend, "write_file_atomic", full)
    run(go())
    assert "No space left" in notes[-1][0] and notes[-1][1]
    monkeypatch.setattr(backend, "write_file_atomic", write)
    run(go())
    assert ready.control.result.made + ready.control.result.kept == 3


def test_a_preview_writes_nothing_and_is_a_picture(ready, run, tmp_path):
    async def go():
        assert ready.preview(width=64)
        await ready.control.wait()

    run(go())
    picture = ready.picture
    assert len(picture.rgba) == picture.width * picture.height * 4 and set(picture.rgba[3::4]) == {255}
    assert {name for name, _ in picture.legend} == {"ball", "box", "floor"}
    assert not (tmp_path / "made").exists()
