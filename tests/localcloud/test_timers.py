"""Work that is due later."""

import threading

from localcloud.timers import Timers
from tests.localcloud.standing_still import StandingClock, timers_by


def test_work_runs_when_it_is_due_in_the_order_in_which_it_is_due() -> None:
    clock, done = StandingClock(), list[str]()
    timers = timers_by(clock)
    timers.after(2, lambda: done.append("second"))
    timers.after(1, lambda: done.append("first"))
    clock.move(timers, 1)
    assert done == ["first"]
    clock.move(timers, 1)
    assert done == ["first", "second"]


def test_repeated_work_goes_on_after_it_failed() -> None:
    clock, runs = StandingClock(), list[float]()
    timers = timers_by(clock)

    def work() -> None:
        runs.append(clock.seconds)
        if len(runs) == 1:
            raise ValueError("broken once")

    timers.every(lambda: 10, work)
    clock.move(timers, 30)
    assert runs == [1010, 1020, 1030]


def test_stopped_timers_start_nothing_more() -> None:
    clock, done = StandingClock(), list[str]()
    timers = timers_by(clock)
    timers.after(1, lambda: done.append("late"))
    timers.stop()
    clock.move(timers, 5)
    assert done == []


def test_started_timers_do_not_wait_for_work_that_takes_long() -> None:
    timers, release, done = Timers(), threading.Event(), threading.Event()

    def wait() -> None:
        release.wait(5)

    timers.after(0, wait)
    timers.after(0.01, done.set)
    timers.start()
    try:
        assert done.wait(2)
    finally:
        release.set()
        timers.stop()
