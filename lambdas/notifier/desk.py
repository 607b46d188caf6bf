"""Who tells people: Slack and the alerts topic, both tried, one is enough."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failover.failures import AWS_ERRORS, code_of
from lambdas.notifier.incidents import AlreadyTold, BeingTold, Incidents
from lambdas.notifier.message import Message, UnknownEvent
from lambdas.notifier.notice import Notice, read_notice
from lambdas.notifier.slack import NotPosted, NotSetUp, Slack

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

log = logging.getLogger(__name__)


class NobodyTold(Exception):
    """Neither way took the message; its redelivery tries again, and in the end it is a dead letter."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The notifier's tools."""

    stack: str
    incidents: Incidents
    slack: Slack
    sns: SNSClient
    alerts_topic_arn: str

    def take(self, message: Message) -> bool:
        """Handle one message and return whether it is done with; what is not comes back and ends as a dead letter."""
        try:
            self.tell(message)
        except BeingTold as waits:
            log.info("decided", extra={"action": "wait", "message_id": message.id, "reason": str(waits)})
            return False
        except (UnknownEvent, NobodyTold) as error:
            log.error("not told", extra={"message_id": message.id, "why": type(error).__name__, "detail": str(error)})
            return False
        return True

    def tell(self, message: Message) -> None:
        """Tell people of a message, unless another already did.

        Raises:
            UnknownEvent: the message cannot be read.
            NobodyTold: no way to people worked.
            BeingTold: another message is about to.
        """
        notice = read_notice(message.body)
        try:
            self.incidents.open(notice, message)
        except AlreadyTold as told:
            log.info("decided", extra={"action": "stay", "incident": notice.id, "reason": str(told)})
            return
        self._send(notice)
        self.incidents.close(notice)

    def _send(self, notice: Notice) -> None:
        posted, published = self._post(notice), self._publish(notice)
        facts = {"incident": notice.id, "severity": notice.severity, "slack": posted, "alerts": published}
        log.info("decided", extra={"action": "tell", **facts})
        if not (posted or published):
            raise NobodyTold(f"incident {notice.id}: neither Slack nor the alerts topic took it")

    def _post(self, notice: Notice) -> bool:
        try:
            self.slack.post(notice.text(self.stack))
        except NotSetUp as missing:
            log.info("slack skipped", extra={"reason": str(missing)})
            return False
        except NotPosted as error:
            log.error("slack failed", extra={"incident": notice.id, "reason": str(error)})
            return False
        return True

    def _publish(self, notice: Notice) -> bool:
        subject, text = notice.subject(self.stack), notice.text(self.stack)
        try:
            self.sns.publish(TopicArn=self.alerts_topic_arn, Subject=subject, Message=text)
        except AWS_ERRORS as error:
            log.error("alerts failed", extra={"incident": notice.id, "error": code_of(error)})
            return False
        return True
