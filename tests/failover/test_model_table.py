"""The model of a conditional store answers as moto does, so that what is shown over it holds over DynamoDB's shapes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from moto import mock_aws

from failover import tier
from failover.control_table import AlreadyMoved, TierRowMissing
from failover.sites import Site
from failover.tier import Kind, NewPlan, TierRow
from tests.failover.world import World

AT = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, World]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield World(), World(moto=True)


def plan(target: Site) -> NewPlan:
    return NewPlan(plan_id="p", kind=Kind.SWITCHOVER, target=target, owner="me", at=AT)


def story(world: World) -> list[TierRow | str]:
    """Walk through every kind of change, stale ones between them, and tell what came of each."""
    told: list[TierRow | str] = []
    rows = [world.peek()]

    def apply(change: tier.Change) -> None:
        try:
            rows.append(world.control.apply("data", change))
            told.append(rows[-1])
        except AlreadyMoved as moved:
            told.append(str(moved))

    apply(tier.prepare(rows[-1], plan("secondary"), "prepare"))
    apply(tier.beat(rows[-1]))
    apply(tier.beat(rows[-2]))
    apply(tier.mark(rows[-1], plan("secondary"), "drain"))
    apply(tier.mark(rows[0], plan("secondary"), "drain"))
    apply(tier.take_over(rows[-1], "you"))
    apply(tier.take_over(replace(rows[-1], owner_counter=rows[-1].owner_counter - 1), "you"))
    apply(tier.hold(rows[-1]))
    apply(tier.resume(rows[-1], plan("secondary"), "drain"))
    apply(tier.publish(rows[-1], "verify"))
    apply(tier.finish(rows[-1]))
    apply(tier.disarm(AT))
    apply(tier.mark(rows[-2], plan("primary"), "wait"))
    apply(tier.arm())
    return told


def test_the_model_and_moto_tell_the_same_story(pair: tuple[World, World]) -> None:
    model, moto = pair

    assert story(model) == story(moto)


def test_canaries_and_votes_come_out_the_same(pair: tuple[World, World]) -> None:
    seen = []
    for world in pair:
        world.observe_everywhere()
        world.run(10)
        seen.append(
            (
                world.control.snapshot("data", ("us-east-1", "us-west-2")),
                world.canary_of("us-east-2", "us-east-1").read("us-west-2").counter,
            )
        )
        with pytest.raises(TierRowMissing):
            world.control.row("other")

    assert seen[0] == seen[1]
