"""What observers' votes and counters add up to."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from failover.votes import Freshness, Stillness, tally
from tests.failover.three_observers import OBSERVERS, PROTOCOL, STEADY, vote


@given(st.lists(st.sampled_from(OBSERVERS), unique=True), st.sampled_from([3, 5, 7]))
def test_silence_is_no_opinion(speakers: list[str], size: int) -> None:
    voters = tuple([*OBSERVERS, "a", "b", "c", "d"][:size])
    protocol = replace(PROTOCOL, electorates={"data": voters})
    count = tally([vote(name) for name in speakers], STEADY, protocol)

    assert count.active_is_down == (len(speakers) > size / 2)


def test_who_was_answered_last_is_no_witness_for_leaving() -> None:
    recovering = [vote(name, misses=0, goods=1) for name in OBSERVERS[:2]]

    assert not tally([*recovering, vote(OBSERVERS[2])], STEADY, PROTOCOL).active_is_down
    assert tally([*recovering[1:], vote(OBSERVERS[0]), vote(OBSERVERS[2])], STEADY, PROTOCOL).active_is_down


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), max_size=30))
def test_a_vote_is_fresh_while_its_counter_was_seen_moving_lately(readings: list[tuple[float, bool]]) -> None:
    freshness, now, counter, moved = Freshness(9.0), 0.0, 5, None
    freshness.see({"o": counter}, now)
    for pause, moves in readings:
        moved = now if moves else moved  # at the earliest: right after the reading before
        now, counter = now + pause, counter + moves
        freshness.see({"o": counter}, now)
        assert freshness.fresh("o", now) == (moved is not None and now - moved <= 9.0)
    assert not freshness.fresh("never seen", now)


def test_a_counter_that_falls_back_is_not_fresh() -> None:
    freshness = Freshness(9.0)
    freshness.see({"o": 5}, 0.0)
    freshness.see({"o": 4}, 1.0)

    assert not freshness.fresh("o", 1.0)


def test_a_vote_that_fell_silent_while_nobody_looked_is_not_fresh() -> None:
    freshness = Freshness(9.0)
    freshness.see({"silent": 5, "voting": 5}, 0.0)
    freshness.see({"silent": 6, "voting": 25}, 60.0)
    assert not freshness.fresh("silent", 60.0)
    freshness.see({"silent": 6, "voting": 26}, 63.0)

    assert [freshness.fresh(name, 63.0) for name in ("silent", "voting")] == [False, True]


def test_stillness_is_counted_from_the_last_change() -> None:
    stillness = Stillness()

    assert [stillness.see(value, at) for value, at in (("a", 1.0), ("a", 7.0), ("b", 8.0), ("b", 9.5))] == [
        0,
        6.0,
        0,
        1.5,
    ]


def test_a_vote_is_fresh_to_the_end_of_its_window() -> None:
    freshness = Freshness(9.0)
    freshness.see({"o": 5}, 0.0)
    freshness.see({"o": 6}, 3.0)

    assert (freshness.fresh("o", 9.0), freshness.fresh("o", 9.1)) == (True, False)


def test_a_value_first_seen_has_not_stood_still_yet() -> None:
    for value in (None, "", 0, "us-east-1/1"):
        stillness = Stillness()
        assert [stillness.see(value, 1000.0), stillness.see(value, 1004.0)] == [0.0, 4.0]
