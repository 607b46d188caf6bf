"""The drill under way: Chaos Toolkit calls functions with values from a file, and they find here what to act on."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol as Interface

from drills.events import EventLog
from drills.sight import Sight
from failover.clock import Clock
from failover.orders import Order
from failover.protocol import Protocol
from failover.sites import Sites
from localcloud.faults import Fault
from localcloud.request import Cut


class Regions(Interface):
    """Loses regions and brings them back."""

    def darken(self, region: str, how: Cut = ...) -> None: ...

    def isolate(self, region: str) -> None: ...

    def restore(self, region: str | None = ...) -> None: ...


class Faults(Interface):
    """Injects faults into calls and lifts them."""

    def add(self, fault: Fault) -> str: ...

    def clear(self, fault_id: str | None = ...) -> None: ...


@dataclass(kw_only=True)
class Drill:
    """What the actions and probes of one run share.

    ``give`` hands an order to an orchestrator as an operator does and returns its answer; ``now`` is AWS time.
    ``ordered_at`` is when the failback was ordered, on the events' clock; ``interrupted``: by a person or a signal.
    """

    regions: Regions
    faults: Faults
    sites: Sites
    protocol: Protocol
    events: EventLog
    sight: Sight
    chance: random.Random
    clock: Clock
    now: Callable[[], datetime]
    give: Callable[[Order], Mapping[str, object]]
    stop_load: Callable[[], None]
    in_method: bool = False
    interrupted: bool = False
    ordered_at: float | None = None
    begun: dict[str, str] = field(default_factory=dict)


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
