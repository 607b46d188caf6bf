"""What experiments write into the loaded table themselves, and what they see there, in either region."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from drills.load_spec import LoadTable
from failover.replication.stamps import Stamp
from failover.replication.versioned_table import TOMBSTONE_SECONDS, time_of_day
from failover.replication.versioned_writes import Verb, VersionedWrites, Write
from failover.sites import Site, Sites

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


class Clients(Protocol):
    """Makes a boto3 client."""

    def __call__(self, service: str, region: str, /) -> "BaseClient": ...


class TableClient:
    """Somebody with credentials and without a view of the tier; ``clients`` makes a client of a service in a region."""

    def __init__(self, table: LoadTable, sites: Sites, clients: Clients, dead_records: str, account_id: str) -> None:
        self._table = table
        self._sites = sites
        self._clients = clients
        self._dead_records = dead_records
        self._account_id = account_id
        self._versioned = VersionedWrites(
            now=time_of_day, ttl_attribute=table.ttl_attribute, tombstone_seconds=TOMBSTONE_SECONDS
        )

    def write_around(self, site: Site, key: str, value: str) -> None:
        """Put an item as somebody does who knows nothing of versions."""
        self._dynamodb(site).put_item(TableName=self._table.name, Item=self._item(key, value))

    def write_in_epoch(self, site: Site, verb: Verb, key: str, value: str, epoch: int) -> None:
        """Write as a client of a site that believes in an epoch, whatever the tier's row says."""
        named = self._table.key(key)
        request: Mapping[str, Any] = {"Item": self._item(key, value)} if verb == "put" else {"Key": named}
        write = Write(verb=verb, table=self._table.name, request=request, key=named, epoch=epoch, here=site)
        self._versioned.carry_out(self._dynamodb(site), write)

    def there(self, keys: Sequence[str]) -> dict[Site, list[str]]:
        """Name the keys under which each region has an item that is not deleted."""
        sites: tuple[Site, ...] = ("primary", "secondary")
        return {site: [key for key in keys if self._lives(site, key)] for site in sites}

    def dead_records(self, site: Site) -> int:
        """Count the records of a region that are kept and told of."""
        region = self._sites.region(site)
        queues, buckets = cast("SQSClient", self._clients("sqs", region)), cast("S3Client", self._clients("s3", region))
        url = queues.get_queue_url(QueueName=self._dead_records)["QueueUrl"]
        told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        kept = buckets.list_objects_v2(Bucket=f"{self._dead_records}-{self._account_id}-{region}")
        return min(kept["KeyCount"], int(told["Attributes"]["ApproximateNumberOfMessages"]))

    def _lives(self, site: Site, key: str) -> bool:
        answer = self._dynamodb(site).get_item(
            TableName=self._table.name, Key=self._table.key(key), ConsistentRead=True
        )
        stamp = Stamp.of(answer.get("Item"))
        return "Item" in answer and not (stamp and stamp.deleted)

    def _item(self, key: str, value: str) -> dict[str, Any]:
        return {**self._table.key(key), "body": {"S": value}}

    def _dynamodb(self, site: Site) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._clients("dynamodb", self._sites.region(site)))
