"""Each rule finds what breaks it in a small real program, and nothing in the same one put right."""

import pytest

from evaluation import ROOT
from policy.judgement import judge
from policy.rule import Level, Violation
from policy.rules import RULES
from tests.policy.cases import CASES
from tests.policy.cases.case import Case, Program, evaluated

BY_ID = {rule.id: rule for rule in RULES}


def found(case: Case, program: Program, preview: bool = False) -> tuple[Violation, ...]:
    registrations = evaluated(program, preview).registrations
    return judge(registrations, rules=(BY_ID[case.rule],), waivers=()).violations


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_resource_that_breaks_a_rule_is_found_and_named_with_what_to_do(case: Case) -> None:
    violations = found(case, case.breaks)
    assert {one.finding.resource.name for one in violations} == {case.resource}
    assert any(case.says in one.message for one in violations), [one.message for one in violations]
    assert all(one.message.startswith(f"{case.resource}: ") for one in violations)
    assert all(one.message.endswith(BY_ID[case.rule].remedy) for one in violations)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_program_put_right_breaks_nothing(case: Case) -> None:
    assert [one.message for one in found(case, case.keeps)] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_preview_does_not_know_yet_breaks_nothing(case: Case) -> None:
    assert [one.message for one in found(case, case.keeps, preview=True)] == []


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {case.rule for case in CASES} == set(BY_ID)
    assert len(BY_ID) == len(RULES)


def test_every_rule_says_in_a_line_what_it_protects_and_what_to_do() -> None:
    for rule in RULES:
        assert rule.protects.endswith("."), rule.id
        assert "\n" not in rule.protects + rule.remedy
        assert rule.remedy[0].islower(), rule.id
        assert not rule.remedy.endswith("."), rule.id


def test_the_page_about_rules_has_each_with_what_it_protects() -> None:
    page = (ROOT / "docs" / "policy.md").read_text()
    rows = [tuple(row.strip(" |").split(" | ")) for row in page.splitlines() if row.startswith("| `") and " | " in row]
    advisory = {Level.ADVISORY: " (advisory)", Level.MANDATORY: ""}
    told = [(f"`{rule.id}`{advisory[rule.level]}", rule.protects) for rule in RULES]
    assert rows[-len(told) :] == told
