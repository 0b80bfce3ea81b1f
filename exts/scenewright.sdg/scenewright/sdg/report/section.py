"""What the sections of the report are made of: the two datasets, headings, cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from scenewright.sdg.report.statistics import Statistics

__all__ = ["Pair", "Section", "card", "middle"]


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        id: anchor.
        title: heading.
        lead: a sentence or two below it.
        body: HTML.
    """

    id: str
    title: str
    lead: str
    body: str


@dataclass(frozen=True)
class Pair:
    """The dataset, and the one beside it.

    Attributes:
        ours: statistics of the dataset.
        theirs: statistics of the other; None = there is none.
        names: what they are called.
    """

    ours: Statistics
    theirs: Statistics | None
    names: tuple[str, str]

    def series(self, values: str) -> list[tuple[str, Sequence[float]]]:
        """Return an attribute of both as series of a chart."""
        found = [(self.names[0], getattr(self.ours, values))]
        return found + ([(self.names[1], getattr(self.theirs, values))] if self.theirs is not None else [])

    def both(self, function: object) -> list[tuple[str, Sequence[float]]]:
        """Return what a function makes of both as series of a chart."""
        found = [(self.names[0], function(self.ours))]
        return found + ([(self.names[1], function(self.theirs))] if self.theirs is not None else [])

    @property
    def key(self) -> str:
        """Return which colour is which, where there are two."""
        if self.theirs is None:
            return ""
        one, two = (escape(name) for name in self.names)
        return f'<p class="key"><span><i></i>{one}</span><span><i class="theirs"></i>{two}</span></p>'


def card(title: str, sentence: str, body: str, wide: bool = False) -> str:
    """Return a card with a heading and a sentence; nothing where it has no body."""
    if not body:
        return ""
    kind = "card wide" if wide else "card"
    return f'<article class="{kind}"><h3>{escape(title)}</h3><p class="say">{escape(sentence)}</p>{body}</article>'


def middle(values: Sequence[float], unit: str) -> str:
    """Return a sentence about the middle of values, and where nine tenths of them lie."""
    if not len(values):
        return "Not known."
    low, middle, high = np.percentile(np.asarray(values, np.float64), (5, 50, 95))
    tail = f" {unit}" if unit and unit != "°" else unit
    return f"Median {middle:.3g}{tail}; nine tenths lie between {low:.3g} and {high:.3g}{tail}."
