"""Faults injected into calls at run time."""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import count
from typing import Literal, Self, TypeAlias, get_args

from localcloud.request import Request

Effect: TypeAlias = Literal[
    "refuse", "reset", "blackhole", "error", "throttle", "latency", "lost_reply", "kill_before", "kill_after"
]
GLOBAL_CONTROL_PLANES = ("route53", "iam", "sts")


class FaultError(ValueError):
    """A fault that cannot be carried out."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to the calls that match every given field (None matches all).

    ``table`` is one that the call names by its name; calls on several at once, batches, name none. ``mentions`` is a
    text that one of its parameters is, however deep: a key's value, an attribute's.

    Effects: ``refuse``, ``reset``, ``blackhole`` (see ``localcloud.request.Cut``); ``error`` (``status`` and ``code``);
    ``throttle`` (the service's own code); ``latency`` (``latency_ms`` give or take ``jitter_ms``, then on as usual);
    ``lost_reply`` (the call acts, its connection is reset); ``kill_before`` and ``kill_after`` (the calling process is
    killed before the call acts, or after, and gets no reply). ``rate`` is the share of matching calls that are hit.
    With ``nth`` only the n-th matching call is hit, and the fault is spent; with ``each_process`` the calls of every
    process are counted by themselves, and the first that gets to its n-th is hit.
    """

    effect: Effect
    id: str = ""
    caller_kind: str | None = None
    caller_region: str | None = None
    caller_name: str | None = None
    region: str | None = None
    service: str | None = None
    operation: str | None = None
    table: str | None = None
    mentions: str | None = None
    rate: float = 1.0
    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    status: int = 500
    code: str = "InternalServerError"
    nth: int | None = None
    each_process: bool = False

    def __post_init__(self) -> None:
        if self.effect not in get_args(Effect):
            raise FaultError(f"effect {self.effect!r} is none of {', '.join(get_args(Effect))}")
        if not 0 < self.rate <= 1:
            raise FaultError(f"rate {self.rate} is not above 0 and at most 1")
        if self.nth is not None and self.nth < 1:
            raise FaultError(f"nth {self.nth} counts from 1")

    @classmethod
    def from_json(cls, given: Mapping[str, object]) -> Self:
        """Read the JSON form.

        Raises:
            FaultError: an unknown field, no effect, or a value of the wrong type.
        """
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown or "effect" not in given:
            raise FaultError(f"unknown fields {sorted(unknown)}" if unknown else "a fault needs an effect")
        try:
            return cls(**given)  # type: ignore[arg-type]
        except TypeError as error:
            raise FaultError(f"a value has the wrong type: {error}") from error

    def matches(self, request: Request) -> bool:
        """Say whether the fault is about this call."""
        caller = request.caller
        by = (self.caller_kind, self.caller_region, self.caller_name)
        to = (self.region, self.service, self.operation, self.table)
        called = (request.region, request.service, request.operation, request.params.get("TableName"))
        seen = (caller.kind, caller.region, caller.name, *called)
        named = all(want in (None, see) for want, see in zip((*by, *to), seen, strict=True))
        return named and (self.mentions is None or repr(self.mentions) in str(request.params))


def control_planes_out() -> tuple[Fault, ...]:
    """Give the faults that take Route 53's, IAM's and global STS's control planes away."""
    return tuple(Fault(effect="refuse", service=service) for service in GLOBAL_CONTROL_PLANES)


@dataclass(kw_only=True)
class _Standing:
    """A fault in force and what it has done."""

    fault: Fault
    matched: int = 0
    hits: int = 0
    by_process: Counter[str] = field(default_factory=Counter)

    def count(self, request: Request) -> int:
        """Count a matching call; give its number among those that ``nth`` is about."""
        self.matched += 1
        self.by_process[request.caller.access_key_id] += 1
        return self.by_process[request.caller.access_key_id] if self.fault.each_process else self.matched


class FaultBook:
    """The faults in force; which calls a ``rate`` hits follows from the seed and the order of calls."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311  (repeatable draws are the point)
        self._lock = threading.Lock()
        self._standing: dict[str, _Standing] = {}
        self._numbers = count(1)

    def add(self, fault: Fault) -> str:
        """Put a fault in force; gives its id, made up if it has none."""
        with self._lock:
            named = fault if fault.id else replace(fault, id=f"fault-{next(self._numbers)}")
            self._standing[named.id] = _Standing(fault=named)
            return named.id

    def clear(self, fault_id: str | None = None) -> None:
        """Lift one fault, or all."""
        with self._lock:
            kept = {known: one for known, one in self._standing.items() if fault_id not in (None, known)}
            self._standing = kept

    def hit(self, request: Request) -> tuple[Fault, ...]:
        """Give the faults that hit this call, oldest first, and count them."""
        if not self._standing or request.caller.is_internal:
            return ()
        with self._lock:
            return tuple(one.fault for one in self._standing.values() if self._hits(one, request))

    def _hits(self, one: _Standing, request: Request) -> bool:
        if not one.fault.matches(request):
            return False
        number = one.count(request)
        drawn = one.fault.rate >= 1 or self._random.random() < one.fault.rate
        hit = drawn and (one.fault.nth is None or (one.fault.nth == number and not one.hits))
        one.hits += hit
        return hit

    def stands(self, fault_id: str) -> bool:
        """Say whether a fault is still in force."""
        return fault_id in self._standing

    def draw(self, fault: Fault) -> float:
        """Draw the seconds that a latency fault adds."""
        with self._lock:
            spread = self._random.uniform(-fault.jitter_ms, fault.jitter_ms)
        return max(0.0, fault.latency_ms + spread) / 1000

    def state(self) -> list[dict[str, object]]:
        """Give the faults in force with their counts ``matched`` and ``hits``."""
        with self._lock:
            return [{**asdict(one.fault), "matched": one.matched, "hits": one.hits} for one in self._standing.values()]
