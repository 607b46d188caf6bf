"""Outages are measured from the load's log alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.availability import recovery_seconds, unavailable_seconds
from drills.recorder import Op, Operation, Outcome
from failover.sites import Site

T0 = 10.0


def write(
    ended: float, outcome: Outcome = "acknowledged", site: Site = "primary", lasted: float = 0.1, op: Op = "insert"
) -> Operation:
    at = ended - lasted
    return Operation(at=at, ended=ended, client=site, site=site, op=op, key="k", value="v", outcome=outcome)


def steady(start: int, end: int, site: Site) -> list[Operation]:
    return [write(tenth / 10, site=site) for tenth in range(start * 10, end * 10, 5)]


def outage(length: int) -> list[Operation]:
    """Both sites write twice a second, fail from t0 for ``length`` seconds, and write again."""
    failed = [write(T0 + second + 0.2, "failed") for second in range(length)]
    sites: tuple[Site, ...] = ("primary", "secondary")
    return failed + [one for site in sites for one in steady(0, 10, site) + steady(10 + length, 30, site)]


@given(st.integers(1, 15))
def test_a_planted_outage_is_recovered_from_with_the_first_write_after_it(length: int) -> None:
    assert recovery_seconds(outage(length), T0) == pytest.approx(length)


@given(st.integers(2, 15))
def test_a_planted_outage_is_as_long_as_the_gap_in_the_acknowledgements(length: int) -> None:
    assert unavailable_seconds(outage(length)) == pytest.approx(length + 0.5)


def test_nothing_failed_nothing_to_recover_from() -> None:
    assert recovery_seconds(outage(0), T0) == 0.0


def test_a_relapse_within_two_seconds_postpones_the_recovery() -> None:
    assert recovery_seconds([*outage(3), write(T0 + 4.5, "uncertain")], T0) == pytest.approx(4.5)


def test_a_write_that_hangs_and_fails_spoils_the_time_from_its_start() -> None:
    assert recovery_seconds([*outage(3), write(T0 + 9, "failed", lasted=5.5)], T0) == pytest.approx(9.0)


def test_both_sites_must_write_again() -> None:
    late = [one for one in outage(3) if one.site == "primary" or not 13 <= one.ended < 17]
    assert recovery_seconds(late, T0) == pytest.approx(5.0)


def test_a_log_that_ends_too_early_shows_no_recovery() -> None:
    assert recovery_seconds([one for one in outage(3) if one.ended < 14.4], T0) is None


def test_what_fails_in_a_later_failback_is_another_matter() -> None:
    later = [write(25.0, "failed")]
    assert recovery_seconds([*outage(0), *later], T0, until=20.0) == 0.0


@pytest.mark.parametrize("op", ["read", "stale-insert"])
def test_reads_and_the_client_that_ignores_epochs_do_not_end_an_outage(op: Op) -> None:
    others = [write(tenth / 10, op=op) for tenth in range(300)]
    assert unavailable_seconds([*outage(5), *others]) == pytest.approx(5.5)


@given(st.lists(st.integers(0, 20), min_size=1), st.integers(20, 25))
def test_unavailable_time_is_every_second_inside_a_gap(ends: list[int], end: int) -> None:
    log = [write(float(at)) for at in ends] + [write(float(end), "failed")]
    marks = {*ends, end}
    seconds = range(min(ends), end)
    gaps = {second: min(m for m in marks if m > second) - max(m for m in marks if m <= second) for second in seconds}
    assert unavailable_seconds(log) == pytest.approx(sum(gap > 1 for gap in gaps.values()))


def test_a_load_that_never_wrote_was_unavailable_all_the_time() -> None:
    assert unavailable_seconds([write(5.0, "failed", lasted=1.0), write(9.0, "failed")]) == pytest.approx(5.0)
