"""Holds a stack against the rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation import Registration
from policy.declared import Declared
from policy.rule import Level, Rule, Violation
from policy.rules import RULES
from policy.waiver import Waiver
from policy.waivers import WAIVERS


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The violations that count, and those that pass, each with the waiver that lets it."""

    violations: tuple[Violation, ...]
    waived: tuple[tuple[Violation, Waiver], ...]

    @property
    def stops(self) -> bool:
        """Say whether the stack must not be deployed."""
        return any(one.rule.level is Level.MANDATORY for one in self.violations)


def judge(
    registrations: Iterable[Registration], rules: Iterable[Rule] = RULES, waivers: tuple[Waiver, ...] = WAIVERS
) -> Judgement:
    """Return what the rules find, in their order."""
    found = [(one, _waiver(one, waivers)) for one in _violations(Declared(tuple(registrations)), rules)]
    return Judgement(
        violations=tuple(one for one, waiver in found if waiver is None),
        waived=tuple((one, waiver) for one, waiver in found if waiver is not None),
    )


def _violations(declared: Declared, rules: Iterable[Rule]) -> Iterator[Violation]:
    for rule in rules:
        for finding in rule.check(declared):
            yield Violation(rule=rule, finding=finding)


def _waiver(violation: Violation, waivers: tuple[Waiver, ...]) -> Waiver | None:
    return next((one for one in waivers if one.covers(violation)), None)
