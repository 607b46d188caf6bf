"""The pack, started as an engine starts it, says of a stack what the rules say of its registrations."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pulumi.runtime.proto import analyzer_pb2

from evaluation import Evaluation, Registration, Value, committed
from policy.judgement import judge
from policy.rule import Level
from policy.rules import RULES
from tests.policy.cases import CASES
from tests.policy.cases.case import Case, evaluated
from tests.policy.crossguard.engine import Diagnostic, Engine, started

# The pack runs the rules themselves, and those have all their cases elsewhere: here one of each, and what engines hide.
ONE_OF_EACH = list({(case.rule, case.shown_to_engines): case for case in CASES}.values())
LEVELS = {analyzer_pb2.MANDATORY: Level.MANDATORY, analyzer_pb2.ADVISORY: Level.ADVISORY}
# What providers report beside what they were given.
REPORTED: dict[str, dict[str, Value]] = {
    "aws:dynamodb/table:Table": {
        "replicas": [{"regionName": "us-west-2", "arn": "arn:aws:dynamodb:us-west-2:111122223333:table/orders"}]
    },
    "aws:sns/topic:Topic": {"policy": '{"Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}'},
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with started(tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


def expected(registrations: tuple[Registration, ...]) -> set[Diagnostic]:
    """Return what the rules say of what an engine shows: nothing of what is retained."""
    shown = [replace(one, retain_on_delete=True) for one in registrations]
    found = judge(shown).violations
    return {(one.rule.id, one.finding.resource.urn, one.message) for one in found}


def test_every_rule_is_a_stack_policy_of_its_level(engine: Engine) -> None:
    told = {one.name: one for one in engine.info().policies}
    assert {name: LEVELS[one.enforcementLevel] for name, one in told.items()} == {one.id: one.level for one in RULES}
    assert {one.policy_type for one in told.values()} == {analyzer_pb2.POLICY_TYPE_STACK}
    assert all(told[one.id].description == one.protects for one in RULES)
    assert all(told[one.id].remediation_steps == one.remedy for one in RULES)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=str)
def test_the_pack_finds_what_the_rules_find(engine: Engine, case: Case) -> None:
    registrations = evaluated(case.breaks).registrations
    said = engine.judged(registrations)
    assert said == expected(registrations)
    assert any(case.says in message for _, _, message in said) is case.shown_to_engines


def test_the_pack_lets_production_pass(engine: Engine, stack: Evaluation) -> None:
    assert engine.judged(stack.registrations) == set()


def test_the_pack_lets_a_preview_pass(engine: Engine) -> None:
    assert engine.judged(committed("prod", preview=True).registrations) == set()


def test_what_a_provider_reports_beside_its_inputs_is_nobodys_fault(engine: Engine, prod: Evaluation) -> None:
    assert engine.judged(prod.registrations, REPORTED) == set()
