"""What a rule is, and what it says when it is broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from evaluation import Registration
from policy.declared import Declared


class Level(StrEnum):
    """A mandatory rule stops a deployment; an advisory one only speaks."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One resource that breaks a rule; ``subject`` is the part of it, such as a statement's Sid, if there is one."""

    resource: Registration
    seen: str
    subject: str = ""


Check = Callable[[Declared], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``protects`` is what is lost without it, in a line; ``remedy`` what to do about a finding.

    A check is pure, and takes an input that is not known yet (in a preview) for one that is right.
    """

    id: str
    protects: str
    remedy: str
    check: Check
    level: Level = Level.MANDATORY


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A finding of a rule."""

    rule: Rule
    finding: Finding

    @property
    def message(self) -> str:
        """Name the resource, what was seen and what to do."""
        return f"{self.finding.resource.name}: {self.finding.seen}; {self.rule.remedy}"
