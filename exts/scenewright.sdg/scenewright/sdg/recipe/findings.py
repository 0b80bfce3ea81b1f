"""Findings: what is wrong with a recipe or a scene, where, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Finding", "Mark", "RecipeError", "RecipeRunError", "choices_text", "did_you_mean"]


@dataclass(frozen=True)
class Mark:
    """A place in a file; lines and columns count from 1, and line 0 means that the file as a whole is meant."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with its remedy.

    Attributes:
        file: Path of the recipe or layer, or ``--set key=value`` where the command line is at fault.
        line: Line, counted from 1; 0 where the finding concerns no single line.
        column: Column, counted from 1; 0 together with line 0.
        message: What was given and what is wrong with it.
        remedy: What is allowed, or what to do.
    """

    file: str
    line: int
    column: int
    message: str
    remedy: str = ""

    @classmethod
    def at(cls, mark: Mark, message: str, remedy: str = "") -> "Finding":
        """Return the finding at a mark."""
        return cls(mark.file, mark.line, mark.column, message, remedy)

    def __str__(self) -> str:
        place = str(Mark(self.file, self.line, self.column))
        return f"{place}: {self.message}" + (f" {self.remedy}" if self.remedy else "")


class RecipeError(ValueError):
    """A recipe, or the scene that it names, cannot be used; nothing was written.

    Attributes:
        findings: All findings, in file order; the message shows one a line.
    """

    exit_status = 2

    def __init__(self, findings: Finding | Iterable[Finding]):
        self.findings: list[Finding] = [findings] if isinstance(findings, Finding) else list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    @classmethod
    def at(cls, mark: Mark, message: str, remedy: str = "") -> "RecipeError":
        """Return an error with a single finding."""
        return cls(Finding.at(mark, message, remedy))


class RecipeRunError(RuntimeError):
    """A recipe that is right in itself could not be carried out for a frame.

    Attributes:
        finding: What happened, at the line of the block.
    """

    exit_status = 1

    def __init__(self, finding: Finding):
        self.finding = finding
        super().__init__(str(finding))


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """Return ``"Did you mean 'x'?"`` for the closest allowed name, or an empty string when none is close."""
    names = list(allowed)
    close = difflib.get_close_matches(str(given), names, n=1, cutoff=0.6)
    if not close:
        folded = {name.casefold(): name for name in names}
        close = [folded[match] for match in difflib.get_close_matches(str(given).casefold(), folded, n=1, cutoff=0.6)]
    return f"Did you mean '{close[0]}'?" if close else ""


def choices_text(given: str, allowed: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the closest match first, then everything that is allowed."""
    names = list(allowed)
    listed = ", ".join(names) if names else "nothing"
    return f"{did_you_mean(given, names)} Allowed: {listed}.".strip()
