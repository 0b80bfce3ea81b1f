"""The workspace manifest, the extension manifests and the tree agree."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def toml(path):
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def test_premake_lists_exactly_the_folders_in_exts():
    workspace = toml("premake.toml")
    listed = {entry["path"]: entry["kit"] for entry in workspace["extension"] + workspace["library"]}
    assert set(listed) == {f"exts/{folder.name}" for folder in (ROOT / "exts").iterdir() if folder.is_dir()}
    for path, is_kit_extension in listed.items():
        assert (ROOT / path / "config/extension.toml").is_file() == is_kit_extension


def test_the_version_is_the_newest_in_both_changelogs():
    version = toml("exts/scenewright.sdg/config/extension.toml")["package"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    for changelog in ("CHANGELOG.md", "exts/scenewright.sdg/docs/CHANGELOG.md"):
        newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / changelog).read_text(encoding="utf-8"), re.MULTILINE)
        assert newest and newest.group(1) == version, changelog


def test_the_licence_is_apache_2():
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert toml("pyproject.toml")["project"]["license"] == "Apache-2.0"


def test_no_absolute_path_of_a_machine_is_in_the_sources():
    pattern = re.compile(r"/(?:work|root|home)/[a-z]")
    text = [file for folder in ("exts", "tools", "usd_scenes", "tests", ".ci") for file in (ROOT / folder).rglob("*")
            if file.suffix in {".py", ".toml", ".md", ".yaml", ".usda", ".json"} and "__pycache__" not in file.parts]
    assert [str(file) for file in text if pattern.search(file.read_text(encoding="utf-8", errors="replace"))] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.parametrize("python", ["", "/nowhere/python3", "false"])
def test_make_without_a_fitting_python_says_so_and_makes_nothing(tmp_path, python):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "exts/scenewright.sdg/config/extension.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    result = subprocess.run(["make", "demo", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "Scenewright needs Python 3.11, 3.12 or 3.13" in result.stdout + result.stderr
    assert not (tmp_path / ".venv").exists()
