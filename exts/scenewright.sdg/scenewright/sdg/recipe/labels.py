"""Labels by path rule: which prims a recipe's ``labels`` mean, and writing them."""

import re
from collections.abc import Iterable, Sequence

import omni.replicator.core as rep
from pxr import Sdf, Usd

from scenewright.sdg.recipe.findings import Mark, RecipeError
from scenewright.sdg.recipe.schema import LabelRule

__all__ = ["apply_label_rules", "labels_of", "rule_pattern"]

_PREFIX = "semantics:labels:"


def rule_pattern(rule: LabelRule) -> re.Pattern[str]:
    """Return the regular expression that a rule's prim paths fit.

    In globs ``*`` stands for any characters of one name, ``**`` for any number of levels, ``?`` for one character of a name.

    Raises:
        re.error: ``path_pattern`` is no regular expression.
    """
    if rule.path_pattern is not None:
        return re.compile(rule.path_pattern)
    pattern = re.escape(rule.path or "").replace(r"\*\*", "\0").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile("^" + pattern.replace("/\0/", "/(?:.*/)?").replace("\0", ".*") + "$")


def labels_of(prim: Usd.Prim) -> dict[str, list[str]]:
    """Return the labels on a prim itself by type, in either schema."""
    found: dict[str, list[str]] = {}
    for attribute in prim.GetAuthoredAttributes():
        name = attribute.GetName()
        if name.startswith(_PREFIX):
            found.setdefault(name.removeprefix(_PREFIX), []).extend(str(label) for label in attribute.Get() or ())
        elif name.startswith("semantic:") and name.endswith(":params:semanticType") and attribute.Get():
            data = prim.GetAttribute(name.replace("semanticType", "semanticData")).Get() or ""
            found.setdefault(str(attribute.Get()), []).extend(part.strip() for part in data.split(",") if part.strip())
    return found


def apply_label_rules(rules: Sequence[tuple[LabelRule, Mark]], roots: Iterable[Usd.Prim]) -> list[int]:
    """Label the prims below roots that rules fit; return how many each rule labelled.

    Only the topmost fitting prims of a branch are labelled, as everything below inherits the label. Labels of the same type
    are replaced.

    Raises:
        RecipeError: A rule fits a prim inside an instance and nothing above it.
    """
    tops = list(roots)
    counts = []
    for rule, mark in rules:
        pattern = rule_pattern(rule)
        chosen: list[Usd.Prim] = []
        for top in tops:
            chosen.extend(_topmost(top, pattern, mark))
        counts.append(len(chosen))
        if chosen:
            rep.functional.modify.semantics(chosen, rule.by_type(), mode="replace")
    return counts


def _topmost(root: Usd.Prim, pattern: re.Pattern[str], mark: Mark) -> list[Usd.Prim]:
    above = root.GetParent()
    while above and above.GetPath() != Sdf.Path.absoluteRootPath:
        if pattern.search(str(above.GetPath())):
            return []
        above = above.GetParent()
    found = []
    walk = iter(Usd.PrimRange(root, Usd.TraverseInstanceProxies()))
    for prim in walk:
        if prim.IsPseudoRoot() or not pattern.search(str(prim.GetPath())):
            continue
        if prim.IsInstanceProxy():
            instance = prim
            while not instance.IsInstance():
                instance = instance.GetParent()
            raise RecipeError.at(
                mark,
                f"the label rule fits {prim.GetPath()}, which lies inside the instance {instance.GetPath()}.",
                "Label the instance itself, or the prim in its file.",
            )
        found.append(prim)
        walk.PruneChildren()
    return found
