"""Telling people: a page is a message on the region's `signals` topic; the notifier sends it on."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from failover.clock import Clock
from failover.failures import AWS_ERRORS, code_of
from failover.pace import Pace

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

log = logging.getLogger(__name__)
SCHEMA: Final = 1
REPEAT_SECONDS: Final = 60.0


class Severity(StrEnum):
    """How soon somebody must look."""

    INFO = "info"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One thing to know. The same ``id`` is the same incident, however often and from wherever it is said."""

    id: str
    tier: str
    epoch: int
    severity: Severity
    summary: str
    reason: str
    next_step: str
    by: str

    def to_json(self) -> str:
        """Return the message that the notifier reads."""
        return json.dumps({"schema": SCHEMA, "kind": "page", **asdict(self)}, sort_keys=True)


class Pager:
    """Publishes pages; the same one at most once a minute from this process, as nobody reads a flood."""

    def __init__(self, topic_arn: str, client: SNSClient, clock: Clock) -> None:
        self._topic_arn = topic_arn
        self._client = client
        self._pace = Pace(REPEAT_SECONDS, clock)

    def say(self, page: Page) -> bool:
        """Publish, and return whether it was taken; a failure is logged and never stops the caller."""
        if not self._pace.due(page.id):
            return True
        try:
            self._client.publish(TopicArn=self._topic_arn, Message=page.to_json())
        except AWS_ERRORS as error:
            log.error("page not sent", extra={"page": page.id, "error": code_of(error)})
            self._pace.forget(page.id)
            return False
        return True
