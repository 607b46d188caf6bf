"""No stack breaks a rule, and no waiver outlives its reason."""

from collections.abc import Mapping

import pytest

from evaluation import Evaluation, committed, evaluate
from policy.declared import Declared, text
from policy.judgement import Judgement, judge
from policy.recovery import recovery_parts
from policy.rules import RULES
from policy.told import Told
from policy.waivers import WAIVERS
from tests.conftest import VARIANTS, Evaluate
from tests.stacks.certified import certified
from tests.stacks.named import named

OTHERS = ("local", "staging")
UNPROTECTED = {"unprotected-data", "unprotected-database-machine", "unprotected-address"}
BOTH: Mapping[str, object] = {"bothSitesAnswer": True}
ROUTINGS: tuple[Mapping[str, object], ...] = (
    {},
    {"zoneId": "Z0123456789"},
    {"provider": "linode"},
    {**BOTH, "routing": "weighted"},
    {**BOTH, "routing": "latency"},
)


def said(judgement: Judgement) -> list[str]:
    return [f"{one.rule.id}: {one.message}" for one in judgement.violations]


def test_production_breaks_no_rule_in_any_mode(stack: Evaluation) -> None:
    assert said(judge(stack.registrations)) == []


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_stack_breaks_a_rule(name: str) -> None:
    assert said(judge(committed(name).registrations)) == []


@pytest.mark.parametrize("settings", ROUTINGS, ids=lambda settings: str(settings.get("routing", settings)))
def test_a_name_breaks_no_rule_however_it_leads_to_the_sites(settings: Mapping[str, object]) -> None:
    assert said(judge(named(settings).registrations)) == []
    assert said(judge(named(settings, preview=True).registrations)) == []


@pytest.mark.parametrize("route53", [True, False])
def test_a_certificate_breaks_no_rule_wherever_its_names_are_proved(route53: bool) -> None:
    assert said(judge(certified(route53=route53).registrations)) == []
    assert said(judge(certified(preview=True, route53=route53).registrations)) == []


def test_a_preview_breaks_no_rule() -> None:
    assert said(judge(committed("prod", preview=True).registrations)) == []


def test_every_waiver_is_needed_and_has_a_reason(variant: Evaluate) -> None:
    stacks = [*(variant(name) for name in VARIANTS), *(committed(name) for name in OTHERS), named(), certified()]
    judged = [judge(one.registrations) for one in stacks]
    assert {waiver for one in judged for _, waiver in one.waived} == set(WAIVERS)
    assert all(len(waiver.reason) > 20 for waiver in WAIVERS)
    assert {waiver.rule for waiver in WAIVERS} <= {rule.id for rule in RULES}


def test_what_rules_know_a_recovery_by_is_there(prod: Evaluation) -> None:
    """They would pass on nothing if functions were told of their stack by other names."""
    declared = Declared(prod.registrations)
    parts = [(one.region, text(one, "name").rpartition("prod")[2]) for one in recovery_parts(declared)]
    nouns = ["-alerts", "-failover-orchestrator", "-health-checker", "-notifier", "-orders", "-pages", "-signals"]
    functions = [
        "-health-checker",
        "-enrolment",
        "-certificate",
        "-certificate",
    ]  # a schedule bears its function's name
    secrets = ["/slack-webhook", "/linode-enrolment-token", "/acme-account", "/site-certificate"]
    wanted = [*nouns, *functions, *secrets]
    assert sorted(parts) == sorted((region, noun) for region in Told(declared).control_regions for noun in wanted)
    assert Told(declared).sites == {"us-east-1", "us-west-2"}
    assert Told(declared).canaries == {"lifeboat-prod-canary"}


def test_only_the_local_stack_may_lose_its_data() -> None:
    careless = {"protectData": False}
    for name, stops in (("local", False), ("staging", True), ("prod", True)):
        judgement = judge(evaluate(name, config=careless, preview=True).registrations)
        assert judgement.stops is stops, name
        assert {one.rule.id for one in judgement.violations} == (UNPROTECTED if stops else set())
