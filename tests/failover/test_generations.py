"""Observers' generations hand over: one votes at a time, and a successor goes on where its predecessor stopped."""

from collections.abc import Callable
from typing import Any

import pytest

from failover.ballot import Superseded
from failover.failures import AWS_ERRORS
from failover.observer import Observer
from failover.tier import Change
from failover.votes import Verdict
from tests.failover.observing import HOME, turns, vote_of
from tests.failover.wire import Call, lost_reply
from tests.failover.wiring import CONTROL, SITES
from tests.failover.world import NUMBERS, World


def test_a_new_generation_looks_on_before_it_votes_and_continues_the_counts(model: World) -> None:
    turns(model, Observer(model.staff(HOME).post), 4)
    successor = Observer(model.staff(HOME).post)
    turns(model, successor, 4)
    assert (vote_of(model).generation, vote_of(model).counter, vote_of(model).goods) == (1, 4, 4)
    turns(model, successor, 1)

    assert (vote_of(model).generation, vote_of(model).counter, vote_of(model).goods) == (2, 5, 5)


def test_an_old_vote_of_a_predecessor_that_is_gone_is_no_opinion_of_its_successor(model: World) -> None:
    predecessor = Observer(model.staff(HOME).post)
    turns(model, predecessor, 3)
    model.dark = {SITES.primary}
    turns(model, predecessor, 4)
    lag = vote_of(model).acked_lag_ms
    assert vote_of(model).verdict is Verdict.UNHEALTHY
    model.dark = set()
    model.run(3600)
    turns(model, Observer(model.staff(HOME).post), 5)

    said = vote_of(model)
    assert (said.generation, said.verdict, said.misses, said.goods) == (2, Verdict.HEALTHY, 0, 5)
    assert lag is not None


def test_what_a_predecessor_last_knew_of_the_lag_holds_while_the_active_site_answers_nobody(model: World) -> None:
    turns(model, Observer(model.staff(HOME).post), 3)
    lag = vote_of(model).acked_lag_ms
    model.dark = {SITES.primary}
    turns(model, Observer(model.staff(HOME).post), 5)

    assert lag is not None
    assert (vote_of(model).verdict, vote_of(model).acked_lag_ms) == (Verdict.UNHEALTHY, lag)


def test_what_a_predecessor_learnt_of_the_lag_in_its_last_turn_is_not_lost_with_it(model: World) -> None:
    predecessor, successor = Observer(model.staff(HOME).post), Observer(model.staff(HOME).post)
    for _ in range(2):
        predecessor.turn()
        turns(model, successor, 1)
    model.control.apply("data", Change(expects={}, sets={"epoch": 7, "active": "secondary"}))
    for _ in range(2):
        predecessor.turn()
        turns(model, successor, 1)
    assert vote_of(model).acked_lag_ms is None
    predecessor.turn()
    lag = vote_of(model).acked_lag_ms
    model.dark = {SITES.secondary}
    turns(model, successor, 2)

    assert lag is not None
    assert (vote_of(model).generation, vote_of(model).acked_lag_ms) == (2, lag)


def test_a_predecessor_stops_once_its_successor_votes(model: World) -> None:
    predecessor, successor = Observer(model.staff(HOME).post), Observer(model.staff(HOME).post)
    turns(model, predecessor, 1)
    turns(model, successor, 5)

    before = vote_of(model)
    with pytest.raises(Superseded):
        predecessor.turn()
    assert vote_of(model) == before


def test_of_two_successors_one_votes(model: World) -> None:
    turns(model, Observer(model.staff(HOME).post), 1)
    pair = [Observer(model.staff(HOME).post) for _ in range(2)]
    for _ in range(4):
        for observer in pair:
            observer.turn()
        model.run(NUMBERS.probe_interval)
    pair[0].turn()

    with pytest.raises(Superseded):
        pair[1].turn()
    assert vote_of(model).generation == 2


def test_a_handover_whose_answer_is_lost_supersedes_nobody(model: World) -> None:
    turns(model, Observer(model.staff(HOME).post), 1)
    successor = Observer(model.staff(HOME).post)
    turns(model, successor, 4)

    def loses_the_answer(call: Call, act: Callable[[], Any]) -> Any:
        answer = act()
        if call.operation == "update_item" and call.params["TableName"] == CONTROL:
            model.fault = None
            raise lost_reply(call.region)
        return answer

    model.fault = loses_the_answer
    with pytest.raises(AWS_ERRORS):
        successor.turn()
    before = vote_of(model).counter
    turns(model, successor, 2)

    assert vote_of(model).counter == before + 2
