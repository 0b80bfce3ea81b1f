import os

import pytest

from scenewright.ui.model.editor import RecipeEditor, check_text


def test_unsaved_text_is_checked_at_its_line(recipe):
    text = recipe.read_text().replace("create.cube", "create.cubes")
    checked = check_text(text, str(recipe))
    assert not checked.good
    assert checked.findings[0].line == text[: text.index("create.cubes")].count("\n") + 1
    assert check_text(recipe.read_text(), str(recipe)).good


def test_a_missing_scene_is_a_finding_at_its_line(recipe):
    text = recipe.read_text().replace("scenewright:\n", "scenewright:\n  scene: nowhere.usda\n")
    checked = check_text(text, str(recipe))
    assert not checked.good and "nowhere.usda" in checked.findings[0].message and checked.findings[0].line == 3


def test_saving_keeps_the_mode_and_leaves_nothing_beside(recipe):
    recipe.chmod(0o640)
    editor = RecipeEditor()
    editor.open(str(recipe))
    editor.text += "\n# more\n"
    assert editor.dirty and editor.name.endswith("*")
    editor.save()
    assert not editor.dirty
    assert recipe.read_text().endswith("# more\n")
    assert recipe.stat().st_mode & 0o777 == 0o640
    assert os.listdir(recipe.parent) == ["small.yaml"]


def test_a_disk_that_refuses_leaves_the_file_as_it_was(recipe, monkeypatch):
    editor = RecipeEditor()
    editor.open(str(recipe))
    before = recipe.read_text()
    editor.text = "x: 1"

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        editor.save()
    assert recipe.read_text() == before and os.listdir(recipe.parent) == ["small.yaml"]


def test_a_file_that_is_no_text_changes_nothing(tmp_path, recipe):
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    editor = RecipeEditor()
    editor.open(str(recipe))
    with pytest.raises(ValueError, match="not UTF-8"):
        editor.open(str(tmp_path / "b.yaml"))
    assert editor.path == str(recipe)
