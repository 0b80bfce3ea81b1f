"""What a check says: findings, how much was compared, and what could not be compared and why."""

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["CheckLog", "DatasetFinding"]

_KEPT = 20


@dataclass(frozen=True)
class DatasetFinding:
    """One thing that is wrong with a dataset.

    Attributes:
        severity: "error" or "warning": what a training run would suffer from, or what its owner should know.
        check: which check found it, such as "boxes".
        file: path relative to the dataset; "" = the dataset as a whole.
        item: what within the file: a frame, an annotation, a line; "" = the file as a whole.
        message: what was found, what was expected, what to do.
    """

    severity: str
    check: str
    file: str
    item: str
    message: str

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.item) if part)
        return f"{self.severity}: {place}: {self.message}" if place else f"{self.severity}: {self.message}"


@dataclass
class CheckLog:
    """Collects what checks say; of each check's findings the first twenty are kept, all are counted.

    Attributes:
        findings: findings in the order of the dataset.
        totals: number of findings by severity and check.
        compared: how much was compared, by what it was.
        skipped: what was not compared, with the reason.
    """

    findings: list[DatasetFinding] = field(default_factory=list)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)

    def error(self, check: str, file: str, item: str, message: str) -> None:
        """Note that something is wrong."""
        self._add(DatasetFinding("error", check, file, item, message))

    def warning(self, check: str, file: str, item: str, message: str) -> None:
        """Note something that its owner should know."""
        self._add(DatasetFinding("warning", check, file, item, message))

    def merge(self, other: "CheckLog") -> None:
        """Take in what another log says, after what this one says."""
        for finding in other.findings:
            self._add(finding)
        kept = Counter((finding.severity, finding.check) for finding in other.findings)
        self.totals += other.totals - kept
        self.compared += other.compared
        for what, why in other.skipped.items():
            self.skipped.setdefault(what, why)

    @property
    def errors(self) -> int:
        """Number of errors."""
        return sum(count for (severity, _), count in self.totals.items() if severity == "error")

    @property
    def warnings(self) -> int:
        """Number of warnings."""
        return sum(count for (severity, _), count in self.totals.items() if severity == "warning")

    def lines(self) -> list[str]:
        """Return the findings for people; a check with more than were kept ends with how many more there are."""
        found = []
        shown: Counter[tuple[str, str]] = Counter()
        for finding in self.findings:
            key = (finding.severity, finding.check)
            shown[key] += 1
            found.append(str(finding))
            if shown[key] == _KEPT and self.totals[key] > _KEPT:
                found.append(f"{finding.severity}: {self.totals[key] - _KEPT} more of this kind ({finding.check}).")
        return found

    def _add(self, finding: DatasetFinding) -> None:
        key = (finding.severity, finding.check)
        self.totals[key] += 1
        if self.totals[key] <= _KEPT:
            self.findings.append(finding)
