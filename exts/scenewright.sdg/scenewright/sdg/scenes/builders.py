"""The builders by name, and how options given by name become theirs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from scenewright.sdg.scenes.assets import AssetBook, SceneError, read_asset_book
from scenewright.sdg.scenes.plan import ScenePlan, Streams
from scenewright.sdg.scenes.room import RoomOptions, plan_room
from scenewright.sdg.scenes.shelf import ShelfOptions, plan_shelf
from scenewright.sdg.scenes.things import LayoutError
from scenewright.sdg.scenes.warehouse import WarehouseOptions, plan_warehouse

__all__ = ["BUILDERS", "Builder", "build_scene", "read_books"]


@dataclass(frozen=True)
class Builder:
    """A kind of place that can be built: its options, what plans it, and the options that make it ask for less room."""

    options: type
    plan: Callable[..., ScenePlan]
    less: tuple[str, ...]

    def option_names(self) -> list[str]:
        """Return the names of its options."""
        return [field.name for field in fields(self.options)]

    def remedy(self) -> str:
        """Return what can be done about a layout that does not fit."""
        less = " or ".join(f"`{name}`" for name in self.less)
        return f"Enlarge `size`, lower {less}, or take what fits with `must_fit: false`."


_LONGEST, _MOST = 200.0, 1000

BUILDERS: dict[str, Builder] = {
    "warehouse": Builder(WarehouseOptions, plan_warehouse, ("staging", "extras")),
    "shelf": Builder(ShelfOptions, plan_shelf, ("bays",)),
    "room": Builder(RoomOptions, plan_room, ("seats", "clutter")),
}
"""Name -> builder."""


def read_books(paths: list[str]) -> AssetBook:
    """Return the asset books as one: of two with the same class, the later one's assets are used.

    Raises:
        SceneError: One of them cannot be read.
    """
    book = read_asset_book(paths[0])
    for path in paths[1:]:
        book = book.with_pack(read_asset_book(path))
    return book


def build_scene(name: str, book: AssetBook, streams: Streams, options: Mapping[str, Any], must_fit: bool = True) -> ScenePlan:
    """Plan a scene.

    Args:
        name: One of `BUILDERS`.
        book: The assets.
        streams: Random numbers, level by level.
        options: Values of the builder's options by name; what is left out has its default.
        must_fit: Whether anything that the layout cannot place is an error; otherwise it is in the plan's ``shortfalls``.

    Raises:
        LayoutError: Something does not fit; the error says what was placed and what stood in the way.
        SceneError: An option is unknown or out of range, or the book lacks a class.
    """
    builder = BUILDERS.get(name)
    if builder is None:
        raise SceneError(f"there is no builder '{name}'. There are: {', '.join(BUILDERS)}.")
    unknown = set(options) - set(builder.option_names())
    if unknown:
        raise SceneError(f"'{name}' has no option '{min(unknown)}'. It has: {', '.join(builder.option_names())}.")
    values = {
        key: tuple(float(v) for v in value) if isinstance(value, list | tuple) else value for key, value in options.items()
    }
    for key, value in values.items():
        _check_range(name, key, value)
    plan = builder.plan(book, streams, builder.options(**values))
    if must_fit and plan.shortfalls:
        raise LayoutError(plan.shortfalls, len(plan.items), builder.remedy())
    return plan


def _check_range(name: str, key: str, value: Any) -> None:
    """Refuse what a slip of the keyboard makes: negative values, and places that would fill the memory."""
    numbers = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(number, int | float) for number in numbers):
        raise SceneError(f"'{key}' of '{name}' is {value!r}; a number is wanted.")
    most = _LONGEST if key == "size" else _MOST if isinstance(value, int) else math.inf
    if not all(0 <= number <= most for number in numbers) or (key == "size" and min(numbers) <= 0):
        limits = f"above 0 and at most {_LONGEST:g} m" if key == "size" else f"from 0 to {most:g}"
        raise SceneError(f"'{key}' of '{name}' is {value}; allowed: {limits}.")
