"""`lifeboat retire` leaves nothing that run time made, and takes nothing while the tier is in use."""

import dataclasses
import json
from typing import Any

import pytest

from failover.arming import disarm
from failover.journal import Journal
from failover.protocol import Protocol
from ops.deployed import deployed_of
from ops.leftovers import RunTimeValues
from ops.retiring import remove
from ops.stack_outputs import Source, StackOutputs
from tests.failover.wire import VirtualClock
from tests.ops.conftest import CONTROL_REGIONS, DATA_REGIONS, Ground


@pytest.fixture
def used(ground: Ground) -> Ground:
    """A disarmed stack with something of every kind in it."""
    for observer in CONTROL_REGIONS:
        ground.vote(observer)
    ground.row()
    Journal("data-2-x", "us-east-2/1", ground.control).begin("wait", ground.row())
    ground.lifeboat("outputs", "--save")
    for region in DATA_REGIONS:
        put_canary(ground, region)
    disarm(ground.control, "data")
    hurried = dataclasses.replace(Protocol(), time_scale=0.02)
    ground.saved.write_text(json.dumps({"lifeboat": {**ground.outputs, "protocol": hurried.to_json()}}))
    return ground


def put_canary(ground: Ground, region: str, writer: str = "us-east-1") -> None:
    item = {"id": {"S": f"health_check_id#{writer}"}, "counter": {"N": "7"}}
    ground.client("dynamodb", region).put_item(TableName=ground.outputs["canaryTable"], Item=item)


def left(ground: Ground) -> dict[str, Any]:
    values = RunTimeValues(deployed_of(StackOutputs(lifeboat=ground.outputs, source=Source.FILE)), "us-east-2")
    return values.look().counts()


def test_a_dry_run_lists_all_of_it_and_removes_nothing(used: Ground) -> None:
    told = used.document("retire", "--dry-run")
    kinds = {what.split(" in ")[0] for what in told["would_remove"]}
    control = {f"control table: {kind}" for kind in ("tier", "vote", "journal", "outputs")}
    assert kinds == {*control, "canaries", "parameter"}
    assert left(used) == told["would_remove"]
    assert used.lifeboat("retire", "--dry-run").exit_code == 0


def test_nothing_is_left(used: Ground) -> None:
    assert used.lifeboat("retire", "--yes").exit_code == 0
    assert left(used) == {}
    assert used.lifeboat("retire", "--yes").exit_code == 0


@pytest.mark.parametrize("sets", [{"armed": True}, {"phase": "moving"}, {"step": "verify"}])
def test_a_tier_in_use_is_refused_unless_forced(used: Ground, sets: dict[str, Any]) -> None:
    used.set_row(**sets)
    before = left(used)
    assert used.lifeboat("retire", "--yes").exit_code == 1
    assert left(used) == before
    assert used.lifeboat("retire", "--yes", "--force").exit_code == 0
    assert left(used) == {}


def test_without_a_terminal_it_is_not_done_unasked(used: Ground) -> None:
    told = used.lifeboat("retire", answers="prod\n")
    assert told.exit_code == 1
    assert "no terminal" in told.stderr
    assert left(used) != {}


def test_what_an_observer_writes_in_its_last_turn_is_removed_as_well(used: Ground) -> None:
    clock = VirtualClock()
    values = RunTimeValues(deployed_of(StackOutputs(lifeboat=used.outputs, source=Source.FILE)), "us-east-2")
    clock.after(4, lambda: put_canary(used, "us-east-1", "late"))
    assert remove(values, values.look(), 4.5, clock) == {}
    assert left(used) == {}


def test_what_is_out_of_reach_is_named_and_removed_by_the_same_command(used: Ground) -> None:
    used.front.gateway.world.darken("us-east-1", "reset")
    told = used.document("retire", "--yes", code=3)
    assert set(told["failed"]) == {"canaries in us-east-1", "parameter in us-east-1"}
    used.front.gateway.world.restore()
    assert left(used)["control table: outputs"] == 1
    assert used.lifeboat("retire", "--yes").exit_code == 0
    assert left(used) == {}
