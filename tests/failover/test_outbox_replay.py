"""What waits is sent in its order, once if it counts, and what cannot be is listed."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError, ParamValidationError

from failover.acknowledgement import Acknowledgement, UncertainWrite
from failover.call_failed import NoAnswer, RegionResting, Throttled, Unreachable, WriteConflict
from failover.outbox import CUT_OFF, Operation, Outbox
from failover.outbox_replay import Pass, Replayer
from failover.table_metrics import NoMetrics
from failover.write_grants import NoCurrentView, TierMoving
from tests.failover.two_regions import client_error
from tests.failover.wire import Killed
from tests.waiting import eventually

UNCERTAIN = UncertainWrite("us-east-1", 1, "no answer")
TABLE_WAITS = [
    NoCurrentView("none"),
    TierMoving("moving"),
    Unreachable("us-east-1", "x"),
    RegionResting("us-east-1", "x"),
]
MENDABLE = [client_error("AccessDeniedException"), client_error("ResourceNotFoundException"), NoCredentialsError()]
ITEM_WAITS = [Throttled("us-east-1", "x"), WriteConflict("us-east-1", "x")]
FOR_GOOD = [
    client_error("ConditionalCheckFailedException"),
    client_error("ValidationException"),
    ParamValidationError(report="x"),
    TypeError("got multiple values for keyword argument 'TableName'"),
]


@dataclass
class Table:
    """Answers the writes of each item as scripted, then acknowledges."""

    name: str = "orders"
    failures: dict[str, list[BaseException]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def put_item(self, **request: Any) -> Acknowledgement:
        self.before()
        name = request["Item"]["id"]["S"]
        self.sent.append(name)
        if script := self.failures.get(name[0]):
            raise script.pop(0)
        return Acknowledgement(region="us-east-1", epoch=1, attributes={})

    delete_item = update_item = put_item


@dataclass
class Told(NoMetrics):
    """Keeps what it is told."""

    depths: list[tuple[int, int]] = field(default_factory=list)

    def outbox(self, waiting: int, parked: int, size: int, oldest_seconds: float) -> None:
        assert size or not waiting
        assert oldest_seconds >= 0
        self.depths.append((waiting, parked))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    with Outbox(path) as outbox:
        yield outbox


def add(outbox: Outbox, *names: str, operation: Operation = "put_item", table: str = "orders") -> list[int]:
    """Keep writes named by their item and a number: a1, a2, b1."""
    request: Callable[[str], Mapping[str, Any]] = lambda name: {"Item": {"id": {"S": name}}}  # noqa: E731 - short
    return [outbox.add(table, name[0], operation, request(name)) for name in names]


def parked(outbox: Outbox) -> list[str]:
    return [one.request["Item"]["id"]["S"] for one in outbox.parked()]


def test_everything_is_sent_in_its_order(outbox: Outbox) -> None:
    add(outbox, "a1", "b1", "a2", "c1")
    table = Table()
    assert Replayer(outbox, [table]).replay() == Pass(held=True, sent=4, parked=0, waiting=0)
    assert table.sent == ["a1", "b1", "a2", "c1"]


@pytest.mark.parametrize("failure", ITEM_WAITS)
@pytest.mark.parametrize("operation", ["put_item", "delete_item", "update_item"])
def test_an_item_that_fails_waits_with_all_behind_it_and_others_go_on(
    outbox: Outbox, operation: Operation, failure: Exception
) -> None:
    add(outbox, "a1", "b1", "a2", "c1", operation=operation)
    table = Table(failures={"a": [failure]})
    replayer = Replayer(outbox, [table])
    assert replayer.replay() == Pass(held=True, sent=2, parked=0, waiting=2)
    assert replayer.replay() == Pass(held=True, sent=2, parked=0, waiting=0)
    assert table.sent == ["a1", "b1", "c1", "a1", "a2"]


@pytest.mark.parametrize("failure", [*TABLE_WAITS, *MENDABLE])
@pytest.mark.parametrize("operation", ["put_item", "update_item"])
def test_a_table_that_cannot_be_written_waits_as_a_whole_and_others_go_on(
    outbox: Outbox, operation: Operation, failure: Exception
) -> None:
    add(outbox, "a1", "b1", operation=operation)
    add(outbox, "a9", table="stock")
    table, stock = Table(failures={"a": [failure]}), Table("stock")
    replayer = Replayer(outbox, [table, stock])
    assert replayer.replay() == Pass(held=True, sent=1, parked=0, waiting=2)
    assert (table.sent, stock.sent) == (["a1"], ["a9"])
    assert replayer.replay() == Pass(held=True, sent=2, parked=0, waiting=0)


@pytest.mark.parametrize("operation", ["put_item", "delete_item"])
def test_an_uncertain_put_or_delete_is_sent_again_before_what_is_behind_it(
    outbox: Outbox, operation: Operation
) -> None:
    add(outbox, "a1", "a2", operation=operation)
    table = Table(failures={"a": [UNCERTAIN, UNCERTAIN]})
    replayer = Replayer(outbox, [table])
    for _ in range(3):
        replayer.replay()
    assert table.sent == ["a1", "a1", "a1", "a2"]


def test_an_uncertain_update_is_parked_and_never_sent_again(outbox: Outbox) -> None:
    add(outbox, "a1", "a2", operation="update_item")
    table = Table(failures={"a": [UNCERTAIN]})
    replayer = Replayer(outbox, [table])
    assert replayer.replay() == Pass(held=True, sent=1, parked=1, waiting=0)
    replayer.replay()
    assert (table.sent, parked(outbox)) == (["a1", "a2"], ["a1"])
    assert "no answer" in outbox.parked()[0].reason


@pytest.mark.parametrize("failure", FOR_GOOD)
@pytest.mark.parametrize("operation", ["put_item", "delete_item", "update_item"])
def test_what_is_refused_for_good_is_parked_with_the_refusal(
    outbox: Outbox, operation: Operation, failure: Exception
) -> None:
    add(outbox, "a1", "a2", operation=operation)
    table = Table(failures={"a": [failure]})
    assert Replayer(outbox, [table]).replay() == Pass(held=True, sent=1, parked=1, waiting=0)
    assert (table.sent, parked(outbox)) == (["a1", "a2"], ["a1"])
    assert str(failure) in outbox.parked()[0].reason


@pytest.mark.parametrize("operation", ["put_item", "delete_item"])
def test_a_put_or_delete_whose_replayer_dies_around_it_is_sent_again(
    path: Path, outbox: Outbox, operation: Operation
) -> None:
    add(outbox, "a1", "a2", operation=operation)
    table = Table(failures={"a": [Killed()]})
    with pytest.raises(Killed):
        Replayer(outbox, [table]).replay()
    with Outbox(path) as again:
        Replayer(again, [table]).replay()
        assert (table.sent, parked(again)) == (["a1", "a1", "a2"], [])


def test_an_update_whose_replayer_dies_around_it_is_parked(path: Path, outbox: Outbox) -> None:
    add(outbox, "a1", "a2", operation="update_item")
    table = Table(failures={"a": [Killed()]})
    with pytest.raises(Killed):
        Replayer(outbox, [table]).replay()
    with Outbox(path) as again:
        Replayer(again, [table]).replay()
        assert (table.sent, parked(again)) == (["a1", "a2"], ["a1"])
        assert again.parked()[0].reason == CUT_OFF


def test_while_another_replays_nothing_is_sent_nor_parked(path: Path, outbox: Outbox) -> None:
    [number] = add(outbox, "a1", operation="update_item")
    outbox.sending(number)
    table = Table()
    metrics = Told()
    with Outbox(path) as other, other.lease():
        assert Replayer(outbox, [table], metrics=metrics).replay() == Pass(held=False, waiting=1)
    assert (table.sent, parked(outbox), metrics.depths) == ([], [], [(1, 0)])


def test_a_table_that_is_not_open_here_keeps_its_writes(outbox: Outbox) -> None:
    add(outbox, "a1", table="stock")
    assert Replayer(outbox, [Table()]).replay() == Pass(held=True, sent=0, parked=0, waiting=1)
    assert Replayer(outbox, []).replay() == Pass(held=True, sent=0, parked=0, waiting=1)


def test_what_is_added_during_a_pass_is_sent_in_it(outbox: Outbox) -> None:
    add(outbox, "a1")
    table = Table()
    later = ["b1"]
    table.before = lambda: add(outbox, later.pop()) if later else None
    Replayer(outbox, [table]).replay()
    assert table.sent == ["a1", "b1"]


def test_depth_is_told_after_each_pass(outbox: Outbox) -> None:
    add(outbox, "a1", "b1", "c1")
    metrics = Told()
    table = Table(failures={"a": [FOR_GOOD[0]], "b": [ITEM_WAITS[0]]})
    Replayer(outbox, [table], metrics=metrics).replay()
    assert metrics.depths == [(1, 1)]


def test_a_thread_replays_until_it_is_stopped_whatever_comes_meanwhile(outbox: Outbox) -> None:
    table = Table(failures={"a": [NoAnswer("us-east-1", "x")]})
    with Replayer(outbox, [table], every_seconds=0.01):
        add(outbox, "a1")
        eventually(lambda: outbox.depth().waiting == 0, 20, "sent")
        add(outbox, "b1")
        eventually(lambda: outbox.depth().waiting == 0, 20, "sent")
    assert table.sent == ["a1", "a1", "b1"]
    assert "outbox-replay" not in {thread.name for thread in threading.enumerate()}


def test_whatever_one_pass_runs_into_there_is_a_next_one(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    add(outbox, "a1")
    with Replayer(outbox, [Table(failures={"a": [ZeroDivisionError()]})], every_seconds=0.01):
        eventually(lambda: outbox.depth().waiting == 0, 20, "sent")
    assert "ZeroDivisionError" in caplog.text


def test_a_file_that_cannot_be_read_for_a_while_does_not_end_the_thread(
    outbox: Outbox, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(outbox, "a1")
    blocked = path.with_name(f"{path.name}.replayer")
    blocked.mkdir()
    with Replayer(outbox, [Table()], every_seconds=0.01):
        eventually(lambda: "outbox unreadable" in caplog.text, 20, "a failed pass")
        blocked.rename(path.with_name("out-of-the-way"))
        eventually(lambda: outbox.depth().waiting == 0, 20, "sent")
