"""Labels by path rule: which prims a rule means, and the labels that prims have. Recipes and `labels apply` share it."""

import re

from pxr import Sdf, Usd
from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["LABELS", "LabelRule", "RuleError", "fitting_prims", "labels_of", "rule_pattern"]

#: What the attributes of UsdSemantics' labels start with; the label type follows.
LABELS = "semantics:labels:"


class RuleError(ValueError):
    """A rule fits a prim that it cannot label.

    Attributes:
        remedy: What to do.
    """

    exit_status = 2

    def __init__(self, message: str, remedy: str):
        self.message, self.remedy = message, remedy
        super().__init__(f"{message} {remedy}")


class LabelRule(BaseModel):
    """Labels the prims whose path fits.

    Only the topmost fitting prims of a branch are labelled, because everything below them inherits the label. Give
    ``path`` or ``path_pattern``, and ``class`` or ``labels``. Later rules replace labels of earlier ones.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    path: str | None = Field(
        None, description="Glob on the prim path: `*` within one name, `**` over any depth, `?` one character."
    )
    path_pattern: str | None = Field(None, description="Regular expression, searched anywhere in the prim path.")
    class_: str | None = Field(None, alias="class", min_length=1, description="Short for labels: {class: ...}.")
    labels: dict[str, str | list[str]] | None = Field(None, description="Label or labels by type, such as {class: car}.")

    @model_validator(mode="after")
    def _one_of_each(self) -> "LabelRule":
        try:
            re.compile(self.path_pattern or "")
        except re.error as error:
            raise ValueError(f"`path_pattern` is no regular expression: {error}") from None
        if (self.path is None) == (self.path_pattern is None):
            raise ValueError("give either `path` (a glob) or `path_pattern` (a regular expression)")
        if (self.class_ is None) == (not self.labels):
            raise ValueError("give either `class` (a label) or `labels` (a mapping of type to label)")
        return self

    def by_type(self) -> dict[str, list[str]]:
        """Return the labels by type."""
        labels = self.labels or {"class": self.class_ or ""}
        return {kind: [value] if isinstance(value, str) else list(value) for kind, value in labels.items()}


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


def fitting_prims(rule: LabelRule, root: Usd.Prim) -> list[Usd.Prim]:
    """Return the topmost prims at or below ``root`` that a rule fits; none where it fits a prim above.

    Raises:
        RuleError: The rule fits a prim inside an instance and nothing above it.
    """
    pattern = rule_pattern(rule)
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
            raise RuleError(
                f"the label rule fits {prim.GetPath()}, which lies inside the instance {instance.GetPath()}.",
                "Label the instance itself, or the prim in its file.",
            )
        found.append(prim)
        walk.PruneChildren()
    return found


def labels_of(prim: Usd.Prim) -> dict[str, list[str]]:
    """Return the labels on a prim itself by type, in either schema."""
    found: dict[str, list[str]] = {}
    for attribute in prim.GetAuthoredAttributes():
        name = attribute.GetName()
        if name.startswith(LABELS):
            found.setdefault(name.removeprefix(LABELS), []).extend(str(label) for label in attribute.Get() or ())
        elif name.startswith("semantic:") and name.endswith(":params:semanticType") and attribute.Get():
            data = prim.GetAttribute(name.replace("semanticType", "semanticData")).Get() or ""
            found.setdefault(str(attribute.Get()), []).extend(part.strip() for part in data.split(",") if part.strip())
    return found
