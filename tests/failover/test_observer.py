"""Observers: what they vote, and what they do when the table fails them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from failover import arming
from failover.observer import Observer
from failover.tier import Phase, disarm
from failover.votes import Verdict, Vote
from lambdas.health_checker.watch import watch
from tests.failover.observing import HOME, turns, vote_of
from tests.failover.wire import Call, Fault, denied
from tests.failover.wiring import CONTROL, REGIONS, SITES
from tests.failover.world import NUMBERS, World


def refusing(operation: str) -> Fault:
    def refuses(call: Call, act: Callable[[], Any]) -> Any:
        if call.role == "observer" and call.operation == operation and call.params.get("TableName", CONTROL) == CONTROL:
            raise denied(operation)
        return act()

    return refuses


def test_a_verdict_needs_as_many_turns_in_a_row_as_configured(model: World) -> None:
    observer = Observer(model.staff(HOME).post)
    said: list[Verdict] = []
    for dark in [False] * 4 + [True] * 2 + [False] + [True] * 3 + [False] * 3:
        model.dark = {SITES.primary} if dark else set()
        turns(model, observer, 1)
        said.append(vote_of(model).verdict)

    unknown, healthy, unhealthy = Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.UNHEALTHY
    assert said == [unknown] * 2 + [healthy] * 7 + [unhealthy] * 3 + [healthy]


def test_a_healthy_site_whose_last_votes_were_bad_and_old_keeps_its_tier(model: World) -> None:
    """Everybody observed an outage while disarmed, then nobody looked for an hour, then the tier was armed again."""
    observers = [Observer(model.staff(region).post) for region in REGIONS]
    for dark in (False, True):
        model.dark = {SITES.primary} if dark else set()
        for _ in range(4):
            for observer in observers:
                model.turn_of(observer)
            model.run(NUMBERS.probe_interval)
        arming.disarm(model.control, "data")
    model.dark = set()
    model.run(3600)
    arming.arm(model.control, "data", REGIONS)
    model.observe_everywhere()
    model.run(60)

    assert (model.peek().epoch, model.peek().active) == (1, "primary")


@pytest.mark.parametrize(("mend_within", "every"), [(7.0, 1), (10.0, 2), (20.0, 5)])
def test_values_outside_are_looked_at_as_often_as_mending_them_in_time_takes(mend_within: float, every: int) -> None:
    model = World(numbers=replace(NUMBERS, mend_within=mend_within))
    observer = Observer(model.staff(HOME).post)
    looks = []
    for _ in range(11):
        before = len(model.calls)
        turns(model, observer, 1)
        looks.append(any(call.operation == "get_parameter" for call in model.calls[before:]))

    assert looks == [turn % every == 0 for turn in range(11)]


def test_a_new_epoch_starts_from_unknown(model: World) -> None:
    model.observe_everywhere()
    model.run(12)
    model.dark.add(SITES.primary)
    heard: list[Vote] = []

    def listens(call: Call, act: Callable[[], Any]) -> Any:
        answer = act()
        if call.operation == "update_item" and call.params["Key"].get("pk") == {"S": f"vote#data#{HOME}"}:
            heard.append(vote_of(model))
        return answer

    model.fault = listens
    model.run(30)

    first = next(vote for vote in heard if vote.epoch == 2)
    assert (first.verdict, first.misses, first.site) == (Verdict.UNKNOWN, 0, "secondary")
    assert first.acked_lag_ms is None


def test_the_targets_freshness_is_unknown_until_a_canary_was_seen_to_arrive(model: World) -> None:
    """A target that is an hour behind shows no lag in the first turns of an observer that knows no older canary."""
    model.replication_seconds = None
    observer = Observer(model.staff(HOME).post)
    lags = []
    for _ in range(2):
        turns(model, observer, 1)
        lags.append((vote_of(model).lag_ms, vote_of(model).acked_lag_ms))

    assert lags == [(None, None), (None, None)]


def test_a_replication_that_stops_shows_as_growing_lag(model: World) -> None:
    observer = Observer(model.staff(HOME).post)
    turns(model, observer, 4)
    assert vote_of(model).lag_ms == 0
    model.replication_seconds = None
    turns(model, observer, 4)

    assert (vote_of(model).lag_ms or 0) >= 2 * NUMBERS.probe_interval * 1000


def test_the_freshness_stays_that_of_the_last_acknowledged_canary(model: World) -> None:
    observer = Observer(model.staff(HOME).post)
    turns(model, observer, 4)
    model.dark.add(SITES.primary)
    turns(model, observer, 20)

    assert vote_of(model).acked_lag_ms == 0


@pytest.mark.parametrize("operation", ["update_item", "batch_get_item"])
def test_an_observer_that_may_not_vote_says_so_and_moves_nothing(model: World, operation: str) -> None:
    model.fault = refusing(operation)
    model.dark.add(SITES.primary)
    ended = watch(model.staff(HOME), 30, lambda _turn: None)
    model.run(30)

    assert ended == "its time was up"
    assert len(model.pages("cannot vote")) == 1
    assert model.peek().epoch == 1


def test_who_cannot_vote_any_more_tells_what_it_saw_last(model: World) -> None:
    staff = model.staff(HOME)
    watch(staff, 12, lambda _turn: setattr(model, "fault", refusing("update_item")))
    model.run(30)

    (page,) = model.pages("cannot vote")
    assert page["epoch"] == 1
    assert page["reason"].endswith("; last seen: primary active in epoch 1")


def test_without_a_row_observers_page_and_make_none(model: World) -> None:
    backend = model.backend("dynamodb", REGIONS[0])
    backend.items = {key: item for key, item in backend.items.items() if key[0] != CONTROL}
    watch(model.staff(HOME), 30, lambda _turn: None)

    (page,) = model.pages("cannot vote")
    assert page["reason"].startswith("TierRowMissing: ")
    assert page["reason"].endswith("; the row was never seen from here")
    assert not [key for key in backend.items if key[0] == CONTROL]


def test_a_vote_that_cannot_be_read_is_silence_and_stops_nobody(model: World) -> None:
    for number, home in enumerate(("us-east-2", "us-west-2")):
        model.observe(home, 0.3 * number)
    model.run(12)
    garbage = {"pk": {"S": "vote#data#us-east-1"}, "sk": {"S": "vote"}, "verdict": {"S": "perhaps"}}
    model.backend("dynamodb", REGIONS[0]).put_item(TableName=CONTROL, Item=garbage)
    model.cut |= {(home, SITES.primary) for home in REGIONS}
    model.run(30)

    assert (model.peek().epoch, model.peek().phase) == (2, Phase.STEADY)


def test_a_canary_table_that_is_gone_is_no_reason_to_move(model: World) -> None:
    model.observe_everywhere()
    model.run(12)

    def gone(call: Call, act: Callable[[], Any]) -> Any:
        if "id" in call.params.get("Key", {}):
            raise denied(call.operation)
        return act()

    model.fault = gone
    model.run(60)

    assert model.peek().epoch == 1
    assert vote_of(model).verdict is not Verdict.UNHEALTHY


def test_turns_missed_by_a_slow_one_are_not_made_up_for_in_a_burst(model: World) -> None:
    began: list[float] = []

    def slow_once(call: Call, act: Callable[[], Any]) -> Any:
        if call.operation == "batch_get_item":
            began.append(model.clock.now)
            if len(began) == 3:
                model.clock.now += 20
        return act()

    model.fault = slow_once
    watch(model.staff(HOME), 60, lambda _turn: None)

    later = began[4:]
    assert all(after - before > 2.5 for before, after in pairwise(later))


def test_an_observer_lives_no_longer_than_it_may_however_slow_its_turns(model: World) -> None:
    def slow(call: Call, act: Callable[[], Any]) -> Any:
        if call.operation == "batch_get_item":
            model.clock.now += 4
        return act()

    model.fault = slow
    began = model.clock.now
    watch(model.staff(HOME), 60, lambda _turn: None)

    assert model.clock.now - began <= 60 + 2 * 4


def test_an_observer_wakes_at_most_once_an_interval(model: World) -> None:
    model.observe_everywhere()
    model.run(12)
    model.control.apply("data", disarm(None))
    model.dark.add(SITES.primary)
    sent: Mapping[str, list[float]] = {region: [] for region in REGIONS}

    def counts(call: Call, act: Callable[[], Any]) -> Any:
        if call.operation == "invoke":
            sent[call.caller].append(model.clock.now)
        return act()

    model.fault = counts
    model.run(60)

    for home in REGIONS[1:]:
        assert len(sent[home]) > 10
        gaps = [after - before for before, after in pairwise(sent[home])]
        assert min(gaps) >= NUMBERS.order_every - 1
