"""Searches for a write that was promised and is lost, done twice, or done out of its item's order."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.acknowledgement import UncertainWrite
from failover.outbox import Outbox, OutboxFull
from failover.outbox_replay import Replayer
from failover.queued_table import QueuedTable
from failover.sites import Site
from failover.write_grants import Grant, Heard, TierMoving
from tests.failover.clocks import HandClock
from tests.failover.two_regions import LOST, NEVER_SENT, Region, World, client_error
from tests.failover.wire import Killed

Kind = Literal["put", "delete", "update"]
ITEMS = ("a", "b")
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - killed on paper only, so no disk needs to turn
ERRORS: Mapping[str, BaseException] = {
    "never sent": NEVER_SENT,
    "lost": LOST,
    "landed": LOST,
    "throttled": client_error("ThrottlingException"),
    "refused": client_error("ConditionalCheckFailedException"),
    "killed before": Killed(),
    "killed after": Killed(),
}
LANDS = ("done", "landed", "killed after")


@dataclass(frozen=True)
class Write:
    kind: Kind
    item: str


@dataclass(frozen=True)
class Step:
    """A write of the application, or a pass of the replayer; before it the tier moves, or the outage lasts on."""

    write: Write | None
    moving: bool
    pause: float


WRITES = st.builds(Write, st.sampled_from(["put", "delete", "update"]), st.sampled_from(["a", "a", "b"]))
STEPS = st.builds(Step, st.none() | WRITES, st.sampled_from([False] * 4 + [True]), st.sampled_from([0.0, 2.0, 2.0]))
FATES = st.sampled_from(["done", *ERRORS])


@dataclass
class Views:
    """Grants for one attempt, so that each failure is the write's, unless the tier moves."""

    clock: HandClock
    moving: bool = False

    def grant(self, _seconds: float) -> Grant:
        if self.moving:
            raise TierMoving("moving")
        return Grant(epoch=1, sites=("primary",), until=self.clock.now + 0.5, expires=True)

    def heard(self) -> Heard:
        active: Site = "primary"
        return Heard(active=active, epoch=1, at=self.clock.now)


@dataclass
class History:
    """One application, its outbox and the service, which keeps the numbers of all writes that it carried out."""

    path: Path
    fates: Iterator[str]
    room: int
    carried_out: list[int] = field(default_factory=list)
    promised: dict[int, Write] = field(default_factory=dict)
    updates: set[int] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        clock = HandClock()
        self.views = Views(clock)
        region = Region(clock, answer=self._serve)
        self.world = World(clock, region, Region(clock), self.views)
        self._open()

    def _open(self) -> None:
        self.outbox = Outbox(self.path, most_writes=self.room)
        table = self.world.table(lambda: 0.5)
        self.table = QueuedTable(table, self.outbox, key=("id",))
        self.replayer = Replayer(self.outbox, [table])

    def _serve(self, **request: Any) -> Mapping[str, Any]:
        self.world.clock.sleep(0.05)
        fate = next(self.fates, "done")
        if fate in LANDS:
            self.carried_out.append(int(request["ExpressionAttributeValues"][":number"]["N"]))
        if fate != "done":
            raise ERRORS[fate]
        return {}

    def take(self, step: Step) -> None:
        """Do one thing; a process that dies is started again."""
        self.views.moving = step.moving
        self.world.clock.sleep(step.pause)
        try:
            if step.write:
                self._write(step.write)
            else:
                self.replayer.replay()
        except Killed:
            self.outbox.close()
            self._open()

    def _write(self, write: Write) -> None:
        self.number += 1
        number, key = self.number, {"id": {"S": write.item}}
        numbered: Any = {"ExpressionAttributeValues": {":number": {"N": str(number)}}}
        if write.kind == "update":
            self.updates.add(number)
        with contextlib.suppress(UncertainWrite, ClientError, OutboxFull):
            if write.kind == "put":
                self.table.put_item(Item=key, **numbered)
            elif write.kind == "delete":
                self.table.delete_item(Key=key, **numbered)
            else:
                self.table.update_item(Key=key, UpdateExpression="ADD writes :number", **numbered)
            self.promised[number] = write

    def settle(self) -> None:
        """Let the outage end."""
        self.fates, self.views.moving = iter(()), False
        for _ in range(3):
            self.world.clock.sleep(2.0)
            self.replayer.replay()

    def parked(self) -> set[int]:
        return {int(one.request["ExpressionAttributeValues"][":number"]["N"]) for one in self.outbox.parked()}


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=10, max_size=16), st.lists(FATES, min_size=10, max_size=20), st.sampled_from([3, 100]))
def test_nothing_promised_is_lost_unlisted_done_twice_or_out_of_order(
    steps: list[Step], fates: Sequence[str], room: int
) -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        history = History(Path(folder) / "outbox.db", iter(fates), room)
        for step in steps:
            history.take(step)
        history.settle()
        with history.outbox:
            _judge(history, history.parked(), history.outbox.depth().waiting)


def _judge(history: History, parked: set[int], waiting: int) -> None:
    carried_out = history.carried_out
    assert waiting == 0
    assert set(history.promised) <= set(carried_out) | parked
    assert all(carried_out.count(number) <= 1 for number in history.updates)
    for item in ITEMS:
        kept = [number for number, write in history.promised.items() if write.item == item and number not in parked]
        last = [len(carried_out) - carried_out[::-1].index(number) for number in kept]
        assert last == sorted(last), f"{item}: {kept} were carried out as {carried_out}"
