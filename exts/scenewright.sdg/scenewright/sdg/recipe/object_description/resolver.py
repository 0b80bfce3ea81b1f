"""The values of a description in one frame: macros followed, distributions drawn, harmonizers asked; each value once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.recipe.document import Node
from scenewright.sdg.recipe.findings import Mark, RecipeError, choices_text
from scenewright.sdg.recipe.object_description.harmonizers import bin_pack, permutate
from scenewright.sdg.recipe.object_description.macros import arithmetic, replace_macros, split_reference
from scenewright.sdg.recipe.object_description.transforms import operator_kind, operator_matrix, product
from scenewright.sdg.recipe.sampling import jsonable
from scenewright.sdg.recipe.streams import stream

__all__ = ["DISTRIBUTIONS", "Bounds", "Resolver"]

DISTRIBUTIONS = ("range", "set", "folder", "camera_frustum", "harmonized", "texture")
"""Kinds of mutable attributes."""

_Path = tuple[str | int, ...]
Bounds = Callable[[str], np.ndarray]
"""Returns minimum and maximum of a mutable's geometry without its transform operators, shape (2, 3)."""


class Resolver:
    """Values of one frame.

    Args:
        root: The description with every ``count`` expanded.
        folder: Folder that relative paths start from.
        seed: Seed of the frame: that of the file plus the frame's number.
        frame: Number of the frame.
        bounds: Bounds of mutables, for pitches that are ``local_aabb``.

    Attributes:
        drawn: What was drawn, as JSON values by path.
    """

    def __init__(self, root: Node, folder: Path, seed: int, frame: int, bounds: Bounds):
        self.root = root
        self.folder = folder
        self.names: dict[str, Any] = {"seed": seed, "frame": frame}
        self.drawn: dict[str, Any] = {}
        self._seed = seed
        self._bounds = bounds
        self._known: dict[_Path, Any] = {}
        self._active: list[_Path] = []
        self._answers: dict[str, dict[_Path, Any]] = {}

    def value(self, *path: str | int) -> Any:
        """Return the value at a path of keys and indices.

        Raises:
            RecipeError: There is none, it depends on itself, or it cannot be drawn.
        """
        if path in self._known:
            return self._known[path]
        node = self.root.find(*path)
        if node is None:
            raise RecipeError.at(self.root.mark, f"there is no '{_shown(path)}'.", "Name a value of this description.")
        if path in self._active:
            circle = " -> ".join(_shown(step) for step in (*self._active[self._active.index(path) :], path))
            raise RecipeError.at(node.mark, f"this value depends on itself: {circle}.", "Break the circle.")
        self._active.append(path)
        try:
            found = self._value_of(node, path)
        except ValueError as error:
            if isinstance(error, RecipeError):
                raise
            raise RecipeError.at(node.mark, f"'{_shown(path)}': {error}.") from None
        finally:
            self._active.pop()
        self._known[path] = found
        return found

    def text(self, text: str, mark: Mark, **names: Any) -> str:
        """Return text with its macros replaced, seen from the top of the description, with more names than usual."""
        try:
            return str(replace_macros(text, lambda name: names[name] if name in names else self._lookup(name, (), mark)))
        except ValueError as error:
            raise error if isinstance(error, RecipeError) else RecipeError.at(mark, f"'{text}': {error}.") from None

    def operators(self, name: str) -> list[tuple[str, _Path]]:
        """Return (key, path of the value) of a mutable's transform operators, most global first."""
        node = self.root.find(name, "transform_operators")
        if node is None or not node.value:
            return []
        if node.is_map:
            return [(key, (name, "transform_operators", key)) for key in node.value]
        return [
            (key, (name, "transform_operators", index, key))
            for index, item in enumerate(node.value)
            for key in (item.value if item.is_map else {})
        ]

    def matrix(self, name: str, after: _Path | None = None) -> np.ndarray | None:
        """Return the transform of a mutable, (4, 4); None where a harmonizer left no room for it.

        Args:
            name: The mutable.
            after: Take only the operators more local than the one with this path.
        """
        operators = self.operators(name)
        if after is not None:
            operators = operators[[path for _, path in operators].index(after) + 1 :]
        matrices = []
        for key, path in operators:
            value = self.value(*path)
            if value is None:
                return None
            try:
                matrices.append(operator_matrix(str(operator_kind(key)), value))
            except ValueError as error:
                raise RecipeError.at(self.root.find(*path).mark, f"'{_shown(path)}': {error}.") from None
        return product(matrices)

    def _value_of(self, node: Node, path: _Path) -> Any:
        if node.is_map:
            if "distribution_type" in node.value:
                return self._draw(node, path)
            return {key: self.value(*path, key) for key in node.value}
        if node.is_list:
            return [self.value(*path, index) for index in range(len(node.value))]
        if not isinstance(node.value, str) or "$[" not in node.value:
            return node.value
        found = replace_macros(node.value, lambda reference: self._lookup(reference, path, node.mark))
        number = arithmetic(found) if isinstance(found, str) else None
        return found if number is None else number

    # References

    def _lookup(self, reference: str, path: _Path, mark: Mark) -> Any:
        steps = split_reference(reference)
        above = [path[:end] for end in range(len(path) - 1, -1, -1) if self.root.find(*path[:end]).is_map]
        if steps[0] == "/":
            return self._follow((), steps[1:], reference, mark)
        if steps[0] == "..":
            while steps and steps[0] == "..":
                steps, above = steps[1:], above[1:]
            return self._follow(above[0] if above else (), steps, reference, mark)
        for base in above:
            if base and steps[0] in self.root.find(*base).value:
                return self._follow(base, steps, reference, mark)
        if len(steps) == 1 and steps[0] in self.names:
            return self.names[steps[0]]
        return self._follow((), steps, reference, mark)

    def _follow(self, base: _Path, steps: list[str | int], reference: str, mark: Mark) -> Any:
        at, node = base, self.root.find(*base)
        for position, step in enumerate(steps):
            below = node.find(step)
            if below is None or (node.is_map and "distribution_type" in node.value):
                return self._inside(at, steps[position:], reference, mark)
            at, node = (*at, step), below
        if at == ("seed",):
            return self._seed
        return self.value(*at)

    def _inside(self, at: _Path, steps: list[str | int], reference: str, mark: Mark) -> Any:
        """Follow steps into a value that is no part of the file: what was drawn, or what a macro stands for."""
        found = self.value(*at) if at else None
        for step in steps:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                names = [str(key) for key in (found if isinstance(found, dict) else self.root.value if not at else ())]
                raise RecipeError.at(
                    mark, f"'$[{reference}]' leads nowhere: there is no '{step}'.", choices_text(str(step), names[:30])
                ) from None
        return found

    # Distributions

    def _draw(self, node: Node, path: _Path) -> Any:
        kind = self.value(*path, "distribution_type")
        drawn = getattr(self, f"_draw_{kind}")(node, path)
        self.drawn["/".join(map(str, path))] = jsonable(drawn)
        return drawn

    def _stream(self, path: _Path) -> np.random.Generator:
        return stream(self._seed, "/".join(map(str, path)), 0, 0)

    def _draw_range(self, node: Node, path: _Path) -> Any:
        start, end = self.value(*path, "start"), self.value(*path, "end")
        low, high = np.array(start, dtype=float), np.array(end, dtype=float)
        if low.shape != high.shape:
            raise ValueError(f"'start' is {start!r} and 'end' is {end!r}; give both as many numbers")
        return (low + (high - low) * self._stream(path).random(low.shape)).tolist()

    def _draw_set(self, node: Node, path: _Path) -> Any:
        values = node.value["values"].node
        count = len(values.value if values.is_list else self.value(*path, "values"))
        if not count:
            raise ValueError("'values' is empty")
        index = min(int(self._stream(path).random() * count), count - 1)
        return self.value(*path, "values", index) if values.is_list else self.value(*path, "values")[index]

    def _draw_folder(self, node: Node, path: _Path) -> str:
        folder = self.folder / str(self.value(*path, "value"))
        suffix = str(self.value(*path, "suffix")) if "suffix" in node.value else ""
        files = sorted(file for file in folder.rglob(f"*{suffix}") if file.is_file()) if folder.is_dir() else []
        if not files:
            raise ValueError(f"the folder {folder} has no files that end in '{suffix}'")
        return str(files[min(int(self._stream(path).random() * len(files)), len(files) - 1)])

    def _draw_camera_frustum(self, node: Node, path: _Path) -> list[float]:
        camera = self.value(*path, "camera_parameters")
        near, far = float(self.value(*path, "distance_min")), float(self.value(*path, "distance_max"))
        span = float(self.value(*path, "screen_space_range")) if "screen_space_range" in node.value else 1.0
        if not 0.0 < near <= far:
            raise ValueError(f"distances are {near} to {far}; give 0 < distance_min <= distance_max")
        unit = self._stream(path).random(3)
        distance = near * far / (near + (far - near) * unit[0])
        half = float(camera["horizontal_aperture"]) / float(camera["focal_length"]) / 2.0
        rise = half * float(camera["screen_height"]) / float(camera["screen_width"])
        across, along = span * (2.0 * unit[1:] - 1.0)
        return [across * half * distance, along * rise * distance, -distance]

    def _draw_texture(self, node: Node, path: _Path) -> Any:
        raise ValueError("textures that are made by operations are not available yet; name a picture")

    def _draw_harmonized(self, node: Node, path: _Path) -> Any:
        name = str(self.value(*path, "harmonizer_name"))
        if name not in self._answers:
            self._answers[name] = self._harmonize(name, node.mark)
        return self._answers[name][path]

    def _harmonize(self, name: str, mark: Mark) -> dict[_Path, Any]:
        kind = self.root.find(name, "harmonizer_type")
        if kind is None:
            names = [key for key, entry in self.root.value.items() if entry.node.find("harmonizer_type")]
            raise RecipeError.at(mark, f"there is no harmonizer '{name}'.", choices_text(name, names))
        members = [path for path in _harmonized(self.root, ()) if str(self.value(*path, "harmonizer_name")) == name]
        generator = self._stream((name,))
        if kind.value == "permutate":
            return dict(zip(members, permutate([self.value(*path, "pitch") for path in members], generator), strict=True))
        boxes = np.array([self._pitch_box(path) for path in members], dtype=float)
        fill = float(self.value(name, "fill_ratio")) if self.root.find(name, "fill_ratio") else 1.0
        answers = bin_pack(boxes, self.value(name, "bin_size"), fill, generator)
        return dict(zip(members, (None if a is None else a.tolist() for a in answers), strict=True))

    def _pitch_box(self, path: _Path) -> np.ndarray:
        """Return the box that a member of a bin wants, in the space just below its operator."""
        pitch = self.value(*path, "pitch")
        if pitch != "local_aabb":
            box = np.array(pitch, dtype=float)
            if box.shape != (2, 3):
                raise ValueError(f"a pitch of bin_pack is local_aabb or [[min], [max]], not {pitch!r}")
            return box
        low, high = self._bounds(str(path[0]))
        below = self.matrix(str(path[0]), after=path)
        corners = np.array([[(low, high)[i >> axis & 1][axis] for axis in range(3)] + [1.0] for i in range(8)])
        moved = (corners @ (np.eye(4) if below is None else below))[:, :3]
        return np.array([moved.min(axis=0), moved.max(axis=0)])


def _harmonized(node: Node, path: _Path) -> list[_Path]:
    """Return the paths of all harmonized attributes at and below a node, in file order."""
    if node.is_map:
        kind = node.find("distribution_type")
        if kind is not None and kind.value == "harmonized":
            return [path]
        return [found for key, entry in node.value.items() for found in _harmonized(entry.node, (*path, key))]
    if node.is_list:
        return [found for index, item in enumerate(node.value) for found in _harmonized(item, (*path, index))]
    return []


def _shown(path: _Path) -> str:
    return "/".join(map(str, path))
