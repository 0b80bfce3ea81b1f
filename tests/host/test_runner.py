import os
import sys

import pytest

from scenewright.host.runner import ScriptImportError, run_script


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return path
    return write


def test_a_script_sees_its_arguments_and_its_folder(script, tmp_path, capsys):
    (tmp_path / "beside.py").write_text("WORD = 'beside'\n")
    path = script("import sys, beside\nprint(sys.argv[1:], beside.WORD, __name__)\n")
    assert run_script(path, ["--test", "1"]) == 0
    assert capsys.readouterr().out == "['--test', '1'] beside __main__\n"
    assert str(tmp_path) not in sys.path


def test_tasks_left_at_the_end_of_a_script_are_run(script, capsys):
    path = script("import asyncio, omni.kit.app\n"
                  "async def go():\n    await omni.kit.app.get_app().next_update_async()\n    print('ran')\n"
                  "asyncio.ensure_future(go())\n")
    assert run_script(path) == 0
    assert capsys.readouterr().out == "ran\n"


def test_exit_statuses(script):
    assert run_script(script("import sys; sys.exit(3)\n")) == 3
    assert run_script(script("import omni.kit.app; omni.kit.app.get_app().post_quit(4)\n")) == 4
    assert run_script(script("from isaacsim import SimulationApp\nSimulationApp({}).close()\nraise ValueError\n")) == 0


@pytest.mark.parametrize("end", ["", "app.close()\n"])
def test_a_task_that_fails_during_updates_does_not_pass_unseen(script, end):
    path = script("from isaacsim import SimulationApp\nimport asyncio\napp = SimulationApp({})\n"
                  "async def go():\n    raise KeyError('inside')\n"
                  "task = asyncio.ensure_future(go())\nfor _ in range(3): app.update()\n" + end)
    with pytest.raises(KeyError, match="inside"):
        run_script(path)


def test_a_failure_that_the_script_handles_is_none(script):
    path = script("from isaacsim import SimulationApp\nimport asyncio\napp = SimulationApp({})\n"
                  "async def go():\n    raise KeyError('inside')\n"
                  "task = asyncio.ensure_future(go())\nfor _ in range(3): app.update()\n"
                  "assert isinstance(task.exception(), KeyError)\napp.close()\n")
    assert run_script(path) == 0


def test_a_task_may_end_the_process(script):
    assert run_script(script("import asyncio, sys\nasync def go():\n    sys.exit(4)\nasyncio.ensure_future(go())\n")) == 4


def test_an_unknown_module_is_named_with_file_and_line(script):
    with pytest.raises(ScriptImportError, match=r"script\.py:2: module 'omni\.nope'"):
        run_script(script("import carb\nimport omni.nope\n"))


def test_what_a_task_raises_goes_to_the_task_that_awaits_it(script):
    path = script("import asyncio, omni.kit.app\n"
                  "async def inner():\n    raise KeyError('inside')\n"
                  "async def outer():\n"
                  "    try:\n        await asyncio.ensure_future(inner())\n"
                  "    except KeyError:\n        omni.kit.app.get_app().post_quit(7)\n"
                  "asyncio.ensure_future(outer())\n")
    assert run_script(path) == 7


def test_folders_of_isaac_sim_are_named_while_a_script_runs(script, capsys, monkeypatch):
    monkeypatch.delenv("EXP_PATH", raising=False)
    monkeypatch.setenv("ISAAC_PATH", "/mine")
    text = "import os\nprint(bool(os.environ['EXP_PATH']), os.environ['ISAAC_PATH'])\n"
    assert run_script(script(text)) == 0
    assert capsys.readouterr().out == "True /mine\n" and "EXP_PATH" not in os.environ


def test_a_name_that_a_stand_in_lacks_is_named_with_what_there_is(script):
    path = script("x = 1\nfrom isaacsim.core.api import Wurld\n")
    with pytest.raises(ScriptImportError, match=r"py:2: 'isaacsim.core.api.Wurld' has no stand-in .* Did you mean 'World'"):
        run_script(path)
    with pytest.raises(ImportError, match="nothing deformable"):
        run_script(script("from isaacsim.core.experimental.prims import DeformablePrim\n"))
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'json'"):
        run_script(script("from json import nothing\n"))
