"""``scenewright exec``: assets, proxies, options of new stages."""

import subprocess
import sys

import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.delenv("ISAACSIM_ASSET_ROOT", raising=False)
    settings, before = get_settings(), dict(get_settings()._values)
    get_context().close_stage()

    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return path
    yield write
    get_context().close_stage()
    settings._values.clear()
    settings._values.update(before)


PALLET = """
from isaacsim import SimulationApp
app = SimulationApp({})
import omni.replicator.core as rep
from isaacsim.storage.native import get_assets_root_path
from isaacsim.core.experimental.utils.bounds import compute_aabb
prim = rep.functional.create.reference(usd_path=f"{get_assets_root_path()}/Props/pallet.usd", name="Pallet")
print(compute_aabb(prim).round(3).tolist())
app.close()
"""


def test_a_missing_asset_is_an_error_that_says_what_to_do(scenewright, script, caplog):
    status, _, err = scenewright("exec", script(PALLET))
    assert status == 1
    assert "There is no assets root: give 'scenewright exec --assets-root DIR'" in caplog.text
    assert "script.py:7: No USD file 'None/Props/pallet.usd'" in err and "--missing-assets=proxy" in err


def test_a_proxy_stands_in_for_it(scenewright, script, caplog):
    status, out, err = scenewright("exec", "--missing-assets", "proxy", script(PALLET))
    assert status == 0, err
    assert out.strip() == "[-0.6, -0.4, 0.0, 0.6, 0.4, 0.144]"
    assert "a box of 1.2 x 0.8 x 0.144 m labelled 'pallet' stands in for it" in caplog.text


def test_assets_come_from_the_root(scenewright, script, tmp_path):
    (tmp_path / "Props").mkdir()
    (tmp_path / "Props" / "pallet.usd").write_text('#usda 1.0\n(defaultPrim = "A")\ndef Cube "A" {\n}\n')
    status, out, err = scenewright("exec", "--assets-root", tmp_path, script(PALLET))
    assert (status, out.strip()) == (0, "[-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]"), err
    assert scenewright("exec", "--assets-root", tmp_path / "nowhere", script(PALLET))[0] == 2


NEW_STAGE = """
import omni.usd
from pxr import UsdGeom
stage = omni.usd.get_context().get_stage()
light = stage.GetPrimAtPath("/Environment/defaultLight")
print(UsdGeom.GetStageUpAxis(stage), UsdGeom.GetStageMetersPerUnit(stage), bool(light))
omni.usd.get_context().close_stage()
"""


def test_new_stages_of_the_script_editor(scenewright, script):
    assert scenewright("exec", script(NEW_STAGE))[1].strip() == "Z 1.0 True"
    assert scenewright("exec", "--up-axis", "Y", "--meters-per-unit", "0.01", script(NEW_STAGE))[1].strip() == "Y 0.01 True"
    standalone = "from isaacsim import SimulationApp\napp = SimulationApp({})\n"
    assert scenewright("exec", script(standalone + NEW_STAGE))[1].strip() == "Z 1.0 False"


def test_settings_on_the_command_line_reach_the_script(scenewright, script):
    text = ("from isaacsim import SimulationApp\napp = SimulationApp({})\nimport carb\ns = carb.settings.get_settings()\n"
            "print(s.get('/a/flag'), s.get('/a/number'), s.get('/a/word'))\n")
    status, out, _ = scenewright("exec", script(text), "--/a/flag=true", "--/a/number=3", "--/a/word=x", "--other")
    assert (status, out.strip()) == (0, "True 3 x")


@pytest.mark.parametrize(
    ("text", "options", "status", "message"),
    [
        ("x = 1\ndef (\n", (), 2, "script.py:2: invalid syntax"),
        ("pass\n", ("--device", "cuda:7"), 2, "--device cuda:7: this machine has"),
        ("raise KeyboardInterrupt\n", (), 130, "interrupted: what was written is intact."),
    ],
)
def test_what_ends_a_script_is_one_line(scenewright, script, text, options, status, message):
    ended, _, err = scenewright("exec", *options, script(text))
    assert ended == status
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_reader_that_leaves_is_no_error(script):
    path = script("while True: print('line')\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "scenewright.cli", "exec", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"line\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 1


@pytest.mark.parametrize("use", ['get_assets_root_path() + "/Props/pallet.usd"', 'get_assets_root_path().rstrip("/")',
                                 'os.path.join(get_assets_root_path(), "a.usd")'])
def test_computing_with_an_assets_root_that_is_not_there_says_so(scenewright, script, use):
    status, _, err = scenewright("exec", script(
        f"import os\nfrom isaacsim.storage.native import get_assets_root_path\nprint({use})\n"))
    assert status == 1 and "script.py:3: There is no assets root: give 'scenewright exec --assets-root DIR'" in err


def test_closing_without_waiting_drops_what_waits_and_says_so(scenewright, script, tmp_path, caplog):
    text = f"""
from isaacsim import SimulationApp
app = SimulationApp({{}})
import time
import omni.replicator.core as rep
rep.orchestrator.step()
backend = rep.backends.DiskBackend(output_dir={str(tmp_path / "out")!r})
for i in range(40):
    backend.schedule(lambda path, data: time.sleep(0.2), data=None, path=f"{{i}}.bin")
app.close(wait_for_replicator=False)
"""
    status, _, err = scenewright("exec", script(text))
    assert status == 0, err
    assert "files that waited to be written were dropped" in caplog.text


def test_settings_for_scripts_that_take_no_arguments_of_the_kind(scenewright, script):
    text = ("from isaacsim import SimulationApp\nSimulationApp()\nimport carb.settings\n"
            "get = carb.settings.get_settings().get\nprint(get('/scenewright/bounces'), get('/scenewright/denoise'))\n")
    status, out, _ = scenewright("exec", "--set", "/scenewright/bounces=1", "--set", "/scenewright/denoise=false", script(text))
    assert status == 0 and out.strip() == "1 False"
    status, _, err = scenewright("exec", "--set", "bounces", script(text))
    assert status == 2 and "--set takes /path=value" in err


def test_parts_that_a_proxy_lacks_are_blamed_on_it(scenewright, script, monkeypatch):
    monkeypatch.setattr("scenewright.host.assets._stood_in", [])
    text = ("import omni.usd\nstage = omni.usd.get_context().get_stage()\nprim = stage.DefinePrim('/Robot', 'Xform')\n"
            "prim.GetReferences().AddReference('/nowhere/carter.usd')\nchassis = None\nchassis.GetAttribute('x')\n")
    status, _, err = scenewright("exec", "--missing-assets", "proxy", script(text))
    assert status == 1 and "stand in for carter.usd" in err and "--assets-root" in err and ":6:" in err


EDITOR = """
import omni.replicator.core as rep
product = rep.create.render_product(rep.create.camera(), (8, 8))
writer = rep.WriterRegistry.get("BasicWriter")
writer.initialize(output_dir={folder!r}, rgb=True)
writer.attach([product])
with rep.trigger.on_frame(num_frames=1):
    rep.create.cube()
"""


def test_a_script_that_waits_for_the_start_button_is_told_of(scenewright, script, tmp_path, caplog):
    text = EDITOR.format(folder=str(tmp_path / "out"))
    status, _, err = scenewright("exec", script(text))
    assert status == 0, err
    assert "captured no frame" in caplog.text and "rep.orchestrator.run_until_complete()" in caplog.text
    assert not list(tmp_path.glob("out/*.png"))
    caplog.clear()
    get_context().close_stage()
    status, _, err = scenewright("exec", "--samples", 1, script(text + "rep.orchestrator.run_until_complete()\n"))
    assert (status, len(list(tmp_path.glob("out/rgb_*.png")))) == (0, 1), err
    assert "captured no frame" not in caplog.text
