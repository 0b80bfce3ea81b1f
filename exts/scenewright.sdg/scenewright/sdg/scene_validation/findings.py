"""Findings about a scene: how bad, in which layer, at which prim, and whether it can be corrected by itself."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["ERROR", "WARNING", "SceneFinding", "SceneReport"]

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class SceneFinding:
    """One thing that is wrong with a scene.

    Attributes:
        rule: Name of the rule, or ``usd:<validator>`` and ``nvidia:<checker>`` for those of others.
        severity: ``error`` or ``warning``.
        layer: File that has to be changed.
        prim: Path of the prim or property there, or "" for the layer as a whole.
        message: What is wrong.
        remedy: What to do.
        fixable: Whether ``--fix`` corrects it.
    """

    rule: str
    severity: str
    layer: str
    prim: str
    message: str
    remedy: str = ""
    fixable: bool = False

    def __str__(self) -> str:
        where = f"{self.layer} <{self.prim}>" if self.prim else self.layer
        told = f"{where}: {self.severity}: {self.message}" + (f" {self.remedy}" if self.remedy else "")
        return f"{told} [{self.rule}{', --fix corrects it' if self.fixable else ''}]"


@dataclass
class SceneReport:
    """Everything that was found about a scene.

    Attributes:
        path: The root layer.
        findings: Errors first; within a severity by layer and prim.
        skipped: What was not checked -> why.
        fixed: What ``--fix`` has corrected, as sentences.
    """

    path: str
    findings: list[SceneFinding] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    fixed: list[str] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(finding.severity == ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.findings) - self.errors

    def add(self, findings: Iterable[SceneFinding]) -> None:
        """Add findings, each once, and keep the order."""
        known = {(one.rule, one.layer, one.prim, one.message): one for one in (*self.findings, *findings)}
        order = {ERROR: 0, WARNING: 1}
        self.findings = sorted(
            known.values(), key=lambda one: (order[one.severity], one.layer, one.prim, one.rule, one.message)
        )

    def lines(self, most: int = 25) -> list[str]:
        """Return the findings as text; of one rule in one severity no more than ``most``, with how many there are."""
        shown, seen = [], Counter[tuple[str, str]]()
        totals = Counter((one.severity, one.rule) for one in self.findings)
        for one in self.findings:
            key = (one.severity, one.rule)
            seen[key] += 1
            if seen[key] <= most:
                shown.append(_relative(str(one), self.path))
            if seen[key] == most and totals[key] > most:
                shown.append(f"... and {totals[key] - most} more {one.severity}s of the rule {one.rule}")
        return shown


def _relative(text: str, root: str) -> str:
    """Return a line in which files beside or below the root layer are named from the working directory."""
    folder, here = os.path.dirname(os.path.abspath(root)), os.getcwd()
    if os.path.commonpath([folder, here]) != here:
        return text
    return text.replace(folder + os.sep, "" if folder == here else os.path.relpath(folder, here) + os.sep)
