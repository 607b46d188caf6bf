"""A process with an outbox, to be killed: `python -m tests.failover.outbox_process write|replay FILE`.

``write`` keeps writes for ever and prints the number of each; ``replay`` sends what there is to ``AWS_ENDPOINT_URL``.
"""

import itertools
import sys
from pathlib import Path

import boto3

from failover.clock import SystemClock
from failover.outbox import Outbox
from failover.outbox_replay import Replayer
from failover.queued_table import Queued, QueuedTable
from failover.region_calls import RegionCalls, timed_clients
from failover.regional_table import RegionalTable, TableOptions
from failover.sites import Site
from failover.table_metrics import Metrics, NoMetrics
from failover.write_grants import AnyRegion, Grant, Heard, NoCurrentView, Views

PATIENCE = 4  # of a machine that does much else meanwhile


class NoViews:
    """No control region answers."""

    def grant(self, _seconds: float) -> Grant:
        raise NoCurrentView("no control region answered")

    def heard(self) -> Heard:
        raise NoCurrentView("no control region answered")


def anywhere() -> AnyRegion:
    return AnyRegion("primary", SystemClock(), deadline_seconds=3.0 * PATIENCE)


def table(views: Views, metrics: Metrics | None = None) -> RegionalTable:
    clock, session = SystemClock(), boto3.Session()
    names: dict[Site, str] = {"primary": "us-east-1", "secondary": "us-west-2"}
    regions = {
        site: RegionCalls(region, timed_clients(region, session, time_scale=PATIENCE), clock)
        for site, region in names.items()
    }
    options = TableOptions(metrics=metrics or NoMetrics())
    return RegionalTable("orders", regions, views, clock=clock, options=options)


def write(outbox: Outbox) -> None:
    queued = QueuedTable(table(NoViews()), outbox, key=("id",))
    for number in itertools.count():
        kept = queued.put_item(Item={"id": {"S": f"order-{number}"}, "bytes": {"B": b"\x00" * 100}})
        assert isinstance(kept, Queued)
        print(kept.number, flush=True)


def replay(outbox: Outbox) -> None:
    Replayer(outbox, [table(anywhere())]).replay()


if __name__ == "__main__":
    with Outbox(Path(sys.argv[2])) as opened:
        {"write": write, "replay": replay}[sys.argv[1]](opened)
