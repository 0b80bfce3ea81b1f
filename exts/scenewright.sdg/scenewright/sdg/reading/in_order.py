"""Work on threads whose results come in order, a few ahead: decoding runs beside counting, in bounded memory."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield what ``function`` makes of each item, in the order of the items."""
    count = min(4, os.cpu_count() or 1)
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(count) as threads:
        for item in items:
            waiting.append(threads.submit(function, item))
            if len(waiting) >= 4 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
