"""What a message of the `dead-records` queue leads to: an object in a bucket, and the records in it.

A replicator keeps a record that it cannot carry over, alone. A batch that it never came to an end with is kept by
Lambda: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

TEST_EVENT = "s3:TestEvent"


class Garbled(Exception):
    """A message or an object that is not what S3, Lambda or a replicator writes."""


@dataclass(frozen=True)
class Place:
    """Where an object is, and when it was put there, as S3 told."""

    bucket: str
    key: str
    at: str


@dataclass(frozen=True, kw_only=True)
class DeadRecords:
    """What an object keeps: the ``function`` that is to carry the records over, and why it did not."""

    function: str
    reason: str
    records: Sequence[Mapping[str, Any]]

    @property
    def key(self) -> str:
        """The first record's key, as DynamoDB spells it."""
        change = self.records[0].get("dynamodb")
        keys = change.get("Keys") if isinstance(change, Mapping) else None
        return json.dumps(keys, sort_keys=True) if keys else "-"


def places_of(body: str) -> tuple[Place, ...]:
    """Read a message of S3's; none for the one that S3 sends when the bucket's notification is set up.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

    Raises:
        Garbled: it is something else.
    """
    try:
        told = json.loads(body)
        if told.get("Event") == TEST_EVENT:
            return ()
        places = tuple(_place(record) for record in told["Records"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Garbled(f"the message is none of S3's: {error!r}") from error
    if not places:
        raise Garbled("the message names no object")
    return places


def dead_records_of(body: bytes) -> DeadRecords:
    """Read an object.

    Raises:
        Garbled: it is neither a replicator's nor Lambda's.
    """
    try:
        told = json.loads(body)
        found = _by_lambda(told) if "requestContext" in told else _by_replicator(told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Garbled(f"the object keeps no records: {error!r}") from error
    if not found.records or not all(isinstance(one, Mapping) for one in found.records):
        raise Garbled("the object keeps no records")
    return found


def _place(record: Mapping[str, Any]) -> Place:
    where = record["s3"]
    return Place(where["bucket"]["name"], unquote_plus(where["object"]["key"]), str(record["eventTime"]))


def _by_replicator(told: Mapping[str, Any]) -> DeadRecords:
    return DeadRecords(function=told["function"], reason=str(told["reason"]), records=told["Records"])


def _by_lambda(told: Mapping[str, Any]) -> DeadRecords:
    """Read an invocation record; an ARN names the function after its region and account, a version may follow."""
    about = told["requestContext"]
    attempts = about.get("approximateInvokeCount", 0)
    return DeadRecords(
        function=about["functionArn"].split(":")[6],
        reason=f"{about['condition']} after {attempts} attempts",
        records=json.loads(told["payload"])["Records"],
    )
