"""Writing the labels that a recipe's ``labels`` rules give."""

from collections.abc import Iterable, Sequence

import omni.replicator.core as rep
from pxr import Usd

from scenewright.sdg.labels.rules import LabelRule, RuleError, fitting_prims
from scenewright.sdg.recipe.findings import Mark, RecipeError

__all__ = ["apply_label_rules"]


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
        chosen: list[Usd.Prim] = []
        for top in tops:
            try:
                chosen.extend(fitting_prims(rule, top))
            except RuleError as error:
                raise RecipeError.at(mark, error.message, error.remedy) from None
        counts.append(len(chosen))
        if chosen:
            rep.functional.modify.semantics(chosen, rule.by_type(), mode="replace")
    return counts
