import pytest

from scenewright.sdg.recipe import load_recipe
from scenewright.ui.model.state import PERSISTENT_ROOT, WindowState, load_state, overrides_of, save_state

FULL = WindowState("/r.yaml", "/s c'e.usd", ("Left", "Top"), 7, 3, "/out", True, ("basic",), ("rgb", "normals"))


def test_what_is_set_is_there_again_after_a_restart(settings):
    save_state(settings, FULL)
    assert load_state(settings) == FULL


def test_nothing_kept_is_the_default(settings):
    assert load_state(settings) == WindowState()


WRONG = [("frames", "many"), ("seed", True), ("recipe", 3), ("own_writers", "yes"), ("writers", 1)]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_value_of_another_kind_is_left_at_its_default(settings, key, value):
    settings.set(f"{PERSISTENT_ROOT}/{key}", value)
    assert load_state(settings) == WindowState()


def test_defaults_change_nothing_in_a_recipe():
    assert overrides_of(WindowState()) == ()


def test_overrides_are_what_the_recipe_reads(recipe):
    state = WindowState(frames=2, seed=9, own_writers=True, writers=("coco", "basic"), annotators=("normals",))
    own = load_recipe(recipe).settings.writers
    changed = load_recipe(recipe, overrides_of(state, {**own, "basic": {**own["basic"], "colorize_depth": True}}))
    assert (changed.frame_count, changed.seed) == (2, 9)
    assert changed.settings.writers == {"coco": {}, "basic": {"colorize_depth": True, "normals": True}}


def test_a_scene_with_quotes_and_spaces_survives(recipe):
    changed = load_recipe(recipe, overrides_of(FULL))
    assert str(changed.scene_path) == "/s c'e.usd"
    assert changed.settings.cameras == ["Left", "Top"]
