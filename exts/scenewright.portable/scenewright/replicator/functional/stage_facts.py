"""What bulk writes have found out about a stage, kept until somebody else edits it.

A randomizer writes the same attributes of the same prims in every frame. Whether their specs exist and which ops they have
was asked in the frame before; asking again costs as much as the values themselves. A value that is written through a spec
that was there already changes none of it; every other edit sends a notice, and what was known is forgotten.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pxr import Tf, Usd

__all__ = ["StageFacts", "facts_of"]

_WORTH_KEEPING = 8  # prims
_MOST = 64  # facts


class StageFacts:
    """Facts about lists of prims of one stage."""

    def __init__(self, stage: Usd.Stage) -> None:
        self._root = stage.GetPseudoRoot()
        self._facts: dict[tuple, tuple[list[Usd.Prim], Any]] = {}
        self._expected = 0
        self._key = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._on_change, stage)

    def is_of(self, stage: Usd.Stage) -> bool:
        """Return whether these are the facts of ``stage``."""
        return self._root == stage.GetPseudoRoot()

    def close(self) -> None:
        """Stop listening."""
        self._key.Revoke()

    def find(self, key: tuple, prims: Sequence[Usd.Prim], make: Callable[[], Any]) -> Any:
        """Return what is known about ``prims`` under ``key``, or what ``make`` finds out."""
        if len(prims) < _WORTH_KEEPING:
            return make()
        place = (*key, len(prims), prims[0].GetPath())
        known = self._facts.get(place)
        if known is not None and known[0] == prims:
            return known[1]
        found = make()
        self._facts[place] = (list(prims), found)
        if len(self._facts) > _MOST:
            del self._facts[next(iter(self._facts))]
        return found

    @contextmanager
    def values_only(self) -> Iterator[None]:
        """Within this, the next notice is of values written through specs that exist: what is known goes on to hold."""
        self._expected = 1
        try:
            yield
        finally:
            self._expected = 0

    def _on_change(self, _: Usd.Notice.ObjectsChanged, __: Usd.Stage) -> None:
        self._expected -= 1
        if self._expected < 0:
            self._facts.clear()


_current: list[StageFacts] = []  # of the stage written to last, if any


def facts_of(stage: Usd.Stage) -> StageFacts:
    """Return the facts about a stage; those about another one are dropped."""
    if not (_current and _current[0].is_of(stage)):
        for facts in _current:
            facts.close()
        _current[:] = [StageFacts(stage)]
    return _current[0]
