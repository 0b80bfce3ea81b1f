"""``scenewright validate`` and ``scenewright schema``: what they print and how they end."""

import json


def test_a_good_recipe_has_nothing_to_report(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("cube: {create.cube: null}\n")
    status, out, _ = scenewright("validate", path)
    assert status == 0 and "nothing to report" in out


def test_every_finding_has_a_line_of_its_own_and_status_two(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("scenewright: {scene: gone.usda}\ncube: {create.cub: null}\nball: {create.sphere: {counts: 2}}\n")
    status, out, err = scenewright("validate", path)
    assert status == 2 and "2 findings" in err
    assert [line.split(" ")[0] for line in out.splitlines()] == [f"{path}:2:8:", f"{path}:3:24:"]


def test_scene_and_assets_are_looked_at(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("scenewright: {scene: gone.usda}\nsky: {create.light: {light_type: Dome, texture: sky.png}}\n")
    status, out, _ = scenewright("validate", path)
    assert status == 2
    assert f"{path}:1:22: there is no USD file" in out and f"{path}:2:49: there is no file 'sky.png'" in out


HEAD = '#usda 1.0\n(\n    defaultPrim = "A"\n    metersPerUnit = 1\n    upAxis = "Z"\n)\n'


def test_a_usd_file_is_checked_by_itself(scenewright, tmp_path):
    good, bad = tmp_path / "good.usda", tmp_path / "bad.usda"
    good.write_text(HEAD + 'def Xform "A" (kind = "component") {\n}\n')
    bad.write_text(HEAD + 'def Xform "A" (references = @gone.usda@) {\n}\n')
    assert scenewright("validate", good, "--quick")[0] == 0
    status, out, err = scenewright("validate", bad, "--quick")
    assert status == 2 and "1 error, 1 warning" in err
    assert "bad.usda </A>: error: Could not open asset @gone.usda@" in out and "not checked: validators" in out
    assert scenewright("validate", tmp_path)[0] == 2


def test_what_is_safe_is_corrected_and_said(scenewright, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text('#usda 1.0\ndef Xform "A" (kind = "component") {\n}\n')
    status, out, _ = scenewright("validate", path, "--quick")
    assert status == 2 and out.count("--fix corrects it") == 3
    status, out, _ = scenewright("validate", path, "--quick", "--fix")
    assert status == 0 and out.count("fixed: scene.usda: ") == 3 and "nothing to report" in out
    assert "metersPerUnit = 0.01" in path.read_text()


def test_recipes_cannot_be_fixed(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("cube: {create.cube: null}\n")
    status, _, err = scenewright("validate", path, "--fix")
    assert status == 2 and "--fix is for USD files" in err


def test_overrides_are_checked_too(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("cube: {create.cube: null}\n")
    status, out, _ = scenewright("validate", path, "--set", "frames=ten")
    assert status == 2 and out.startswith("--set frames=ten: ")


def test_schema_prints_json(scenewright):
    status, out, _ = scenewright("schema")
    assert status == 0 and json.loads(out)["title"] == "Scenewright recipe"
