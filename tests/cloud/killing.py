"""Moves of the data tier whose owner is killed once, at a chosen call, and what became of them."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from failover.orders import OrderKind
from failover.sites import Site, other
from failover.tier import Phase, TierRow
from localcloud.faults import Fault
from tests.cloud.stage import Stage
from tests.waiting import eventually, seen_within

Kill = Literal["kill_before", "kill_after"]
TAKEOVER_SECONDS = 12.0  # and the owner lease: protocol.md, "Owning and running a plan"
COLD_START_SECONDS = 1.0
BUSY_SECONDS = 3.0  # what a machine may add; the bound itself is shown at production's timings
LONGEST_SECONDS = 60.0  # at full scale a whole failover with a takeover takes half of it
LAST_CALL_SECONDS = 0.3
MOST_CALLS_TOLD = 20
READS = ("Get", "BatchGet", "Query")
ANSWER = "answer"
ORDERED_TO = "us-east-2"  # no data region: what an orchestrator updates there is the tier's row alone
FIND_SOMETHING = ("prepare", "wait", "drain", "verify", "follow", "notify")
BEFORE_IT_IS_OWNED = ("check target", "announce", "mark moving")


@dataclass(frozen=True, kw_only=True)
class Point:
    """The call around which an orchestrator is killed: the n-th of its kind, from and to the regions named.

    ``mentions`` is a text in its parameters: what else the process does, as a rehearsal, does not count then.
    """

    kill: Kill
    nth: int
    operation: str | None = None
    mentions: str | None = None
    caller_region: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        return f"{self.kill} {self.operation or 'call'} {self.nth} {self.mentions or ''}".rstrip()

    def fault(self, stage: Stage) -> Fault:
        """Kill the first process that gets there: orchestrators that wake beside the owner stop long before it."""
        return Fault(
            effect=self.kill,
            caller_kind="lambda",
            caller_region=self.caller_region,
            caller_name=stage.orchestrator,
            region=self.region,
            operation=self.operation,
            mentions=self.mentions,
            nth=self.nth,
            each_process=True,
        )


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The row as it was seen to change: it became so after ``after`` and not later than ``at`` (monotonic seconds)."""

    after: float
    at: float
    row: TierRow


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One call that was to change something, answered ``at`` (monotonic seconds).

    It is the n-th of its operation, and the ``nth_there`` of those to its region.
    """

    operation: str
    nth: int
    region: str
    nth_there: int
    at: float

    def kill_after(self, caller_region: str) -> Point:
        """Return the point after such a call of that region's orchestrator, told apart by where it goes."""
        named = {"operation": self.operation, "region": self.region, "caller_region": caller_region}
        return Point(kill="kill_after", nth=self.nth_there, **named)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One move from its beginning to its end; ``killed`` is the call around which its owner was, if it was."""

    before: TierRow
    sights: tuple[Sight, ...]
    killed: Mapping[str, object] | None
    calls: tuple[Mapping[str, object], ...]
    journal: tuple[Mapping[str, object], ...]

    @property
    def end(self) -> TierRow:
        """The row that the move ended with."""
        return self.sights[-1].row

    @property
    def takeover_seconds(self) -> float:
        """From the kill to the end of the plan."""
        return max(0.0, self.sights[-1].at - float(str(self.killed["at"]))) if self.killed else 0.0

    def seen_when_killed(self) -> tuple[Phase, str | None] | None:
        """Return the phase and step that the row had when its owner was killed; ``None`` if it was not."""
        if self.killed is None:
            return None
        earlier = [sight.row for sight in self.sights if sight.after < float(str(self.killed["at"]))]
        return earlier[-1].phase, earlier[-1].step

    @property
    def stopped_seconds(self) -> float:
        """For how long clients could not write, at the most."""
        moving = next(sight for sight in self.sights if sight.row.phase is Phase.MOVING)
        opened = next(one for one in self.sights if one.at > moving.at and one.row.phase is Phase.STEADY)
        return opened.at - moving.after

    @property
    def owners(self) -> set[object]:
        """Everybody who ran a step of the plan; what came before, others may have tried as well."""
        return {entry["owner"] for entry in self.journal if entry["step"] not in BEFORE_IT_IS_OWNED}

    def effects(self) -> tuple[Effect, ...]:
        """Return what the busiest orchestrator did, in order, reads apart."""
        busiest, _ = Counter(call["caller"] for call in self.calls).most_common(1)[0]
        did = [call for call in self.calls if call["caller"] == busiest and call["status"] is not None]
        return tuple(_numbered(call for call in did if not str(call["operation"]).startswith(READS)))

    def effects_to(self, phase: Phase) -> tuple[Effect, ...]:
        """Return what it had done when the row was first seen in that phase."""
        seen_at = next(sight.at for sight in self.sights if sight.row.phase is phase)
        return tuple(effect for effect in self.effects() if effect.at <= seen_at)


def _numbered(calls: Iterable[Mapping[str, object]]) -> Iterator[Effect]:
    seen: Counter[tuple[str, ...]] = Counter()
    for call in calls:
        operation, region = str(call["operation"]), str(call["region"])
        seen.update([(operation,), (operation, region)])
        nth, nth_there = seen[operation,], seen[operation, region]
        yield Effect(operation=operation, nth=nth, region=region, nth_there=nth_there, at=float(str(call["at"])))


def lose_the_primary(stage: Stage, point: Point | None) -> Story:
    """Black out the primary's region and kill the failover's owner at the point; nobody is told anything."""
    before, since = stage.set(), stage.last_call()
    fault = stage.cloud.faults.add(point.fault(stage)) if point else None
    stage.cloud.regions.darken(stage.primary, "blackhole")
    return tell(stage, before, fault, since)


def order_a_move(stage: Stage, before: TierRow, kind: OrderKind, point: Point | None) -> Story:
    """Order a move, by one message to one region, and kill its owner at the point."""
    since, order = stage.last_call(), stage.told(kind, before, target=other(before.active))
    fault = stage.cloud.faults.add(point.fault(stage)) if point else None
    stage.invoke(order, ORDERED_TO, kind="Event")
    return tell(stage, before, fault, since)


def tell(stage: Stage, before: TierRow, fault: str | None, since: int) -> Story:
    """Wait for the move's end and return all of it."""
    with explained(stage, since):
        sights = watch(stage, before)
    if fault:
        _let_it_strike(stage, fault)
    calls = _calls(stage, since)
    return Story(
        before=before,
        sights=sights,
        killed=next((call for call in calls if fault and call["fault"] == fault), None),
        calls=tuple(calls),
        journal=tuple(stage.control.entries(str(sights[-1].row.plan_id))),
    )


def watch(stage: Stage, before: TierRow) -> tuple[Sight, ...]:
    """Look at the row until a plan that came after ``before`` is over; return each change."""
    sights: list[Sight] = []
    after = time.monotonic()

    def over() -> bool:
        nonlocal after
        row, at = stage.row(), time.monotonic()
        if row != (sights[-1].row if sights else before):
            sights.append(Sight(after=after, at=at, row=row))
        after = at
        return row.epoch > before.epoch and row.phase is Phase.STEADY and row.step is None

    eventually(over, LONGEST_SECONDS, f"the end of a plan that began after {before}")
    return tuple(sights)


def _calls(stage: Stage, since: int) -> list[Mapping[str, object]]:
    """Return what orchestrators called after the numbered call."""
    return [call for call in stage.cloud.calls(since) if f".{stage.orchestrator}." in str(call["caller"])]


def _let_it_strike(stage: Stage, fault: str) -> None:
    """Wait for a kill around the plan's last call, which may come just after its end was seen, and lift the fault."""
    seen_within(LAST_CALL_SECONDS, lambda: _hits(stage, fault))
    stage.cloud.faults.clear(fault)


def _hits(stage: Stage, fault: str) -> bool:
    return any(one["id"] == fault and one["hits"] for one in stage.cloud.faults.state())


@contextmanager
def explained(stage: Stage, since: int) -> Iterator[None]:
    """Say in a failure what the row and the votes are, and what people and orchestrators were told and did."""
    seen = stage.last_page()
    try:
        yield
    except AssertionError as error:
        calls = _calls(stage, since)[-MOST_CALLS_TOLD:]
        for found in (stage.snapshot(), stage.pages(seen), stage.cloud.faults.state(), calls):
            error.add_note(str(found))
        raise


@contextmanager
def around(point: Point) -> Iterator[None]:
    """Say in a failure where the owner was killed."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"the owner was killed at: {point}")
        raise


def assert_moved_once(stage: Stage, story: Story, to: Site, reachable: tuple[str, ...]) -> None:
    """See one new epoch with the target active, no write allowed too early, and every outside value along."""
    row = story.end
    assert (row.epoch, row.active, row.phase, row.step) == (story.before.epoch + 1, to, Phase.STEADY, None), row
    assert {sight.row.epoch for sight in story.sights} <= {story.before.epoch, row.epoch}, story.sights
    told = stage.primary if to == "primary" else stage.secondary
    seconds = stage.protocol.mend_within
    eventually(lambda: {stage.parameters()[one] for one in reachable} == {told}, seconds, f"{reachable} tell {told}")


def assert_journal_explains(story: Story, steps: tuple[str, ...]) -> None:
    """See every step in order and what it found, entries left open only where the plan changed hands, and an answer."""
    entries = [entry for entry in story.journal if entry["step"] != ANSWER]
    assert [entry["outcome"] for entry in story.journal if entry["step"] == ANSWER] == ["done"], story.journal
    assert tuple(dict.fromkeys(entry["step"] for entry in entries)) == steps, entries
    assert entries[-1].get("outcome") == "done", entries
    done = [entry for entry in entries if entry.get("outcome") == "done"]
    assert all(entry.get("detail") for entry in done if entry["step"] in FIND_SOMETHING), done
    for entry, following in pairwise(entries):
        assert entry.get("outcome") == "done" or entry["owner"] != following["owner"], entry


def assert_in_time(stage: Stage, story: Story, more_seconds: float = 0.0) -> None:
    """See the plan complete within the owner lease and 12 s of the kill, and the start of one process.

    The start does not scale, nor do a machine's other delays.
    """
    scaled = stage.protocol.owner_lease + TAKEOVER_SECONDS * stage.time_scale
    allowed = scaled + (COLD_START_SECONDS if stage.time_scale == 1 else BUSY_SECONDS) + more_seconds
    assert story.takeover_seconds <= allowed, f"{story.takeover_seconds:.2f} s, over {allowed:.2f} s: {story.killed}"
