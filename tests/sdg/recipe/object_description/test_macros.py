"""Macros: nesting, arithmetic, and text that stays text."""

import pytest

from scenewright.sdg.recipe.object_description.macros import arithmetic, replace_macros, split_reference

VALUES = {"a": 3, "index": 1, "x_1": [4, 5], "name": "cup"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$[a]", 3),
        ("$[x_$[index]]", [4, 5]),
        ("$[name]_$[index].usd", "cup_1.usd"),
        ("($[a] + 1) * 2", "(3 + 1) * 2"),
        ("plain", "plain"),
    ],
)
def test_macros_are_replaced_from_the_inside_out(text, value):
    assert replace_macros(text, VALUES.__getitem__) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("(3 + 1) * 2", 8), ("7 / 2", 3.5), ("-4", -4), ("2e1 - 1", 19.0), ("5_3", None), ("5_cam", None), ("e", None)],
)
def test_only_numbers_with_operators_are_arithmetic(text, value):
    assert arithmetic(text) == value


@pytest.mark.parametrize("text", ["$[a", "$[x_$[index]", "size: $[x_1]!"])
def test_macros_that_cannot_be_replaced_say_so(text):
    with pytest.raises(ValueError, match=r"closing bracket|whole value"):
        replace_macros(text, VALUES.__getitem__)


def test_references_are_split_into_steps():
    assert split_reference("/box/size~1") == ["/", "box", "size", 1]
    assert split_reference("../a") == ["..", "a"]
    with pytest.raises(ValueError, match="no reference"):
        split_reference("/box//a")
    with pytest.raises(ValueError, match="divides by zero"):
        arithmetic("1 / 0")
