"""The drill under way: Chaos Toolkit calls functions with values from a file, and they find here what to act on."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol as Interface

from drills.accounting import Contents
from drills.events import EventLog
from drills.sight import Sight
from drills.stream_order import Arrival
from evaluation import Evaluation
from failover.clock import Clock
from failover.control_table import Snapshot
from failover.orders import Order
from failover.protocol import Protocol
from failover.replication.versioned_writes import Verb
from failover.sites import Site, Sites
from failover.tier import Value
from localcloud.faults import Fault
from localcloud.request import Cut

TIER = "data"


class Regions(Interface):
    """Loses regions and brings them back."""

    def darken(self, region: str, how: Cut = ...) -> None:
        """Lose a region; calls to it end as ``how`` says."""

    def isolate(self, region: str) -> None:
        """Cut a region's links to all others."""

    def restore(self, region: str | None = ...) -> None:
        """Bring a region and its links back, or all of them."""


class Faults(Interface):
    """Injects faults into calls and lifts them."""

    def add(self, fault: Fault) -> str:
        """Put a fault in force and return its id."""

    def clear(self, fault_id: str | None = ...) -> None:
        """Lift a fault, or all of them."""


class LoadedTable(Interface):
    """Writes into the loaded table past every rule, and sees what is there; see `drills.table_client.TableClient`."""

    def write_around(self, site: Site, key: str, value: str) -> None:
        """Put an item as somebody does who knows nothing of versions."""

    def write_in_epoch(self, site: Site, verb: Verb, key: str, value: str, epoch: int) -> None:
        """Write as a client of a site that believes in an epoch."""

    def there(self, keys: Sequence[str]) -> dict[Site, list[str]]:
        """Name the keys under which each region has an item."""

    def dead_records(self, site: Site) -> int:
        """Count the records of a region that wait for a person."""

    def pile_up(self, site: Site, count: int, epoch: int) -> None:
        """Make so many writes as a client of a site does, as fast as the table takes them; see `drills.bulk`."""

    def arrivals(self, site: Site) -> Iterable[Arrival]:
        """Tell keys, versions and ids of all that a region's table took, in its order; see `drills.stream_order`."""


class Replicators(Interface):
    """The loaded table's replicators from outside; see `drills.replicator_client.ReplicatorClient`."""

    def narrow(self, lanes: int) -> None:
        """Let so many batches of each region's stream be on their way at once."""

    def waiting(self, site: Site) -> int:
        """Count the records of a region's streams that its replicators are not done with."""

    def memory_mb(self) -> int:
        """Return the resident size of the largest process, 0 without any."""

    def alarm(self, site: Site, noun: str) -> str:
        """Return the state of one of the table's alarms in a site's region."""


class VotingBooth(Interface):
    """Where one observer votes, as `failover.ballot.Ballot` does."""

    def cast(self, opinion: Mapping[str, Value], *, generation: int, after: int | None) -> object:
        """Vote as a generation, in place of a vote of the generation ``after``."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a command of `lifeboat` ended, and all that it printed."""

    code: int
    output: str


class Operator(Interface):
    """What a person with credentials can do to the stack, and see of it; no fault but a lost region is in the way."""

    def now(self) -> datetime:
        """Return AWS time."""

    def give(self, order: Order) -> Mapping[str, object]:
        """Hand an order to the orchestrator nearest to the standby and return its answer."""

    def send(self, order: Order, region: str) -> None:
        """Hand an order to a region's orchestrator without waiting for what becomes of it."""

    def snapshot(self) -> Snapshot:
        """Read the tier's row and the votes."""

    def ballot(self, observer: str) -> VotingBooth:
        """Return where an observer votes."""

    def set_off_observer(self, region: str) -> None:
        """Start a run of a region's observer, as its schedule does every minute."""

    def kill(self, region: str) -> int:
        """Kill everything that runs in a region; return how many processes."""

    def evaluate(self) -> Evaluation:
        """Evaluate the program again, as `pulumi up` does."""

    def table(self) -> LoadedTable:
        """Return who writes into the loaded table past every rule, and sees what is there."""

    def replicators(self) -> Replicators:
        """Return what is to be seen of the loaded table's replicators."""

    def contents(self) -> Mapping[str, Contents]:
        """Return the ids of writes that each region's loaded table holds under each key."""

    def let_pass(self, seconds: float) -> None:
        """Let so much of AWS's time pass at once."""

    @property
    def folder(self) -> Path:
        """The drill's folder: the load's log is in it, and what commands leave."""

    def lifeboat(self, *arguments: str) -> Said:
        """Run the command line, which is in nobody's region."""


@dataclass(kw_only=True)
class Drill:
    """What the actions and probes of one run share.

    ``tables`` are those of the application and the canary's. ``undoing`` ends whatever an action left running.
    ``interrupted``: by a person or a signal. ``declared`` is what the program declared before anything happened, if an
    action looked.
    """

    regions: Regions
    faults: Faults
    operator: Operator
    sites: Sites
    control_regions: tuple[str, ...]
    tables: tuple[str, ...]
    protocol: Protocol
    events: EventLog
    sight: Sight
    chance: random.Random
    clock: Clock
    stop_load: Callable[[], None]
    in_method: bool = False
    interrupted: bool = False
    begun: dict[str, str] = field(default_factory=dict)
    undoing: ExitStack = field(default_factory=ExitStack)
    declared: Evaluation | None = None

    @property
    def control_only_region(self) -> str:
        """The control region that hosts no data."""
        return next(one for one in self.control_regions if one not in (self.sites.primary, self.sites.secondary))

    def tell_fault(self, fault_id: str, what: str, *, prelude: bool = False) -> None:
        """Record a fault just before it begins, so that no figure is flattered; t0 is that of the first no prelude."""
        self.begun[fault_id] = what
        self.events.write("fault", id=fault_id, what=what, state="begun", **({"prelude": True} if prelude else {}))

    def tell_end(self, fault_id: str) -> None:
        """Record that a fault is over."""
        self.events.write("fault", id=fault_id, what=self.begun.pop(fault_id), state="ended")


class NoDrill(Exception):
    """An action or probe was called outside a drill; start it with `python -m drills.run`."""


_current: ContextVar[Drill] = ContextVar("drill")


def current() -> Drill:
    """Return the drill under way.

    Raises:
        NoDrill: there is none.
    """
    try:
        return _current.get()
    except LookupError as error:
        raise NoDrill("no drill is under way; start one with `python -m drills.run`") from error


@contextmanager
def under_way(drill: Drill) -> Iterator[Drill]:
    """Make this the drill that actions and probes find."""
    token = _current.set(drill)
    try:
        yield drill
    finally:
        _current.reset(token)
