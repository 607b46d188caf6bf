"""Processes take turns on one thread, stand still, die, and wait for each other."""

import concurrent.futures
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED

import pytest

from failover.fan_out import NoAnswerInTime
from tests.simulation.hub import Hub, Process


@pytest.fixture
def hub() -> Hub:
    return Hub()


def a_process(hub: Hub, rate: float = 1.0) -> Process:
    return Process(hub, "one", "us-east-1", zero=50.0, rate=rate)


def after(process: Process, seconds: float, value: str) -> Callable[[], str]:
    def call() -> str:
        process.sleep(seconds)
        return value

    return call


def note_waking(process: Process, seconds: float, woke: list[float]) -> None:
    def wake() -> None:
        process.sleep(seconds)
        woke.append(process.hub.now)

    process.start(wake)


def test_two_processes_take_turns_at_every_sleep(hub: Hub) -> None:
    said: list[tuple[float, str]] = []

    def speak(name: str, pause: float) -> None:
        process = a_process(hub)
        for _ in range(2):
            process.sleep(pause)
            said.append((hub.now, name))

    a_process(hub).start(lambda: speak("slow", 2.0))
    a_process(hub).start(lambda: speak("fast", 1.5))
    hub.run(10.0)

    assert said == [(1.5, "fast"), (2.0, "slow"), (3.0, "fast"), (4.0, "slow")]


def test_a_host_whose_clock_is_fast_wakes_early(hub: Hub) -> None:
    process, woke = a_process(hub, rate=1.25), list[float]()
    note_waking(process, 5.0, woke)
    hub.run(10.0)

    assert woke == [4.0]
    assert process.monotonic() == 62.5


def test_a_process_that_stands_still_goes_on_later_and_a_dead_one_never(hub: Hub) -> None:
    frozen, dead, woke = a_process(hub), a_process(hub), list[float]()
    for process in (frozen, dead):
        note_waking(process, 1.0, woke)
    hub.run(0.5)
    frozen.frozen_until, dead.alive = 7.0, False
    hub.run(10.0)

    assert woke == [7.0]


def test_a_fan_out_takes_as_long_as_its_slowest_call_and_no_longer_than_its_deadline(hub: Hub) -> None:
    process, ended = a_process(hub), list[tuple[float, object]]()

    def ask() -> None:
        for seconds in (5.0, 1.5):
            answers = process.fan_out({"a": after(process, 1.0, "x"), "b": after(process, 2.0, "y")}, seconds)
            ended.append((hub.now, answers))

    process.start(ask)
    hub.run(10.0)

    assert ended[0] == (2.0, {"a": "x", "b": "y"})
    at, late = ended[1]
    assert at == 3.5
    assert isinstance(late, dict)
    assert (late["a"], type(late["b"])) == ("x", NoAnswerInTime)


def test_whoever_waits_for_the_first_future_goes_on_when_it_is_done(hub: Hub) -> None:
    process, seen = a_process(hub), list[tuple[float, list[str], int]]()

    def ask() -> None:
        waiting = [process.submit(after(process, 2.0, "slow")), process.submit(after(process, 1.0, "quick"))]
        done, left = process.wait(waiting, 5.0, FIRST_COMPLETED)
        seen.append((hub.now, [one.result() for one in done], len(left)))
        process.wait(left, 0.25, concurrent.futures.FIRST_COMPLETED)
        seen.append((hub.now, [], len(left)))

    process.start(ask)
    hub.run(10.0)

    assert seen == [(1.0, ["quick"], 1), (1.25, [], 1)]
