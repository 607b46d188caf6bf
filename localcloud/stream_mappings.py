"""Event source mappings of DynamoDB streams: read on a timer, handed over lane by lane, retried within limits.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from moto.awslambda.models import EventSourceMapping

from localcloud.deployed import Functions, NoSuchFunction
from localcloud.event_sources import Asked, Refused, exists
from localcloud.mapping_metrics import MappingMetrics
from localcloud.metrics import Clock
from localcloud.permissions import Permissions
from localcloud.record_filters import wanted_by
from localcloud.regions import World
from localcloud.stream_attempts import Attempt, Attempts
from localcloud.stream_batches import Batch, Limits, Record
from localcloud.stream_lanes import LONGEST_PAUSE_SECONDS, Lane, Lanes
from localcloud.stream_records import event_record, read_record
from localcloud.stream_settings import DEFAULTS, InvalidSetting, check, check_new, lanes, limits
from localcloud.streams import Found, NoSuchStream, Streams
from localcloud.timers import Timers

log = logging.getLogger(__name__)

ACTIONS = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams")
SHORTEST_PAUSE_SECONDS = 0.05
MOST_AT_ONCE = 10_000
"""Records that are read in one turn; no more are read while so many wait."""


@dataclass(frozen=True, kw_only=True)
class StreamServices:
    """What reading streams stands on; ``pause`` gives the seconds between two looks at a stream."""

    streams: Streams
    functions: Functions
    attempts: Attempts
    permissions: Permissions
    metrics: MappingMetrics
    world: World
    timers: Timers
    clock: Clock
    pause: Callable[[], float]
    time_scale: float


@dataclass(kw_only=True)
class _Reader:
    """One mapping at work: how far it has read, and what it has read but is not done with."""

    mapping: EventSourceMapping
    position: int
    lanes: Lanes = field(default_factory=Lanes)
    shard: str = ""
    trouble: str = ""

    @property
    def stream(self) -> str:
        return str(self.mapping.event_source_arn)


class StreamMappings:
    """Reads the streams of all enabled mappings, and hands what is wanted of them to their functions in batches."""

    def __init__(self, services: StreamServices) -> None:
        self._services = services
        self._readers: list[_Reader] = []

    def settled(self, region: str, asked: Asked) -> Asked:
        """Check a new mapping and fill in what was not said.

        Raises:
            Refused: a setting is wrong, or the stream is not there or not in the function's region.
        """
        arn = str(asked["EventSourceArn"])
        try:
            check_new(asked)
            self._services.streams.place(arn, "LATEST")
        except (InvalidSetting, NoSuchStream) as wrong:
            raise Refused(str(wrong)) from wrong
        if arn.split(":")[3] != region:
            raise Refused(f"{arn} is not in {region}, where its function is.")
        return {**DEFAULTS, **{name: value for name, value in asked.items() if value is not None}}

    def check_change(self, asked: Asked) -> None:
        """Check what is to be changed.

        Raises:
            Refused: a setting is wrong.
        """
        try:
            check(asked)
        except InvalidSetting as wrong:
            raise Refused(str(wrong)) from wrong

    def begin(self, mapping: EventSourceMapping) -> None:
        """Read a mapping's stream from its starting position on until the mapping is deleted."""
        position = self._services.streams.place(mapping.event_source_arn, str(mapping.starting_position))
        reader = _Reader(mapping=mapping, position=position)
        self._readers.append(reader)
        self._later(reader)

    def backlog(self) -> dict[str, dict[str, float]]:
        """Count the records of each region's streams that no function is done with; tell the age of the oldest."""
        found: dict[str, dict[str, float]] = {}
        for reader in self._readers:
            if exists(reader.mapping):
                one = found.setdefault(reader.mapping.region, {"records": 0, "seconds": 0.0})
                records, seconds = self._undone(reader)
                one["records"], one["seconds"] = one["records"] + records, max(one["seconds"], seconds)
        return found

    def _undone(self, reader: _Reader) -> tuple[int, float]:
        records, oldest = reader.lanes.undone()
        try:
            unread = max(0, self._services.streams.place(reader.stream, "LATEST") - reader.position)
        except NoSuchStream:
            unread = 0
        return records + unread, max(0.0, self._now() - oldest) if oldest is not None else 0.0

    def _later(self, reader: _Reader) -> None:
        pause = max(SHORTEST_PAUSE_SECONDS, self._services.pause())
        self._services.timers.after(pause, lambda: self._turn(reader))

    def _turn(self, reader: _Reader) -> None:
        """Look at the stream once and come back, unless the mapping was deleted."""
        if not exists(reader.mapping):
            return
        try:
            if self._runs(reader):
                self._read(reader)
                self._start(reader)
        finally:
            self._later(reader)

    def _runs(self, reader: _Reader) -> bool:
        mapping = reader.mapping
        return bool(mapping.enabled) and self._services.world.up(mapping.region) and exists(mapping)

    def _read(self, reader: _Reader) -> None:
        """Read what is new; whatever is in the way is logged once, and the place in the stream is kept."""
        room = reader.lanes.resize(lanes(reader.mapping)) and reader.lanes.waiting() < MOST_AT_ONCE
        try:
            if room and self._services.streams.place(reader.stream, "LATEST") > reader.position:
                refused = self._refused(reader.mapping)
                self._note(reader, f"its role may not {', '.join(refused)}" if refused else "")
                if not refused:
                    self._take(reader, self._services.streams.read(reader.stream, reader.position, MOST_AT_ONCE))
        except (NoSuchStream, NoSuchFunction) as why:
            self._note(reader, str(why))

    def _refused(self, mapping: EventSourceMapping) -> list[str]:
        """Ask the execution role, as Lambda reads in its name."""
        role = self._services.functions.get(mapping.region, mapping.function_arn).role
        allows = self._services.permissions.role_allows
        return [action for action in ACTIONS if not allows(role, action, mapping.event_source_arn)]

    def _note(self, reader: _Reader, trouble: str) -> None:
        if trouble and trouble != reader.trouble:
            log.warning("stream is not read", extra={"stream": reader.stream, "why": trouble})
        reader.trouble = trouble

    def _take(self, reader: _Reader, found: Found) -> None:
        """Put records into their lanes; one that no filter wants counts as done."""
        if found.missed:
            log.warning("records left the stream unread", extra={"stream": reader.stream, "records": found.missed})
        records = [_record(reader, found, at) for at in range(len(found.records))]
        wanted = self._wanted(reader.mapping, records)
        reader.position, reader.shard = found.position, found.shard
        reader.lanes.add(wanted, self._now())
        self._services.metrics.count(reader.mapping, "PolledEventCount", len(records))
        self._services.metrics.count(reader.mapping, "FilteredOutEventCount", len(records) - len(wanted))

    def _wanted(self, mapping: EventSourceMapping, records: list[Record]) -> list[Record]:
        if not mapping.filter_criteria:
            return records
        wants = wanted_by(mapping.filter_criteria)
        return [record for record in records if wants(json.loads(record.body))]

    def _start(self, reader: _Reader) -> None:
        """Hand over what is due of every lane that has nothing in flight."""
        if self._runs(reader):
            for lane, batch in reader.lanes.take(self._limits(reader), self._now()):
                self._services.timers.after(0.0, partial(self._handle, reader, lane, batch))

    def _handle(self, reader: _Reader, lane: Lane, batch: Batch) -> None:
        """Make one attempt; if it broke in the cloud itself, the batch is kept for another."""
        attempt = Attempt(left=[batch], pause_seconds=LONGEST_PAUSE_SECONDS * self._services.time_scale)
        try:
            attempt = self._services.attempts.make(reader.mapping, batch, self._limits(reader), reader.shard)
        finally:
            reader.lanes.settle(lane, attempt.left, self._now() + attempt.pause_seconds)
        if not attempt.pause_seconds:
            self._start(reader)

    def _limits(self, reader: _Reader) -> Limits:
        return limits(reader.mapping, self._services.time_scale, self._services.streams.retention_seconds)

    def _now(self) -> float:
        return self._services.clock().timestamp()


def _record(reader: _Reader, found: Found, at: int) -> Record:
    kept = found.records[at]
    return read_record(kept, event_record(kept, reader.stream), found.partition_key)
