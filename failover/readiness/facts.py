"""What a look at a stack brought: values only. What could not be read is a fact as well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from failover.control_table import Snapshot

T = TypeVar("T")


class Place(NamedTuple):
    """One thing in one region."""

    region: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """What could not be read. ``silent`` if nothing answered at all, as when the region is dark."""

    why: str
    silent: bool


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """One replica. ``replicas`` are the others' states by region; ``writes`` a limit in units, ``None`` without any."""

    status: str
    replicas: Mapping[str, str]
    keys: tuple[str, ...]
    stream: str | None
    recovery: bool
    protected: bool
    on_demand: bool
    writes: int | None


@dataclass(frozen=True, kw_only=True)
class FunctionFacts:
    """One function. ``reserved`` is its own share of the account's concurrency, ``None`` for the common one."""

    state: str
    update: str
    code: str
    runtime: str
    timeout_seconds: int
    reserved: int | None
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TopicFacts:
    """How many subscriptions of a topic are confirmed, and how many people have not answered yet."""

    confirmed: int
    pending: int


@dataclass(frozen=True, kw_only=True)
class AlarmFacts:
    """An alarm's state, and since when (AWS time)."""

    state: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class QueueFacts:
    """Messages that waited in a queue at a first look and at one some seconds later, and its dead letters."""

    waiting: int
    dead: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One look. ``moved`` are the observers whose counter was seen moving; ``now`` is AWS time, if any region told it.

    By region: ``snapshots``, ``alarms`` (by name inside), ``concurrency`` (what no function has reserved), ``secrets``
    (the current value's version, "" without a value), ``parameters``, ``copies`` (of the outputs), ``rehearsals`` (the
    orchestrator's steps and what each was answered), ``dead_records`` (how many wait). By region and name: the rest.
    """

    now: datetime | None
    moved: frozenset[str]
    snapshots: Mapping[str, Snapshot | Unseen]
    tables: Mapping[Place, TableFacts | Unseen]
    functions: Mapping[Place, FunctionFacts | Unseen]
    sources: Mapping[Place, str | Unseen]
    schedules: Mapping[Place, str | Unseen]
    queues: Mapping[Place, QueueFacts | Unseen]
    dead_records: Mapping[str, int | Unseen]
    topics: Mapping[Place, TopicFacts | Unseen]
    alarms: Mapping[str, Mapping[str, AlarmFacts] | Unseen]
    concurrency: Mapping[str, int | Unseen]
    secrets: Mapping[str, str | Unseen]
    parameters: Mapping[str, str | Unseen]
    copies: Mapping[str, bool | Unseen]
    rehearsals: Mapping[str, Mapping[str, str] | Unseen]


def in_region(seen: Mapping[Place, T], region: str) -> dict[str, T]:
    """Return what was seen in one region, by name."""
    return {place.name: one for place, one in seen.items() if place.region == region}


def problems(seen: Mapping[str, T | Unseen], wrong: Callable[[T], str | None]) -> dict[str, str]:
    """Say by name what is wrong; what was not seen is wrong, too."""
    found = {name: one.why if isinstance(one, Unseen) else wrong(one) for name, one in seen.items()}
    return {name: what for name, what in found.items() if what}
