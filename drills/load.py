"""A real load on a stack's data tier, as a process of its own: `python -m drills.load --spec JSON`.

Clients are homed in both sites; each is a thread with its own view of the tier and its own boto3 clients, and signs as
``client.<region>.<name>.0``. Ends on SIGTERM, SIGINT or the end of its standard input, so it dies with its parent.
"""

import argparse
import contextlib
import functools
import logging
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator

import boto3

from drills.lawless_views import AgelessViews, FirstView
from drills.load_client import Habits, LoadClient
from drills.load_spec import LoadSpec
from drills.recorder import Recorder
from failover.clock import SystemClock
from failover.data_tier import DataTier
from failover.regional_table import RegionalTable
from failover.replication.versioned_table import time_of_day
from failover.sites import Site
from failover.write_grants import Views

JOIN_SECONDS = 10.0
EMBEDDED = "embedded"


def habits(spec: LoadSpec) -> Iterator[Habits]:
    """Name the clients: so many of each site, and the defiant one, at home in the primary site."""
    sites: tuple[Site, ...] = ("primary", "secondary")
    named = functools.partial(Habits, turns_per_second=spec.turns_per_second, read_share=spec.read_share)
    for site in sites:
        for number in range(1, spec.clients_per_site + 1):
            yield named(name=f"{site}-{number}", site=site)
    if spec.defiant:
        yield named(name="defiant-1", site="primary", defiant=True, stale_appends=spec.stale_appends)


def session(spec: LoadSpec, home: Habits) -> boto3.Session:
    """Return credentials that name the client to the embedded cloud."""
    access_key_id = f"client.{spec.tier.sites.region(home.site)}.{home.name}.0"
    return boto3.Session(aws_access_key_id=access_key_id, aws_secret_access_key=EMBEDDED)


def table(spec: LoadSpec, who: Habits, tier: DataTier, chance: random.Random) -> RegionalTable:
    """Open the table under the rule that this client goes by."""
    clock = SystemClock()
    if who.defiant:
        return _opened(spec, who, tier, FirstView(tier.views, clock))
    if spec.table.mode == "mrsc":
        return tier.mrsc_table(spec.table.name, who.site)
    if spec.views == "current":
        return _opened(spec, who, tier, None)
    first = chance.random() * spec.reread_seconds
    ageless = AgelessViews(tier.views, clock, reread_seconds=spec.reread_seconds, first_reread_after=first)
    return _opened(spec, who, tier, ageless)


def _opened(spec: LoadSpec, who: Habits, tier: DataTier, views: Views | None) -> RegionalTable:
    if spec.table.mode == "mrsc":
        return tier.unlisted_table(spec.table.name, views)
    ahead = int(spec.primary_ahead_seconds * 1_000_000) if who.site == "primary" else 0
    return tier.table(spec.table.name, spec.table.versioned, views, now=lambda: time_of_day() + ahead)


def run(spec: LoadSpec, stop: threading.Event) -> None:
    """Run every client until ``stop``."""
    with contextlib.ExitStack() as opened:
        recorder = opened.enter_context(Recorder(spec.log))
        threads = []
        for number, who in enumerate(habits(spec)):
            chance = random.Random(f"{spec.seed}/{number}")  # noqa: S311 - repeatable on purpose
            tier = DataTier(spec.tier, session(spec, who))
            if not who.defiant and spec.views == "current":
                opened.enter_context(tier)
            client = LoadClient(who, table(spec, who, tier, chance), spec.table, recorder, chance)
            threads.append(threading.Thread(target=client.run, args=(stop,), name=who.name, daemon=True))
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join(JOIN_SECONDS)


def stop_with_parent(stop: threading.Event) -> None:
    """Set ``stop`` when standard input ends."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def main() -> None:
    """Read the command line and run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m drills.load", description=__doc__)
    parser.add_argument("--spec", required=True, help="a LoadSpec as JSON")
    spec = LoadSpec.from_json(parser.parse_args().spec)
    logging.basicConfig(level=logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    threading.Thread(target=stop_with_parent, args=(stop,), daemon=True).start()
    run(spec, stop)


if __name__ == "__main__":
    main()
