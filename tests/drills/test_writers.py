"""Two writers at once are seen, for exactly as long as there were two."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.recorder import Operation
from drills.writers import max_writers_per_epoch, overlapping_writers_seconds

Ack = tuple[int, int, str]  # when, epoch, region


def operations(acks: list[Ack]) -> list[Operation]:
    return [
        Operation(
            at=at - 0.1,
            ended=at,
            client="c",
            site="primary",
            op="insert",
            key=str(number),
            value=str(number),
            outcome="acknowledged",
            region=region,
            epoch=epoch,
        )
        for number, (at, epoch, region) in enumerate(acks)
    ]


def acks() -> st.SearchStrategy[list[Ack]]:
    return st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3), st.sampled_from(["east", "west"])), max_size=12)


def serving(acks: list[Ack], second: int) -> set[str]:
    """Return the regions that acknowledged before and after this second under one epoch."""
    before = {(epoch, region) for at, epoch, region in acks if at <= second}
    after = {(epoch, region) for at, epoch, region in acks if at >= second + 1}
    return {region for _, region in before & after}


@given(acks())
def test_the_overlap_is_the_seconds_in_which_two_regions_serve(acks: list[Ack]) -> None:
    expected = sum(len(serving(acks, second)) > 1 for second in range(13))
    assert overlapping_writers_seconds(operations(acks)) == pytest.approx(expected)


@given(acks())
def test_the_writers_of_an_epoch_are_counted_over_every_pair_of_its_writes(acks: list[Ack]) -> None:
    two = any(one[1] == other[1] and one[2] != other[2] for one in acks for other in acks)
    assert max_writers_per_epoch(operations(acks)) == (2 if two else min(1, len(acks)))


@given(st.integers(0, 5))
def test_a_planted_straggler_overlaps_from_the_new_epoch_to_itself(late: int) -> None:
    planned = [(at, 1, "east") for at in range(10)] + [(at, 2, "west") for at in range(10, 20)]
    assert overlapping_writers_seconds(operations([*planned, (10 + late, 1, "east")])) == pytest.approx(late)


def test_a_move_and_the_way_back_overlap_nowhere() -> None:
    moves = [(at, 1 + at // 10, "west" if at // 10 == 1 else "east") for at in range(30)]
    assert all(earlier <= later for earlier, later in pairwise(moves))
    assert overlapping_writers_seconds(operations(moves)) == 0
