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


def test_a_usd_file_is_checked_by_itself(scenewright, tmp_path):
    good, bad = tmp_path / "good.usda", tmp_path / "bad.usda"
    good.write_text('#usda 1.0\ndef Xform "A" {\n}\n')
    bad.write_text('#usda 1.0\ndef Xform "A" (references = @gone.usda@) {\n}\n')
    assert scenewright("validate", good)[0] == 0
    status, out, _ = scenewright("validate", bad)
    assert status == 2 and "/A: Could not open asset" in out
    assert scenewright("validate", tmp_path)[0] == 2


def test_overrides_are_checked_too(scenewright, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("cube: {create.cube: null}\n")
    status, out, _ = scenewright("validate", path, "--set", "frames=ten")
    assert status == 2 and out.startswith("--set frames=ten: ")


def test_schema_prints_json(scenewright):
    status, out, _ = scenewright("schema")
    assert status == 0 and json.loads(out)["title"] == "Scenewright recipe"
