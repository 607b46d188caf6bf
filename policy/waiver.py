"""What lets one kind of violation pass, with the reason why it may."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from policy.rule import Violation


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """``resource`` matches logical names and ``subject`` the part of a resource, `*` any text."""

    rule: str
    resource: str
    subject: str = "*"
    reason: str

    def covers(self, violation: Violation) -> bool:
        """Say whether the violation may pass."""
        return (
            violation.rule.id == self.rule
            and fnmatchcase(violation.finding.resource.name, self.resource)
            and fnmatchcase(violation.finding.subject, self.subject)
        )
