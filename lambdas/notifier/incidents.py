"""The control table's memory of what people were told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from failover import rows
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of, item_of
from failover.incidents import ACKNOWLEDGED_UNTIL
from lambdas.notifier.message import Message
from lambdas.notifier.notice import Notice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = logging.getLogger(__name__)
# An incident that is still reported after this long is told again: a stable id must not silence next month's.
REMIND_AFTER_MS = 3_600_000
# Unless somebody has it in hand: the acknowledgement lasts as long as that person said.
DUE_AGAIN = f"sent_ms < :old AND (attribute_not_exists({ACKNOWLEDGED_UNTIL}) OR {ACKNOWLEDGED_UNTIL} < :now)"
ATTEMPTS = 4
TRY_AGAIN = (Failure.CONFLICT, Failure.THROTTLED)  # three regions tell of one incident at the same moment
MINE = f"attribute_not_exists(pk) OR (claimed_by = :me AND told = :no) OR ({DUE_AGAIN})"
MINE_OR_UNTOLD = f"{MINE} OR told = :no"


class AlreadyTold(Exception):
    """Another message, here or in another region, told of this incident."""


class BeingTold(Exception):
    """Another message claimed the incident and has not told yet; this one looks again when it comes back."""


class Incidents:
    """Rows ``incident#ID`` of the control table, one for each incident."""

    def __init__(self, table: str, client: DynamoDBClient, pause: Callable[[], None]) -> None:
        self._table = table
        self._client = client
        self._pause = pause

    def open(self, notice: Notice, message: Message) -> None:
        """Claim the incident for this message. A failure to write is logged and claims nothing: people are told anyway.

        Raises:
            AlreadyTold: another message told, or a person acknowledged it.
            BeingTold: another message has it. One that comes back and finds it still untold takes it over.
        """
        try:
            self._retried(lambda: self._put(notice, message))
        except AWS_ERRORS as error:
            if failure_of(error) is Failure.CONDITION:
                raise _claimed(notice, item_of(error)) from error
            log.error("incident not written", extra={"incident": notice.id, "error": code_of(error)})

    def close(self, notice: Notice) -> None:
        """Note that people know; should this fail, a redelivery tells them once more."""
        try:
            self._retried(lambda: self._mark_told(notice))
        except AWS_ERRORS as error:
            log.warning("incident not closed", extra={"incident": notice.id, "error": code_of(error)})

    def _retried(self, write: Callable[[], None]) -> None:
        for left in reversed(range(ATTEMPTS)):
            try:
                write()
            except AWS_ERRORS as error:
                if not left or failure_of(error) not in TRY_AGAIN:
                    raise
                self._pause()
            else:
                return

    def _mark_told(self, notice: Notice) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=rows.incident_key(notice.id),
            UpdateExpression="SET told = :yes",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )

    def _put(self, notice: Notice, message: Message) -> None:
        self._client.put_item(
            TableName=self._table,
            Item={
                **rows.incident_key(notice.id),
                "claimed_by": {"S": message.id},
                "sent_ms": {"N": str(message.sent_ms)},
                "told": {"BOOL": False},
                "severity": {"S": notice.severity},
                "summary": {"S": notice.summary},
            },
            ConditionExpression=MINE if message.receives == 1 else MINE_OR_UNTOLD,
            ExpressionAttributeValues={
                ":now": {"N": str(message.sent_ms)},
                ":me": {"S": message.id},
                ":no": {"BOOL": False},
                ":old": {"N": str(message.sent_ms - REMIND_AFTER_MS)},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )


def _claimed(notice: Notice, item: Mapping[str, Any] | None) -> AlreadyTold | BeingTold:
    if item and not item["told"]["BOOL"]:
        return BeingTold(f"incident {notice.id} was claimed by another message, which has not told yet")
    return AlreadyTold(f"incident {notice.id} was told within the hour, or is acknowledged")
