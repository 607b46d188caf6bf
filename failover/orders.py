"""What an orchestrator can be told to do, by an observer or by a person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from failover.clock import zoned
from failover.sites import Site

SCHEMA = 1


class OrderKind(StrEnum):
    """`wake` means: look at the table and do what is due. The others are a person's."""

    WAKE = "wake"
    FAILOVER = "failover"
    SWITCHOVER = "switchover"
    FAILBACK = "failback"
    ABORT = "abort"


class UnknownOrder(Exception):
    """The event is not an order that this version understands; nothing was done."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A hint, never a fact: whoever gets it reads the table again. ``issued_at`` is AWS time.

    ``seen_counters`` are the votes' counters that a waking observer saw moving, ``stalled_counter`` an owner's counter
    that it saw standing still for the whole owner lease.
    """

    id: str
    kind: OrderKind
    tier: str
    epoch: int
    reason: str
    by: str
    issued_at: datetime
    target: Site | None = None
    seen_counters: Mapping[str, int] = field(default_factory=dict)
    stalled_counter: int | None = None

    def to_json(self) -> str:
        """Return the message that `from_message` reads."""
        values = vars(self) | {"schema": SCHEMA, "issued_at": self.issued_at.isoformat()}
        return json.dumps({name: value for name, value in values.items() if value is not None}, sort_keys=True)


def from_message(message: object) -> Order:
    """Read an order.

    Raises:
        UnknownOrder: not an order, another schema, or a field of a wrong kind.
    """
    if not isinstance(message, Mapping) or message.get("schema") != SCHEMA:
        raise UnknownOrder(f"expected an order of schema {SCHEMA}, got {_shown(message)}")
    try:
        return _read(message)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnknownOrder(f"order cannot be read: {error!r} in {_shown(message)}") from error


def _read(message: Mapping[str, Any]) -> Order:
    target = message.get("target")
    if target not in (None, "primary", "secondary"):
        raise ValueError(f"target is {target!r}, not primary or secondary")
    texts = {name: _text(message[name]) for name in ("id", "tier", "reason", "by")}
    stalled = message.get("stalled_counter")
    return Order(
        kind=OrderKind(message["kind"]),
        epoch=_count(message["epoch"]),
        issued_at=zoned(message["issued_at"]),
        target=target,
        seen_counters={str(name): _count(counter) for name, counter in message.get("seen_counters", {}).items()},
        stalled_counter=None if stalled is None else _count(stalled),
        **texts,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is no whole number")
    return value


def _shown(message: object) -> str:
    return repr(message)[:200]


def from_event(event: object) -> list[object]:
    """Split a Lambda event into messages: the bodies of SQS records, or the event itself."""
    if isinstance(event, Mapping) and isinstance(event.get("Records"), list):
        return [_body(record) for record in event["Records"]]
    return [event]


def _body(record: object) -> object:
    try:
        return json.loads(record["body"]) if isinstance(record, Mapping) else record
    except (KeyError, ValueError, TypeError):
        return record
