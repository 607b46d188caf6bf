"""Nodes' rows: one writer each time, whatever is repeated, lost or done by two at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from failover.enrolment.node import Approval, Node, Waiting, item_of_row, row_of
from failover.enrolment.nodes_table import ChangedMeanwhile, NodesTable
from failover.rows import MalformedRow
from tests.failover.clocks import HandClock
from tests.failover.enrolment.machines import NOW, Machine, digest
from tests.failover.enrolment.tables import CONTROL, Breaking, conflict, no_answer

MACHINE, STRANGER = Machine(), Machine()


def nodes_over(client: Any) -> NodesTable:
    return NodesTable(CONTROL, client, HandClock())


def approval(generation: int) -> Approval:
    return Approval(generation=generation, until=NOW + timedelta(minutes=15), by="ada@desk", reason="rebuilt")


@pytest.mark.parametrize(
    "row",
    [
        MACHINE.enrolled(),
        replace(MACHINE.enrolled(3, 9), roots=(digest("a"), digest("b")), approval=approval(4)),
        Waiting(id=7, approval=approval(1)),
    ],
)
def test_a_row_is_read_as_it_was_written(row: Node | Waiting) -> None:
    assert row_of(item_of_row(row)) == row


@pytest.mark.parametrize("name", ["generation", "key", "addresses", "enrolled_at", "counter", "site", "pool", "roots"])
def test_a_row_that_lacks_a_value_is_malformed(name: str) -> None:
    item = item_of_row(MACHINE.enrolled())
    del item[name]
    with pytest.raises(MalformedRow):
        row_of(item)


def test_what_was_admitted_is_there_and_aws_time_is_known(store: Any) -> None:
    nodes = nodes_over(store)
    assert nodes.read(7) is None
    nodes.admit(None, MACHINE.enrolled())
    assert nodes.read(7) == MACHINE.enrolled()
    assert nodes.time.now().tzinfo is not None


def test_of_two_who_enrol_at_once_one_is_admitted(store: Any) -> None:
    nodes_over(store).admit(None, MACHINE.enrolled())
    with pytest.raises(ChangedMeanwhile):
        nodes_over(store).admit(None, STRANGER.enrolled())
    assert nodes_over(store).read(7) == MACHINE.enrolled()


def test_the_same_machine_twice_at_once_is_admitted_once_and_told_so_twice(store: Any) -> None:
    nodes_over(store).admit(None, MACHINE.enrolled())
    assert nodes_over(store).admit(None, MACHINE.enrolled()) == MACHINE.enrolled()


@pytest.mark.parametrize(
    "broken",
    [{"after": {"put_item": no_answer()}}, {"before": {"put_item": no_answer()}}, {"before": {"put_item": conflict()}}],
)
def test_a_write_without_an_answer_is_read_again_and_ends_admitted(store: Any, broken: dict[str, Any]) -> None:
    admitted = nodes_over(Breaking(store, **broken)).admit(None, MACHINE.enrolled())
    assert admitted == MACHINE.enrolled() == nodes_over(store).read(7)


def test_an_approved_generation_takes_the_place_of_the_former_and_spends_the_approval(store: Any) -> None:
    nodes = nodes_over(store)
    nodes.admit(None, MACHINE.enrolled(1))
    nodes.approve(nodes.read(7), 7, approval(2))
    row = nodes.read(7)
    assert row == replace(MACHINE.enrolled(1), approval=approval(2))
    nodes.admit(row, STRANGER.enrolled(2))
    assert nodes.read(7) == STRANGER.enrolled(2)
    with pytest.raises(ChangedMeanwhile):
        nodes.admit(row, MACHINE.enrolled(2))


def test_who_never_enrolled_may_be_approved_and_then_enrol(store: Any) -> None:
    nodes = nodes_over(store)
    nodes.approve(None, 7, approval(1))
    row = nodes.read(7)
    assert row == Waiting(id=7, approval=approval(1))
    nodes.approve(row, 7, approval(1))
    nodes.admit(row, MACHINE.enrolled())
    assert nodes.read(7) == MACHINE.enrolled()


def test_nobody_is_approved_who_enrolled_since_he_was_looked_at(store: Any) -> None:
    nodes = nodes_over(store)
    nodes.admit(None, MACHINE.enrolled())
    with pytest.raises(ChangedMeanwhile):
        nodes.approve(None, 7, approval(1))
    assert nodes.read(7) == MACHINE.enrolled()


def test_a_counter_is_spent_once_and_only_grows(store: Any) -> None:
    nodes, node = nodes_over(store), MACHINE.enrolled()
    nodes.admit(None, node)
    nodes.spend(node, 5, (digest("a"),))
    for spent in (5, 4, 1):
        with pytest.raises(ChangedMeanwhile):
            nodes.spend(node, spent, ())
    nodes.spend(node, 6, (digest("a"), digest("b")))
    assert nodes.read(7) == replace(node, counter=6, roots=(digest("a"), digest("b")))


def test_the_counter_of_a_generation_that_is_over_is_spent_by_nobody(store: Any) -> None:
    nodes = nodes_over(store)
    nodes.admit(None, MACHINE.enrolled(1))
    nodes.approve(nodes.read(7), 7, approval(2))
    nodes.admit(nodes.read(7), STRANGER.enrolled(2))
    with pytest.raises(ChangedMeanwhile):
        nodes.spend(MACHINE.enrolled(1), 1, ())


def test_who_is_forgotten_is_nobody_and_spends_nothing(store: Any) -> None:
    nodes, node = nodes_over(store), MACHINE.enrolled()
    nodes.admit(None, node)
    nodes.forget(7)
    nodes.forget(7)
    assert nodes.read(7) is None
    with pytest.raises(ChangedMeanwhile):
        nodes.spend(node, 1, ())


def test_all_nodes_are_listed_by_number_and_nothing_else_is(store: Any) -> None:
    nodes = nodes_over(store)
    for number in (12, 7):
        nodes.admit(None, replace(MACHINE.enrolled(), id=number))
    store.put_item(TableName=CONTROL, Item={"pk": {"S": "tier#app"}, "sk": {"S": "row"}})
    assert [row.id for row in nodes.all()] == [7, 12]


def test_what_nobody_may_do_is_raised_at_once(store: Any) -> None:
    told: Any = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    refused = Breaking(store, before={"put_item": ClientError(told, "PutItem")})
    with pytest.raises(ClientError):
        nodes_over(refused).admit(None, MACHINE.enrolled())
    assert nodes_over(store).read(7) is None
