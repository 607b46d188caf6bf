"""Many writes at once: items as a client of a site leaves them, put by batches and each with its stamp.

A batch takes no conditions, so nobody else may write these keys.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from drills.load_spec import LoadTable
from failover.replication.stamps import ATTRIBUTE, Stamp, succeed
from failover.sites import Site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX = "bulk"
WRITES_OF_A_KEY = 10
KEYS_SIDE_BY_SIDE = 50
BATCH = 25  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html


def keys(count: int) -> list[str]:
    """Return the keys under which so many writes go, each of them ``WRITES_OF_A_KEY`` times."""
    return [f"{PREFIX}/{number}" for number in range(count // WRITES_OF_A_KEY)]


def write_id(key: str, number: int = WRITES_OF_A_KEY) -> str:
    """Return the id that a key's item holds after so many writes: each replaces the one before."""
    return f"{key}/{number}"


class BulkWriter:
    """Writes each key again and again, among others, so that its writes lie apart in the stream; ``now`` is in us."""

    def __init__(
        self, client: "DynamoDBClient", table: LoadTable, site: Site, epoch: int, now: Callable[[], int]
    ) -> None:
        self._client = client
        self._table = table
        self._site = site
        self._epoch = epoch
        self._now = now

    def write(self, count: int) -> None:
        """Make so many writes, a multiple of ``WRITES_OF_A_KEY``; one key's come one after the other.

        Raises:
            ClientError, BotoCoreError: the table did not take one.
        """
        for group in _some(keys(count), KEYS_SIDE_BY_SIDE):
            self._write_again_and_again(group)

    def _write_again_and_again(self, group: Sequence[str]) -> None:
        stamps = dict[str, Stamp]()
        for number in range(1, WRITES_OF_A_KEY + 1):
            for some in _some(group, BATCH):
                self._put([self._item(key, number, stamps) for key in some])

    def _item(self, key: str, number: int, stamps: dict[str, Stamp]) -> dict[str, Any]:
        stamps[key] = succeed(stamps.get(key), epoch=self._epoch, now=self._now(), origin=self._site)
        return {**self._table.key(key), "value": {"S": write_id(key, number)}, ATTRIBUTE: stamps[key].attribute()}

    def _put(self, items: Sequence[dict[str, Any]]) -> None:
        """Put a batch, and what the table left of it, until nothing is left."""
        left: dict[str, Any] = {self._table.name: [{"PutRequest": {"Item": item}} for item in items]}
        while left:
            left = dict(self._client.batch_write_item(RequestItems=left)["UnprocessedItems"])


def _some(names: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Part names into runs of so many at most."""
    return (names[start : start + most] for start in range(0, len(names), most))
