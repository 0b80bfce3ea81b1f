"""Predicates that find prims by path, type and label."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pxr import Usd

from scenewright.replicator.functional.semantic_labels import parse_labels, read_labels

__all__ = ["prim_filter"]

TypeTest = Callable[[Usd.Prim], bool]


def prim_filter(path_pattern: str | None = None, path_match: str | None = None, path_pattern_exclusion: str | None = None,
                prim_types: str | Iterable[str] | None = None, prim_types_exclusion: str | Iterable[str] | None = None,
                semantics: Any = None, semantics_exclusion: Any = None, ignore_case: bool = True,
                kinds: Mapping[str, TypeTest] | None = None) -> TypeTest:
    """Return a predicate that is true for prims which meet every condition given.

    Args:
        path_pattern: Regular expression that is found anywhere in the path.
        path_match: Text that is found anywhere in the path.
        path_pattern_exclusion: Regular expression that is found nowhere in the path.
        prim_types: USD type names, or names of ``kinds``, one of which the prim has.
        prim_types_exclusion: Those it has not.
        semantics: Labels of which the prim itself has at least one, see `parse_labels`.
        semantics_exclusion: Labels of which it has none.
        ignore_case: Whether paths and types are compared without regard to case.
        kinds: Further names for types with what they mean.

    Raises:
        ValueError: A pattern is no regular expression.
    """
    flags = re.IGNORECASE if ignore_case else 0
    tests: list[TypeTest] = []
    if path_match is not None:
        path_pattern_of_match = re.compile(re.escape(path_match), flags)
        tests.append(lambda prim: bool(path_pattern_of_match.search(str(prim.GetPath()))))
    if path_pattern is not None:
        wanted = _compiled(path_pattern, "path_pattern", flags)
        tests.append(lambda prim: bool(wanted.search(str(prim.GetPath()))))
    if path_pattern_exclusion is not None:
        unwanted = _compiled(path_pattern_exclusion, "path_pattern_exclusion", flags)
        tests.append(lambda prim: not unwanted.search(str(prim.GetPath())))
    if prim_types is not None:
        tests.append(_type_test(prim_types, ignore_case, kinds or {}))
    if prim_types_exclusion is not None:
        excluded = _type_test(prim_types_exclusion, ignore_case, kinds or {})
        tests.append(lambda prim: not excluded(prim))
    if semantics:
        labels = parse_labels(semantics)
        tests.append(lambda prim: _shares_label(prim, labels))
    if semantics_exclusion:
        refused = parse_labels(semantics_exclusion)
        tests.append(lambda prim: not _shares_label(prim, refused))
    return lambda prim: all(test(prim) for test in tests)


def _compiled(pattern: str, what: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise ValueError(f"{what}={pattern!r} is no regular expression: {error}") from error


def _type_test(names: str | Iterable[str], ignore_case: bool, kinds: Mapping[str, TypeTest]) -> TypeTest:
    fold = str.lower if ignore_case else str
    wanted = {fold(name) for name in ([names] if isinstance(names, str) else names)}
    tests = [test for kind, test in kinds.items() if fold(kind) in wanted]
    return lambda prim: fold(str(prim.GetTypeName())) in wanted or any(test(prim) for test in tests)


def _shares_label(prim: Usd.Prim, labels: Mapping[str, Sequence[str]]) -> bool:
    own = read_labels(prim)
    return any(set(values) & set(own.get(kind, ())) for kind, values in labels.items())
