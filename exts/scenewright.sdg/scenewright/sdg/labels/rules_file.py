"""Rules files: label rules as YAML, with the place of every error.

Three forms are read: a mapping of regular expression to label (``Crate: crate``), a ``labels:`` list of rules, and a recipe,
whose ``scenewright.labels`` are taken.
"""

import os

from pydantic import ValidationError

from scenewright.sdg.labels.rules import LabelRule
from scenewright.sdg.recipe.document import BLOCK, Node, read_document
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError

__all__ = ["read_rules"]

_FORMS = "Give `<regular expression>: <label>` lines, or a `labels:` list as in recipes."


def read_rules(path: str | os.PathLike[str]) -> list[tuple[LabelRule, Mark]]:
    """Read a rules file; rules come in the order of the file.

    Raises:
        RecipeError: The file cannot be read, or rules are wrong; all findings are in it.
    """
    document = _read(path)
    listed = document.find(BLOCK, "labels") or (document.find("labels") if document.find("labels", 0) else None)
    if listed is not None and listed.is_list:
        pairs = [(node.plain(), node.mark) for node in listed.value]
    else:
        pairs = [(_short(key, entry.node), entry.mark) for key, entry in document.value.items()]
    rules, findings = [], []
    for plain, mark in pairs:
        try:
            rules.append((LabelRule.model_validate(plain), mark))
        except ValidationError as error:
            findings += [_finding(mark, detail) for detail in error.errors()]
    if not pairs:
        findings.append(Finding.at(document.mark, "there is no rule.", _FORMS))
    if findings:
        raise RecipeError(findings)
    return rules


def _read(path: str | os.PathLike[str]) -> Node:
    """Return the tree of a rules file; what is wrong with its top level is said of rules, not of recipes."""
    try:
        return read_document(path)
    except RecipeError as error:
        if len(error.findings) == 1 and error.findings[0].message.startswith("the top level"):
            found = error.findings[0]
            mark = Mark(found.file, found.line, found.column)
            raise RecipeError.at(mark, "the top level of a rules file must be a mapping.", _FORMS) from None
        raise


def _short(pattern: str, node: Node) -> dict[str, object]:
    """Return a rule of the mapping form: a label stands for its class, a mapping for labels by type."""
    return {"path_pattern": pattern, "labels" if node.is_map else "class": node.plain()}


def _finding(mark: Mark, detail: dict) -> Finding:
    place = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    return Finding.at(mark, f"{f'`{place}`: ' if place else ''}{message[0].lower() + message[1:]}.", _FORMS)
