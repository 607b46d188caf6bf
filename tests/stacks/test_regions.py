"""Losing a region takes along only what is in it."""

import json
import re

import pytest

from evaluation import Evaluation, Registration
from tests.stacks.registered import ARN, FUNCTION, PROVIDER, REGION, TABLE, arns, of_type, text, texts

# (what stays, what it needs in the lost region): nothing may, and each exception would need its reason here.
ALLOWED_WITH_REASON: set[tuple[str, str]] = set()


def regions(evaluation: Evaluation) -> list[str]:
    return sorted(one.region for one in of_type(evaluation, PROVIDER))


def needs(one: Registration) -> set[str]:
    by_property = {urn for urns in one.property_dependencies.values() for urn in urns}
    return {one.parent, one.provider, *one.dependencies, *by_property} - {""}


def test_nothing_outside_a_lost_region_depends_on_it(stack: Evaluation) -> None:
    names = {one.urn: one.name for one in stack.registrations}
    for lost in regions(stack):
        inside = {one.urn for one in stack.registrations if f"aws-{lost}" in one.name}
        outside = [one for one in stack.registrations if one.urn not in inside]
        needed = {(one.name, names[urn]) for one in outside for urn in needs(one) & inside}
        assert needed == ALLOWED_WITH_REASON, f"{lost} lost"


def test_a_resource_is_excluded_by_its_region_exactly_when_it_is_there(stack: Evaluation) -> None:
    """`pulumi up --exclude '**aws-REGION**'` finds resources by name, so the name must tell the truth."""
    for one in stack.registrations:
        if one.region:
            assert re.findall(r"aws-((?:us|eu|ap)-[a-z]+-\d)", one.name) == [one.region]


def test_each_region_has_one_provider_and_it_takes_only_this_account(stack: Evaluation) -> None:
    providers = of_type(stack, PROVIDER)
    assert len({one.region for one in providers}) == len(providers)
    assert {one.name for one in providers} == {f"aws-{one.region}" for one in providers}
    for one in providers:
        assert one.inputs["allowedAccountIds"] == ["111122223333"]
        assert text(one.inputs, "defaultTags", "tags", "lifeboat:stack") == "prod"


def allowed_regions(arn: str, owner: Registration, stack: Evaluation) -> set[str]:
    """Say in which regions an owner may name a thing: its own, but for the shared ones."""
    control, data = (
        set(stack_list(stack, "controlRegions")),
        {
            text(stack.outputs, "primaryRegion"),
            text(stack.outputs, "secondaryRegion"),
        },
    )
    if owner.name.startswith("readiness-aws-"):
        return control | data  # it looks at every region, and moves nothing
    if text(stack.outputs, "canaryTable") in arn:
        return data
    return control if text(stack.outputs, "activeParameter") in arn else {owner.region}


def stack_list(stack: Evaluation, name: str) -> list[str]:
    return list(texts(stack.outputs[name]))


def test_every_arn_names_a_region_that_its_owner_may_name(stack: Evaluation) -> None:
    seen = 0
    for one in stack.registrations:
        for arn in arns(one.inputs):
            region = arn.split(":")[3]
            assert not region or region in allowed_regions(arn, one, stack), f"{one.name} names {arn}"
            seen += 1
    assert seen > 100


# What a function is told of other regions: where the tiers and the control plane are.
TOLD = {"PRIMARY_REGION_NAME", "SECONDARY_REGION_NAME", "CONTROL_REGIONS", "LIFEBOAT_PROTOCOL"}


def test_the_environment_of_a_function_names_no_other_region(stack: Evaluation) -> None:
    for function in of_type(stack, FUNCTION):
        variables = function.inputs["environment"]
        assert isinstance(variables, dict)
        for name, value in dict(variables["variables"]).items():  # type: ignore[arg-type]
            if name not in {*TOLD, "LIFEBOAT_INVENTORY"}:
                assert set(REGION.findall(str(value))) <= {function.region}, f"{function.name} {name}"


def movers(stack: Evaluation) -> list[Registration]:
    return [one for one in of_type(stack, FUNCTION) if not text(one.inputs, "name").endswith(("notifier", "readiness"))]


def test_functions_are_told_the_same_of_the_stack_everywhere(stack: Evaluation) -> None:
    told = {name: {text(one.inputs, "environment", "variables", name) for one in movers(stack)} for name in TOLD}
    assert {name: len(values) for name, values in told.items()} == dict.fromkeys(TOLD, 1)
    protocol = json.loads(told["LIFEBOAT_PROTOCOL"].pop())
    assert set(protocol["electorates"]["data"]) == set(stack_list(stack, "controlRegions"))


@pytest.mark.parametrize("noun", ["health-checker", "failover-orchestrator", "notifier", "readiness"])
def test_each_control_region_runs_its_own_function(stack: Evaluation, noun: str) -> None:
    running = [one.region for one in of_type(stack, FUNCTION) if text(one.inputs, "name").endswith(noun)]
    assert sorted(running) == sorted(stack_list(stack, "controlRegions"))


def test_the_control_table_is_declared_away_from_the_data_and_has_three_full_replicas(stack: Evaluation) -> None:
    name = text(stack.outputs, "controlTable")
    [table] = [one for one in of_type(stack, TABLE) if one.inputs["name"] == name]
    replicas = table.inputs["replicas"]
    assert isinstance(replicas, list)
    strong = {text(one, "regionName") for one in replicas if text(one, "consistencyMode") == "STRONG"}
    assert strong | {table.region} == set(stack_list(stack, "controlRegions"))
    assert "globalTableWitness" not in table.inputs
    assert table.region not in {text(stack.outputs, "primaryRegion"), text(stack.outputs, "secondaryRegion")}


def test_arn_is_recognised() -> None:
    """The tests above would pass on nothing if this expression missed."""
    assert ARN.findall('{"Resource": ["arn:aws:sns:us-east-1:1:a"]}') == ["arn:aws:sns:us-east-1:1:a"]
