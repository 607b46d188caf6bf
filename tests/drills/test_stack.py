import pytest

from drills import stack
from evaluation import committed


@pytest.fixture(scope="module")
def local() -> stack.Stack:
    return stack.from_outputs(committed("local").outputs)


def test_a_drill_finds_what_it_needs_in_the_outputs_of_the_program(local: stack.Stack) -> None:
    assert local.tier.sites.primary != local.tier.sites.secondary
    assert set(local.orchestrators) == set(local.tier.control_regions)
    assert stack.LOADED_TABLE in local.application_tables


def test_the_observers_function_is_one_that_the_program_declares(local: stack.Stack) -> None:
    declared = committed("local").registrations
    names = {(one.region, one.inputs.get("name")) for one in declared if one.type == "aws:lambda/function:Function"}
    assert {(region, local.health_checker) for region in local.tier.control_regions} <= names


def test_an_operator_works_from_a_region_that_outlives_the_primary_the_standby_first(local: stack.Stack) -> None:
    assert local.far_control_regions[0] == local.tier.sites.secondary
    assert local.tier.sites.primary not in local.far_control_regions
