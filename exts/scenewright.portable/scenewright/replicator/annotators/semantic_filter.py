"""Which labels an annotator sees: the predicate grammar of semantic filters, as a function of one prim's labels.

Grammar (blanks are free)::

    filter = clause { ";" clause }              any clause may hold
    clause = term { "," term }                  all terms must hold
    term   = type ":" choice
    choice = all { "|" all }                    any
    all    = atom { "&" atom }                  all
    atom   = ["!"] label                        "*" in a type or label stands for any characters

Examples: ``class:*`` · ``class: car | truck`` · ``class: !floor`` · ``class: chair & !broken, room: kitchen ; part: wheel``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["SemanticFilter", "make_filter", "parse_filter"]

Labels = dict[str, list[str]]


@dataclass(frozen=True)
class _Atom:
    pattern: re.Pattern[str]
    negated: bool

    def holds(self, labels: Sequence[str]) -> bool:
        return any(self.pattern.fullmatch(label) for label in labels) is not self.negated


@dataclass(frozen=True)
class _Term:
    type_pattern: re.Pattern[str]
    choices: tuple[tuple[_Atom, ...], ...]

    def kept(self, labels: Labels) -> Labels | None:
        """Return the labels that this term lets through, None when it does not hold."""
        matching = {key: values for key, values in labels.items() if self.type_pattern.fullmatch(key) and values}
        present = [label for values in matching.values() for label in values]
        held = [choice for choice in self.choices if present and all(atom.holds(present) for atom in choice)]
        if not held:
            return None
        if any(all(atom.negated for atom in choice) for choice in held):
            return matching
        wanted = [atom.pattern for choice in held for atom in choice if not atom.negated]
        kept = {key: [v for v in values if any(p.fullmatch(v) for p in wanted)] for key, values in matching.items()}
        return {key: values for key, values in kept.items() if values}


@dataclass(frozen=True)
class SemanticFilter:
    """A parsed predicate. Called with ``{type: [labels]}`` of one prim it returns those that it lets through.

    A prim for which no clause holds gets ``{}``: it counts as unlabelled. Of one that passes, the labels that the clause asks
    for are kept (all of a type where the term only excludes).
    """

    text: str
    clauses: tuple[tuple[_Term, ...], ...]

    def __call__(self, labels: Labels) -> Labels:
        """Return the labels that pass, grouped by type in their order."""
        kept: dict[str, set[str]] = {}
        for clause in self.clauses:
            results = [term.kept(labels) for term in clause]
            if all(result is not None for result in results):
                for result in results:
                    for key, values in (result or {}).items():
                        kept.setdefault(key, set()).update(values)
        return {key: [v for v in values if v in kept[key]] for key, values in labels.items() if key in kept}


@lru_cache(maxsize=64)
def parse_filter(text: str) -> SemanticFilter:
    """Return the filter that ``text`` describes; see the module for the grammar.

    Raises:
        ValueError: The text does not follow the grammar; the message quotes the part.
    """
    clauses = tuple(tuple(_term(term, text) for term in clause.split(",")) for clause in text.split(";"))
    return SemanticFilter(text, clauses)


def make_filter(types: Iterable[str] | None = None, predicate: str | None = None) -> Callable[[Labels], Labels] | None:
    """Return a filter from a list of semantic types and a predicate, None when neither restricts anything.

    Args:
        types: Types that are kept; None or empty keeps all.
        predicate: A filter expression; None or empty keeps all.

    Raises:
        ValueError: The predicate does not follow the grammar.
    """
    return _make_filter(tuple(sorted(set(types or ()))), predicate or "")


@lru_cache(maxsize=64)
def _make_filter(types: tuple[str, ...], predicate: str) -> Callable[[Labels], Labels] | None:
    """Return the same object for the same filter, so that label tables can be kept by it."""
    passed = parse_filter(predicate) if predicate else None
    if not types and passed is None:
        return None

    def keep(labels: Labels) -> Labels:
        chosen = {key: values for key, values in labels.items() if key in types} if types else labels
        return passed(chosen) if passed is not None else chosen

    return keep


def _term(term: str, text: str) -> _Term:
    kind, colon, expression = term.partition(":")
    if not colon or not kind.strip():
        raise ValueError(f"Semantic filter {text!r}: '{term.strip()}' needs the form 'type: label', as in 'class: car'.")
    choices = tuple(tuple(_atom(atom, text) for atom in choice.split("&")) for choice in expression.split("|"))
    return _Term(_glob(kind.strip()), choices)


def _atom(atom: str, text: str) -> _Atom:
    label = atom.strip()
    negated = label.startswith("!")
    label = label.removeprefix("!").strip()
    if not label or "!" in label or "(" in label or ")" in label or ":" in label:
        raise ValueError(f"Semantic filter {text!r}: '{atom.strip()}' is not a label. Allowed are labels with '*', '!' before "
                         "one, '&', '|', ',' and ';'; there are no brackets.")
    return _Atom(_glob(label), negated)


def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
