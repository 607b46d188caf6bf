"""Which answers acknowledge a write, and where a write may go that needs no view."""

import pytest

from failover.sites import Site
from failover.write_grants import AnyRegion, Grant, Heard
from tests.failover.wire import VirtualClock


@pytest.mark.parametrize(
    ("expires", "now", "honoured"),
    [(True, 103.9, True), (True, 104.0, False), (False, 104.0, True), (False, 999.0, True)],
)
def test_an_answer_counts_until_its_grant_expires(expires: bool, now: float, honoured: bool) -> None:
    assert Grant(epoch=1, sites=("primary",), until=104.0, expires=expires).honours(now) is honoured


@pytest.mark.parametrize(("home", "away"), [("primary", "secondary"), ("secondary", "primary")])
def test_where_dynamodb_orders_the_writes_home_comes_first_and_nothing_expires(home: Site, away: Site) -> None:
    views = AnyRegion(home, VirtualClock())

    assert views.heard() == Heard(active=home, epoch=None, at=None)
    assert views.grant(0.3) == Grant(epoch=None, sites=(home, away), until=1004.0, expires=False)


@pytest.mark.parametrize(("at", "age"), [(100.0, 4.5), (104.5, 0.0), (None, None)])
def test_what_was_heard_grows_older_unless_nothing_has_to_be_heard(at: float | None, age: float | None) -> None:
    assert Heard(active="primary", epoch=1, at=at).age(104.5) == age


@pytest.mark.parametrize(("seconds", "until"), [(0.3, 1002.0), (2.0, 1002.0), (5.0, 1005.0)])
def test_a_write_has_its_deadline_or_as_long_as_its_shortest_attempt_takes(seconds: float, until: float) -> None:
    assert AnyRegion("primary", VirtualClock(), deadline_seconds=2.0).grant(seconds).until == until
