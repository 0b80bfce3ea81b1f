"""Distributions of a recipe: what a block draws for N prims at one firing, from streams that depend on nothing else."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pxr import Sdf, Usd

from scenewright.sdg.recipe.clock import Firing
from scenewright.sdg.recipe.findings import Mark, RecipeError
from scenewright.sdg.recipe.streams import stream
from scenewright.sdg.recipe.values import fits

__all__ = ["Choice", "Combine", "Constant", "Distribution", "Draws", "Normal", "Sequenced", "Uniform", "jsonable", "texts_of"]


@dataclass
class Draws:
    """What is drawn for one firing.

    Attributes:
        seed: Seed of the recipe.
        firing: When.
        values: Takes what was drawn, by block path, as JSON values.
    """

    seed: int
    firing: Firing
    values: dict[str, Any] = field(default_factory=dict)

    def stream(self, path: str, seed: int | None = None, draw: int = 0) -> np.random.Generator:
        """Return the stream of a node; a seed of its own replaces the recipe's."""
        own = self.seed if seed is None or seed < 0 else seed
        return stream(own, path, self.firing.sequence, self.firing.step, draw)

    def record(self, path: str, rows: Any) -> None:
        """Keep what a node drew for the ledger; of two draws of one node, the longer one contains the other."""
        plain = jsonable(rows)
        known = self.values.get(path)
        if not isinstance(known, list) or not isinstance(plain, list) or len(known) < len(plain):
            self.values[path] = plain


@dataclass(frozen=True)
class Distribution(ABC):
    """A source of values.

    Attributes:
        path: Block path: the identity of its stream.
        mark: Where it stands.
        seed: Seed of its own, or None for the recipe's.
        samples: ``num_samples``: how many values it gives where the consumer takes as many as there are.
        name: Name under which its values are also known, or "".
    """

    path: str
    mark: Mark
    seed: int | None = None
    samples: int = 1
    name: str = ""

    def draw(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return ``count`` values of a kind: a float64 array of shape (count, D), or a list of objects."""
        rows = self.rows(draws, count, kind)
        draws.record(self.path, rows)
        return rows

    @abstractmethod
    def rows(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return ``count`` values without recording them."""


@dataclass(frozen=True)
class Constant(Distribution):
    """The same value for everyone; what a plain value in a list of distributions becomes."""

    value: Any = None

    def draw(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return the value ``count`` times; nothing was drawn, so nothing is recorded."""
        return self.rows(draws, count, kind)

    def rows(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return the value ``count`` times."""
        return packed([self.value] * count)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Evenly spread between two bounds, component by component; with ``log``, evenly spread in the logarithm."""

    lower: tuple[float, ...] = (0.0,)
    upper: tuple[float, ...] = (1.0,)
    log: bool = False

    def rows(self, draws: Draws, count: int, kind: str) -> np.ndarray:
        """Return values of shape (count, D)."""
        lower, upper = np.broadcast_arrays(np.array(self.lower), np.array(self.upper))
        unit = draws.stream(self.path, self.seed).random((count, lower.size))
        if self.log:
            return np.exp(np.log(lower) + (np.log(upper) - np.log(lower)) * unit)
        return lower + (upper - lower) * unit


@dataclass(frozen=True)
class Normal(Distribution):
    """Gaussian, component by component."""

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def rows(self, draws: Draws, count: int, kind: str) -> np.ndarray:
        """Return values of shape (count, D)."""
        mean, std = np.broadcast_arrays(np.array(self.mean), np.array(self.std))
        return mean + std * draws.stream(self.path, self.seed).standard_normal((count, mean.size))


@dataclass(frozen=True)
class Choice(Distribution):
    """One of several values, which may be distributions themselves."""

    choices: tuple[Any, ...] = ()
    weights: tuple[float, ...] | None = None
    replace: bool = True

    def rows(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return the chosen values; each prim that chose a nested distribution takes that distribution's row for itself."""
        chosen = self.indices(draws, count)
        nested: dict[int, Sequence[Any]] = {}
        picked = []
        for row, index in enumerate(chosen):
            value = self.choices[index]
            if isinstance(value, Distribution):
                if index not in nested:
                    nested[index] = value.draw(draws, count, kind)
                value = nested[index][row]
                if isinstance(value, np.ndarray):
                    value = value.item() if value.size == 1 else value.tolist()
            picked.append(value)
        return packed(picked)

    def indices(self, draws: Draws, count: int) -> np.ndarray:
        """Return which choices are taken, shape (count,)."""
        size = len(self.choices)
        weights = np.ones(size) if self.weights is None else np.array(self.weights, dtype=float)
        generator = draws.stream(self.path, self.seed)
        if self.replace:
            edges = np.cumsum(weights) / weights.sum()
            return np.minimum(np.searchsorted(edges, generator.random(count), side="right"), np.flatnonzero(weights)[-1])
        available = int(np.count_nonzero(weights))
        if count > available:
            raise RecipeError.at(
                self.mark,
                f"{count} values without replacement are wanted from {available} choices.",
                "Give more choices, or allow replacements.",
            )
        # Efraimidis and Spirakis 2006: the largest u^(1/w) are a weighted sample without replacement.
        with np.errstate(divide="ignore"):
            keys = np.log(generator.random(size)) / weights
        return np.argsort(-keys, kind="stable")[:count]


@dataclass(frozen=True)
class Sequenced(Distribution):
    """One item after the other, an item an execution; lists of lists give every prim a sequence of its own."""

    items: tuple[Any, ...] = ()
    ordered: bool = True
    stride: int = 1

    def rows(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return the item that is due, for every prim, or each prim's own."""
        if self.is_per_prim(kind):
            return packed([self.item(draws, self.items[prim % len(self.items)], prim) for prim in range(count)])
        item = self.item(draws, self.items, 0)
        if isinstance(item, Distribution):
            return item.draw(draws, count, kind)
        return packed([item] * count)

    def is_per_prim(self, kind: str) -> bool:
        """Return whether each item is a sequence for one prim rather than a value."""

        def is_row(item: Any) -> bool:
            if not isinstance(item, list) or not item:
                return False
            text = isinstance(item[0], str | Usd.Prim) or not isinstance(item[0], int | float)
            return (
                text
                if kind in ("any", "paths", "materials", "str")
                else not fits(item, kind) and all(fits(i, kind) for i in item)
            )

        return all(is_row(item) for item in self.items)

    def item(self, draws: Draws, items: Sequence[Any], prim: int) -> Any:
        """Return the item that is due at this execution."""
        position = max(draws.firing.execution, 0) * self.stride
        turn, index = divmod(position, len(items))
        if not self.ordered:
            shuffle = stream(
                draws.seed if self.seed is None or self.seed < 0 else self.seed, self.path, draws.firing.sequence, -2, turn
            )
            index = int(np.argsort(shuffle.random((prim + 1, len(items)))[prim], kind="stable")[index])
        return items[index]


@dataclass(frozen=True)
class Combine(Distribution):
    """A vector whose components are drawn separately."""

    parts: tuple[Distribution, ...] = ()

    def rows(self, draws: Draws, count: int, kind: str) -> np.ndarray:
        """Return values of shape (count, D)."""
        columns = [np.asarray(part.draw(draws, count, "number"), dtype=float).reshape(count, -1) for part in self.parts]
        return np.concatenate(columns, axis=1)

    def draw(self, draws: Draws, count: int, kind: str) -> Sequence[Any]:
        """Return the rows; the parts record what they drew."""
        rows = self.rows(draws, count, kind)
        if self.name:
            draws.record(self.path, rows)
        return rows


def texts_of(value: Any) -> list[str]:
    """Return every text that a value is, holds, or can be drawn as."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Choice):
        return texts_of(value.choices)
    if isinstance(value, Sequenced):
        return texts_of(value.items)
    return [text for item in value for text in texts_of(item)] if isinstance(value, list | tuple) else []


def packed(values: list[Any]) -> Sequence[Any]:
    """Return numbers and vectors of equal length as an array of shape (N, D), anything else as the list."""
    if values and all(isinstance(v, int | float | np.ndarray | list | tuple) and not isinstance(v, bool) for v in values):
        try:
            array = np.array(values, dtype=float)
        except (TypeError, ValueError):
            return values
        return array.reshape(len(values), -1)
    return values


def jsonable(value: Any) -> Any:
    """Return a drawn value as JSON: arrays as lists (of numbers where each has one), prims and paths as text."""
    if isinstance(value, np.ndarray):
        return (value[:, 0] if value.ndim == 2 and value.shape[1] == 1 else value).tolist()
    if isinstance(value, Usd.Prim):
        return str(value.GetPath())
    if isinstance(value, Sdf.Path):
        return str(value)
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    return value.item() if isinstance(value, np.generic) else value
