"""A stream's record as a function gets it.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from localcloud.stream_batches import Record

EVENT_VERSION = "1.1"
SERVICE_DELETION = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
"""Who deletes items whose time to live is over, as the streams' own API spells it."""

Kept = Mapping[str, Any]
"""A record as moto keeps it: the API's fields, with a naive UTC time of creation."""


def event_record(kept: Kept, stream_arn: str) -> dict[str, object]:
    """Return the record as one entry of an event's ``Records``."""
    change = kept["dynamodb"]
    identity = kept.get("userIdentity")
    told = {"userIdentity": {name[0].lower() + name[1:]: text for name, text in identity.items()}} if identity else {}
    return {
        "eventID": kept["eventID"],
        "eventName": kept["eventName"],
        "eventVersion": EVENT_VERSION,
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": {**change, "ApproximateCreationDateTime": int(created_at(kept))},
        "eventSourceARN": stream_arn,
        **told,
    }


def read_record(kept: Kept, event: Mapping[str, object], partition_key: str) -> Record:
    """Return what lanes and batches need to know of a record; ``partition_key`` is the key attribute's name."""
    change = kept["dynamodb"]
    return Record(
        sequence=change["SequenceNumber"],
        key=_key(change["Keys"][partition_key]),
        created_at=created_at(kept),
        body=json.dumps(event, default=_base64),
    )


def created_at(kept: Kept) -> float:
    """Return when a record was written, in seconds since 1970."""
    created: datetime = kept["dynamodb"]["ApproximateCreationDateTime"]
    return created.replace(tzinfo=UTC).timestamp()


def dated(kept: Kept, seconds: float) -> Kept:
    """Return a record with another time of creation, in seconds since 1970."""
    created = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return {**kept, "dynamodb": {**kept["dynamodb"], "ApproximateCreationDateTime": created}}


def _key(value: Mapping[str, object]) -> str:
    """Name a partition key's value: numbers are one key however they are spelled."""
    ((kind, content),) = value.items()
    return f"N:{Decimal(str(content)).normalize()}" if kind == "N" else f"{kind}:{content!r}"


def _base64(value: object) -> str:
    """Spell the bytes that moto keeps of a binary attribute.

    Raises:
        TypeError: it is something else that JSON does not have.
    """
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{value!r} is no part of a record")
