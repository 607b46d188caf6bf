"""What time it is in the cloud once some of it has passed at once, and what is as old as that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from localcloud.calendar import Calendar
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf
from tests.localcloud.stream_bench import StreamBench

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0


class HostClock:
    """A host's clock, moved by hand."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def passing(front: Front) -> Iterator[Calendar]:
    """Give the gateway a calendar of this test's own."""
    former, front.gateway.calendar = front.gateway.calendar, Calendar()
    yield front.gateway.calendar
    front.gateway.calendar = former


def test_time_that_passed_makes_what_was_there_older_and_not_what_comes() -> None:
    host = HostClock()
    calendar = Calendar(host.now)
    host.time = NOON + timedelta(seconds=10)
    calendar.let_pass(HOUR)
    host.time = NOON + timedelta(seconds=20)
    calendar.let_pass(DAY)
    host.time = NOON + timedelta(seconds=30)
    begun = NOON.timestamp()
    ages = [calendar.now().timestamp() - calendar.when(begun + at) for at in (5, 15, 25)]
    assert ages == [25 + HOUR + DAY, 15 + DAY, 5]


@pytest.mark.parametrize("seconds", [0, -1])
def test_time_neither_stands_nor_goes_back(seconds: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Calendar().let_pass(seconds)


def test_answers_are_dated_by_the_calendar(front: Front, passing: Calendar, client: ClientOf) -> None:
    before = datetime.now(UTC)
    passing.let_pass(DAY)
    answer = client("sns").list_topics()
    dated = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert timedelta(days=1, seconds=-2) <= dated - before <= timedelta(days=1, seconds=30)


def test_a_stream_forgets_what_a_day_has_passed_over(mapped: StreamBench, passing: Calendar) -> None:
    start = mapped.streams.place(mapped.stream, "TRIM_HORIZON")
    mapped.put("a", "b")
    passing.let_pass(DAY + 1)
    mapped.put("c")
    found = mapped.streams.read(mapped.stream, start, 10)
    assert (len(found.records), found.missed) == (1, 2)


def test_records_are_dated_by_the_calendar(mapped: StreamBench, passing: Calendar) -> None:
    passing.let_pass(DAY)
    mapped.put("a")
    (record,) = mapped.streams.read(mapped.stream, 0, 10).records
    created = record["dynamodb"]["ApproximateCreationDateTime"].replace(tzinfo=UTC)
    assert abs((created - datetime.now(UTC)).total_seconds() - DAY) < 30


def test_a_change_that_waited_while_time_passed_is_as_old_as_that_when_it_is_done(mapped: StreamBench) -> None:
    mapped.map(Enabled=False)
    mapped.put("a")
    mapped.calendar.let_pass(HOUR)
    (uuid,) = [one["UUID"] for one in _mappings(mapped)]
    mapped.change(uuid, Enabled=True)
    mapped.wait(3)
    (age,) = mapped.samples("IteratorAge", FunctionName=mapped.name)
    assert age == pytest.approx(HOUR * 1000, abs=30_000)


def _mappings(mapped: StreamBench) -> list[dict[str, str]]:
    found: list[dict[str, str]] = mapped.client("lambda").list_event_source_mappings(FunctionName=mapped.name)[
        "EventSourceMappings"
    ]
    return found
