"""Pauses grow to the longest and no further, and are spread over all that is below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.backoff import Backoff

BACKOFF = Backoff(first_seconds=0.5, longest_seconds=3.0)


@pytest.mark.parametrize(("failures", "ceiling"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 3.0), (100_000, 3.0)])
def test_the_ceiling_doubles_with_each_failure_until_it_is_the_longest_pause(failures: int, ceiling: float) -> None:
    assert BACKOFF.pause(failures, 1.0) == ceiling


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_pause_is_that_share_of_its_ceiling(failures: int, jitter: float) -> None:
    assert BACKOFF.pause(failures, jitter) == pytest.approx(jitter * BACKOFF.pause(failures, 1.0))
