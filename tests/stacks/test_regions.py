"""Losing a region takes along only what is in it."""

import json

import pytest

from evaluation import Evaluation, Registration, committed, evaluate
from failover.sites import LOST_REGIONS
from tests.stacks.registered import FUNCTION, PROVIDER, of_type, text, texts


def test_each_region_has_one_provider_and_it_takes_only_this_account(stack: Evaluation) -> None:
    providers = of_type(stack, PROVIDER)
    assert len({one.region for one in providers}) == len(providers)
    assert {one.name for one in providers} == {f"aws-{one.region}" for one in providers}
    for one in providers:
        assert one.inputs["allowedAccountIds"] == ["111122223333"]
        assert text(one.inputs, "defaultTags", "tags", "lifeboat:stack") == "prod"


def test_the_provider_of_a_lost_region_asks_nobody_and_all_else_is_declared_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {one.urn: one for one in committed("prod", preview=True).registrations}
    monkeypatch.setenv(LOST_REGIONS, "us-east-1")
    after = evaluate("prod", preview=True).registrations
    [(was, now)] = [(before[one.urn], one) for one in after if one != before[one.urn]]
    assert now.name == "aws-us-east-1"
    skipped = {"skipCredentialsValidation": True, "skipRequestingAccountId": True}
    assert {**now.inputs, "allowedAccountIds": was.inputs["allowedAccountIds"]} == {**was.inputs, **skipped}
    assert "allowedAccountIds" not in now.inputs


def stack_list(stack: Evaluation, name: str) -> list[str]:
    return list(texts(stack.outputs[name]))


# What a function is told of other regions: where the tiers and the control plane are.
TOLD = {"PRIMARY_REGION_NAME", "SECONDARY_REGION_NAME", "CONTROL_REGIONS", "LIFEBOAT_PROTOCOL"}


def movers(stack: Evaluation) -> list[Registration]:
    nouns = ("health-checker", "failover-orchestrator")
    return [one for one in of_type(stack, FUNCTION) if text(one.inputs, "name").endswith(nouns)]


def test_functions_are_told_the_same_of_the_stack_everywhere(stack: Evaluation) -> None:
    told = {name: {text(one.inputs, "environment", "variables", name) for one in movers(stack)} for name in TOLD}
    assert {name: len(values) for name, values in told.items()} == dict.fromkeys(TOLD, 1)
    protocol = json.loads(told["LIFEBOAT_PROTOCOL"].pop())
    assert set(protocol["electorates"]["data"]) == set(stack_list(stack, "controlRegions"))


@pytest.mark.parametrize("noun", ["health-checker", "failover-orchestrator", "notifier", "readiness"])
def test_each_control_region_runs_its_own_function(stack: Evaluation, noun: str) -> None:
    running = [one.region for one in of_type(stack, FUNCTION) if text(one.inputs, "name").endswith(noun)]
    assert sorted(running) == sorted(stack_list(stack, "controlRegions"))
