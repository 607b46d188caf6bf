"""`lifeboat drift`: looks where somebody answers, and tells what an `up` would change."""

import json

import pytest

from localcloud.request import Cut
from ops.deployed import deployed_of
from ops.drifting import lost_regions
from ops.engine import Difference, differences
from ops.stack_outputs import Source, StackOutputs
from tests.ops.conftest import Ground

URN = "urn:pulumi:prod::lifeboat::lifeboat:aws:Topic$aws:sns/topic:Topic::alerts-aws-us-east-1-topic"


def preview(*steps: dict[str, object]) -> str:
    return json.dumps({"steps": [{"urn": URN, "detailedDiff": None, **step} for step in steps]})


def test_a_step_that_leaves_a_resource_alone_is_no_difference() -> None:
    assert differences(preview({"op": "same"}, {"op": "refresh"}, {"op": "read"})) == ()


def test_a_difference_tells_the_resource_what_would_be_done_and_which_properties() -> None:
    told = differences(preview({"op": "update", "detailedDiff": {"tags.team": {}, "name": {}}}, {"op": "same"}))
    assert told == (Difference(operation="update", urn=URN, properties=("name", "tags.team")),)


def test_a_preview_without_any_step_differs_in_nothing() -> None:
    assert differences('{"steps": null}') == ()


@pytest.mark.parametrize("how", ["reset", "blackhole"])
def test_a_region_that_does_not_answer_is_left_out_of_the_comparison(ground: Ground, how: Cut) -> None:
    deployed = deployed_of(StackOutputs(lifeboat=ground.outputs, source=Source.FILE))
    assert lost_regions(deployed) == ()
    ground.front.gateway.world.darken("us-west-2", how)
    assert lost_regions(deployed) == ("us-west-2",)
