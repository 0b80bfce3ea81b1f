"""What variation says when it cannot do what was asked."""

import math
from typing import Any

__all__ = ["VariationError", "checked_number", "checked_range"]


class VariationError(ValueError):
    """An argument is wrong, or a scene leaves no way to do what was asked; the message says which and what to do."""


def checked_number(
    name: str, value: Any, low: float = -math.inf, high: float = math.inf, unit: str = "", above: bool = False
) -> float:
    """Return a finite number within bounds.

    Args:
        name: Argument, for the message.
        value: What was given.
        low: Lowest allowed value.
        high: Highest allowed value.
        unit: Unit, for the message.
        above: Whether ``low`` itself is not allowed.

    Raises:
        VariationError: It is no number, not finite or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise VariationError(f"'{name}' is {value!r}. Give a finite number{f' [{unit}]' if unit else ''}.")
    if value < low or value > high or (above and value <= low):
        bounds = (
            f"{'above' if above else 'at least'} {low:g}"
            if math.isinf(high)
            else (f"{'above' if above else 'from'} {low:g} {'and at most' if above else 'to'} {high:g}")
        )
        raise VariationError(f"'{name}' is {value:g}. Give a number {bounds}{f' [{unit}]' if unit else ''}.")
    return float(value)


def checked_range(name: str, value: Any, low: float = -math.inf, high: float = math.inf, unit: str = "") -> tuple[float, float]:
    """Return a pair (lowest, highest) within bounds; a single number is a range of itself.

    Raises:
        VariationError: It is neither, out of bounds, or in the wrong order.
    """
    pair = (value, value) if isinstance(value, int | float) else tuple(value) if isinstance(value, list | tuple) else ()
    if len(pair) != 2:
        raise VariationError(f"'{name}' is {value!r}. Give a number, or [lowest, highest]{f' [{unit}]' if unit else ''}.")
    first, second = (checked_number(name, entry, low, high, unit) for entry in pair)
    if first > second:
        raise VariationError(f"'{name}' is {list(pair)}: the lowest comes first.")
    return first, second
