"""Whose writes belong to which epoch: read seldom, from whoever answers, and never guessed."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from failover.client_view import RowMalformed
from failover.replication.epochs import KEPT_SECONDS, Epochs, EpochUnknown
from tests.failover.replication.two_sites import StandingClock

ROW = {"epoch": {"N": "7"}, "active": {"S": "secondary"}, "phase": {"S": "steady"}}


class Region:
    """A control region that answers as it is told to, and counts."""

    def __init__(self, answer: Callable[[], dict[str, Any]]) -> None:
        self.answer, self.asked = answer, 0

    def get_item(self, **_asked: object) -> dict[str, Any]:
        self.asked += 1
        return self.answer()


def dark() -> dict[str, Any]:
    raise ReadTimeoutError(endpoint_url="x")


def epochs(clock: StandingClock, *regions: Region) -> Epochs:
    control: Any = {f"region-{number}": region for number, region in enumerate(regions)}
    return Epochs(control, "control", clock)


def test_the_active_site_writes_in_the_tiers_epoch_and_the_other_in_none() -> None:
    known = epochs(StandingClock(), Region(lambda: {"Item": ROW}))

    assert (known.of("secondary"), known.of("primary")) == (7, None)


def test_before_the_tier_was_ever_armed_every_site_writes_in_epoch_0() -> None:
    known = epochs(StandingClock(), Region(dict))

    assert (known.of("secondary"), known.of("primary")) == (0, 0)


def test_the_row_is_read_once_a_second() -> None:
    clock, region = StandingClock(), Region(lambda: {"Item": ROW})
    known = epochs(clock, region)
    for _ in range(3):
        known.of("primary")
    assert region.asked == 1
    clock.sleep(KEPT_SECONDS + 0.1)
    known.of("primary")
    assert region.asked == 2


def test_another_region_is_asked_when_one_does_not_answer() -> None:
    assert epochs(StandingClock(), Region(dark), Region(lambda: {"Item": ROW})).of("secondary") == 7


def test_unknown_is_no_epoch_and_asked_for_once_a_second_too() -> None:
    clock, region = StandingClock(), Region(dark)
    known = epochs(clock, region)
    for _ in range(3):
        with pytest.raises(EpochUnknown):
            known.of("primary")
    assert region.asked == 1

    clock.sleep(KEPT_SECONDS + 0.1)
    region.answer = lambda: {"Item": ROW}
    assert known.of("secondary") == 7


def test_what_was_read_is_not_believed_once_nobody_answers() -> None:
    clock, region = StandingClock(), Region(lambda: {"Item": ROW})
    known = epochs(clock, region)
    known.of("primary")
    region.answer = dark
    clock.sleep(KEPT_SECONDS + 0.1)

    with pytest.raises(EpochUnknown):
        known.of("primary")


def test_a_row_that_cannot_be_read_is_no_epoch() -> None:
    with pytest.raises(RowMalformed):
        epochs(StandingClock(), Region(lambda: {"Item": {"epoch": {"N": "1"}}})).of("primary")
