"""In which order a change reaches a stack."""

import pytest

from evaluation import Evaluation, Registration
from ops.rollout import REST, Stage, rollout_stages, update_order, without

HOME = ("us-east-2", "us-west-2", "us-east-1")


def stages_of(stack: Evaluation) -> tuple[Stage, ...]:
    regions = stack.outputs["controlRegions"]
    assert isinstance(regions, list)
    return rollout_stages(stack.registrations, [str(region) for region in regions])


def names(stage: Stage, stack: Evaluation) -> set[str]:
    return {one.name for one in stack.registrations if one.urn in stage.urns}


def test_everything_is_in_some_stage_and_nothing_is_in_two(stack: Evaluation) -> None:
    listed = [urn for stage in stages_of(stack) for urn in stage.urns]
    assert sorted(listed) == sorted(one.urn for one in stack.registrations)
    assert len(set(listed)) == len(listed)


def test_each_stage_but_the_last_changes_one_control_region_only(stack: Evaluation) -> None:
    regions = {one.urn: one.region for one in stack.registrations}
    *observers, rest = stages_of(stack)
    for stage in observers:
        assert {regions[urn] for urn in stage.urns} - {""} == {stage.observer}
    assert (rest.observer, rest.name) == (None, REST)


def test_an_observers_stage_has_its_code_its_schedule_its_rights_and_its_alarms(prod: Evaluation) -> None:
    first = names(rollout_stages(prod.registrations, HOME)[0], prod)
    assert {
        "observer-aws-us-east-2",
        "health-checker-aws-us-east-2",
        "health-checker-aws-us-east-2-function",
        "health-checker-aws-us-east-2-policy",
        "observer-aws-us-east-2-schedule",
        "observer-aws-us-east-2-quorum-lost",
    } <= first
    assert not any(name.startswith(("orchestrator", "notifier", "orders", "control")) for name in first)


def test_what_a_stage_needs_is_in_it_or_in_one_before(stack: Evaluation) -> None:
    """`pulumi up --target` creates nothing without what it depends on."""
    done: set[str] = set()
    known = {one.urn: one for one in stack.registrations}
    for stage in stages_of(stack):
        done |= set(stage.urns)
        for urn in stage.urns:
            by_property = {one for urns in known[urn].property_dependencies.values() for one in urns}
            needs = {known[urn].parent, known[urn].provider, *known[urn].dependencies, *by_property}
            assert needs & known.keys() <= done, urn


def test_the_region_that_can_hurt_most_comes_last() -> None:
    assert update_order(("us-east-1", "us-east-2", "us-west-2"), "us-east-1", "us-west-2") == HOME
    assert update_order(("c", "b", "a"), "elsewhere", "far away") == ("a", "b", "c")


def test_a_lost_region_has_no_stage_of_its_own(prod: Evaluation) -> None:
    left = without(rollout_stages(prod.registrations, HOME), {"us-east-1"})
    assert [stage.observer for stage in left] == ["us-east-2", "us-west-2", None]


def test_a_control_region_without_an_observer_is_refused(prod: Evaluation) -> None:
    others: list[Registration] = [one for one in prod.registrations if "observer-aws-us-west-2" not in one.name]
    with pytest.raises(ValueError, match="no observer in us-west-2"):
        rollout_stages(others, HOME)
