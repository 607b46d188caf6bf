"""A table's stream, record by record, as a Lambda gets it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from failover.replication.stamps import Item, Stamp

EVENTS = ("INSERT", "MODIFY", "REMOVE")
YEAR_2286 = 1e10  # seconds: a stamp's clock has no room for more
EXPIRY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


class PoisonRecord(Exception):
    """A record that no retry makes readable, or writable at the target."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One write of one item; ``at`` is when, in seconds since the epoch of the source region's clock."""

    sequence: str
    key: Item
    new: Item | None
    old: Item | None
    stamp: Stamp | None
    old_stamp: Stamp | None
    expired: bool
    at: float

    @property
    def stamped(self) -> bool:
        """Whether whoever wrote stamped the item: writers around the client leave a stamp that was there, or none."""
        if self.stamp is None or self.old_stamp is None:
            return self.stamp is not None
        return self.stamp.version > self.old_stamp.version


def change_of(record: Mapping[str, Any]) -> Change:
    """Read one record of an event.

    Raises:
        PoisonRecord: of an event unknown, without the images that replication needs, or malformed.
    """
    try:
        return _change(record, record["dynamodb"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise PoisonRecord(f"malformed: {error!r}") from error


def _change(record: Mapping[str, Any], told: Mapping[str, Any]) -> Change:
    event = record["eventName"]
    if event not in EVENTS:
        raise PoisonRecord(f"event {event!r} is unknown")
    new, old = _image(told, "NewImage"), _image(told, "OldImage")
    if (new is None) != (event == "REMOVE") or (old is None) != (event == "INSERT"):
        raise PoisonRecord(f"{event} lacks an image; the stream must have NEW_AND_OLD_IMAGES")
    return Change(
        sequence=_sequence(told["SequenceNumber"]),
        key=_decoded(told["Keys"]),
        new=new,
        old=old,
        stamp=Stamp.of(new),
        old_stamp=Stamp.of(old),
        expired=EXPIRY.items() <= (record.get("userIdentity") or {}).items(),
        at=_seconds(told["ApproximateCreationDateTime"]),
    )


def _sequence(number: Any) -> str:
    """Return it as it came: whatever has no number can be named to nobody, nor given the same stamp again."""
    int(str(number))
    return str(number)


def _seconds(told: Any) -> float:
    at = float(told)
    if not 0 <= at < YEAR_2286:
        raise PoisonRecord(f"{told!r} is no time")
    return at


def sequence_of(record: Any) -> str:
    """Return the number of a record that may be malformed; an empty text if it has none."""
    try:
        return str(record["dynamodb"]["SequenceNumber"])
    except (KeyError, TypeError):
        return ""


def key_text(key: Item) -> str:
    """Name an item: equal keys, equal texts."""
    return IN_ORDER.encode(key)


def as_text(binary: bytes) -> str:
    """Return bytes as records and JSON have them, in base64."""
    return base64.b64encode(binary).decode()


IN_ORDER = json.JSONEncoder(sort_keys=True, default=as_text)  # made once: `json.dumps` would make one for each key


def _image(told: Mapping[str, Any], name: str) -> Item | None:
    return _decoded(told[name]) if name in told else None


def _decoded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decoded(value) for name, value in attributes.items()}


def decoded(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an attribute's value with bytes for base64, as clients take it; all else stays as it is, to the byte."""
    if "S" in value or "N" in value:
        return value
    if "M" in value:
        return {"M": _decoded(value["M"])}
    if "L" in value:
        return {"L": [decoded(one) for one in value["L"]]}
    if "B" in value:
        return {"B": base64.b64decode(value["B"], validate=True)}
    if "BS" in value:
        return {"BS": [base64.b64decode(one, validate=True) for one in value["BS"]]}
    return value
