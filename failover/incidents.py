"""What people were told and whether somebody has it in hand: the control table's incidents, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from failover import rows
from failover.failures import AWS_ERRORS, Failure, failure_of
from failover.tier import Value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACKNOWLEDGED_UNTIL: Final = "acknowledged_until_ms"


class NoSuchIncident(Exception):
    """People were not told of anything under this id."""


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen an incident: it is not told again before ``until``, which is AWS time."""

    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One thing that people were told; times are AWS time."""

    id: str
    severity: str
    summary: str
    told_at: datetime
    acknowledgement: Acknowledgement | None

    def acknowledged_at(self, now: datetime) -> bool:
        """Whether somebody has it in hand now."""
        return self.acknowledgement is not None and now < self.acknowledgement.until


def all_incidents(client: DynamoDBClient, table: str) -> tuple[Incident, ...]:
    """Read all incidents, the newest first; a scan, so it is for people and for no function.

    Raises:
        MalformedRow: one cannot be read.
        BotoCoreError, ClientError: the table does not answer in this region.
    """
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        FilterExpression="begins_with(pk, :incident)",
        ExpressionAttributeValues={":incident": {"S": "incident#"}},
    )
    found = [_incident(item) for page in pages for item in page["Items"]]
    return tuple(sorted(found, key=lambda incident: incident.told_at, reverse=True))


def acknowledge(client: DynamoDBClient, table: str, incident_id: str, said: Acknowledgement) -> Incident:
    """Note on an incident that somebody has seen it; a later acknowledgement takes the place of an earlier one.

    Raises:
        NoSuchIncident: there is none under this id.
        BotoCoreError, ClientError: the table did not take it.
    """
    noted: dict[str, Value] = {":by": said.by, ":reason": said.reason, ":until": _milliseconds(said.until)}
    try:
        answer = client.update_item(
            TableName=table,
            Key=rows.incident_key(incident_id),
            UpdateExpression=f"SET acknowledged_by = :by, acknowledged_why = :reason, {ACKNOWLEDGED_UNTIL} = :until",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={name: rows.to_attribute(value) for name, value in noted.items()},
            ReturnValues="ALL_NEW",
        )
    except AWS_ERRORS as error:
        if failure_of(error) is Failure.CONDITION:
            raise NoSuchIncident(f"nobody was told of {incident_id!r}") from error
        raise
    return _incident(answer["Attributes"])


def _incident(item: Mapping[str, object]) -> Incident:
    values = rows.values_of(item)
    try:
        return Incident(
            id=str(values["pk"]).removeprefix("incident#"),
            severity=values["severity"],
            summary=values["summary"],
            told_at=_time(values["sent_ms"]),
            acknowledgement=_acknowledgement(values),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise rows.MalformedRow(f"incident {values.get('pk')!r} cannot be read: {error!r}") from error


def _acknowledgement(values: Mapping[str, object]) -> Acknowledgement | None:
    until = values.get(ACKNOWLEDGED_UNTIL)
    if not isinstance(until, int):
        return None
    return Acknowledgement(
        by=str(values["acknowledged_by"]), reason=str(values["acknowledged_why"]), until=_time(until)
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
