"""The rule is really broken by those that are to break it."""

from dataclasses import dataclass
from typing import cast

import pytest

from drills.lawless_views import AgelessViews, FirstView
from failover.client_view import ClientView, ControlUnreachable, View
from failover.sites import Site
from failover.tier import Phase
from failover.write_grants import NoCurrentView
from tests.failover.clocks import HandClock


@dataclass
class Row:
    """What a `ClientView` reads, or cannot."""

    active: Site = "primary"
    phase: Phase = Phase.STEADY
    reachable: bool = True

    def refresh(self) -> View:
        if not self.reachable:
            raise ControlUnreachable("dark")
        return View(epoch=1, active=self.active, phase=self.phase, sent_at=0.0)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def ageless(row: Row, clock: HandClock) -> AgelessViews:
    return AgelessViews(cast(ClientView, row), clock, reread_seconds=20.0, first_reread_after=5.0)


def test_the_first_view_is_kept_for_ever(clock: HandClock) -> None:
    row = Row()
    views = FirstView(cast(ClientView, row), clock)
    views.grant(1.0)
    row.active = "secondary"
    clock.sleep(3600)
    assert views.grant(1.0).sites == ("primary",)


def test_an_ageless_view_is_believed_until_the_next_look(clock: HandClock) -> None:
    row = Row()
    views = ageless(row, clock)
    views.grant(1.0)
    row.active, row.phase = "secondary", Phase.MOVING
    clock.sleep(4.9)
    assert views.grant(1.0).sites == ("primary",)
    clock.sleep(0.1)
    assert views.grant(1.0).sites == ("secondary",)


def test_an_ageless_view_outlives_the_control_table(clock: HandClock) -> None:
    row = Row()
    views = ageless(row, clock)
    views.grant(1.0)
    row.reachable = False
    clock.sleep(60)
    assert views.grant(1.0).sites == ("primary",)


def test_an_answer_counts_however_late(clock: HandClock) -> None:
    assert ageless(Row(), clock).grant(1.0).honours(clock.now + 60)


def test_without_any_view_even_the_lawless_cannot_write(clock: HandClock) -> None:
    with pytest.raises(NoCurrentView):
        ageless(Row(reachable=False), clock).grant(1.0)
