"""Puts the tools of lanes and proofs together: the only place that knows how their clients are made."""

import random
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING

from failover.aws_clients import client
from failover.clock import SystemClock
from failover.replication.dead_letters import DeadLetterBucket
from failover.replication.delivery import Delivery
from failover.replication.epochs import Epochs
from failover.replication.lane import AT_ONCE, Tools
from failover.replication.losers import LoserTable
from failover.replication.marker_table import MarkerTable
from failover.replication.source import Source
from failover.sites import other
from lambdas.stream_replicator.proving import Proving
from lambdas.stream_replicator.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ_SECONDS = 3.0


def build(settings: Settings) -> Tools:
    """Make the clients and hand them out."""
    clock = SystemClock()
    here, there = settings.here, other(settings.here)
    source = client("dynamodb", settings.region, read_seconds=READ_SECONDS, connections=AT_ONCE)
    target = client("dynamodb", settings.sites.region(there), read_seconds=READ_SECONDS, connections=AT_ONCE)
    losers = LoserTable(source, settings.losers_table)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lane")
    return Tools(
        here=here,
        rules=settings.rules,
        delivery=Delivery(
            client=target,
            table=settings.tables[there],
            key_name=settings.partition_key,
            rules=settings.rules,
            losers=losers,
        ),
        source=_source(settings, source, losers, Epochs(_control(settings), settings.control_table, clock)),
        dead_letters=DeadLetterBucket(client("s3", settings.region), settings.dead_letter_bucket, settings.function),
        markers=_markers(settings, source, pool),
        pool=pool,
        clock=clock,
        jitter=random.random,
    )


def proving(settings: Settings) -> Proving:
    """Make what a planned move's questions need, apart from any lane."""
    source = client("dynamodb", settings.region, read_seconds=READ_SECONDS, connections=AT_ONCE)
    return Proving(
        table=_markers(settings, source, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="markers")),
        streams=client("dynamodbstreams", settings.region),
        stream_arn=settings.stream_arn,
        lanes=settings.lanes,
        clock=SystemClock(),
    )


def _markers(settings: Settings, source: "DynamoDBClient", pool: Executor) -> MarkerTable:
    return MarkerTable(
        client=source,
        table=settings.tables[settings.here],
        here=settings.here,
        key_types=settings.key_types,
        ttl_attribute=settings.rules.ttl_attribute,
        pool=pool,
        clock=SystemClock(),
        jitter=random.random,
    )


def _source(settings: Settings, source: "DynamoDBClient", losers: LoserTable, epochs: Epochs) -> Source:
    return Source(
        client=source,
        table=settings.tables[settings.here],
        key_name=settings.partition_key,
        here=settings.here,
        rules=settings.rules,
        losers=losers,
        epoch_of=epochs.of,
        tombstone_seconds=settings.tombstone_seconds,
    )


def _control(settings: Settings) -> "Mapping[str, DynamoDBClient]":
    return {region: client("dynamodb", region) for region in settings.control_regions}
