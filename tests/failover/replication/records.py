"""Items, stamps and stream records for tests, as short as they can be told."""

import json
from typing import Any

from failover.replication.changes import Change, change_of
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.sites import Site
from tests.failover.replication.model_site import Item

HERE: Site = "primary"
THERE: Site = "secondary"
EXPIRY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def version(clock: int, origin: Site = HERE, epoch: int = 1) -> Version:
    return Version(epoch, clock, origin)


def stamp(
    clock: int, origin: Site = HERE, *, epoch: int = 1, seen: Version | None = None, deleted: bool = False
) -> Stamp:
    return Stamp(version=version(clock, origin, epoch), seen=seen, deleted=deleted)


def item(stamped: Stamp | None = None, key: str = "a", **more: dict[str, Any]) -> Item:
    """Make an item; a deleted one has nothing but its expiry."""
    marked = {ATTRIBUTE: stamped.attribute()} if stamped else {}
    rest: Item = {"expires": {"N": "9"}} if stamped and stamped.deleted else {"value": {"S": "x"}}
    return {"id": {"S": key}, **rest, **marked, **more}


def record(old: Item | None, new: Item | None, number: int = 1, *, expired: bool = False) -> dict[str, Any]:
    """Make the record of a write, as Lambda hands it out: through JSON."""
    event = "REMOVE" if new is None else "INSERT" if old is None else "MODIFY"
    told: dict[str, Any] = {"Keys": {"id": (new or old or {})["id"]}, "SequenceNumber": str(number)}
    told |= {"NewImage": new} if new is not None else {}
    told |= {"OldImage": old} if old is not None else {}
    whole = {"eventName": event, "dynamodb": {**told, "ApproximateCreationDateTime": 1000.0}}
    return dict(json.loads(json.dumps({**whole, "userIdentity": EXPIRY} if expired else whole)))


def change(old: Item | None, new: Item | None, number: int = 1, *, expired: bool = False) -> Change:
    return change_of(record(old, new, number, expired=expired))


def overwrite(old: Item | None, new: Item | None, number: int = 1, table: str = "orders") -> dict[str, Any]:
    """Make the record of a write as Lambda gets it from a table's stream."""
    arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/2026-11-26T00:00:00.000"
    return {**record(old, new, number), "eventSourceARN": arn}
