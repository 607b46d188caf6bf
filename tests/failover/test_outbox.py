"""What the outbox's file keeps, in which order, for whom, and how much of it."""

import multiprocessing
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from failover.outbox import CUT_OFF, Depth, Kept, Outbox, OutboxForked, OutboxFull

ORDERS = ("orders",)
PUT = {"Item": {"id": {"S": "1"}}}
Opener = Callable[..., Outbox]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Open the same file again and again."""
    files = list[Outbox]()

    def open_(most_writes: int = 1000, most_bytes: int = 1_000_000, now: Callable[[], float] = lambda: 0.0) -> Outbox:
        files.append(Outbox(tmp_path / "outbox.db", most_writes=most_writes, most_bytes=most_bytes, now=now))
        return files[-1]

    yield open_
    for file in files:
        file.close()


def all_of(outbox: Outbox, *tables: str) -> list[Kept]:
    """Return what waits, in order."""
    found, number = list[Kept](), 0
    while kept := outbox.after(number, tables or ORDERS):
        found.append(kept)
        number = kept.number
    return found


def test_what_was_added_is_there_in_order_when_the_file_is_opened_again(opened: Opener) -> None:
    first = opened()
    binary = {"Item": {"id": {"B": b"\x00\xff"}, "all": {"BS": [b"1", b"2"]}}}
    numbers = [first.add("orders", "a", "put_item", binary), first.add("orders", "b", "delete_item", {"Key": {}})]
    first.close()
    kept = all_of(opened())
    assert [(one.number, one.operation) for one in kept] == list(zip(numbers, ("put_item", "delete_item"), strict=True))
    assert kept[0].request == binary


def test_an_item_is_held_until_its_last_write_is_gone(opened: Opener) -> None:
    outbox = opened()
    first, second = (outbox.add("orders", "a", "put_item", PUT) for _ in range(2))
    outbox.remove(first)
    assert outbox.holds("orders", "a")
    outbox.remove(second)
    assert not outbox.holds("orders", "a")


def test_an_item_of_that_key_in_another_table_is_another_item(opened: Opener) -> None:
    outbox = opened()
    outbox.add("orders", "a", "put_item", PUT)
    assert not outbox.holds("stock", "a")
    assert all_of(outbox, "stock") == []
    assert len(all_of(outbox, "stock", "orders")) == 1


def test_numbers_are_never_used_again(opened: Opener) -> None:
    """Or a late removal would take away another write."""
    outbox = opened()
    first = outbox.add("orders", "a", "put_item", PUT)
    outbox.remove(first)
    assert outbox.add("orders", "a", "put_item", PUT) > first


def test_a_parked_write_is_listed_and_holds_nobody_up(opened: Opener) -> None:
    outbox = opened()
    number = outbox.add("orders", "a", "update_item", {"Key": {}, "UpdateExpression": "ADD visits :one"})
    outbox.park(number, "condition failed")
    assert not outbox.holds("orders", "a")
    assert all_of(outbox) == []
    [parked] = outbox.parked()
    assert (parked.number, parked.table, parked.operation, parked.reason) == (
        number,
        "orders",
        "update_item",
        "condition failed",
    )
    outbox.remove(number)
    assert outbox.parked() == []


def test_what_was_being_sent_when_its_replayer_died_is_parked(opened: Opener) -> None:
    outbox = opened()
    cut, let, done = (outbox.add("orders", key, "update_item", PUT) for key in "abc")
    outbox.sending(cut)
    outbox.sending(done)
    outbox.not_sent(done)
    outbox.park_cut_off()
    assert [(one.number, one.reason) for one in outbox.parked()] == [(cut, CUT_OFF)]
    assert [one.number for one in all_of(outbox)] == [let, done]


def test_a_full_outbox_refuses_and_keeps_what_it_has(opened: Opener) -> None:
    outbox = opened(most_writes=2)
    numbers = [outbox.add("orders", key, "put_item", PUT) for key in "ab"]
    with pytest.raises(OutboxFull, match="2 writes"):
        outbox.add("orders", "c", "put_item", PUT)
    assert [one.number for one in all_of(outbox)] == numbers


def test_bytes_are_bounded_too_and_parked_ones_count(opened: Opener) -> None:
    size = len('{"Item":{"id":{"S":"é"}}}'.encode())
    outbox = opened(most_bytes=2 * size)
    request = {"Item": {"id": {"S": "é"}}}
    outbox.park(outbox.add("orders", "a", "put_item", request), "refused")
    outbox.add("orders", "b", "put_item", request)
    with pytest.raises(OutboxFull):
        outbox.add("orders", "c", "put_item", request)
    outbox.remove(outbox.parked()[0].number)
    assert outbox.add("orders", "c", "put_item", request)


def test_it_tells_how_much_there_is_and_how_old(opened: Opener) -> None:
    times = iter([100.0, 130.0, 190.0])
    outbox = opened(now=lambda: next(times))
    outbox.park(outbox.add("orders", "a", "put_item", PUT), "refused")
    outbox.add("orders", "b", "put_item", PUT)
    size = 2 * len('{"Item":{"id":{"S":"1"}}}')
    assert outbox.depth() == Depth(waiting=1, parked=1, size=size, oldest_seconds=60.0)


def test_between_counting_and_adding_nobody_else_adds(opened: Opener, tmp_path: Path) -> None:
    def now() -> float:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite3.connect(tmp_path / "outbox.db", timeout=0).execute("BEGIN IMMEDIATE")
        return 0.0

    assert opened(now=now).add("orders", "a", "put_item", PUT)


def test_an_empty_one_is_of_no_age(opened: Opener) -> None:
    assert opened().depth() == Depth(waiting=0, parked=0, size=0, oldest_seconds=0.0)


def test_nobody_else_may_read_any_of_its_files(opened: Opener, tmp_path: Path) -> None:
    outbox = opened()
    outbox.add("orders", "a", "put_item", PUT)
    with outbox.lease():
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert set(modes) == {"outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.replayer"}


def test_one_at_a_time_may_replay(opened: Opener) -> None:
    one, other = opened(), opened()
    with one.lease() as first, other.lease() as second:
        assert (first, second) == (True, False)
    with other.lease() as second:
        assert second


def test_opening_it_twice_in_a_process_leaves_the_locks_of_the_first(opened: Opener, tmp_path: Path) -> None:
    """Closing a file ends all POSIX locks that its process has on it; only they keep another's hands off the log."""
    outbox = opened()
    outbox.add("orders", "a", "put_item", PUT)
    opened()
    take_the_log_away = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode=DELETE')"
    )
    other = [sys.executable, "-c", take_the_log_away, str(tmp_path / "outbox.db")]
    tried = subprocess.run(other, capture_output=True, text=True, check=False)
    assert "locked" in tried.stderr


def test_threads_and_processes_lose_none_of_one_anothers_writes(opened: Opener, tmp_path: Path) -> None:
    outbox = opened()
    with ThreadPoolExecutor(4) as pool:
        others = multiprocessing.get_context("spawn")
        process = others.Process(target=_add, args=(tmp_path / "outbox.db", "process"))
        process.start()
        list(pool.map(lambda name: [outbox.add("orders", name, "put_item", PUT) for _ in range(25)], "abcd"))
        process.join(60)
    assert process.exitcode == 0
    kept = all_of(outbox)
    assert len(kept) == 125
    assert {one.item_key: sum(other.item_key == one.item_key for other in kept) for one in kept} == dict.fromkeys(
        ["a", "b", "c", "d", "process"], 25
    )


def _add(path: Path, name: str) -> None:
    with Outbox(path) as outbox:
        for _ in range(25):
            outbox.add("orders", name, "put_item", PUT)


def test_a_forked_process_must_open_its_own(opened: Opener) -> None:
    outbox = opened()
    forked = multiprocessing.get_context("fork").Process(target=_refused_after_fork, args=(outbox,))
    forked.start()
    forked.join(60)
    assert forked.exitcode == 0


def _refused_after_fork(outbox: Outbox) -> None:
    with pytest.raises(OutboxForked, match="each worker"):
        outbox.holds("orders", "a")
