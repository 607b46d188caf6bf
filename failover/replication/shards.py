"""A stream's shards, of which new changes go into the open ones.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, Protocol, TypedDict


class Shard(TypedDict):
    """One of them, as far as it is read here."""

    ShardId: str
    SequenceNumberRange: Mapping[str, str]


class Description(TypedDict):
    """A stream's."""

    Shards: Sequence[Shard]
    LastEvaluatedShardId: NotRequired[str]


class Described(TypedDict):
    """The answer."""

    StreamDescription: Description


class StreamsClient(Protocol):
    """boto3's `dynamodbstreams`, as far as it is used here."""

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str = ...) -> Described: ...  # noqa: N803 - boto3's


def open_shards(client: StreamsClient, stream_arn: str) -> int:
    """Count the shards that have no end yet.

    Raises:
        BotoCoreError, ClientError: DynamoDB did not answer, or refused.
    """
    told = client.describe_stream(StreamArn=stream_arn)["StreamDescription"]
    shards = [*told["Shards"]]
    while last := told.get("LastEvaluatedShardId"):
        told = client.describe_stream(StreamArn=stream_arn, ExclusiveStartShardId=last)["StreamDescription"]
        shards += told["Shards"]
    return sum("EndingSequenceNumber" not in shard["SequenceNumberRange"] for shard in shards)
