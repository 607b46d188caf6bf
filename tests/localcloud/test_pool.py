"""Sandboxes that are lent, and how many of them start at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from localcloud.pool import Pool, Throttled
from localcloud.starts import Starts
from tests.waiting import eventually, seen_within


class FakeSandbox:
    """A sandbox whose process lives until it is closed."""

    def __init__(self) -> None:
        self.process = self
        self.alive = True

    def close(self) -> None:
        self.alive = False


class Maker:
    """Makes sandboxes; each start is over when the test says so."""

    def __init__(self) -> None:
        self.starts_under_way: list[Callable[[], None]] = []
        self.made = 0

    def __call__(self, started: Callable[[], None]) -> Any:
        self.made += 1
        self.starts_under_way.append(started)
        return FakeSandbox()

    def finish_one(self) -> None:
        self.starts_under_way.pop()()


def lend(pool: Pool, make: Any, limit: int | None = None) -> Any:
    return pool.sandbox("v1", limit, make)


def in_background(pool: Pool, make: Any, lent: list[object], go_on: threading.Event) -> threading.Thread:
    """Borrow a sandbox on a thread of its own until told to go on."""

    def borrow() -> None:
        with lend(pool, make) as sandbox:
            lent.append(sandbox)
            go_on.wait(5)

    thread = threading.Thread(target=borrow)
    thread.start()
    return thread


def test_a_warm_sandbox_is_lent_again() -> None:
    pool, make = Pool(Starts(1)), Maker()
    with lend(pool, make) as first:
        make.finish_one()
    with lend(pool, make) as second:
        assert second is first
    assert make.made == 1


def test_an_event_that_waits_to_start_a_process_takes_one_that_falls_idle() -> None:
    starts, make, lent, go_on = Starts(1), Maker(), cast("list[object]", []), threading.Event()
    pool, elsewhere = Pool(starts), Pool(starts)
    with lend(pool, make) as first:
        make.finish_one()
        with lend(elsewhere, Maker()):
            waiting = in_background(pool, make, lent, go_on)
            assert not seen_within(0.1, lambda: bool(lent))
        assert make.made == 1
    eventually(lambda: lent == [first], 20, "the idle process is lent")
    go_on.set()
    waiting.join()


def test_processes_start_one_after_another_when_there_is_one_turn() -> None:
    pool, make, lent, go_on = Pool(Starts(1)), Maker(), cast("list[object]", []), threading.Event()
    threads = [in_background(pool, make, lent, go_on) for _ in range(3)]
    for number in range(1, 4):
        eventually(lambda number=number: make.made == number, 20, f"start {number}")  # type: ignore[misc]
        assert len(make.starts_under_way) == 1
        make.finish_one()
    go_on.set()
    for thread in threads:
        thread.join()


def test_a_start_that_fails_gives_its_turn_back() -> None:
    pool, make = Pool(Starts(1)), Maker()

    def fail(_started: Callable[[], None]) -> Any:
        raise OSError("no more processes")

    with pytest.raises(OSError, match="no more"), lend(pool, fail):
        pass
    with lend(pool, make, limit=1):
        assert make.made == 1


def test_sandboxes_that_start_count_against_reserved_concurrency() -> None:
    pool, make = Pool(Starts(2)), Maker()
    with lend(pool, make, limit=1), pytest.raises(Throttled), lend(pool, make, limit=1):
        pass


def test_many_events_at_once_are_all_served() -> None:
    pool, make = Pool(Starts(2)), Maker()

    def started_at_once(started: Callable[[], None]) -> Any:
        started()
        return make(started)

    def serve(_event: int) -> bool:
        with lend(pool, started_at_once) as sandbox:
            return bool(sandbox.alive)

    with ThreadPoolExecutor(16) as events:
        assert all(events.map(serve, range(200)))
    assert make.made <= 16
