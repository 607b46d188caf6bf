"""S3 beyond moto: objects put by services, and notifications that arrive later, by the queue's or topic's own policy.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3 import notifications
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from localcloud.gateway import Gateway
from localcloud.queues import NoSuchQueue, Queues, SendRefused
from localcloud.timers import Timers
from localcloud.topics import NoSuchTopic, PublishRefused, Topics

log = logging.getLogger(__name__)

SERVICE = "s3.amazonaws.com"
ARN = "arn:aws:s3:::"
RETRY_SECONDS = 1.0


class NoSuchBucket(Exception):
    """The bucket does not exist."""


class Buckets:
    """Writes moto's buckets for the services that do so without an HTTP call."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def put(self, bucket_arn: str, key: str, content: bytes) -> None:
        """Put an object.

        Raises:
            NoSuchBucket: there is none of that ARN.
        """
        with self._gateway.lock("s3"):
            self._backend().put_object(self._bucket(bucket_arn).name, key, content)

    def region(self, bucket_arn: str) -> str:
        """Give the region of a bucket, "" if there is none."""
        try:
            return str(self._bucket(bucket_arn).region_name)
        except NoSuchBucket:
            return ""

    def _bucket(self, arn: str) -> FakeBucket:
        try:
            return self._backend().get_bucket(arn.removeprefix(ARN))
        except MissingBucket as missing:
            raise NoSuchBucket(f"there is no bucket {arn}") from missing

    def _backend(self) -> S3Backend:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


class BucketNotifications:
    """Takes the place of moto's own delivery, which happens inside the writer's call and asks no policy."""

    def __init__(self, gateway: Gateway, queues: Queues, topics: Topics, timers: Timers) -> None:
        self._gateway = gateway
        self._queues = queues
        self._topics = topics
        self._timers = timers
        setattr(notifications, "_send_sqs_message", self._to_queue)  # noqa: B010 moto offers no other seam
        setattr(notifications, "_send_sns_message", self._to_topic)  # noqa: B010 moto offers no other seam

    def _to_queue(self, _account: str, event: dict[str, Any], queue: str, region: str) -> None:
        """Take what moto would send to a queue."""
        arn = f"arn:aws:sqs:{region}:{DEFAULT_ACCOUNT_ID}:{queue}"
        self._later(event, region, partial(self._queues.send_as, SERVICE, _bucket_arn(event), arn))

    def _to_topic(self, _account: str, event: dict[str, Any], arn: str, region: str) -> None:
        """Take what moto would publish."""
        self._later(event, region, partial(self._topics.publish_as, SERVICE, _bucket_arn(event), arn))

    def _later(self, event: dict[str, Any], region: str, send: Callable[[str], None]) -> None:
        body = json.dumps(_spelled(event))
        self._timers.after(0.0, lambda: self._attempt(region, partial(send, body)))

    def _attempt(self, region: str, send: Callable[[], None]) -> None:
        """Deliver, or try again for as long as the region of both is lost: S3 notifies at least once."""
        if not self._gateway.world.up(region):
            self._timers.after(RETRY_SECONDS, lambda: self._attempt(region, send))
            return
        try:
            send()
        except (NoSuchQueue, SendRefused, NoSuchTopic, PublishRefused) as why:
            log.warning("notification dropped", extra={"why": str(why)})


def _spelled(event: dict[str, Any]) -> dict[str, Any]:
    """Spell the keys of objects as S3 does, which leaves their slashes alone."""
    for record in event.get("Records", ()):
        told = record["s3"]["object"]
        told["key"] = quote_plus(unquote_plus(told["key"]), safe="/")
    return event


def _bucket_arn(event: dict[str, Any]) -> str:
    """Read the bucket from an event, or from the test message that a new configuration sends."""
    records = event.get("Records")
    if isinstance(records, list):
        return str(records[0]["s3"]["bucket"]["arn"])
    return f"{ARN}{event.get('Bucket', '')}"
