"""The README's promises: its script runs, its commands exist, its links lead somewhere."""

import re
from pathlib import Path

from scenewright.host.runner import run_script

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_script_runs_and_writes_what_isaac_sim_would(tmp_path, monkeypatch):
    script = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    path = tmp_path / "cubes.py"
    path.write_text(script.replace("(640, 480)", "(64, 48)"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run_script(path) == 0
    names = sorted(file.name for file in (tmp_path / "out/cubes").iterdir())
    frames = [f"{index:04d}" for index in range(5)]
    assert [name for name in names if name.startswith("rgb_")] == [f"rgb_{frame}.png" for frame in frames]
    assert len([name for name in names if name.endswith(".json")]) == 3 * len(frames)


def test_local_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
