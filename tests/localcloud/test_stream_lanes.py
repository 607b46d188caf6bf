"""Lanes: what may be in flight, when it is due, and that a key's records never overtake each other."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.stream_batches import Batch, Failure, Limits, Record, left_after
from localcloud.stream_lanes import LONGEST_PAUSE_SECONDS, Lane, Lanes, lane_of, pause_after
from tests.localcloud.stream_cases import START, numbers, record


def lane_with(*numbers: int, size: int = 10) -> Lane:
    lane = Lane()
    for number in numbers:
        lane.add(record(number, size=size), START)
    return lane


def taken(lane: Lane, limits: Limits, now: float = START) -> list[list[int]]:
    batch = lane.take(limits, now)
    return numbers([batch]) if batch else []


def test_a_lane_has_one_batch_in_flight() -> None:
    lane = lane_with(0, 1, 2)
    assert taken(lane, Limits(batch_size=2)) == [[0, 1]]
    assert taken(lane, Limits(batch_size=2)) == []
    lane.settle([])
    assert taken(lane, Limits(batch_size=2)) == [[2]]


def test_what_is_left_of_a_batch_goes_before_everything_else() -> None:
    lane = lane_with(0, 1, 2, 3, 4)
    batch = lane.take(Limits(batch_size=4), START)
    assert batch is not None
    lane.settle(left_after(batch, Failure(), Limits(bisect=True)))
    seen = []
    for _ in range(3):
        seen += taken(lane, Limits(batch_size=4))
        lane.settle([])
    assert seen == [[0, 1], [2, 3], [4]]
    assert lane.idle


def test_halves_of_a_half_go_before_the_other_half() -> None:
    lane, seen = lane_with(*range(8)), []
    for failure in (Failure(), Failure(), Failure(), None, None, None, None):
        batch = lane.take(Limits(), START)
        assert batch is not None
        seen += numbers([batch])
        lane.settle(left_after(batch, failure, Limits(bisect=True)))
    assert seen == [[*range(8)], [0, 1, 2, 3], [0, 1], [0], [1], [2, 3], [4, 5, 6, 7]]
    assert lane.idle


def test_a_lane_waits_until_it_may_go_on() -> None:
    lane = lane_with(0)
    batch = lane.take(Limits(), START)
    assert batch is not None
    lane.settle([batch], START + 5)
    assert taken(lane, Limits(), START + 4) == []
    assert taken(lane, Limits(), START + 5) == [[0]]


@pytest.mark.parametrize(
    ("count", "size", "later", "due"),
    [
        (1, 10, 0.0, False),
        (1, 10, 29.0, False),
        (1, 10, 30.0, True),
        (3, 10, 0.0, True),
        (2, 4_000_000, 0.0, True),
    ],
)
def test_a_window_ends_with_time_a_full_batch_or_a_full_payload(count: int, size: int, later: float, due: bool) -> None:
    lane = lane_with(*range(count), size=size)
    assert bool(taken(lane, Limits(batch_size=3, window_seconds=30), START + later)) is due


def test_a_window_begins_when_the_former_batch_ended() -> None:
    lane = lane_with(0, 1)
    assert taken(lane, Limits(batch_size=1, window_seconds=30)) == [[0]]
    lane.settle([], START + 40)
    limits = Limits(batch_size=3, window_seconds=30)
    assert taken(lane, limits, START + 69) == []
    assert taken(lane, limits, START + 70) == [[1]]


def test_without_a_window_whatever_waits_is_due() -> None:
    assert taken(lane_with(0), Limits(batch_size=100)) == [[0]]


def test_what_is_too_old_is_handed_out_apart_from_the_rest() -> None:
    lane = Lane()
    lane.add(record(0, created_at=START - 100), START)
    lane.add(record(1), START)
    old = lane.take(Limits(oldest_seconds=60), START)
    assert old is not None
    assert (numbers([old]), old.fate) == ([[0]], "RecordAgeExceeded")
    lane.settle([])
    assert taken(lane, Limits(oldest_seconds=60)) == [[1]]


def test_a_batch_that_grows_too_old_between_its_attempts_is_given_up() -> None:
    lane = lane_with(0)
    batch = lane.take(Limits(oldest_seconds=60), START)
    assert batch is not None
    lane.settle([batch])
    again = lane.take(Limits(oldest_seconds=60), START + 61)
    assert again is not None
    assert again.fate == "RecordAgeExceeded"


def test_a_key_has_the_same_lane_in_every_run_and_all_lanes_are_used() -> None:
    assert [lane_of(f"S:{number}", 10) for number in range(5)] == [2, 8, 6, 4, 9]
    assert {lane_of(str(number), 10) for number in range(200)} == set(range(10))


def test_lanes_are_made_anew_only_when_nothing_is_left_in_them() -> None:
    lanes = Lanes()
    assert lanes.resize(1)
    lanes.add([record(0)], START)
    assert not lanes.resize(2)
    [(lane, _)] = lanes.take(Limits(), START)
    assert not lanes.resize(2)
    lanes.settle(lane, [])
    assert lanes.resize(2)


def test_pauses_double_up_to_a_bound() -> None:
    assert [pause_after(failures) for failures in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert pause_after(50) == LONGEST_PAUSE_SECONDS


@dataclass
class Shard:
    """A shard whose batches fail as a script says; keeps what the function did in which order, by key."""

    lanes: Lanes
    limits: Limits
    script: deque[int | None]
    done: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    given_up: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    in_flight: list[tuple[Lane, Batch]] = field(default_factory=list)

    def step(self, now: float, choice: int) -> None:
        """Start what is due, and end one of the batches in flight."""
        self.in_flight += self.lanes.take(self.limits, now)
        if self.in_flight:
            lane, batch = self.in_flight.pop(choice % len(self.in_flight))
            self.lanes.settle(lane, self._left(batch))

    def _left(self, batch: Batch) -> list[Batch]:
        if batch.fate:
            self._note(self.given_up, batch.records)
            return []
        told = self.script.popleft() if self.script else None
        failure = None if told is None else Failure() if told < 0 else self._reported(batch, told)
        left = left_after(batch, failure, self.limits)
        remaining = {each.sequence for one in left for each in one.records}
        self._note(self.done, tuple(each for each in batch.records if each.sequence not in remaining))
        return left

    @staticmethod
    def _reported(batch: Batch, told: int) -> Failure:
        return Failure(first=min(told, len(batch.records) - 1), whole=False)

    @staticmethod
    def _note(where: dict[str, list[str]], records: tuple[Record, ...]) -> None:
        for each in records:
            where[each.key].append(each.sequence)


@settings(deadline=None)
@given(
    keys=st.lists(st.sampled_from("abcdef"), max_size=40),
    script=st.lists(st.sampled_from([None, -1, -1, -1, 0, 1, 2]), max_size=60),
    choices=st.lists(st.integers(0, 9), max_size=60),
    lanes=st.integers(1, 4),
    limits=st.builds(
        Limits, batch_size=st.integers(1, 5), bisect=st.booleans(), most_retries=st.none() | st.integers(0, 2)
    ),
)
def test_of_each_key_every_record_is_done_or_given_up_in_the_order_of_writing(
    keys: list[str], script: list[int | None], choices: list[int], lanes: int, limits: Limits
) -> None:
    shard = Shard(Lanes(), limits, deque(script))
    assert shard.lanes.resize(lanes)
    written: dict[str, list[str]] = defaultdict(list)
    records = [record(number, key) for number, key in enumerate(keys)]
    for each in records:
        written[each.key].append(each.sequence)
    for turn in range(2000):
        shard.lanes.add(records[turn : turn + 1], START)
        shard.step(START, choices[turn % len(choices)] if choices else 0)
        if turn >= len(records) and shard.lanes.resize(lanes + 1):
            break
    assert shard.lanes.resize(lanes + 1), "something is left in a lane"
    for key, sequences in written.items():
        assert sorted(shard.done[key] + shard.given_up[key], key=int) == sequences
        assert shard.done[key] == sorted(shard.done[key], key=int)
        assert shard.given_up[key] == sorted(shard.given_up[key], key=int)
