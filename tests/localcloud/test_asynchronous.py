"""Asynchronous invocations: how often, how late, and where failures go."""

import json

import pytest

from localcloud.asynchronous import Asynchronous, pause_after_wait
from localcloud.deployed import AsynchronousSettings, Deployed, NoSuchFunction
from localcloud.functions import RegionDark
from localcloud.pool import Throttled
from tests.localcloud.fake_functions import FakeFunctions, FakeRunner, failed, succeeded
from tests.localcloud.standing_still import StandingClock, timers_by

QUEUE = "arn:aws:sqs:us-east-1:123456789012:failures"


class Bench:
    """One function's asynchronous queue on a clock that stands still."""

    def __init__(self, *answers: object, time_scale: float = 1.0, **settings: object) -> None:
        functions = FakeFunctions(settings=AsynchronousSettings(**settings))  # type: ignore[arg-type]
        self.runner = FakeRunner(answers=list(answers), functions=functions)  # type: ignore[arg-type]
        self.clock = StandingClock()
        self.timers = timers_by(self.clock)
        self.sent: list[tuple[str, dict[str, object]]] = []
        self.asynchronous = Asynchronous(self.runner, self.timers, self._send, time_scale)  # type: ignore[arg-type]

    def _send(self, _function: Deployed, destination: str, record: str) -> None:
        self.sent.append((destination, json.loads(record)))

    def accept(self) -> None:
        self.asynchronous.accept("us-east-1", "f", b'{"n": 1}')
        self.timers.run_due()

    def runs_after(self, seconds: float) -> int:
        self.clock.move(self.timers, seconds)
        return len(self.runner.events)


def test_a_failed_event_is_retried_after_one_and_after_two_more_minutes_then_dropped() -> None:
    bench = Bench(failed())
    bench.accept()
    assert len(bench.runner.events) == 1
    assert [bench.runs_after(seconds) for seconds in (59, 1, 119, 1, 3600)] == [1, 2, 2, 3, 3]
    assert bench.runner.counted == ["AsyncEventsDropped"]


def test_an_event_that_succeeds_at_last_is_neither_retried_nor_dropped() -> None:
    bench = Bench(failed(), succeeded())
    bench.accept()
    assert bench.runs_after(3600) == 2
    assert bench.runner.counted == []


def test_without_retries_a_failed_event_goes_to_the_failure_destination_at_once() -> None:
    bench = Bench(failed(), maximum_retry_attempts=0, on_failure=QUEUE)
    bench.accept()
    [(destination, record)] = bench.sent
    assert destination == QUEUE
    assert record["requestPayload"] == {"n": 1}
    assert record["responsePayload"] == {"errorType": "E"}
    context = record["requestContext"]
    assert isinstance(context, dict)
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 1)


def test_a_throttled_event_waits_ever_longer_until_it_is_too_old() -> None:
    bench = Bench(Throttled("busy"), maximum_age_seconds=60, on_failure=QUEUE)
    bench.accept()
    assert [bench.runs_after(seconds) for seconds in (1, 2, 4, 8, 16, 32, 3600)] == [2, 3, 4, 5, 6, 6, 6]
    [(_, record)] = bench.sent
    context = record["requestContext"]
    assert isinstance(context, dict)
    assert context["condition"] == "EventAgeExceeded"


def test_an_event_for_a_dark_region_waits_for_it() -> None:
    bench = Bench(RegionDark("lost"), RegionDark("lost"), succeeded())
    bench.accept()
    assert bench.runs_after(10) == 3


def test_an_event_too_old_when_its_region_returns_is_dropped() -> None:
    bench = Bench(*[RegionDark("lost")] * 65, succeeded(), maximum_age_seconds=60)
    bench.accept()
    bench.runs_after(600)
    assert bench.runner.counted == ["AsyncEventsDropped"]


def test_scaled_time_shortens_the_pauses() -> None:
    bench = Bench(failed(), time_scale=0.1)
    bench.accept()
    assert [bench.runs_after(seconds) for seconds in (5, 1, 11, 1)] == [1, 2, 2, 3]


def test_an_event_for_a_function_that_is_not_there_is_refused() -> None:
    bench = Bench(succeeded())
    bench.runner.functions.gone = True
    with pytest.raises(NoSuchFunction):
        bench.accept()


def test_pauses_of_throttled_events_end_at_five_minutes() -> None:
    assert [pause_after_wait(waits) for waits in (0, 1, 8, 9, 30)] == [1, 2, 256, 300, 300]
