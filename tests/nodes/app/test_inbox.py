"""The inbox, over moto and over the model that other tests use: where an event lies, and that it is nowhere lost."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from failover.acknowledgement import Acknowledgement
from failover.call_failed import CallFailed
from failover.clock import SystemClock
from failover.region_calls import RegionCalls, timed_clients
from failover.regional_table import RegionalTable
from failover.write_grants import AnyRegion, NoCurrentView
from nodes.app.inbox import Inbox, box_of
from nodes.app.waiting import TooLarge, Waiting
from tests.nodes.app.deliveries import Delivery, delivery
from tests.nodes.app.surroundings import REGIONS, Place, create_table

NOBODY = "http://127.0.0.1:1"
NOW = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)


@pytest.fixture(params=["model", "moto"], autouse=True)
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, one_site: Place) -> None:
    """Over both, so that neither is taken for DynamoDB where the other differs."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue(request.param))
    if request.param == "moto":
        create_table(one_site.settings.inbox_table)


def waiting_ids(inbox: Inbox) -> list[str]:
    return sorted(one.event.event_id for one in inbox.waiting())


def test_an_event_that_was_taken_waits_as_it_was_sent(one_site: Place) -> None:
    inbox, sent = one_site.inbox(), delivery().event
    assert inbox.take(sent)
    assert list(inbox.waiting()) == [Waiting(event=sent, box=box_of(sent))]


def test_a_second_delivery_of_a_waiting_event_changes_nothing(one_site: Place) -> None:
    inbox = one_site.inbox()
    inbox.take(delivery().event)
    assert not inbox.take(delivery(minute=5).event)
    assert [one.event for one in inbox.waiting()] == [delivery().event]


@pytest.mark.parametrize(
    "other", [Delivery(topic="orders/paid"), Delivery(shop="other.myshopify.com"), Delivery(event_id="EVENT-1")]
)
def test_one_id_of_another_topic_shop_or_case_is_another_event(one_site: Place, other: Delivery) -> None:
    inbox = one_site.inbox()
    assert inbox.take(Delivery().event)
    assert inbox.take(other.event)


def test_all_boxes_are_read_and_counted(one_site: Place) -> None:
    inbox = one_site.inbox()
    names = [f"event-{number}" for number in range(30)]
    for name in names:
        inbox.take(delivery(name).event)
    assert waiting_ids(inbox) == sorted(names)
    assert inbox.depth() == 30
    assert len({one.box for one in inbox.waiting()}) == 4


def test_an_applied_event_is_kept_for_as_long_as_a_database_may_lack_it(one_site: Place) -> None:
    inbox = one_site.inbox(NOW)
    inbox.take(delivery().event)
    for one in inbox.waiting():
        inbox.move_to_done(one)
    assert waiting_ids(inbox) == []
    kept = [
        days
        for days in (-1, 0, 1, 7, 8)
        if [one.event.event_id for one in one_site.inbox(NOW + timedelta(days=days)).done()] == ["event-1"]
    ]
    assert kept == [-1, 0, 1, 7]


def test_what_was_applied_long_ago_is_purged_and_nothing_else(one_site: Place) -> None:
    for days, name in ((0, "old"), (8, "young")):
        inbox = one_site.inbox(NOW + timedelta(days=days))
        inbox.take(delivery(name).event)
        for one in inbox.waiting():
            inbox.move_to_done(one)
    later = one_site.inbox(NOW + timedelta(days=9))
    assert later.purge() == 1
    assert later.purge() == 0
    assert [one.event.event_id for one in later.done()] == ["young"]


def test_an_event_set_aside_comes_back_as_new(one_site: Place) -> None:
    inbox, sent = one_site.inbox(), delivery().event
    inbox.take(sent)
    [one] = inbox.waiting()
    inbox.set_aside(inbox.note_failure(one, "first"), "no order")
    assert [(one.reason, one.attempts) for one in inbox.aside()] == [("no order", 1)]
    for one in inbox.aside():
        inbox.put_back(one)
    assert list(inbox.waiting()) == [Waiting(event=sent, box=box_of(sent))]
    assert list(inbox.aside()) == []


class WritesNothing(RegionalTable):
    """The table's deletions go through, its puts do not."""

    def __init__(self, table: RegionalTable) -> None:
        vars(self).update(vars(table))

    def put_item(self, **_request: object) -> Acknowledgement:
        raise NoCurrentView("nothing is put")


def test_an_event_that_cannot_be_put_into_the_next_box_stays_where_it_is(one_site: Place) -> None:
    one_site.inbox().take(delivery().event)
    cut_off = Inbox(WritesNothing(one_site.table), lambda: NOW, retention_days=7)
    [one] = cut_off.waiting()
    with pytest.raises(NoCurrentView):
        cut_off.move_to_done(one)
    with pytest.raises(NoCurrentView):
        cut_off.set_aside(one, "reason")
    assert waiting_ids(one_site.inbox()) == ["event-1"]


def test_a_failure_is_counted_on_the_event_that_waits(one_site: Place) -> None:
    inbox = one_site.inbox()
    inbox.take(delivery().event)
    [one] = inbox.waiting()
    inbox.note_failure(one, "first")
    assert [(one.attempts, one.reason) for one in inbox.waiting()] == [(1, "first")]


def test_a_failure_does_not_bring_back_an_event_that_was_moved_meanwhile(one_site: Place) -> None:
    inbox = one_site.inbox()
    inbox.take(delivery().event)
    [one] = inbox.waiting()
    inbox.move_to_done(one)
    inbox.note_failure(one, "late")
    assert list(inbox.waiting()) == []


def test_a_body_that_no_item_can_hold_is_refused_before_it_is_sent(one_site: Place) -> None:
    noise = b"".join(str(number**7).encode() for number in range(60_000))
    with pytest.raises(TooLarge):
        one_site.inbox().take(Delivery(body=noise).event)
    assert one_site.inbox().take(Delivery(body=b" " * 1_900_000).event)


def table_with(one_site: Place, home: str | None, other: str | None) -> RegionalTable:
    """Return the inbox's table with an endpoint for each region; None is the real one."""
    clock = SystemClock()
    calls = {}
    for site, endpoint in (("primary", home), ("secondary", other)):
        with pytest.MonkeyPatch.context() as patch:
            if endpoint:
                patch.setenv("AWS_ENDPOINT_URL", endpoint)
            calls[site] = RegionCalls(REGIONS[0], timed_clients(REGIONS[0], boto3.Session()), clock)
    views = AnyRegion("primary", clock, deadline_seconds=3.0)
    return RegionalTable(one_site.settings.inbox_table, calls, views, clock=clock)  # type: ignore[arg-type]


def test_an_event_is_taken_in_the_other_region_while_the_nearer_one_is_dark(one_site: Place) -> None:
    inbox = Inbox(table_with(one_site, NOBODY, None), lambda: NOW, retention_days=7)
    assert inbox.take(delivery().event)
    assert waiting_ids(inbox) == ["event-1"]


def test_an_event_is_not_taken_while_both_regions_are_dark(one_site: Place) -> None:
    inbox = Inbox(table_with(one_site, NOBODY, NOBODY), lambda: NOW, retention_days=7)
    with pytest.raises(CallFailed):
        inbox.take(delivery().event)
    assert waiting_ids(one_site.inbox()) == []
