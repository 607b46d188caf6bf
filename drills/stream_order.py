"""Whether a table got each item's writes in their order: its stream tells all that it took, one after the other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from drills.contents import write_ids
from drills.load_spec import LoadTable
from failover.replication.stamps import Stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE = 100  # more would keep everybody else's calls waiting in the embedded cloud

Arrival = tuple[str, str, tuple[str, ...]]  # a key, its version, a text that compares as versions do, and its ids


class StreamsClient(Protocol):
    """The part of boto3's client of DynamoDB's streams that is used here.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
    """

    def describe_stream(self, *, StreamArn: str) -> Mapping[str, Any]: ...  # noqa: N803 as the API spells it
    def get_shard_iterator(self, *, StreamArn: str, ShardId: str, ShardIteratorType: str) -> Mapping[str, Any]: ...  # noqa: N803
    def get_records(self, *, ShardIterator: str, Limit: int) -> Mapping[str, Any]: ...  # noqa: N803


def arrivals(tables: "DynamoDBClient", streams: StreamsClient, table: LoadTable) -> Iterator[Arrival]:
    """Read what a region's table took, from the beginning of its stream to its end; only what has a stamp.

    Raises:
        ClientError, BotoCoreError: the stream could not be read to its end.
    """
    stream = tables.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
    for shard in streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        for record in _records(streams, stream, shard["ShardId"]):
            image = record["dynamodb"].get("NewImage")
            if stamp := Stamp.of(image):
                yield image[table.partition]["S"], str(stamp.version), write_ids(image)


def _records(streams: StreamsClient, stream: str, shard: str) -> Iterator[Mapping[str, Any]]:
    """Read a shard until it has nothing more now: an open one always has another place to go on from."""
    begin = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    place = begin["ShardIterator"]
    while place:
        answer = streams.get_records(ShardIterator=place, Limit=AT_ONCE)
        yield from answer["Records"]
        place = answer.get("NextShardIterator") if answer["Records"] else None


def out_of_order(arrived: Iterable[Arrival]) -> int:
    """Count the arrivals that were not newer than all before them under their key."""
    newest = dict[str, str]()
    count = 0
    for key, version, _ in arrived:
        count += version <= newest.get(key, "")
        newest[key] = max(version, newest.get(key, ""))
    return count
