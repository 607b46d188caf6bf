"""What an application holds to reach its tables: one view of the data tier, one set of clients for its threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

import boto3

from failover import aws_clients
from failover.client_view import ClientView
from failover.clock import SystemClock
from failover.protocol import Protocol
from failover.region_calls import RegionCalls, timed_clients
from failover.regional_table import RegionalTable, TableOptions
from failover.replication.versioned_table import TableReads, TableWrites, VersionedTable, time_of_day
from failover.sites import Site, Sites
from failover.write_grants import AnyRegion, Views

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONTROL_CONNECT_SECONDS = 0.3
CONTROL_READ_SECONDS = 0.7


@dataclass(frozen=True, kw_only=True)
class DataTierArgs:
    """Where the tier is, as the stack's outputs say; ``protocol`` is the stack's own, unscaled."""

    sites: Sites
    control_table: str
    control_regions: tuple[str, ...]
    protocol: Protocol


class DataTier:
    """A context manager: entering begins to watch the tier's row, leaving stops it and hedged reads.

    Makes all its boto3 clients at once, so build it before the threads that share it, and after a server has forked its
    workers: one in each. ``options`` holds for every table.
    """

    def __init__(self, args: DataTierArgs, session: boto3.Session, options: TableOptions | None = None) -> None:
        self._clock = SystemClock()
        self._options = options or TableOptions()
        self.views = ClientView(_control(args, session), args.control_table, args.protocol, clock=self._clock)
        self._regions = _regions(args, session, self._clock)

    def table(
        self,
        name: str,
        table: VersionedTable,
        views: Views | None = None,
        *,
        now: Callable[[], int] = time_of_day,
    ) -> RegionalTable:
        """Open an `mrec` or `streams` table, whose items carry versions that the application does not see.

        ``views`` puts another rule in place of the tier's epochs; ``now`` gives the time of day in microseconds, which
        may be wrong by any length.
        """
        seconds = max(calls.shortest for calls in self._regions.values())
        writes = TableWrites(table, seconds=seconds, monotonic=self._clock.monotonic, now=now)
        options = replace(self._options, writes=writes, reads=TableReads())
        return RegionalTable(name, self._regions, views or self.views, clock=self._clock, options=options)

    def unlisted_table(self, name: str, views: Views | None = None) -> RegionalTable:
        """Open an `mrec` table that config calls `unlisted`: items stay as they are, and what loses is gone."""
        return RegionalTable(name, self._regions, views or self.views, clock=self._clock, options=self._options)

    def mrsc_table(self, name: str, home: Site) -> RegionalTable:
        """Open a table that takes writes in either region; ``home`` is the nearer one."""
        views = AnyRegion(home, self._clock)
        return RegionalTable(name, self._regions, views, clock=self._clock, options=self._options)

    def __enter__(self) -> Self:
        self.views.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.views.stop()
        self._options.pool.shutdown(wait=False, cancel_futures=True)


def _control(args: DataTierArgs, session: boto3.Session) -> "Mapping[str, DynamoDBClient]":
    scale = args.protocol.time_scale
    return {
        region: aws_clients.client(
            "dynamodb",
            region,
            connect_seconds=CONTROL_CONNECT_SECONDS * scale,
            read_seconds=CONTROL_READ_SECONDS * scale,
            session=session,
        )
        for region in args.control_regions
    }


def _regions(args: DataTierArgs, session: boto3.Session, clock: SystemClock) -> Mapping[Site, RegionCalls]:
    scale = args.protocol.time_scale
    sites: tuple[Site, ...] = ("primary", "secondary")
    names = {site: args.sites.region(site) for site in sites}
    return {
        site: RegionCalls(region, timed_clients(region, session, time_scale=scale), clock)
        for site, region in names.items()
    }
