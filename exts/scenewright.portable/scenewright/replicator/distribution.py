"""``rep.distribution``: values drawn anew with each execution of the node that they feed.

A distribution that feeds N prims gives N rows. Scalar bounds give scalars, tuples give vectors component by component.
With ``name`` the drawn values appear in the writers' payload under ``distribution_outputs``.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import DistributionNode
from scenewright.replicator.graph.sampling import checked_weights, distribution_of, rows
from scenewright.replicator.registration import register_function
from scenewright.replicator.session import current_session

__all__ = ["choice", "combine", "log_uniform", "normal", "register", "sequence", "uniform"]

__getattr__ = unavailable_names(__name__, ())

_log = logging.getLogger(__name__)


def uniform(lower: Any, upper: Any, num_samples: int = 1, seed: int | None = None, name: str | None = None) -> ReplicatorItem:
    """Draw uniformly between ``lower`` and ``upper``; swapped bounds are put in order.

    Raises:
        ValueError: The bounds differ in length or are not finite.
        TypeError: They are not numbers.
    """
    low, high = _numbers("uniform", lower=lower, upper=upper)
    low, high = np.minimum(low, high), np.maximum(low, high)
    return _item("uniform", lambda node, rng, count, width: rng.uniform(low, high, (count, *low.shape)),
                 {"lower": lower, "upper": upper}, num_samples, seed, name)


def normal(mean: Any, std: Any, num_samples: int = 1, seed: int | None = None, name: str | None = None) -> ReplicatorItem:
    """Draw normally with ``mean`` and standard deviation ``std``, component by component.

    Raises:
        ValueError: A standard deviation is negative, or the lengths differ.
        TypeError: They are not numbers.
    """
    center, spread = _numbers("normal", mean=mean, std=std)
    if (spread < 0.0).any():
        raise ValueError(f"rep.distribution.normal: std must not be negative, got {std!r}.")
    return _item("normal", lambda node, rng, count, width: center + spread * rng.standard_normal((count, *center.shape)),
                 {"mean": mean, "std": std}, num_samples, seed, name)


def log_uniform(lower: Any, upper: Any, num_samples: int = 1, seed: int | None = None,
                name: str | None = None) -> ReplicatorItem:
    """Draw so that the logarithm is uniform between those of ``lower`` and ``upper``, which are positive.

    Raises:
        ValueError: A bound is not positive, or the lengths differ.
        TypeError: They are not numbers.
    """
    low, high = _numbers("log_uniform", lower=lower, upper=upper)
    if (np.minimum(low, high) <= 0.0).any():
        raise ValueError(f"rep.distribution.log_uniform: bounds must be positive, got {lower!r} and {upper!r}.")
    low, high = np.log(np.minimum(low, high)), np.log(np.maximum(low, high))
    return _item("log_uniform", lambda node, rng, count, width: np.exp(rng.uniform(low, high, (count, *low.shape))),
                 {"lower": lower, "upper": upper}, num_samples, seed, name)


def choice(choices: Any, weights: Sequence[float] | None = None, num_samples: int = 1, seed: int | None = None,
           with_replacements: bool = True, name: str | None = None) -> ReplicatorItem:
    """Draw from a list of anything: numbers, tuples, paths, prims, items, nested distributions.

    Args:
        choices: The list; or a distribution, whose samples are the list.
        weights: Relative weights, one for each choice; None = equal. A single choice needs none: what is given is ignored,
            with a warning where it does not fit.
        num_samples: Samples drawn where the consumer wants no number of its own.
        seed: A seed of its own; None or -1 = the global seed.
        with_replacements: False = no choice twice in one execution.
        name: Name in the payload.

    Raises:
        ValueError: The list is empty, or the weights do not fit it.
    """
    source = distribution_of(choices)
    entries = None if source is not None else _checked_list("choice", "choices", choices)
    shares = None
    if entries is not None and len(entries) == 1:
        if weights is not None and len(weights) != 1:
            _log.warning("rep.distribution.choice: %d weights for a single choice, which is always drawn.", len(weights))
    elif weights is not None:
        shares = checked_weights("rep.distribution.choice", weights, len(weights) if entries is None else len(entries))

    def draw(node: DistributionNode, rng: np.random.Generator, count: int, width: int | None) -> Any:
        pool = entries if entries is not None else list(source.sample(source.samples, width))
        if not with_replacements and count > len(pool):
            raise ValueError(f"rep.distribution.choice: {count} samples without replacement from {len(pool)} choices. "
                             "Give more choices or with_replacements=True.")
        picked = rng.choice(len(pool), size=count, replace=with_replacements, p=shares)
        return _collected([_entry(pool[index], row, count, width) for row, index in enumerate(picked)])

    return _item("choice", draw, {"choices": choices, "weights": weights}, num_samples, seed, name)


def sequence(items: Any, ordered: bool = True, seed: int | None = -1, stride: int = 1,
             name: str | None = None) -> ReplicatorItem:
    """Give one item per execution, beginning again at the end.

    Nested one level deeper than the input needs (a list of lists of positions, or of numbers for a scalar), each inner list is
    the sequence of one prim.

    Args:
        items: The items.
        ordered: False = every round in a new random order.
        seed: Seed of that order; -1 or None = the global seed.
        stride: Items to move on with each execution.
        name: Name in the payload.

    Raises:
        ValueError: There are no items, or the stride is below 1.
    """
    entries = _checked_list("sequence", "items", items)
    if int(stride) != stride or stride < 1:
        raise ValueError(f"rep.distribution.sequence: stride is an integer of at least 1, got {stride!r}.")

    def draw(node: DistributionNode, rng: np.random.Generator, count: int, width: int | None) -> Any:
        position = node.execution * int(stride)
        if _is_per_prim(entries, width):
            lanes = [row % len(entries) for row in range(count)]
            picked = [_nth(node, entries[lane], position, ordered, str(lane)) for lane in lanes]
        else:
            picked = [_nth(node, entries, position, ordered, "")] * count
        return _collected([_entry(value, row, count, width) for row, value in enumerate(picked)])

    return _item("sequence", draw, {"items": items}, 1, seed, name)


def combine(distributions: Any, name: str | None = None) -> ReplicatorItem:
    """Make a vector whose components come from several distributions or constants.

    Raises:
        ValueError: There are none.
    """
    parts = _checked_list("combine", "distributions", distributions)

    def draw(node: DistributionNode, rng: np.random.Generator, count: int, width: int | None) -> np.ndarray:
        columns = [np.asarray(rows(part, count), dtype=float).reshape(count, -1) for part in parts]
        return np.concatenate(columns, axis=1)

    return _item("combine", draw, {"distributions": distributions}, 1, None, name)


def register(fn: Callable[..., Any], override: bool = True) -> None:
    """Make ``fn`` reachable as ``rep.distribution.<its name>``.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """
    register_function(__name__, fn, override)


def _item(kind: str, draw: Callable[..., Any], inputs: dict[str, Any], samples: int, seed: int | None,
          name: str | None) -> ReplicatorItem:
    if isinstance(samples, bool) or int(samples) != samples or samples < 1:
        raise ValueError(f"rep.distribution.{kind}: num_samples is an integer of at least 1, got {samples!r}.")
    return DistributionNode(current_session().graph, f"distribution.{kind}", draw, inputs, samples=int(samples), seed=seed,
                            name=name).item


def _numbers(kind: str, **bounds: Any) -> tuple[np.ndarray, np.ndarray]:
    arrays = []
    for key, value in bounds.items():
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(f"rep.distribution.{kind}: {key} is a number or a tuple of numbers, got {value!r}.") from None
        if array.ndim > 1 or array.size == 0 or not np.isfinite(array).all():
            raise ValueError(f"rep.distribution.{kind}: {key} is a finite number or a tuple of such, got {value!r}.")
        arrays.append(array)
    try:
        first, second = np.broadcast_arrays(*arrays)
    except ValueError:
        given = " and ".join(f"{key}={value!r}" for key, value in bounds.items())
        raise ValueError(f"rep.distribution.{kind}: {given} differ in length.") from None
    return first, second


def _checked_list(kind: str, what: str, values: Any) -> list[Any]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"rep.distribution.{kind}: {what} is a list, got {values!r} ({type(values).__name__}).")
    entries = list(values)
    if not entries:
        raise ValueError(f"rep.distribution.{kind}: {what} is empty; give at least one.")
    return entries


def _entry(value: Any, row: int, count: int, width: int | None) -> Any:
    """Return one choice; a nested distribution is sampled, a row for each consumer row."""
    nested = distribution_of(value)
    return value if nested is None else nested.sample(count, width)[row]


def _collected(values: list[Any]) -> Any:
    """Return an array where all values are numbers or vectors of one length, else the list."""
    if all(isinstance(value, int | float | np.number | tuple | list | np.ndarray) and not isinstance(value, bool)
           for value in values):
        try:
            array = np.asarray(values, dtype=float)
        except (TypeError, ValueError):
            return values
        return array if array.ndim <= 2 else values
    return values


def _is_per_prim(entries: list[Any], width: int | None) -> bool:
    """Return whether the entries are sequences of values rather than values."""
    first = entries[0]
    if not isinstance(first, list | tuple | np.ndarray) or len(first) == 0:
        return False
    nested = isinstance(first[0], list | tuple | np.ndarray) or isinstance(first[0], str)
    return nested or width == 1


def _nth(node: DistributionNode, entries: Any, position: int, ordered: bool, key: str) -> Any:
    length, (turn, offset) = len(entries), divmod(position, len(entries))
    if ordered:
        return entries[offset]
    return entries[node.generator_of_turn(f"{key}/{turn}").permutation(length)[offset]]
