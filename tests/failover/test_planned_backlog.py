"""A planned move of tables that replicators keep alike: none goes while one table's changes have not arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from failover.backlog import Backlog
from failover.orders import OrderKind
from failover.ownership import NotYet
from failover.tier import Phase
from tests.failover.moving import settle
from tests.failover.wiring import SITES
from tests.failover.world import World


@dataclass
class Replicator:
    """Answers as a replicator does; ``arrives`` says at each question whether all markers have come through."""

    arrives: Callable[[], bool] = lambda: True
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, question: dict[str, Any]) -> Any:
        self.asked.append(question)
        if "mark" in question:
            return {"markers": {"id": question["mark"]["id"], "of": [0, 1, 2]}}
        return {"waiting": 0 if self.arrives() else 3, "like": {"places": question["arrived"]["id"]}}

    def ids(self) -> list[str]:
        return [question["mark"]["id"] for question in self.asked if "mark" in question]


def switch_over(model: World, **replicators: Replicator) -> Any:
    settle(model)
    model.replicators.update(replicators)
    return model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")


def test_a_planned_move_asks_every_table_before_the_stop_and_after_it(model: World) -> None:
    orders, carts = Replicator(), Replicator()
    answer = switch_over(model, orders=orders, carts=carts)

    assert answer.outcome == "done"
    assert [len(set(one.ids())) for one in (orders, carts)] == [2, 2]
    regions = {call.region for call in model.calls if call.params.get("FunctionName") in ("orders", "carts")}
    assert regions == {SITES.primary}


def test_it_is_refused_with_the_tables_name_while_clients_go_on_writing(model: World) -> None:
    answer = switch_over(model, orders=Replicator(lambda: False), carts=Replicator())

    assert answer.outcome == "cancelled"
    assert "changes of orders (3 markers on their way) in us-east-1 have not all arrived" in answer.reason
    assert "carts" not in answer.reason
    row = model.peek()
    assert (row.epoch, row.phase, row.step) == (1, Phase.STEADY, None)
    assert Phase.MOVING not in {one.phase for one in model.rows}
    assert model.pages("is cancelled at 'prepare'")


def test_it_is_held_if_they_do_not_arrive_after_the_stop_and_waits_for_them_when_it_goes_on(model: World) -> None:
    arrived: list[bool] = []
    orders = Replicator(lambda: bool(arrived) or model.peek().phase is not Phase.MOVING)
    answer = switch_over(model, orders=orders)

    assert (answer.outcome, model.peek().phase) == ("held", Phase.HELD)
    assert "changes of orders" in answer.reason
    model.clock.after(20.0, lambda: arrived.append(True))
    resumed = model.clock.now
    again = model.deliver(model.order(OrderKind.SWITCHOVER), "us-west-2")
    assert again
    assert again.outcome == "done"
    assert model.clock.now - resumed >= 20.0


def test_writes_open_only_once_they_have_arrived(model: World) -> None:
    stopped: list[float] = []

    def arrives() -> bool:
        if model.peek().phase is not Phase.MOVING:
            return True
        stopped.append(model.clock.now)
        return model.clock.now - stopped[0] >= 15.0

    switch_over(model, orders=Replicator(arrives))
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - stopped[0] >= 15.0


def test_what_the_first_proof_was_told_of_lanes_is_handed_in_with_the_second(model: World) -> None:
    orders = Replicator()
    switch_over(model, orders=orders)

    first, second = [question["mark"] for question in orders.asked if "mark" in question]
    assert (first["like"], second["like"]) == (None, {"places": first["id"]})


def test_a_replicator_that_fails_is_named_and_asked_again_for_the_same_markers(model: World) -> None:
    def fails(question: dict[str, Any]) -> Any:
        asked.append(question)
        return {"errorMessage": "KeyTaken"}

    asked: list[dict[str, Any]] = []
    settle(model)
    model.replicators["orders"] = fails
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "cancelled"
    assert "the stream of orders (" in answer.reason
    assert len(asked) > 1
    assert len({question["mark"]["id"] for question in asked}) == 1


def test_a_failover_asks_no_replicator(model: World) -> None:
    orders = Replicator(lambda: False)
    settle(model)
    model.replicators["orders"] = orders
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert (answer.outcome, orders.asked) == ("done", [])


def test_no_proof_is_given_before_everything_is_marked(model: World) -> None:
    proof = model.wiring("us-east-2").backlog().proof(SITES.primary)
    assert proof.look() == "DynamoDB replicates the tables"
    model.replicators["orders"] = lambda _question: None
    unmarked: Backlog = model.wiring("us-east-2").backlog()
    with pytest.raises(NotYet, match="orders"):
        unmarked.proof(SITES.primary).begin()
