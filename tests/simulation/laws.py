"""What must hold whatever happens (design.md 2: laws 3, 4, 6, 9; and protocol.md), looked at whenever something acts.

Nothing here asks the shipped code: it looks at raw items, at the hub's own time and at what clients were told.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from failover.protocol import Protocol
from failover.regional_table import Acknowledgement
from tests.failover.wiring import REGIONS
from tests.simulation.cloud import START, Request, Wire
from tests.simulation.hub import Hub, Process
from tests.simulation.tables import OTHER, Mrec

Raw = Mapping[str, Any]
TARGET_REGION = {"primary": "us-east-1", "secondary": "us-west-2"}
DATE_SECONDS = 2.0  # a `Date` lacks its fraction, and is a little old when it is read
VOTE_AGE = 9.0 + 11.0 + 3.0  # seen moving when the order was given, the order's own age, a turn's delays
MAJORITY = 2
DRIFT = 0.01
PLANNED = ("switchover", "failback")


class LawBroken(AssertionError):
    """What happened must never happen."""


@dataclass(frozen=True)
class Looked:
    """Votes as a process read them, when each had been cast, and how often it had called a data region by then."""

    at: float
    votes: tuple[Raw, ...]
    cast_at: Mapping[str, float]
    tried: int


@dataclass
class Laws:
    """Looks on at a world. ``moved`` says when each site was last moved to, ``numbers`` are those that must hold."""

    hub: Hub
    numbers: Protocol
    mrec: Mrec
    moved: dict[str, float]
    row: Raw
    seen: Counter[str] = field(default_factory=Counter)
    ordered: dict[str, int] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _text: None
    row_changed: Callable[[Process, Raw], None] = lambda _process, _row: None
    published: str = ""
    beaten_at: float = 0.0
    least_lease: float = 0.0
    _active: dict[int, str] = field(default_factory=dict)
    _cast_at: dict[str, float] = field(default_factory=dict)
    _verdicts: dict[str, Raw] = field(default_factory=dict)
    _looked: dict[str, Looked] = field(default_factory=dict)
    _owns: dict[str, tuple[Raw, int]] = field(default_factory=dict)
    _others: Counter[str] = field(default_factory=Counter)
    _tried: Counter[str] = field(default_factory=Counter)
    _acked: dict[str, list[str]] = field(default_factory=lambda: {region: [] for region in TARGET_REGION.values()})

    def __post_init__(self) -> None:
        self.published = _text(self.row, "active")
        self._active[_number(self.row, "epoch")] = self.published
        self.least_lease = (self.numbers.owner_lease - self.numbers.probe_interval / 2) / (1 + DRIFT)

    def broken(self, law: str, why: str) -> LawBroken:
        """Say what does not hold, and when."""
        return LawBroken(f"law {law}: {why} (at {self.hub.now:.3f})")

    def must(self, law: str, holds: object, why: str) -> None:
        """Stop the schedule if something does not hold."""
        if not holds:
            raise self.broken(law, why)

    # What acts.

    def sent(self, wire: Wire, operation: str, params: Raw) -> None:
        """A request leaves: an outside value must rest on a row that was read or written just before."""
        name = wire.process.name
        if wire.service in ("control", "data"):
            self._others[name] += 1
            if wire.service == "data":
                self._tried[name] += 1
        elif operation == "put_parameter":
            row, others = self._owns.get(name, ({}, -1))
            self.must("6", others == self._others[name], f"{name} did not read the row just before it wrote outside")
            active = TARGET_REGION[_text(row, "active")]
            self.must("6", params["Value"] == active, f"{name} writes {params['Value']}; the row named {active}")
            self.tell(f"{name} sets the value in {wire.region} to {active}")

    def acted(self, request: Request, answer: object, *, heard: bool) -> None:
        """A request has been carried out, or refused; late, or with its answer lost, nobody ``heard`` of it."""
        wire = request.wire
        if isinstance(answer, ClientError):
            self.seen[answer.response["Error"]["Code"]] += 1
            answer = dict(answer.response)  # a failed condition shows the item
        if wire.service != "control" or not isinstance(answer, dict):
            return
        if request.operation == "update_item" and "Error" not in answer:
            key, row = request.params["Key"]["pk"]["S"], request.params["Key"]["sk"]["S"]
            self._updated(wire.process, key, wire.cloud.mrsc.table.items["control", key, row])
        elif heard and "Responses" in answer:
            self._look(wire.process, answer["Responses"]["control"])
        elif heard and "active" in answer.get("Item", {}):
            self._own(wire.process, answer["Item"])

    def _updated(self, process: Process, key: str, item: Raw) -> None:
        if key == "tier#data":
            self._row_written(process, self.row, item)
            self._own(process, item)
            return
        self._cast_at[key] = self.hub.now
        if self._verdicts.get(key) != item["verdict"]:
            self._verdicts[key] = item["verdict"]
            said = f"{_text(item, 'verdict')} in epoch {_number(item, 'epoch')}: {_text(item, 'reason')}"
            self.tell(f"{process.name} calls {_text(item, 'site')} {said}")

    def _own(self, process: Process, row: Raw) -> None:
        self._owns[process.name] = (row, self._others[process.name])

    def _look(self, process: Process, items: list[Raw]) -> None:
        votes = tuple(item for item in items if "verdict" in item)
        self._looked[process.name] = Looked(self.hub.now, votes, dict(self._cast_at), self._tried[process.name])

    def acknowledged(self, client: str, key: str, ack: Acknowledgement) -> None:
        """A client was told that its write is done: only the site that was published last may say so."""
        self.seen["acknowledged"] += 1
        active = TARGET_REGION[self.published]
        if ack.region != active:
            told = f"{client} was told by {ack.region} in epoch {ack.epoch} that {key} is written"
            raise self.broken("3", f"{told}; {active} is published")
        self._acked[ack.region].append(key)

    # What the row may become.

    def _row_written(self, process: Process, before: Raw, after: Raw) -> None:
        self.row = after
        old, new = _number(before, "epoch"), _number(after, "epoch")
        self.must("3", new in (old, old + 1), f"epoch {old} became {new}")
        active = self._active.setdefault(new, _text(after, "active"))
        self.must("3", active == _text(after, "active"), f"epoch {new} has two active sites")
        counts = _number(before, "owner_counter"), _number(after, "owner_counter")
        self.must("6", counts[1] == counts[0] + 1, f"the owner's counter went from {counts[0]} to {counts[1]}")
        self._check_owner(process, before, after)
        self._check_time(process, before, after)
        if new > old:
            self._marked(process, before, after)
        if (_text(before, "phase"), _text(after, "phase")) == ("moving", "steady"):
            self._published(after)
        self._count(before, after)
        self.beaten_at = self.hub.now
        self.row_changed(process, after)

    def _check_owner(self, process: Process, before: Raw, after: Raw) -> None:
        owner = _text(before, "owner")
        if not owner or process.name == owner or _number(before, "epoch") != _number(after, "epoch"):
            return
        if _text(before, "phase") == "preparing" and not _text(after, "step"):
            return  # cancelled by an order
        same = _text(before, "plan_id") == _text(after, "plan_id") and _text(after, "owner") == process.name
        self.must("6", same, f"{process.name} wrote into the plan of {owner}")
        still, least = self.hub.now - self.beaten_at, self.least_lease
        self.must("6", still >= least, f"{process.name} took over from {owner}, who wrote {still:.1f} s ago")
        self.seen["takeover"] += 1

    def _check_time(self, process: Process, before: Raw, after: Raw) -> None:
        said = (datetime.fromisoformat(_text(after, "changed_at")) - START).total_seconds()
        if after["changed_at"] == before["changed_at"]:
            return
        begun = process.began - DATE_SECONDS
        self.must(
            "9", begun <= said <= self.hub.now + DATE_SECONDS, f"the row says {said:.1f}, which is not AWS's time"
        )

    def _marked(self, process: Process, before: Raw, after: Raw) -> None:
        kind, target = _text(after, "kind"), _text(after, "active")
        self.must("3", _text(after, "phase") == "moving", f"an epoch opens {_text(after, 'phase')}")
        if kind == "abort":
            self.must("3", _text(before, "phase") in ("moving", "held"), "a plan was undone after it was published")
        ordered_for = self.ordered.get(_text(after, "plan_id"))
        if kind in PLANNED or ordered_for is None:
            ordered_for = _number(before, "epoch")
        self.must("4", ordered_for == _number(before, "epoch"), f"an order for epoch {ordered_for} is carried out")
        if kind == "failover" and _text(after, "plan_id").startswith("data-"):
            self._may_fail_over(process, before, target)
        self.moved[target] = self.hub.now

    def _may_fail_over(self, process: Process, before: Raw, target: str) -> None:
        seen = self._looked[process.name]
        about = [vote for vote in seen.votes if _about(vote, before)]
        against = [vote for vote in about if _text(vote, "verdict") == "unhealthy" and _number(vote, "misses")]
        recent = [v for v in against if seen.at - seen.cast_at.get(_text(v, "pk"), -1e9) <= VOTE_AGE]
        self.must("4", len(against) >= MAJORITY, f"{len(against)} votes against {_text(before, 'active')}")
        self.must(
            "4", len(recent) >= MAJORITY, f"{len(recent)} votes of the last {VOTE_AGE:g} s against the active site"
        )
        up = [vote for vote in about if _text(vote, "standby") == "healthy"]
        self.must("4", len(up) >= MAJORITY, f"{len(up)} votes see {target} answer")
        fresh = [vote for vote in about if 0 <= _number(vote, "acked_lag_ms", -1) <= self.numbers.max_lag * 1000]
        self.must("4", len(fresh) >= MAJORITY, f"{len(fresh)} votes saw {target} up to date")
        since = self.hub.now - self.moved.get(target, -1e9)
        self.must(
            "4", since >= self.numbers.cooldown - 2 * DATE_SECONDS, f"{since:.0f} s after the last move to {target}"
        )
        self.must("4", before["armed"]["BOOL"], "automation is disarmed")
        tried = self._tried[process.name] - seen.tried
        self.must("4", tried == 0, f"{process.name} looked at the votes before it tried the target, not after")
        self.seen["automatic failover"] += 1

    def _published(self, after: Raw) -> None:
        active = _text(after, "active")
        self.published = active
        if _text(after, "kind") in PLANNED:
            self._nothing_is_lost(TARGET_REGION[active])

    def _nothing_is_lost(self, target: str) -> None:
        self.mrec.catch_up(target)
        there = self.mrec.tables[target].items
        old = OTHER[target]
        missing = [key for key in self._acked[old] if ("orders", key, "") not in there]
        self.must("7", not missing, f"a planned move published {target}, which lacks {missing} of {old}")
        self._acked[old].clear()

    def _count(self, before: Raw, after: Raw) -> None:
        was, now = _text(before, "phase"), _text(after, "phase")
        if was != now or _number(before, "epoch") != _number(after, "epoch"):
            self.seen[f"{_text(after, 'kind')}: {was} to {now}"] += 1
            self.seen[f"to {now}"] += 1

    # What everything must come to.

    def check_end(self, parameters: Mapping[str, str]) -> None:
        """Once everything works again and time has passed, no plan hangs and every value outside agrees."""
        phase, step = _text(self.row, "phase"), _text(self.row, "step")
        self.must("6", phase == "held" or not step, f"the plan hangs at {step!r}, {phase}")
        if phase == "steady":
            active = TARGET_REGION[_text(self.row, "active")]
            wrong = [region for region in REGIONS if parameters[region] != active]
            self.must("6", not wrong, f"{', '.join(wrong)} still name another region than {active}")


def _text(row: Raw, name: str) -> str:
    return str(row[name]["S"]) if name in row else ""


def _number(row: Raw, name: str, absent: int = 0) -> int:
    return int(row[name]["N"]) if name in row else absent


def _about(vote: Raw, row: Raw) -> bool:
    return (vote["epoch"], vote["site"]) == (row["epoch"], row["active"])
