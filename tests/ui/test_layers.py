from pxr import Sdf, Usd

from scenewright.sdg.recipe.stage_setup import add_randomization_layer
from scenewright.ui.model.layers import layer_rows


def stage(tmp_path):
    lights = Sdf.Layer.CreateNew(str(tmp_path / "lights.usda"))
    lights.owner = "Ada"
    lights.Save()
    root = Sdf.Layer.CreateNew(str(tmp_path / "scene.usda"))
    root.subLayerPaths = ["./lights.usda", "./gone.usda"]
    root.customLayerData = {"omni_layer": {"locked": {"./lights.usda": True}}}
    root.Save()
    return Usd.Stage.Open(root)


def test_layers_in_order_of_strength_with_owner_and_state(tmp_path, capfd):
    opened = stage(tmp_path)
    rows = layer_rows(opened, lambda identifier: "Bo")
    assert [(row.name, row.depth) for row in rows] == [
        ("session", 0), ("randomization", 1), ("scene.usda", 0), ("lights.usda", 1), ("gone.usda", 1)]
    by_name = {row.name: row for row in rows}
    assert by_name["lights.usda"].owner == "Ada" and by_name["lights.usda"].state == "locked"
    assert by_name["scene.usda"].owner == "Bo" and by_name["scene.usda"].edit_target
    assert by_name["gone.usda"].state == "missing"
    assert by_name["randomization"].randomized and "when a run starts" in by_name["randomization"].state


def test_the_layer_that_randomization_writes_to_is_named(tmp_path, capfd):
    opened = stage(tmp_path)
    layer = add_randomization_layer(opened)
    chosen = [row for row in layer_rows(opened) if row.randomized]
    assert [row.identifier for row in chosen] == [layer.identifier]


def test_no_stage_has_no_rows():
    assert layer_rows(None) == []
