"""One site's table: what it says of itself, its items segment by segment, and single ones by their keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from failover.replication.stamps import Item
from failover.resync.digests import key_of, name_of
from failover.resync.rate import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_KEYS = 100  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
MOST_ITEMS = 1000


@dataclass(frozen=True, kw_only=True)
class Facts:
    """``items`` is what DynamoDB counted within the last six hours; ``now`` is AWS time, seconds since the epoch."""

    key_names: tuple[str, ...]
    items: int
    ttl_attribute: str | None
    now: float


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some items of a segment, and where the next page starts; ``None`` after the last."""

    items: Sequence[Item]
    after: Item | None


@dataclass(frozen=True, kw_only=True)
class SiteTable:
    """Reads one table of one region."""

    client: "DynamoDBClient"
    name: str
    patience: Patience

    def facts(self) -> Facts:
        """Describe the table.

        Raises:
            BotoCoreError, ClientError: it is not there, or does not answer.
        """
        answer = self.patience(lambda: self.client.describe_table(TableName=self.name))
        live = self.patience(lambda: self.client.describe_time_to_live(TableName=self.name))["TimeToLiveDescription"]
        enabled = live.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        return Facts(
            key_names=tuple(one["AttributeName"] for one in answer["Table"]["KeySchema"]),
            items=answer["Table"].get("ItemCount", 0),
            ttl_attribute=live.get("AttributeName") if enabled else None,
            now=parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp(),
        )

    def page(self, segment: int, segments: int, after: Item | None, *, most: int, consistent: bool) -> Page:
        """Read the next items of a segment, up to ``most`` of them or 1 MB.

        Raises:
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError: the table does not answer.
        """
        start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        answer = self.patience(
            lambda: self.client.scan(
                TableName=self.name,
                Segment=segment,
                TotalSegments=segments,
                Limit=most,
                ConsistentRead=consistent,
                **start,
            )
        )
        return Page(items=answer["Items"], after=answer.get("LastEvaluatedKey"))

    def read(self, keys: Sequence[Item]) -> dict[str, Item]:
        """Read items consistently, by their names; what is not there is not in the answer.

        Raises:
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError: the table does not answer.
        """
        found: dict[str, Item] = {}
        names = tuple(keys[0]) if keys else ()
        for first in range(0, len(keys), MOST_KEYS):
            for item in self._batch(keys[first : first + MOST_KEYS]):
                found[name_of(key_of(item, names))] = item
        return found

    def _batch(self, keys: Sequence[Item]) -> list[Item]:
        """Read on what the service left out, which it does past 16 MB and when it is busy."""
        wanted: Any = {self.name: {"Keys": list(keys), "ConsistentRead": True}}
        found: list[Item] = []
        while wanted:
            answer = self.patience(_asking(self.client, wanted))
            found += answer["Responses"].get(self.name, [])
            wanted = answer.get("UnprocessedKeys")
        return found


def _asking(client: "DynamoDBClient", wanted: Any) -> Callable[[], Any]:
    return lambda: client.batch_get_item(RequestItems=wanted)
