"""`lifeboat drift`: looks where somebody answers, and tells what an `up` would change."""

import json
from pathlib import Path

import pytest

from evaluation import committed
from localcloud.request import Cut
from ops.deployed import deployed_of
from ops.drifting import lost_regions, replicated_into
from ops.engine import Difference, Engine, differences
from ops.stack_outputs import Source, StackOutputs
from tests.ops.conftest import Ground

URN = "urn:pulumi:prod::lifeboat::lifeboat:aws:Topic$aws:sns/topic:Topic::alerts-aws-us-east-1-topic"

STRONG = {"control-aws-us-east-2-table", "inbox-aws-us-east-2-table"}
MIRRORED = ("orders", "sessions", "canary")


def preview(*steps: dict[str, object]) -> str:
    return json.dumps({"steps": [{"urn": URN, "detailedDiff": None, **step} for step in steps]})


def test_a_step_that_leaves_a_resource_alone_is_no_difference() -> None:
    assert differences(preview({"op": "same"}, {"op": "refresh"}, {"op": "read"})) == ()


def test_a_difference_tells_the_resource_what_would_be_done_and_which_properties() -> None:
    told = differences(preview({"op": "update", "detailedDiff": {"tags.team": {}, "name": {}}}, {"op": "same"}))
    assert told == (Difference(operation="update", urn=URN, properties=("name", "tags.team")),)


def test_a_preview_without_any_step_differs_in_nothing() -> None:
    assert differences('{"steps": null}') == ()


@pytest.mark.parametrize(
    ("lost", "tables"),
    [
        (("us-east-1",), STRONG),
        (("us-east-2",), set()),
        (("us-west-2",), {*STRONG, *(f"{name}-aws-us-east-1" for name in MIRRORED)}),
        (("us-east-2", "us-west-2"), {f"{name}-aws-us-east-1" for name in MIRRORED}),
    ],
)
def test_a_table_with_a_replica_in_a_lost_region_cannot_be_read(lost: tuple[str, ...], tables: set[str]) -> None:
    left_out = replicated_into(lost, committed("prod", preview=True).registrations)
    assert {urn.rpartition("::")[2] for urn in left_out} == tables


def test_what_cannot_be_read_is_left_out_of_the_refresh(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\necho \"$@\" > {tmp_path}/told\necho '{{}}'\n")
    program.chmod(0o700)
    assert Engine(stack="prod", lost=("us-west-2",), program=str(program)).proposed([URN]) == ()
    told = (tmp_path / "told").read_text()
    assert f"preview --refresh --json --exclude=**aws-us-west-2** --exclude={URN} " in told


@pytest.mark.parametrize("how", ["reset", "blackhole"])
def test_a_region_that_does_not_answer_is_left_out_of_the_comparison(ground: Ground, how: Cut) -> None:
    deployed = deployed_of(StackOutputs(lifeboat=ground.outputs, source=Source.FILE))
    assert lost_regions(deployed) == ()
    ground.front.gateway.world.darken("us-west-2", how)
    assert lost_regions(deployed) == ("us-west-2",)
