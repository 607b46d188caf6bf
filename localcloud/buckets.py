"""S3 beyond moto: objects put by services, and notifications that arrive later, by the queue's own policy.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

import json
import logging
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3 import notifications
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from localcloud.gateway import Gateway
from localcloud.queues import NoSuchQueue, Queues, SendRefused
from localcloud.timers import Timers

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
    """Takes the place of moto's own delivery to queues, which happens inside the writer's call and asks no policy."""

    def __init__(self, gateway: Gateway, queues: Queues, timers: Timers) -> None:
        self._gateway = gateway
        self._queues = queues
        self._timers = timers
        setattr(notifications, "_send_sqs_message", self._later)  # noqa: B010 moto offers no other seam

    def _later(self, _account: str, event: dict[str, Any], queue: str, region: str) -> None:
        """Take what moto would send to a queue."""
        arn, body = f"arn:aws:sqs:{region}:{DEFAULT_ACCOUNT_ID}:{queue}", json.dumps(_spelled(event))
        self._timers.after(0.0, lambda: self._attempt(_bucket_arn(event), arn, body))

    def _attempt(self, bucket_arn: str, queue_arn: str, body: str) -> None:
        """Deliver, or try again for as long as the region of both is lost: S3 notifies at least once."""
        if not self._gateway.world.up(queue_arn.split(":")[3]):
            self._timers.after(RETRY_SECONDS, lambda: self._attempt(bucket_arn, queue_arn, body))
            return
        try:
            self._queues.send_as(SERVICE, bucket_arn, queue_arn, body)
        except (NoSuchQueue, SendRefused) as why:
            log.warning("notification dropped", extra={"bucket": bucket_arn, "why": str(why)})


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
