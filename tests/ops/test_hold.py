"""Automation is held back while a stack changes, and never stays so unsaid."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from failover.arming import disarm
from failover.protocol import Protocol
from ops.hold import Hold, MayNotChange, SilentObserver, Terms
from tests.failover.world import World
from tests.ops.conftest import CONTROL_REGIONS, Ground
from tests.ops.one_tier import OneTier, modelled

HOUR = timedelta(hours=1)
USUAL = Protocol()


@dataclass
class Observers:
    """Observers that vote while somebody waits for them; each start of one is a generation more.

    ``starts_every`` is in seconds; it is also the clock of who waits.
    """

    tier: OneTier
    voting: tuple[str, ...] = CONTROL_REGIONS
    starts_every: float = 60.0
    votes_every: float = 0.0
    now: float = 0.0
    counters: dict[str, int] = field(default_factory=dict)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if seconds < self.votes_every:
            return
        for observer in self.voting:
            self.counters[observer] = self.counters.get(observer, 1) + 1
            generation = 1 + int(self.now / self.starts_every)
            self.tier.vote(observer, counter=self.counters[observer], generation=generation)


def holding(tier: OneTier, observers: Observers, protocol: Protocol = USUAL, **terms: object) -> Hold:
    given = Terms(lasting=HOUR, **terms)  # type: ignore[arg-type]
    return Hold(tier.control, protocol, observers, given)


def test_what_was_armed_is_disarmed_for_a_while_and_armed_again(tier: OneTier) -> None:
    hold = holding(tier, Observers(tier))
    hold.take()
    assert tier.row().armed is False
    assert tier.row().armed_until is not None
    assert hold.release() == ()
    assert tier.row().armed is True


def test_what_a_person_had_disarmed_stays_so(tier: OneTier) -> None:
    tier.set_row(armed=False)
    hold = holding(tier, Observers(tier))
    hold.take()
    assert hold.release() == ()
    assert tier.row().armed is False
    assert tier.row().armed_until is None


def test_each_stage_disarms_for_the_whole_time_again() -> None:
    world = World()
    tier = modelled(world)
    hold = holding(tier, Observers(tier))
    hold.take()
    first = tier.row().armed_until
    world.clock.sleep(60)
    hold.take()
    again = tier.row().armed_until
    assert first is not None
    assert again is not None
    assert again - first >= timedelta(seconds=60)


@pytest.mark.parametrize("lasting", [None, 2 * HOUR])
def test_what_a_person_disarms_during_a_rollout_stays_so(tier: OneTier, lasting: timedelta | None) -> None:
    hold = holding(tier, Observers(tier))
    hold.take()
    left = disarm(tier.control, "data", lasting)
    hold.take()
    assert hold.release() == ()
    assert tier.row() == left


def test_a_stack_that_was_never_armed_needs_no_holding(bare_ground: Ground) -> None:
    hold = holding(bare_ground, Observers(bare_ground))
    hold.take()
    hold.await_new_votes("us-east-2", hold.voters())
    assert (hold.release(), hold.rows()) == ((), ())


@pytest.mark.parametrize(
    ("sets", "why"),
    [
        ({"phase": "moving", "step": "wait", "kind": "failover", "plan_id": "p1"}, "p1 is at 'wait'"),
        ({"phase": "held"}, "it is held"),
        ({"phase": "preparing"}, "it is preparing"),
        ({"step": "verify", "kind": "failback", "plan_id": "p2"}, "p2 is at 'verify'"),
        ({"active": "secondary"}, "served by its secondary"),
    ],
)
def test_a_tier_that_is_not_at_home_and_steady_is_left_alone(tier: OneTier, sets: dict[str, str], why: str) -> None:
    tier.set_row(**sets)
    before = tier.row()
    with pytest.raises(MayNotChange, match=why):
        holding(tier, Observers(tier)).take()
    assert tier.row() == before


def test_a_person_may_know_that_the_secondary_serves(tier: OneTier) -> None:
    tier.set_row(active="secondary")
    assert holding(tier, Observers(tier), while_moved=True).check() == ("data",)


def test_a_plan_that_begins_between_two_stages_stops_the_next(tier: OneTier) -> None:
    hold = holding(tier, Observers(tier))
    hold.take()
    tier.set_row(phase="moving", step="wait", kind="switchover", plan_id="p3")
    with pytest.raises(MayNotChange, match="p3"):
        hold.take()


def test_the_next_stage_waits_for_an_observer_that_was_started_after_the_change(tier: OneTier) -> None:
    observers = Observers(tier)
    hold = holding(tier, observers)
    observers.sleep(1)
    hold.await_new_votes("us-east-2", hold.voters())
    assert tier.control.snapshot("data", ("us-east-2",)).votes[0].generation >= 3
    assert 120 <= observers.now < 180


def test_an_observer_that_never_votes_again_stops_the_rollout(tier: OneTier) -> None:
    observers = Observers(tier)
    observers.sleep(1)
    observers.voting = ("us-east-1", "us-west-2")
    hold = holding(tier, observers)
    with pytest.raises(SilentObserver, match="us-east-2 has not voted anew for data"):
        hold.await_new_votes("us-east-2", hold.voters())


def test_observers_that_vote_more_seldom_are_listened_to_for_longer(tier: OneTier) -> None:
    slow = Protocol(probe_interval=10, vote_fresh=25, mend_within=30, owner_lease=20, observer_life=300)
    observers = Observers(tier, votes_every=10)
    observers.sleep(10)
    hold = holding(tier, observers, slow)
    hold.take()
    assert hold.release() == ()


def test_nothing_is_armed_while_an_observer_is_silent(tier: OneTier) -> None:
    observers = Observers(tier)
    observers.sleep(1)
    observers.voting = ("us-east-1", "us-west-2")
    hold = holding(tier, observers)
    hold.take()
    assert hold.release() == ("data",)
    assert tier.row().armed is False


def test_the_silence_of_a_lost_region_does_not_keep_a_tier_disarmed(tier: OneTier) -> None:
    observers = Observers(tier, voting=("us-east-2", "us-west-2"))
    hold = holding(tier, observers, lost=("us-east-1",))
    hold.take()
    assert hold.release() == ()
    assert tier.row().armed is True
