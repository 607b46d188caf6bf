"""The breaker rests a region that keeps failing and tries it with one call at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from failover.breaker import Breaker
from tests.failover.clocks import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def opened(clock: HandClock) -> Breaker:
    breaker = Breaker(clock, failures_to_open=3, rest_seconds=1.0)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_failures_that_are_not_in_a_row_do_not_open_it(clock: HandClock) -> None:
    breaker = Breaker(clock, failures_to_open=3)
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.admits()


def test_an_open_breaker_admits_nothing_while_it_rests(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(0.99)
    assert not opened.admits()


def test_one_trial_at_a_time_is_admitted_after_the_rest(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    assert [opened.admits() for _ in range(3)] == [True, False, False]


def test_a_trial_that_succeeds_closes_it(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    opened.admits()
    opened.succeeded()
    assert all(opened.admits() for _ in range(3))


def test_a_trial_that_fails_makes_it_rest_again(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    opened.admits()
    clock.sleep(0.5)
    opened.failed()
    clock.sleep(0.99)
    assert not opened.admits()


def test_a_trial_that_never_reports_is_forgotten(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    opened.admits()
    clock.sleep(1.0)
    assert opened.admits()


def test_one_that_closed_again_takes_as_many_failures_to_open_as_before(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    opened.admits()
    opened.succeeded()
    opened.failed()
    opened.failed()
    assert opened.admits()
    opened.failed()
    assert not opened.admits()


def test_unless_told_otherwise_five_failures_open_it_for_a_second(clock: HandClock) -> None:
    breaker = Breaker(clock)
    admitted = []
    for _ in range(6):
        admitted.append(breaker.admits())
        breaker.failed()
    clock.sleep(0.99)
    assert [*admitted, breaker.admits()] == [True] * 5 + [False] * 2
    clock.sleep(0.01)
    assert breaker.admits()


def test_of_many_threads_one_makes_the_trial(opened: Breaker, clock: HandClock) -> None:
    clock.sleep(1.0)
    together = threading.Barrier(8)

    def ask(_number: int) -> bool:
        together.wait()
        return opened.admits()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_failures_of_many_threads_are_all_counted(clock: HandClock) -> None:
    breaker, together = Breaker(clock, failures_to_open=800), threading.Barrier(8)

    def fail(_number: int) -> None:
        together.wait()
        for _ in range(100):
            assert breaker.admits()
            breaker.failed()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(8)))
    assert not breaker.admits()
