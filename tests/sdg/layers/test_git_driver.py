"""Two clones that meet through git, with the driver that a user installs."""

import os
import shutil
import subprocess

import pytest
from pxr import Sdf

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import read_layer, write_layer
from scenewright.sdg.layers.git_driver import ATTRIBUTES, install_git_driver

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *arguments, status=0):
    named = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "t"), ("EMAIL", "t@x"))}
    environment = {**os.environ, **named, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def change(path, edit):
    found = read_layer(path)
    edit(found)
    write_layer(found, path)


@pytest.fixture
def clones(tmp_path, tabletop, layer):
    """Two clones of a repository with a text layer of the tabletop and a crate."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    git(one, "init", "-q", "-b", "main")
    shutil.copy(tabletop / "layers" / "layout.usda", one / "layout.usda")
    write_layer(layer('def Mesh "M" { float a = 1\nfloat b = 1 }'), one / "mesh.usdc")
    install_git_driver(one)
    git(one, "add", "-A")
    git(one, "commit", "-qm", "start")
    git(tmp_path, "clone", "-q", str(one), str(two))
    install_git_driver(two)
    assert git(two, "status", "--short") == ""
    return one, two


def commit(folder, message):
    git(folder, "commit", "-qam", message)


def test_edits_from_two_clones_meet(clones):
    one, two = clones
    height, wood = "/World/Environment/Table.xformOp:translate", "/World/Environment/Table"
    change(one / "layout.usda", lambda found: setattr(found.GetAttributeAtPath(height), "default", (0, 0, 0.5)))
    change(one / "mesh.usdc", lambda found: setattr(found.GetAttributeAtPath("/M.a"), "default", 2))
    commit(one, "one")

    def theirs(found):
        found.GetPrimAtPath(wood).variantSelections["wood"] = "walnut"
        Sdf.PrimSpec(found.GetPrimAtPath("/World/Environment"), "Lamp", Sdf.SpecifierDef, "Sphere")

    change(two / "layout.usda", theirs)
    change(two / "mesh.usdc", lambda found: setattr(found.GetAttributeAtPath("/M.b"), "default", 2))
    commit(two, "two")
    git(two, "pull", "-q", "--no-rebase", "origin", "main")
    git(one, "pull", "-q", "--no-rebase", str(two), "main")
    for folder in (one, two):
        found = read_layer(folder / "layout.usda")
        assert found.GetAttributeAtPath(height).default == (0, 0, 0.5) and found.GetPrimAtPath("/World/Environment/Lamp")
        assert found.GetPrimAtPath(wood).variantSelections["wood"] == "walnut"
        mesh = read_layer(folder / "mesh.usdc")
        assert mesh.GetAttributeAtPath("/M.a").default == mesh.GetAttributeAtPath("/M.b").default == 2
    assert (one / "mesh.usdc").read_bytes() == (two / "mesh.usdc").read_bytes()
    assert "+    float b = 2" in git(two, "show", "HEAD~1", "--", "mesh.usdc")


def test_a_conflict_stops_git_names_the_property_and_leaves_a_layer(clones):
    one, two = clones
    wood = "/World/Environment/Table"
    for folder, name in ((one, "walnut"), (two, "ash")):
        chosen = {"wood": name}
        change(folder / "layout.usda", lambda found, chosen=chosen: found.GetPrimAtPath(wood).variantSelections.update(chosen))
        commit(folder, name)
    said = git(two, "pull", "--no-rebase", "origin", "main", status=1)
    assert f'conflict: layout.usda: <{wood}> variantSelection:wood: ours "ash", theirs "walnut", base "oak"' in said
    assert "UU layout.usda" in git(two, "status", "--short")
    found = read_layer(two / "layout.usda")
    assert found.GetPrimAtPath(wood).variantSelections["wood"] == "ash"


def test_installing_twice_changes_nothing(clones):
    one, _ = clones
    before = (one / ".gitattributes").read_text()
    assert "has its lines already" in install_git_driver(one)[0]
    assert (one / ".gitattributes").read_text() == before == "\n".join([*ATTRIBUTES, ""])


def test_a_folder_that_is_no_repository_is_refused(tmp_path):
    with pytest.raises(LayerError, match="git rev-parse failed"):
        install_git_driver(tmp_path)
    with pytest.raises(LayerError, match="no such folder"):
        install_git_driver(tmp_path / "gone")
