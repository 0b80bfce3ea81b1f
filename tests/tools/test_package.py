import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from tools.package.archive import build_zip, files_of
from tools.package.build_files import build_files
from tools.package.manifest import read_workspace

from scenewright.host.extensions import ExtensionManager

ROOT = Path(__file__).parents[2]


def test_the_check_passes_and_writes_nothing():
    before = sorted(path.name for path in ROOT.iterdir())
    done = subprocess.run([sys.executable, "tools/package", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in ROOT.iterdir()) == before


def test_what_is_generated_can_be_read():
    workspace = read_workspace(ROOT)
    files = build_files(workspace)
    assert tomllib.loads(files["repo.toml"])["repo_publish_exts"]["exts"]["include"] == [e.name for e in workspace.extensions]
    pip = tomllib.loads(files["deps/pip.toml"])["dependency"]
    assert {row["python"] for row in pip} == {"3.11", "3.12"}
    packages = ElementTree.fromstring(files["deps/repo-deps.packman.xml"]).findall("dependency/package")
    assert {package.get("name") for package in packages} == set(workspace.packman)
    assert 'define_app("scenewright.sdg.headless.kit")' in files["premake5.lua"]
    for name in ("data", "docs", "scenewright", "pip_prebundle"):
        assert f'"{name}"' in files["exts/scenewright.sdg/premake5.lua"]


@pytest.fixture
def copy(tmp_path):
    (tmp_path / "exts").mkdir()
    shutil.copy(ROOT / "premake.toml", tmp_path)
    for entry in (ROOT / "exts").iterdir():
        if (entry / "config").is_dir():
            for folder in ("config", "data", "docs", "scenewright", "scripts", "apps"):
                if (entry / folder).is_dir():
                    shutil.copytree(entry / folder, tmp_path / "exts" / entry.name / folder,
                                    ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(("break_it", "says"), [
    (lambda root: (root / "exts/scenewright.sdg/data/icon.png").unlink(), "package.icon = 'data/icon.png' is no file"),
    (lambda root: (root / "exts/scenewright.sdg/docs/CHANGELOG.md").write_text("# Changes\n"), "has no heading for"),
    (lambda root: shutil.copy(root / "exts/scenewright.sdg/data/preview.png", root / "exts/scenewright.sdg/data/icon.png"),
     "is no PNG of 256 x 256"),
    (lambda root: (root / "exts/another").mkdir(), "lists no extension or library at exts/another"),
    (lambda root: (root / "premake.toml").write_text("[workspace\n"), "premake.toml: TOMLDecodeError"),
    (lambda root: shutil.rmtree(root / "exts/scenewright.sdg/scenewright"), "python.module scenewright.sdg is not there"),
])
def test_what_is_wrong_is_named(copy, break_it, says):
    assert read_workspace(copy).problems == []
    break_it(copy)
    assert any(says in problem for problem in read_workspace(copy).problems), read_workspace(copy).problems


def test_a_zip_is_a_folder_that_loads(tmp_path):
    extension = next(e for e in read_workspace(ROOT).extensions if e.name == "scenewright.sdg")
    first = build_zip(extension, tmp_path / "a").read_bytes()
    archive = build_zip(extension, tmp_path / "b")
    assert archive.name == f"scenewright.sdg-{extension.manifest['package']['version']}.zip"
    assert archive.read_bytes() == first
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "exts")
    folder = tmp_path / "exts" / extension.id
    assert len([file for file in folder.rglob("*") if file.is_file()]) == len(files_of(extension))
    assert not (folder / "scenewright/__init__.py").exists()
    manager = ExtensionManager()
    manager.add_path(tmp_path / "exts")
    assert manager.get_extension_path("scenewright.sdg") == str(folder)
    assert manager.set_extension_enabled_immediate("scenewright.sdg", True)
    assert len(manager._extensions["scenewright.sdg"].instances) == 1
    manager.stop_all()
