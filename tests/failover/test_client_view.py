"""What a client may do with what it last read of the tier's row."""

import random
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from failover.client_view import (
    ClientView,
    Closed,
    ControlUnreachable,
    Open,
    RowMalformed,
    RowMissing,
    View,
    allow,
    judge,
    newer,
    parse,
)
from failover.clock import SystemClock
from failover.protocol import Protocol
from failover.sites import Site
from failover.tier import Phase
from failover.write_grants import Grant, NoCurrentView, TierMoving
from tests.failover.clocks import HandClock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PROTOCOL = Protocol()
Item = dict[str, dict[str, str]]


class ControlRegion:
    """A control table of one row that answers, fails or hangs as told."""

    def __init__(self, item: Item | None, *, before: Callable[[], None] = lambda: None) -> None:
        self.item = item
        self.before = before
        self.reads = 0

    def get_item(self, **request: object) -> Mapping[str, object]:
        assert request["ConsistentRead"], request
        self.reads += 1
        self.before()
        return {} if self.item is None else {"Item": self.item}


def row(epoch: int = 1, active: str = "primary", phase: str = "steady") -> Item:
    return {"epoch": {"N": str(epoch)}, "active": {"S": active}, "phase": {"S": phase}}


def view(phase: Phase = Phase.STEADY, *, epoch: int = 1, sent_at: float = 100.0) -> View:
    return View(epoch=epoch, active="primary", phase=phase, sent_at=sent_at)


def watching(regions: Mapping[str, ControlRegion], clock: HandClock | SystemClock | None = None) -> ClientView:
    clients = cast("Mapping[str, DynamoDBClient]", regions)
    return ClientView(clients, "control", PROTOCOL, clock=clock or HandClock())


def unreachable() -> None:
    raise ConnectTimeoutError(endpoint_url="http://control")


@pytest.mark.parametrize(
    ("phase", "age", "verdict"),
    [
        (Phase.STEADY, 0.0, Open(until=104.0)),
        (Phase.STEADY, 3.99, Open(until=104.0)),
        (Phase.STEADY, 4.0, Closed(moving=False, reason="the newest view is 4.00 s old, over 4 s")),
        (Phase.PREPARING, 0.69, Open(until=100.7)),
        (Phase.PREPARING, 0.75, Closed(moving=False, reason="the newest view is 0.75 s old, over 0.7 s")),
        (Phase.MOVING, 0.0, Closed(moving=True, reason="the tier is moving in epoch 1")),
        (Phase.MOVING, 9.0, Closed(moving=True, reason="the tier is moving in epoch 1")),
        (Phase.HELD, 0.0, Closed(moving=True, reason="the tier is held in epoch 1")),
    ],
)
def test_a_view_is_judged_by_its_phase_and_its_age(phase: Phase, age: float, verdict: Open | Closed) -> None:
    assert judge(view(phase), 100.0 + age, PROTOCOL) == verdict


@given(st.sampled_from(Phase), st.floats(0, 100), st.floats(0, 100))
def test_a_view_that_has_closed_never_opens_again(phase: Phase, age: float, later: float) -> None:
    first = judge(view(phase), 100.0 + age, PROTOCOL)
    then = judge(view(phase), 100.0 + age + later, PROTOCOL)
    assert isinstance(then, Closed) or isinstance(first, Open)


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0, 9)), min_size=1), st.randoms())
def test_the_view_kept_does_not_depend_on_the_order_in_which_answers_arrive(
    reads: list[tuple[int, float]], order: random.Random
) -> None:
    views = [view(epoch=epoch, sent_at=sent_at) for epoch, sent_at in reads]
    order.shuffle(views)
    kept: View | None = None
    for read in views:
        kept = newer(kept, read)
    assert kept is not None
    assert (kept.epoch, kept.sent_at) == max(reads)


@pytest.mark.parametrize("active", ["primary", "secondary"])
@pytest.mark.parametrize("phase", Phase)
def test_a_view_is_what_the_row_says(active: Site, phase: Phase) -> None:
    item = cast("Mapping[str, AttributeValueTypeDef]", {**row(7, active, phase.value), "colour": {"S": "red"}})

    assert parse(item, 3.0) == View(epoch=7, active=active, phase=phase, sent_at=3.0)


@pytest.mark.parametrize("broken", [{"epoch": {"S": "one"}}, {"active": {"S": "tertiary"}}, {"phase": {"S": "asleep"}}])
def test_a_row_of_unknown_values_is_an_error(broken: Item) -> None:
    item: Item = {**row(), **broken}
    with pytest.raises(RowMalformed):
        parse(cast("Mapping[str, AttributeValueTypeDef]", item), 1.0)


def test_a_row_that_lacks_an_attribute_is_an_error() -> None:
    with pytest.raises(RowMalformed):
        parse({"epoch": {"N": "1"}, "active": {"S": "primary"}}, 1.0)


def test_a_row_that_cannot_be_read_is_shown() -> None:
    with pytest.raises(RowMalformed, match="tertiary"):
        parse(cast("Mapping[str, AttributeValueTypeDef]", row(active="tertiary")), 1.0)


def test_a_missing_row_is_an_error_that_asks_what_was_forgotten() -> None:
    with pytest.raises(RowMissing, match=r"^the control table has no row .* was the stack initialised\?$"):
        watching({"us-east-1": ControlRegion(None)}).refresh()


def test_a_row_that_became_unreadable_leaves_the_view_in_hand_to_age() -> None:
    clock = HandClock()
    region = ControlRegion(row())
    views = watching({"us-east-1": region}, clock)
    views.refresh()
    region.item = {"epoch": {"N": "2"}}
    clock.sleep(1)
    with pytest.raises(RowMalformed):
        views.refresh()
    assert views.newest().epoch == 1


def test_the_age_of_a_view_counts_from_when_its_read_was_sent() -> None:
    clock = HandClock()
    slow = ControlRegion(row(), before=lambda: clock.sleep(1.5))
    assert watching({"us-east-1": slow}, clock).grant(0.3).until == pytest.approx(104.0)


def test_a_failed_control_region_is_left_for_the_next_at_once() -> None:
    regions = {"us-east-1": ControlRegion(row(), before=unreachable), "us-east-2": ControlRegion(row(epoch=7))}
    assert watching(regions).refresh().epoch == 7


def test_the_region_that_answered_is_asked_first_the_next_time() -> None:
    clock = HandClock()
    first = ControlRegion(row(), before=unreachable)
    views = watching({"us-east-1": first, "us-east-2": ControlRegion(row())}, clock)
    views.refresh()
    clock.sleep(1)
    views.refresh()
    assert first.reads == 1


def test_a_hanging_control_region_is_not_waited_for() -> None:
    released = threading.Event()
    hanging = ControlRegion(row(), before=lambda: None if released.wait(10) else unreachable())
    views = watching({"us-east-1": hanging, "us-east-2": ControlRegion(row(epoch=3))})
    try:
        assert views.refresh().epoch == 3
    finally:
        released.set()


def test_nobody_answering_is_told_from_a_missing_row() -> None:
    dark = {name: ControlRegion(row(), before=unreachable) for name in ("us-east-1", "us-east-2")}
    with pytest.raises(ControlUnreachable, match=r"us-east-1.*us-east-2"):
        watching(dark).refresh()


def test_a_write_without_any_view_is_not_allowed() -> None:
    with pytest.raises(NoCurrentView):
        watching({"us-east-1": ControlRegion(row(), before=unreachable)}).grant(0.3)


def test_a_view_too_old_is_read_again_on_demand() -> None:
    clock = HandClock()
    views = watching({"us-east-1": ControlRegion(row())}, clock)
    views.refresh()
    clock.sleep(5)
    assert views.grant(0.3).until == pytest.approx(clock.now + 4.0)


def test_a_view_too_old_that_cannot_be_read_again_carries_no_write() -> None:
    clock = HandClock()
    region = ControlRegion(row())
    views = watching({"us-east-1": region}, clock)
    views.refresh()
    region.before = unreachable
    clock.sleep(4)
    with pytest.raises(NoCurrentView) as refused:
        views.grant(0.3)
    assert isinstance(refused.value.__cause__, ControlUnreachable)


@pytest.mark.parametrize("phase", ["moving", "held"])
def test_nobody_writes_while_the_tier_moves(phase: str) -> None:
    with pytest.raises(TierMoving):
        watching({"us-east-1": ControlRegion(row(phase=phase))}).grant(0.3)


def test_writing_goes_on_while_the_tier_prepares_under_short_views() -> None:
    assert watching({"us-east-1": ControlRegion(row(phase="preparing"))}).grant(0.45).until == pytest.approx(100.7)


def test_an_older_epoch_never_replaces_a_newer_one() -> None:
    clock = HandClock()
    region = ControlRegion(row(epoch=2, active="secondary"))
    views = watching({"us-east-1": region}, clock)
    views.refresh()
    region.item = row(epoch=1)
    clock.sleep(1)
    assert views.refresh().epoch == 2


def test_polling_keeps_the_view_current_until_it_is_stopped() -> None:
    read_twice = threading.Event()
    region = ControlRegion(row())
    region.before = lambda: read_twice.set() if region.reads >= 2 else None
    with watching({"us-east-1": region}, SystemClock()) as views:
        assert read_twice.wait(10)
        assert views.heard().active == "primary"
    assert "client-view" not in {thread.name for thread in threading.enumerate()}


def test_a_view_that_lasts_grants_a_write_to_its_active_site_until_it_ends() -> None:
    granted = allow(view(), 100.0, 0.45, PROTOCOL)
    assert granted == Grant(epoch=view().epoch, sites=(view().active,), until=104.0, expires=True)
    assert allow(view(), 103.5, 0.5, PROTOCOL) == granted


@pytest.mark.parametrize(
    ("held", "now", "why", "said"),
    [
        (None, 100.0, NoCurrentView, "the tier's row was never read"),
        (view(Phase.MOVING), 100.0, TierMoving, "the tier is moving"),
        (view(), 104.0, NoCurrentView, "the newest view is 4.00 s old"),
        (view(), 103.75, NoCurrentView, "0.25 s left of the view, 0.45 s needed"),
    ],
)
def test_without_a_view_that_lasts_no_write_is_granted(
    held: View | None, now: float, why: type[Exception], said: str
) -> None:
    refused = allow(held, now, 0.45, PROTOCOL)
    assert type(refused) is why
    assert str(refused).startswith(said)
