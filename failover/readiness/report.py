"""Named checks and what came of them: a mark, what was seen, what was expected, what to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Mark(StrEnum):
    """``fail``: a failover would not work, or would cost more than promised. ``warn``: it would, all the same."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came of one check; ``where`` is an AWS region, or "" for the stack as a whole."""

    check: str
    where: str
    mark: Mark
    seen: str
    expected: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check at one place."""

    name: str
    where: str = ""
    expected: str
    next_step: str

    def finding(self, mark: Mark, seen: str) -> Finding:
        """Say what was seen, and how good that is."""
        return Finding(
            check=self.name,
            where=self.where,
            mark=mark,
            seen=seen,
            expected=self.expected,
            next_step="" if mark is Mark.OK else self.next_step,
        )

    def judged(self, problems: Mapping[str, str], fine: str, otherwise: Mark = Mark.FAIL) -> Finding:
        """Say what is wrong, by name, or that all is ``fine``."""
        wrong = "; ".join(f"{name}: {what}" for name, what in problems.items())
        return self.finding(otherwise if problems else Mark.OK, wrong or fine)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that was found, in the order of the checks."""

    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Report":
        """Gather the findings."""
        return cls(findings=tuple(findings))

    @property
    def ready(self) -> bool:
        """Whether no check failed; a warning does not stop a failover."""
        return not self.marked(Mark.FAIL)

    def marked(self, mark: Mark) -> tuple[Finding, ...]:
        """Return the findings with a mark."""
        return tuple(one for one in self.findings if one.mark is mark)

    def told(self, *marks: Mark) -> list[dict[str, str]]:
        """Return the findings with these marks as JSON has them."""
        return [asdict(one) for one in self.findings if one.mark in marks]
