"""A deployed stack in `streams` mode: two tables that the domain's own classes write, and functions that answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from failover.replication.audit import Auditor
from failover.replication.dead_letters import DeadLetterBucket, KeptAlready
from failover.replication.delivery import Delivery, Outcome
from failover.replication.losers import LoserTable
from failover.replication.meetings import Rules
from failover.replication.shipments import Image, Shipment
from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import Verb, VersionedWrites, Write
from failover.sites import Site, other
from localcloud.request import Request, Response
from tests.failover.replication.records import overwrite
from tests.ops.conftest import Ground, make_table

REGIONS: Mapping[Site, str] = {"primary": "us-east-1", "secondary": "us-west-2"}
RULES = Rules(ttl_attribute="expires", excluded=frozenset({"local"}))
ACCOUNT = "123456789012"
Item = dict[str, Any]


class Functions:
    """Answers instead of the replicators; ``events`` are (region, function, event)."""

    def __init__(self) -> None:
        self.poison: set[str] = set()
        self.events: list[tuple[str, str, Any]] = []
        self.fails = False
        self.then: Callable[[], None] = lambda: None

    def invoke(self, request: Request) -> Response:
        event = json.loads(request.body)
        self.events.append((request.region, str(request.params["FunctionName"]), event))
        self.then()
        if self.fails:
            return Response(status=200, headers={"X-Amz-Function-Error": "Unhandled"}, body=b'{"errorMessage": "x"}')
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        failed = [{"itemIdentifier": number} for number in numbers if number in self.poison]
        return Response(status=200, body=json.dumps({"batchItemFailures": failed}).encode())


@dataclass(frozen=True, kw_only=True)
class StreamsGround(Ground):
    """Epochs are the writer's own belief, as they are when a region is cut off; times are in seconds."""

    functions: Functions

    def named(self, noun: str) -> str:
        """Return a physical name, this test's alone."""
        stack = json.loads(self.outputs["inventory"])["stack"]
        return f"lifeboat-{stack}-{noun}"

    @classmethod
    def over(cls, ground: Ground, monkeypatch: pytest.MonkeyPatch, mode: str = "streams") -> "StreamsGround":
        """Make the tables, queues and buckets of a stack with the table `orders`; in mode `mrec` its names as well."""
        number = ground.outputs["controlTable"].rsplit("-", 1)[1]
        inventory = {**json.loads(ground.outputs["inventory"]), "mode": mode, "stack": f"prod-{number}"}
        outputs = {**ground.outputs, "dataMode": mode, "inventory": json.dumps(inventory)}
        outputs |= {"applicationTables": {"orders": f"lifeboat-prod-{number}-orders"}}
        outputs |= {"canaryTable": f"lifeboat-prod-{number}-canary"}
        told = {"ttlAttribute": "expires", "excluded": ["local"], "tombstoneSeconds": 1_000_000}
        outputs["replication"] = {"orders": told}
        ground.saved.write_text(json.dumps({"lifeboat": outputs}))
        functions = Functions()
        monkeypatch.setitem(ground.front.gateway.routes, ("lambda", "Invoke"), functions.invoke)
        made = cls(**{**vars(ground), "outputs": outputs, "functions": functions})
        for region in REGIONS.values():
            made.make(region)
        return made

    def make(self, region: str) -> None:
        dynamodb = self.client("dynamodb", region)
        make_table(dynamodb, self.named("losers"), ("pk", "sk"))
        for table in ("orders", "canary"):
            make_table(dynamodb, self.named(table), ("id",))
        self.client("sqs", region).create_queue(QueueName=self.named("dead-records"))
        elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=self.bucket(region), **elsewhere)

    def bucket(self, region: str) -> str:
        return f"{self.named('dead-records')}-{ACCOUNT}-{region}"

    def put(self, site: Site, key: str, *, epoch: int, at: int, table: str = "orders", **values: str) -> str:
        """Write as a client does; return the version."""
        item = {"id": {"S": key}, **{name: {"S": value} for name, value in values.items()}}
        return self._write(_write("put", {"Item": item}, self.named(table), site, epoch), at)

    def delete(self, site: Site, key: str, *, epoch: int, at: int) -> str:
        return self._write(_write("delete", {"Key": {"id": {"S": key}}}, self.named("orders"), site, epoch), at)

    def _write(self, write: Write, at: int) -> str:
        client = self.client("dynamodb", REGIONS[write.here])
        writes = VersionedWrites(now=lambda: at * 1_000_000, ttl_attribute="expires", tombstone_seconds=10**6)
        writes.carry_out(client, write)
        stamp = Stamp.of(client.get_item(TableName=write.table, Key=write.key)["Item"])
        assert stamp is not None
        return str(stamp.version)

    def item(self, site: Site, key: str, table: str = "orders") -> Item:
        found = self.client("dynamodb", REGIONS[site]).get_item(TableName=self.named(table), Key={"id": {"S": key}})
        return dict(found.get("Item", {}))

    def stamp(self, site: Site, key: str, table: str = "orders") -> Stamp:
        stamp = Stamp.of(self.item(site, key, table))
        assert stamp is not None
        return stamp

    def replicate(self, site: Site, key: str, table: str = "orders") -> Outcome:
        """Carry what a site has of an item over to the other one."""
        there, losers = other(site), self.client("dynamodb", REGIONS[site])
        delivery = Delivery(
            client=self.client("dynamodb", REGIONS[there]),
            table=self.named(table),
            key_name="id",
            rules=replace(RULES, excluded=frozenset()),
            losers=LoserTable(losers, self.named("losers")),
        )
        images = [Image(self.item(site, key, table), self.stamp(site, key, table))]
        return delivery.deliver(Shipment(key={"id": {"S": key}}, images=images))

    def states(self, site: Site) -> list[str]:
        """Return what the entries of a region's table of losers say."""
        found = self.client("dynamodb", REGIONS[site]).scan(TableName=self.named("losers"))["Items"]
        return [one["state"]["S"] for one in found]

    def overrule(self, site: Site, key: str, table: str = "orders") -> None:
        """Let the last writer win: the other site's item stands in a site's place, whose auditor sees the record."""
        there = REGIONS[site]
        won, lost = self.item(other(site), key, table), self.item(site, key, table)
        self.client("dynamodb", there).put_item(TableName=self.named(table), Item=won)
        losers = LoserTable(self.client("dynamodb", there), self.named("losers"))
        auditor = Auditor(here=site, losers=losers, dead_letters=KeptAlready())
        assert auditor.audit([overwrite(lost, won, table=self.named(table))]).failed is None

    def bury(
        self,
        region: str,
        record: Mapping[str, Any],
        reason: str = "malformed",
        function: str = "stream-replicator-orders",
    ) -> None:
        """Keep a record as a replicator or an auditor does, and tell the queue as S3 does."""
        bucket = DeadLetterBucket(self.client("s3", region), self.bucket(region), self.named(function))
        bucket.keep(record, reason)
        self.tell(region, f"{self.named(function)}/{record['dynamodb']['SequenceNumber']}.json")

    def tell(self, region: str, key: str, bucket: str = "") -> None:
        about = {"bucket": {"name": bucket or self.bucket(region)}, "object": {"key": key.replace(":", "%3A")}}
        self.send(region, json.dumps({"Records": [{"eventTime": "2026-11-26T03:00:00.000Z", "s3": about}]}))

    def send(self, region: str, body: str) -> None:
        self.client("sqs", region).send_message(QueueUrl=self._queue(region), MessageBody=body)

    def waiting(self, region: str) -> int:
        """Count the messages that anybody could receive now."""
        names = ["ApproximateNumberOfMessages"]
        told = self.client("sqs", region).get_queue_attributes(QueueUrl=self._queue(region), AttributeNames=names)
        return int(told["Attributes"]["ApproximateNumberOfMessages"])

    def held(self, region: str) -> int:
        """Count the messages that somebody has received and not yet given back."""
        names = ["ApproximateNumberOfMessagesNotVisible"]
        told = self.client("sqs", region).get_queue_attributes(QueueUrl=self._queue(region), AttributeNames=names)
        return int(told["Attributes"]["ApproximateNumberOfMessagesNotVisible"])

    def _queue(self, region: str) -> str:
        return str(self.client("sqs", region).get_queue_url(QueueName=self.named("dead-records"))["QueueUrl"])


def _write(verb: Verb, request: Item, table: str, site: Site, epoch: int) -> Write:
    named: Item = request["Item"] if verb == "put" else request["Key"]
    key = {"id": named["id"]}
    return Write(verb=verb, table=table, request=request, key=key, epoch=epoch, here=site)


def record(number: str, key: str = "a") -> dict[str, Any]:
    """Return a stream's record as Lambda gets it."""
    change = {"Keys": {"id": {"S": key}}, "SequenceNumber": number, "NewImage": {"id": {"S": key}}}
    return {"eventName": "INSERT", "dynamodb": {**change, "ApproximateCreationDateTime": 1_790_000_000}}
