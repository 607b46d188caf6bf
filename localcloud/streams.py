"""DynamoDB's streams as moto keeps them: read from any place on, and rid of what is older than their retention.

moto's streams have one shard each. Their records lie in a list, and its first one's number grows as it is trimmed.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models.table import StreamShard
from moto.dynamodbstreams.models import dynamodbstreams_backends

from localcloud.admin import Given
from localcloud.gateway import Gateway
from localcloud.global_tables import GlobalTables
from localcloud.moto_tables import MotoTables
from localcloud.protocols import error
from localcloud.request import Request, Response
from localcloud.stream_records import Kept, created_at, dated

log = logging.getLogger(__name__)

ARN = re.compile(r"arn:aws:dynamodb:([^:]+):\d+:table/([^/]+)/stream/(.+)")
RETENTION_SECONDS = 24 * 3600.0


class NoSuchStream(Exception):
    """The table has no such stream, or is gone."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Records from a place in a stream on; ``missed`` counts those that left it before anyone got there."""

    records: Sequence[Kept]
    position: int
    missed: int
    shard: str
    partition_key: str


class Streams:
    """The streams of all regions; ``retention_seconds`` is 24 hours until somebody says otherwise: a drill, say.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """

    def __init__(self, tables: MotoTables, known: GlobalTables, gateway: Gateway) -> None:
        self._tables = tables
        self._known = known
        self._gateway = gateway
        self.retention_seconds = RETENTION_SECONDS
        gateway.routes["dynamodbstreams", "GetRecords"] = self._get_records
        for operation in ("DescribeStream", "GetShardIterator"):
            gateway.routes["dynamodbstreams", operation] = self._of_a_stream
        gateway.admin.routes["GET", "streams"] = lambda _given: self._settings()
        gateway.admin.routes["POST", "streams"] = self._change

    def place(self, arn: str, position: str) -> int:
        """Give the place of ``TRIM_HORIZON`` or ``LATEST``.

        Raises:
            NoSuchStream: there is none of that ARN.
        """
        with self._gateway.lock("dynamodb"):
            shard = self.shard(arn)
            self._trim(shard)
            return int(shard.starting_sequence_number) + (len(shard.items) if position == "LATEST" else 0)

    def read(self, arn: str, position: int, most: int) -> Found:
        """Read on from a place; what this costs does not grow with what was read before.

        Raises:
            NoSuchStream: there is none of that ARN.
        """
        with self._gateway.lock("dynamodb"):
            shard = self.shard(arn)
            self._trim(shard)
            start = max(position, int(shard.starting_sequence_number))
            records = [dated(kept, self._made(kept)) for kept in shard.get(start, most)]
        return Found(
            records=records,
            position=start + len(records),
            missed=start - position,
            shard=shard.id,
            partition_key=shard.table.hash_key_attr,
        )

    def shard(self, arn: str) -> StreamShard:
        """Find a stream's shard; of a strongly consistent table only one region's has records. The lock is held.

        Raises:
            NoSuchStream: there is none of that ARN.
        """
        found = ARN.fullmatch(arn)
        region, name, label = found.groups() if found else ("", "", "")
        known = self._known.find(region, name)
        shard = self._tables.shard(known.home if known and known.strong else region, name) if found else None
        if shard is None or self._tables.stream_label(region, name) != label:
            raise NoSuchStream(f"Stream not found: {arn}")
        return shard

    def trim(self) -> None:
        """Rid all streams of what is too old, whether or not anybody reads them."""
        with self._gateway.lock("dynamodb"):
            for shard in self._tables.shards():
                self._trim(shard)

    def _trim(self, shard: StreamShard) -> None:
        oldest = self._gateway.calendar.now().timestamp() - self.retention_seconds
        old = next((at for at, one in enumerate(shard.items) if self._made(one.record) >= oldest), len(shard.items))
        if old:
            del shard.items[:old]
            shard.starting_sequence_number += old
            log.info("stream trimmed", extra={"table": shard.table.table_arn, "records": old})

    def _made(self, kept: Kept) -> float:
        """Return when a record was written by this cloud's calendar; moto dates it by this host's clock."""
        return self._gateway.calendar.when(created_at(kept))

    def _of_a_stream(self, request: Request) -> Response:
        """Answer from moto, which takes any ARN for the stream that its table has now in the caller's region."""
        arn = str(request.params.get("StreamArn"))
        with self._gateway.lock("dynamodb"):
            try:
                self._trim(self.shard(arn))
            except NoSuchStream as missing:
                return error(request, 400, "ResourceNotFoundException", str(missing))
            if arn.split(":")[3] != request.region:
                return error(request, 400, "ResourceNotFoundException", f"{arn} is not in {request.region}")
            return self._gateway.moto(request)

    def _get_records(self, request: Request) -> Response:
        """Answer from moto, unless the place to read from is no longer in the stream."""
        with self._gateway.lock("dynamodb"):
            iterators = dynamodbstreams_backends[DEFAULT_ACCOUNT_ID][request.region].shard_iterators
            iterator = iterators.get(str(request.params.get("ShardIterator")))
            if iterator is not None:
                self._trim(iterator.stream_shard)
                if iterator.sequence_number < iterator.stream_shard.starting_sequence_number:
                    words = "The operation attempted to read past the oldest stream record in a shard."
                    return error(request, 400, "TrimmedDataAccessException", words)
            return self._gateway.moto(request)

    def _settings(self) -> object:
        return {"retention_seconds": self.retention_seconds}

    def _change(self, given: Given) -> object:
        seconds = given.get("retention_seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
            raise ValueError(f"give retention_seconds, more than 0, not {seconds!r}")
        self.retention_seconds = float(seconds)
        return self._settings()
