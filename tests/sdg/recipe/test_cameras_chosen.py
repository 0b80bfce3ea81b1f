"""``scenewright.cameras``: which cameras the short-form writers take images of."""

from pathlib import Path

import pytest

from scenewright.sdg.recipe import RecipeError, load_recipe, open_session

TEXT = """
scenewright:
  resolution: [16, 12]
  writers: {coco: {}}
box:
  create.cube: {semantics: [[class, box]]}
left:
  create.camera: {name: Left, position: [6, 6, 4], look_at: [0, 0, 0]}
right:
  create.camera: {name: Right, position: [-6, 6, 4], look_at: [0, 0, 0]}
"""
PRODUCTS = TEXT + """
one:
  create.render_product: {camera: left, resolution: [16, 12], name: one}
two:
  create.render_product: {camera: right, resolution: [16, 12], name: two}
"""


def session(text, *names):
    given = [f"scenewright.cameras=[{', '.join(names)}]"] if names else []
    return open_session(load_recipe(Path("r.yaml"), given, text=text))


@pytest.mark.parametrize(("text", "names"), [(PRODUCTS, ("one", "two"))])
def test_all_or_those_that_are_named(text, names):
    for chosen in ((), names[1:], names):
        opened = session(text, *chosen)
        try:
            assert opened.writer_requests[0].cameras == list(chosen or names)
        finally:
            opened.close()


def test_an_unknown_camera_is_refused_with_those_that_are_there():
    with pytest.raises(RecipeError, match=r"there is no camera 'tow'. Did you mean 'two'\? Allowed: one, two"):
        session(PRODUCTS, "tow")


def test_without_render_products_only_chosen_cameras_get_one():
    opened = session(TEXT)
    every = list(opened.cameras)
    opened.close()
    assert len(every) > 1
    opened = session(TEXT, every[1])
    assert list(opened.cameras) == [every[1]]
    opened.close()
