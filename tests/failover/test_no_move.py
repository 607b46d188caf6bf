"""What keeps the data tier where it is: a person, the cooldown, a target that is not fit, votes that turn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from botocore.exceptions import EndpointConnectionError

from failover.arming import arm, disarm
from failover.orders import OrderKind
from tests.failover.generations import observe_in_generations
from tests.failover.moving import settle
from tests.failover.wire import Call, denied
from tests.failover.wiring import REGIONS, SITES
from tests.failover.world import NUMBERS, World


def test_disarmed_nothing_moves_and_people_are_told(model: World) -> None:
    settle(model)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(60)

    assert model.peek().epoch == 1
    assert model.pages("automation is disarmed")


def test_disarming_for_a_while_ends_by_aws_time(model: World) -> None:
    settle(model)
    disarm(model.control, "data", timedelta(seconds=60))
    ends = model.clock.now + 60
    model.dark.add(SITES.primary)
    model.run(100)

    marked = next(at for at, row in model.row_times if row.epoch == 2)
    assert ends - 2 <= marked <= ends + 10


def test_a_region_dark_for_an_hour_is_failed_over_once_armed(model: World) -> None:
    """The target's freshness is that of the last canary acknowledged, carried on from generation to generation."""
    # Four times as slow as deployed: the hour is what matters, and it is 20,000 calls even so.
    model.numbers = replace(
        NUMBERS, probe_interval=12.0, vote_fresh=36.0, generation_overlap=48.0, owner_lease=24.0, mend_within=40.0
    )
    observe_in_generations(model)
    model.run(150)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(3600)
    assert model.peek().epoch == 1
    arm(model.control, "data", REGIONS)
    model.run(60)

    assert (model.peek().epoch, model.peek().active) == (2, "secondary")


def test_a_target_that_was_behind_when_the_active_site_died_gets_nothing(model: World) -> None:
    settle(model)
    model.replication_seconds = None
    model.run(15)
    model.dark.add(SITES.primary)
    model.run(60)

    assert model.peek().epoch == 1
    assert model.pages("not known to be up to date")


def test_a_second_failover_in_the_same_direction_waits_for_the_cooldown(model: World) -> None:
    settle(model)
    model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")
    model.run(30)
    model.deliver(model.order(OrderKind.FAILBACK), "us-east-2")
    model.run(30)
    moved_at = model.peek().moved_at["secondary"]
    model.dark.add(SITES.primary)
    model.run(60)
    assert model.peek().epoch == 3
    assert model.pages("cooldown")
    model.run(NUMBERS.cooldown)

    row = model.peek()
    assert (row.epoch, row.active) == (4, "secondary")
    assert row.changed_at - moved_at >= timedelta(seconds=NUMBERS.cooldown)


def test_a_target_that_takes_no_canary_gets_nothing(model: World) -> None:
    settle(model)

    def refuses_the_orchestrators_canary(call: Call, act: Any) -> Any:
        if call.params.get("Key", {}).get("id", {}).get("S", "").endswith("#orchestrator"):
            raise denied(call.operation)
        return act()

    model.fault = refuses_the_orchestrators_canary
    model.dark.add(SITES.primary)
    model.run(30)

    assert model.peek().epoch == 1
    assert model.pages("did not take a canary")


def test_one_failed_call_to_the_target_is_no_proof_against_it(model: World) -> None:
    settle(model)
    failed: list[str] = []

    def fails_once(call: Call, act: Any) -> Any:
        if call.params.get("Key", {}).get("id", {}).get("S", "").endswith("#orchestrator") and not failed:
            failed.append(call.operation)
            raise EndpointConnectionError(endpoint_url=call.region)
        return act()

    model.fault = fails_once
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert (answer.outcome, failed) == ("done", ["get_item"])


def test_a_target_that_fails_its_verification_is_told_and_stays(model: World) -> None:
    settle(model)

    def breaks_after_the_publish(call: Call, act: Any) -> Any:
        if model.peek().step == "verify" and call.role == "orchestrator" and "id" in call.params.get("Key", {}):
            raise EndpointConnectionError(endpoint_url="dynamodb")
        return act()

    model.fault = breaks_after_the_publish
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert answer.outcome == "done"
    assert (model.peek().epoch, model.peek().active) == (2, "secondary")
    assert model.pages("verify of failover")


def test_votes_that_turn_while_the_target_is_checked_stop_the_mark(model: World) -> None:
    model.waking = False
    settle(model)
    model.cut |= {(region, SITES.primary) for region in REGIONS}
    model.run(12)
    woken = model.wake()

    def recovers(call: Call, act: Any) -> Any:
        if call.role == "orchestrator" and "id" in call.params.get("Key", {}):
            model.fault = None
            for key, item in model.backend("dynamodb", REGIONS[0]).items.items():
                if key[1].startswith("vote#"):
                    item["verdict"] = {"S": "healthy"}
        return act()

    model.fault = recovers
    answer = model.deliver(woken, "us-east-2")

    assert answer
    assert answer.code == "no-quorum"
    assert model.peek().epoch == 1
