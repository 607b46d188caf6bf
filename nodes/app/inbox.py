"""The inbox of events: a DynamoDB table in two regions, which outlives the SQL database and takes events at both sites.

Key ``box``, ``event``. An event lies in a ``waiting#N`` box from before its 200 until it was applied; then in a
``done#DAY`` box for as long as a database could come back without it, or in ``aside`` until a person decides. It is
written to the next box before it leaves the last one, so that it is always in one of them.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from failover.acknowledgement import UncertainWrite
from failover.call_failed import CallFailed
from failover.clock import SystemClock
from failover.failures import code_of
from failover.region_calls import RegionCalls, timed_clients
from failover.regional_table import RegionalTable
from failover.sites import Site
from failover.write_grants import AnyRegion, NotWritable
from nodes.app.events import Event
from nodes.app.waiting import Waiting

if TYPE_CHECKING:
    from failover.read_answers import Attributes
    from failover.table_requests import Query

SHARDS = 4
ASIDE = "aside"
CLOCKS_MARGIN_DAYS = 1  # hosts' clocks differ, and midnight is not the same moment everywhere
PURGED_AT_ONCE = 100
# Shopify hangs up after five seconds: https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
DEADLINE_SECONDS = 3.0
INBOX_ERRORS = (NotWritable, CallFailed, UncertainWrite, ClientError)
NOT_THERE = "attribute_not_exists(#event)"
THERE = "attribute_exists(#event)"
NAMES = {"#event": "event"}


class Inbox:
    """Thread-safe. Every method raises one of `INBOX_ERRORS` when DynamoDB does not do it; ``now`` gives the day."""

    def __init__(self, table: RegionalTable, now: Callable[[], datetime], *, retention_days: int) -> None:
        self._table = table
        self._now = now
        self._retention_days = retention_days

    def take(self, event: Event) -> bool:
        """Keep an event; False if it waits already. Once this returns it is not lost with a region.

        Raises:
            TooLarge: no item can hold it.
        """
        item = Waiting(event=event, box=box_of(event)).to_item()
        return _held(
            lambda: self._table.put_item(Item=item, ConditionExpression=NOT_THERE, ExpressionAttributeNames=NAMES)
        )

    def waiting(self) -> Iterator[Waiting]:
        """Read what waits now, box after box, as every region has it."""
        return itertools.chain.from_iterable(self._in(f"waiting#{shard}") for shard in range(SHARDS))

    def done(self) -> Iterator[Waiting]:
        """Read what was applied and may be missing in a database that took over."""
        days = range(-CLOCKS_MARGIN_DAYS, self._retention_days + 1)
        return itertools.chain.from_iterable(self._in(self._done_box(day)) for day in days)

    def aside(self) -> Iterator[Waiting]:
        """Read what was set aside."""
        return self._in(ASIDE)

    def move_to_done(self, one: Waiting) -> None:
        """Note that an event was applied. Moving it twice is the same as once."""
        self._move(replace(one, box=self._done_box(0)), one)

    def set_aside(self, one: Waiting, reason: str) -> None:
        """Take an event out of the way until a person decides."""
        self._move(replace(one, box=ASIDE, reason=reason), one)

    def put_back(self, one: Waiting) -> None:
        """Let an event that was set aside be tried again."""
        self._move(replace(one, box=box_of(one.event), attempts=0, reason=""), one)

    def note_failure(self, one: Waiting, reason: str) -> Waiting:
        """Count an attempt that failed; return the event as it is now. One that was moved meanwhile stays moved."""
        failed = replace(one, attempts=one.attempts + 1, reason=reason)
        _held(
            lambda: self._table.update_item(
                Key=_key(one),
                UpdateExpression="SET attempts = :attempts, reason = :reason",
                ConditionExpression=THERE,
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={":attempts": {"N": str(failed.attempts)}, ":reason": {"S": reason}},
            )
        )
        return failed

    def depth(self) -> int:
        """Count what waits: of each box as much as one read of 1 MB sees, so that past some thousands it is a floor."""
        return sum(self._counted(f"waiting#{shard}") for shard in range(SHARDS))

    def purge(self) -> int:
        """Remove some of what was applied longer ago than is kept; return how much."""
        oldest = self._retention_days + CLOCKS_MARGIN_DAYS + 1
        return sum(self._emptied(self._done_box(day)) for day in range(oldest, oldest + self._retention_days + 1))

    def _emptied(self, box: str) -> int:
        asked = _of(box)
        asked["Limit"] = PURGED_AT_ONCE
        keys = [{"box": item["box"], "event": item["event"]} for item in self._table.query(**asked).items]
        for key in keys:
            self._table.delete_item(Key=key)
        return len(keys)

    def _counted(self, box: str) -> int:
        asked = _of(box)
        asked["Select"] = "COUNT"
        return self._table.query(**asked).count

    def _move(self, there: Waiting, here: Waiting) -> None:
        self._table.put_item(Item=there.to_item())
        self._table.delete_item(Key=_key(here))

    def _in(self, box: str) -> Iterator[Waiting]:
        asked = _of(box)
        asked["ConsistentRead"] = True
        for page in self._table.query_pages(**asked):
            yield from map(Waiting.from_item, page.items)

    def _done_box(self, days_ago: int) -> str:
        return f"done#{self._now() - timedelta(days=days_ago):%Y-%m-%d}"


def box_of(event: Event) -> str:
    """Return the box that an event waits in: by its key, so that each delivery of it meets the others."""
    return f"waiting#{int(event.key, 16) % SHARDS}"


def mrsc_table(name: str, regions: tuple[str, str], session: boto3.Session) -> RegionalTable:
    """Open the inbox's table from ``regions``, the nearer one first; once in each process, after it was forked."""
    clock = SystemClock()
    sites: tuple[Site, Site] = ("primary", "secondary")
    calls = {
        site: RegionCalls(region, timed_clients(region, session), clock)
        for site, region in zip(sites, regions, strict=True)
    }
    return RegionalTable(name, calls, AnyRegion(sites[0], clock, deadline_seconds=DEADLINE_SECONDS), clock=clock)


def _held(write: Callable[[], object]) -> bool:
    """Carry out a conditional write; say whether its condition held."""
    try:
        write()
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _of(box: str) -> "Query":
    return {"KeyConditionExpression": "box = :box", "ExpressionAttributeValues": {":box": {"S": box}}}


def _key(one: Waiting) -> "Attributes":
    return {"box": {"S": one.box}, "event": {"S": one.event.key}}
