"""Records that cannot be replicated or read: each kept whole in a bucket, which puts its place into a queue."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from failover.replication.changes import as_text, sequence_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class DeadLetters(Protocol):
    """Keeps a record that cannot be dealt with, whole, and tells of it."""

    def keep(self, record: Mapping[str, Any], reason: str) -> None: ...


class StillDead(ClientError):
    """A record that somebody had tried again cannot be replicated this time either; it is where it was.

    A refusal, as if the bucket had told: a lane retries what is none.
    """

    def __init__(self, record: Any, reason: str) -> None:
        message = f"record {sequence_of(record)} is still not to be replicated: {reason}"
        error = {"Code": "StillDead", "Message": message}
        super().__init__({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, "PutObject")  # type: ignore[typeddict-item]


class DeadLetterBucket:
    """A bucket of the replicator's own region."""

    def __init__(self, client: "S3Client", bucket: str, function: str) -> None:
        self._client = client
        self._bucket = bucket
        self._function = function

    def keep(self, record: Mapping[str, Any], reason: str) -> None:
        """Keep a record; kept again, it is the same object.

        Raises:
            BotoCoreError, ClientError: the bucket did not take it.
        """
        body = {"function": self._function, "reason": reason, "Records": [record]}
        text = json.dumps(body, default=as_text).encode()
        name = sequence_of(record) or hashlib.sha256(text).hexdigest()
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"{self._function}/{name}.json",
            Body=text,
            ContentType="application/json",
        )


class KeptAlready:
    """What is redriven is in the bucket, and its place in the queue: kept again, it would be two messages."""

    def keep(self, record: Mapping[str, Any], reason: str) -> None:
        """Let the record fail, so that whoever redrives it leaves its message where it is.

        Raises:
            StillDead: always.
        """
        raise StillDead(record, reason)
