"""`python -m tests.overhead`: what a `RegionalTable` adds to a call, beside bare boto3 in the same run.

Both call a stub server in a process of its own, in turn, so that what the machine does meanwhile befalls both alike.
The stub answers at once: on AWS the milliseconds of the network come on top. Prints milliseconds, and the difference.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import boto3

from failover.client_view import ClientView
from failover.clock import SystemClock
from failover.outbox import Outbox
from failover.protocol import Protocol
from failover.queued_table import QueuedTable
from failover.region_calls import RegionCalls, timed_clients
from failover.regional_table import RegionalTable, TableOptions
from failover.replication.versioned_table import TableReads, TableWrites, VersionedTable, time_of_day
from failover.sites import Site

REGIONS: Mapping[Site, str] = {"primary": "us-east-1", "secondary": "us-west-2"}
ITEM: Mapping[str, Any] = {"id": {"S": "order-1"}, "lines": {"L": [{"S": "x" * 50}] * 10}}
KEY: Mapping[str, Any] = {"id": {"S": "order-1"}}
WARM_UP = 200
Act = Callable[[], object]


@contextmanager
def server() -> Iterator[str]:
    """Run the stub; give its address."""
    command = [sys.executable, "-m", "tests.overhead.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().strip()
        running.kill()


def opened(session: boto3.Session) -> tuple[RegionalTable, RegionalTable, ClientView]:
    """Open a table under a real view of three control regions, without versions and with them."""
    clock = SystemClock()
    regions = {site: RegionCalls(region, timed_clients(region, session), clock) for site, region in REGIONS.items()}
    control = {f"us-east-{number}": session.client("dynamodb", f"us-east-{number}") for number in (1, 2, 3)}
    views = ClientView(control, "control", Protocol(), clock=clock)
    versioned, seconds = VersionedTable(key=("id",)), max(calls.shortest for calls in regions.values())
    writes = TableWrites(versioned, seconds=seconds, monotonic=clock.monotonic, now=time_of_day)
    options = TableOptions(writes=writes, reads=TableReads())
    with_versions = RegionalTable("orders", regions, views, clock=clock, options=options)
    return RegionalTable("orders", regions, views, clock=clock), with_versions, views


def timed(acts: Mapping[str, Act], rounds: int, warm_up: int) -> dict[str, list[float]]:
    """Carry each out in turn, so often, and return the milliseconds of each call but the first."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(warm_up + rounds):
        for name, act in acts.items():
            began = time.perf_counter()
            act()
            if number >= warm_up:
                taken[name].append((time.perf_counter() - began) * 1000)
    return taken


def told(taken: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Return a line for each, the bare ones first; `x: bare` is what `x` and `x: queued` are compared with."""
    yield f"{'call':<22}{'p50 ms':>9}{'p99 ms':>9}{'adds ms':>9}{'adds %':>8}"
    for name, values in taken.items():
        bare = median(taken[f"{name.split(':')[0]}: bare boto3"])
        adds = median(values) - bare
        yield f"{name:<22}{median(values):9.3f}{quantiles(values, n=100)[98]:9.3f}{adds:9.3f}{adds / bare:8.1%}"


def measure(rounds: int, folder: Path, warm_up: int = WARM_UP) -> dict[str, list[float]]:
    """Time puts and gets, bare, by a table, by one whose items carry versions, and by a table with an outbox."""
    with server() as address:
        os.environ |= {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "none"}
        session = boto3.Session()
        table, versioned, views = opened(session)
        bare = timed_clients("us-east-1", session)[0].client
        with views, Outbox(folder / "outbox.db") as outbox:
            queued = QueuedTable(table, outbox, key=("id",))
            return timed(
                {
                    "put_item: bare boto3": lambda: bare.put_item(TableName="orders", Item=ITEM),
                    "put_item: table": lambda: table.put_item(Item=ITEM),
                    "put_item: versions": lambda: versioned.put_item(Item=ITEM),
                    "put_item: outbox": lambda: queued.put_item(Item=ITEM),
                    "get_item: bare boto3": lambda: bare.get_item(TableName="orders", Key=KEY),
                    "get_item: table": lambda: table.get_item(Key=KEY),
                    "get_item: versions": lambda: versioned.get_item(Key=KEY),
                },
                rounds,
                warm_up,
            )


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.overhead", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    with tempfile.TemporaryDirectory() as folder:
        print(*told(measure(parser.parse_args().rounds, Path(folder))), sep="\n")


if __name__ == "__main__":
    main()
