"""What is left of a batch after an attempt: one table per decision, and what holds whatever fails."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.stream_batches import (
    MOST_PAYLOAD_BYTES,
    Batch,
    Failure,
    Limits,
    aged,
    failure_told,
    fitting,
    left_after,
)
from tests.localcloud.stream_cases import START, batch, fates, numbers, record

RAISED = Failure(raised=True)


def reported(first: int) -> Failure:
    return Failure(first=first, whole=False)


@pytest.mark.parametrize(
    ("failure", "limits", "retries", "left", "counted"),
    [
        (None, Limits(), 0, [], []),
        (RAISED, Limits(), 0, [[0, 1, 2, 3, 4]], [1]),
        (RAISED, Limits(most_retries=2), 1, [[0, 1, 2, 3, 4]], [2]),
        (RAISED, Limits(bisect=True), 1, [[0, 1], [2, 3, 4]], [1, 1]),
        (RAISED, Limits(bisect=True, most_retries=0), 0, [[0, 1], [2, 3, 4]], [0, 0]),
        (reported(3), Limits(), 1, [[3, 4]], [2]),
        (reported(3), Limits(bisect=True), 1, [[3, 4]], [2]),
        (reported(0), Limits(bisect=True), 0, [[0, 1, 2, 3, 4]], [1]),
    ],
)
def test_what_failed_is_tried_again_in_order(
    failure: Failure | None, limits: Limits, retries: int, left: list[list[int]], counted: list[int]
) -> None:
    remaining = left_after(batch(5, retries=retries), failure, limits)
    assert numbers(remaining) == left
    assert [one.retries for one in remaining] == counted
    assert fates(remaining) == [None] * len(left)


@pytest.mark.parametrize(
    ("count", "failure", "limits", "given_up"),
    [
        (5, RAISED, Limits(most_retries=2), [0, 1, 2, 3, 4]),
        (1, RAISED, Limits(most_retries=2, bisect=True), [0]),
        (5, reported(3), Limits(most_retries=2), [3, 4]),
    ],
)
def test_what_used_up_its_retries_is_given_up(
    count: int, failure: Failure, limits: Limits, given_up: list[int]
) -> None:
    remaining = left_after(batch(count, retries=2), failure, limits)
    assert numbers(remaining) == [given_up]
    assert fates(remaining) == ["RetryAttemptsExhausted"]


def test_each_attempt_counts_as_an_invocation_a_split_included() -> None:
    halves = left_after(batch(4), RAISED, Limits(bisect=True))
    assert [one.invocations for one in halves] == [1, 1]
    assert [one.invocations for one in left_after(halves[0], RAISED, Limits())] == [2]


def test_how_it_failed_last_is_known_of_what_is_given_up() -> None:
    limits = Limits(most_retries=0)
    assert [one.raised for one in left_after(batch(2), RAISED, limits)] == [True]
    assert [one.raised for one in left_after(batch(2), reported(1), limits)] == [False]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", None),
        (b"null", None),
        (b"{}", None),
        (b'{"batchItemFailures": []}', None),
        (b'{"batchItemFailures": null}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": "1"}]}', reported(1)),
        (b'{"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "1"}]}', reported(1)),
        (b'{"batchItemFailures": [{"itemIdentifier": "0"}]}', reported(0)),
        (b'{"batchItemFailures": [{"itemIdentifier": "9"}]}', Failure()),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', Failure()),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', Failure()),
        (b'{"batchItemFailures": [{"wrong": "1"}]}', Failure()),
        (b'{"batchItemFailures": 1}', Failure()),
        (b"[]", Failure()),
        (b'["1"]', Failure()),
        (b"not JSON", Failure()),
    ],
)
def test_a_report_names_the_first_record_that_failed_and_nonsense_fails_all(
    answer: bytes, failure: Failure | None
) -> None:
    assert failure_told(batch(3), answer) == failure


def at_ages(*ages: float) -> Batch:
    """Return a batch of records that are so old at the time 1000."""
    return Batch(records=tuple(record(n, created_at=START - age) for n, age in enumerate(ages)))


@pytest.mark.parametrize(
    ("limits", "parts", "told"),
    [
        (Limits(), [[0, 1, 2]], [None]),
        (Limits(oldest_seconds=60), [[0, 1], [2]], ["RecordAgeExceeded", None]),
        (Limits(oldest_seconds=5), [[0, 1, 2]], ["RecordAgeExceeded"]),
        (Limits(retention_seconds=80), [[0], [1, 2]], ["trimmed", None]),
        (Limits(retention_seconds=80, oldest_seconds=60), [[0], [1], [2]], ["trimmed", "RecordAgeExceeded", None]),
        (Limits(retention_seconds=60, oldest_seconds=80), [[0, 1], [2]], ["trimmed", None]),
        (Limits(retention_seconds=90, oldest_seconds=90), [[0, 1, 2]], [None]),
    ],
)
def test_a_batch_is_parted_by_age(limits: Limits, parts: list[list[int]], told: list[str | None]) -> None:
    found = aged(at_ages(90, 70, 10), limits, START)
    assert numbers(found) == parts
    assert fates(found) == told


def test_retries_so_far_count_on_in_what_age_leaves() -> None:
    old = replace(at_ages(90, 10), retries=3)
    assert [one.retries for one in aged(old, Limits(oldest_seconds=60), START)] == [3, 3]


def test_the_event_is_what_its_records_are() -> None:
    records = tuple(replace(record(number), body=json.dumps({"eventID": str(number)})) for number in range(3))
    event = json.loads(Batch(records=records).payload)
    assert event == {"Records": [{"eventID": "0"}, {"eventID": "1"}, {"eventID": "2"}]}


@pytest.mark.parametrize("sizes", [[400_000] * 40, [1] * 40, [MOST_PAYLOAD_BYTES + 1, 1]])
def test_a_batch_takes_what_fits_into_one_payload_and_one_record_at_least(sizes: list[int]) -> None:
    records = [record(number, size=size) for number, size in enumerate(sizes)]
    count = fitting(records, 100)
    taken, more = Batch(records=tuple(records[:count])), Batch(records=tuple(records[: count + 1]))
    assert count >= 1
    assert count == 1 or len(taken.payload) <= MOST_PAYLOAD_BYTES
    assert count == len(records) or len(more.payload) > MOST_PAYLOAD_BYTES


def test_a_batch_takes_no_more_records_than_its_size() -> None:
    assert fitting([record(number) for number in range(9)], 4) == 4


class Function:
    """Fails as its script says, one entry for each call: not at all, as a whole, or from a record of the batch on."""

    def __init__(self, script: list[int | None]) -> None:
        self._script = script
        self.seen: list[list[int]] = []

    def __call__(self, given: Batch) -> Failure | None:
        self.seen += numbers([given])
        told = self._script.pop(0) if self._script else None
        if told is None:
            return None
        return RAISED if told < 0 else reported(min(told, len(given.records) - 1))


SCRIPTS = st.lists(st.none() | st.integers(-1, 5), max_size=40)
LIMITS = st.builds(Limits, bisect=st.booleans(), most_retries=st.none() | st.integers(0, 3))


def tried_out(size: int, script: list[int | None], limits: Limits) -> tuple[list[int], list[int], list[list[int]]]:
    """Work through a batch; give what was done, what was given up, and every batch that the function saw."""
    function, done, given_up, work = Function(script), list[int](), list[int](), [batch(size)]
    while work:
        current = work.pop(0)
        if current.fate:
            given_up += numbers([current])[0]
            continue
        left = left_after(current, function(current), limits)
        remaining = {each.sequence for one in left for each in one.records}
        done += [int(each.sequence) for each in current.records if each.sequence not in remaining]
        work = left + work
    return done, given_up, function.seen


@given(size=st.integers(1, 12), script=SCRIPTS, limits=LIMITS)
def test_every_record_is_done_or_given_up_once_and_in_order(
    size: int, script: list[int | None], limits: Limits
) -> None:
    done, given_up, _ = tried_out(size, script, limits)
    assert Counter(done + given_up) == Counter(range(size))
    assert done == sorted(done)
    assert given_up == sorted(given_up)


@given(size=st.integers(1, 12), script=SCRIPTS, limits=LIMITS)
def test_what_is_given_up_was_tried_and_nothing_behind_it_was_done_before(
    size: int, script: list[int | None], limits: Limits
) -> None:
    _, given_up, seen = tried_out(size, script, limits)
    tried = {number for one in seen for number in one}
    assert set(given_up) <= tried
    firsts = [one[0] for one in seen]
    assert firsts == sorted(firsts), "a later record was handed over before an earlier one was through"


@given(size=st.integers(1, 12), most=st.integers(0, 3), bisect=st.booleans())
def test_a_function_that_always_raises_is_called_a_bounded_number_of_times(size: int, most: int, bisect: bool) -> None:
    _, given_up, seen = tried_out(size, [-1] * 1000, Limits(most_retries=most, bisect=bisect))
    assert given_up == list(range(size))
    assert len(seen) == (size - 1 + size * (most + 1) if bisect else most + 1)
