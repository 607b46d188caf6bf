"""SNS fan-out: Publish returns at once, each subscription gets its copy later and apart from the others.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import SNSBackend, Subscription, sns_backends

from localcloud.delivery import Delivery, Undeliverable
from localcloud.filter_policies import BY_ATTRIBUTES, wanted
from localcloud.gateway import Gateway
from localcloud.notifications import Notification
from localcloud.permissions import Permissions
from localcloud.timers import Timers

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 20.0
Publish = Callable[..., None]


class NoSuchTopic(Exception):
    """The topic does not exist."""


class PublishRefused(Exception):
    """The topic's policy does not let this publisher in."""


def pause_before(attempt: int) -> float:
    """Return the seconds before another attempt: doubling from 1 s to 20 s, as often as needed."""
    return float(min(2.0**attempt, LONGEST_PAUSE_SECONDS))


class Topics:
    """Takes the place of moto's own fan-out, which would deliver inside the publisher's call."""

    def __init__(
        self, gateway: Gateway, permissions: Permissions, delivery: Delivery, timers: Timers, delay_seconds: float
    ) -> None:
        self._gateway = gateway
        self._permissions = permissions
        self._delivery = delivery
        self._timers = timers
        self._delay_seconds = delay_seconds
        setattr(Subscription, "publish", self._fan_out())  # noqa: B010 moto offers no other seam

    def publish_as(self, service: str, source_arn: str, topic_arn: str, message: str) -> None:
        """Publish as a service acting for a source.

        Raises:
            NoSuchTopic: there is no such topic.
            PublishRefused: its policy does not allow it.
        """
        topic = _backend(topic_arn).topics.get(topic_arn)
        if topic is None:
            raise NoSuchTopic(f"there is no topic {topic_arn}")
        if not self._permissions.policy_allows(topic.policy, service, "sns:Publish", topic_arn, source_arn):
            raise PublishRefused(f"the policy of {topic_arn} does not let {service} publish for {source_arn}")
        self.publish(topic_arn, message)

    def publish(self, topic_arn: str, message: str, subject: str | None = None) -> None:
        """Publish as the cloud itself does; a topic that does not exist is somebody's mistake, and logged."""
        backend = _backend(topic_arn)
        with self._gateway.lock("sns"):
            if topic_arn in backend.topics:
                backend.publish(message, topic_arn, subject=subject)
                return
        log.warning("no such topic to publish to", extra={"topic": topic_arn})

    def _fan_out(self) -> Publish:
        """Return what moto calls once for each subscription of the topic; it knows groups and structures too."""

        def publish(
            subscription: Subscription,
            message: str,
            message_id: str,
            subject: str | None = None,
            message_attributes: Mapping[str, Mapping[str, str]] | None = None,
            message_structure: str | None = None,
            **_fifo: object,
        ) -> None:
            if message_structure == "json":
                message = subscription._parse_message_structure(message, subscription.protocol)  # noqa: SLF001
            notification = _notification(subscription, message, message_id, subject, message_attributes or {})
            settings = subscription.attributes
            scope = settings.get("FilterPolicyScope", BY_ATTRIBUTES)
            if wanted(settings.get("FilterPolicy") or "", scope, message, notification.attributes):
                self._later(self._delay_seconds, notification)

        return publish

    def _later(self, seconds: float, notification: Notification) -> None:
        self._timers.after(seconds, lambda: self._attempt(notification))

    def _attempt(self, notification: Notification) -> None:
        """Deliver, or try again for as long as the topic's or the endpoint's region is lost."""
        if not self._gateway.world.reachable(notification.topic_region, notification.endpoint_region):
            again = replace(notification, attempts=notification.attempts + 1)
            self._later(pause_before(notification.attempts), again)
            return
        try:
            self._delivery.deliver(notification)
        except Undeliverable as why:
            extra = {"topic": notification.topic_arn, "endpoint": notification.endpoint, "why": str(why)}
            log.warning("notification dropped", extra=extra)


def _backend(topic_arn: str) -> SNSBackend:
    return sns_backends[DEFAULT_ACCOUNT_ID][topic_arn.split(":")[3]]


def _notification(
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: Mapping[str, Mapping[str, str]],
) -> Notification:
    return Notification(
        topic_arn=subscription.topic.arn,
        subscription_arn=subscription.arn,
        protocol=subscription.protocol,
        endpoint=subscription.endpoint,
        raw=str(subscription.attributes.get("RawMessageDelivery")).lower() == "true",
        message_id=message_id,
        message=message,
        subject=subject,
        attributes=attributes,
    )
