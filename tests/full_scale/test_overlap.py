"""The view rule, shown by what happens with it and without it under one and the same cut (protocol.md 5 and 8)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drills import stack as stacks
from drills.accounting import Evidence, Figures, account
from drills.contents import contents
from drills.events import EventLog, read_events
from drills.load_process import LoadProcess
from drills.load_spec import LoadSpec, LoadTable
from drills.recorder import Operation, read_operations
from drills.stack import Stack
from drills.watcher import ControlTableLook, Watcher
from failover.sites import Site
from localcloud.caller import INTERNAL
from tests.cloud.stage import TIER, Stage
from tests.waiting import eventually

START_SECONDS = 30.0
MOVE_SECONDS = 60.0
REST_SECONDS = 20.0
BOTH_WRITE = 6
SITES: tuple[Site, ...] = ("primary", "secondary")


@dataclass(frozen=True, kw_only=True)
class Load:
    """Clients of both sites that write to a table of their own."""

    spec: LoadSpec

    def acknowledged(self, site: Site, region: str, since: float) -> int:
        """Count the writes that a region acknowledged to a site's clients."""
        return sum(
            one.is_write and one.acknowledged and (one.site, one.region) == (site, region)
            for one in self.operations()
            if one.ended >= since
        )

    def operations(self) -> tuple[Operation, ...]:
        return read_operations(self.spec.log) if self.spec.log.exists() else ()


def loads(stage: Stage, folder: Path) -> tuple[Load, Load]:
    """Return the clients that keep the rule, and those for which it is switched off."""
    stack = stacks.from_outputs(stage.outputs)
    by_rule = LoadSpec(
        tier=stack.tier,
        table=table(stage, stack, "orders"),
        log=folder / "ruled.jsonl",
        clients_per_site=1,
        turns_per_second=8.0,
        defiant=False,
        seed=1,
    )
    lawless = replace(
        by_rule,
        table=table(stage, stack, "sessions"),
        log=folder / "lawless.jsonl",
        views="ageless",
        reread_seconds=0.5,
    )
    return Load(spec=by_rule), Load(spec=lawless)


def table(stage: Stage, stack: Stack, noun: str) -> LoadTable:
    client = stage.client("dynamodb", stage.primary)
    return stacks.loaded_table(client, replace(stack, application_tables={"orders": stack.application_tables[noun]}))


@contextmanager
def watched(stage: Stage, folder: Path) -> Iterator[EventLog]:
    """Record the tier's row and the votes, as a drill does."""
    events = EventLog(folder / "events.jsonl", time.monotonic)
    client: Any = stage.cloud.client("dynamodb", stage.secondary, INTERNAL.access_key_id)
    look = ControlTableLook(
        client,
        stage.outputs["controlTable"],
        tier=TIER,
        observers=stage.control_regions,
        vote_fresh=stage.protocol.vote_fresh,
        monotonic=time.monotonic,
    )
    with Watcher([look], events):
        yield events
    events.close()


def cut_the_primary_off(stage: Stage, ruled: Load, lawless: Load) -> float:
    """Hide the primary from the observers under load until both kinds of clients write to the secondary; return t0."""
    everywhere = [(load, site) for load in (ruled, lawless) for site in SITES]
    eventually(
        lambda: all(load.acknowledged(site, stage.primary, 0.0) >= BOTH_WRITE for load, site in everywhere),
        START_SECONDS,
        "clients of both sites write to the primary",
    )
    t0 = time.monotonic()
    stage.cloud.regions.isolate(stage.primary)
    eventually(
        lambda: all(load.acknowledged("secondary", stage.secondary, t0) >= BOTH_WRITE for load in (ruled, lawless)),
        MOVE_SECONDS,
        "clients of the secondary site write there",
    )
    moved = time.monotonic()
    eventually(
        lambda: lawless.acknowledged("primary", stage.primary, moved) >= BOTH_WRITE,
        MOVE_SECONDS,
        "clients without the rule still write to the primary",
    )
    return t0


def figures(stage: Stage, load: Load, folder: Path, t0: float) -> Figures:
    """Account for one load as a drill does."""
    regions: Sequence[str] = (stage.primary, stage.secondary)
    clients: dict[str, Any] = {
        region: stage.cloud.client("dynamodb", region, INTERNAL.access_key_id) for region in regions
    }
    evidence = Evidence(
        operations=load.operations(),
        events=read_events(folder / "events.jsonl"),
        contents={region: contents(client, load.spec.table) for region, client in clients.items()},
        sites=load.spec.tier.sites,
        t0=t0,
        failback_ordered_at=None,
        quorum=stage.protocol.quorum(TIER),
        max_lag=stage.protocol.max_lag,
    )
    return account(evidence)


def test_the_view_rule_and_nothing_else_keeps_two_regions_from_acknowledging_writes_at_once(
    stage: Stage, tmp_path: Path
) -> None:
    stage.set()
    ruled, lawless = loads(stage, tmp_path)
    with ExitStack() as running:
        running.enter_context(watched(stage, tmp_path))
        for load in (ruled, lawless):
            running.enter_context(LoadProcess(load.spec, stage.cloud.endpoint))
        t0 = cut_the_primary_off(stage, ruled, lawless)
    stage.cloud.regions.restore()
    backlog = stage.cloud.remote
    eventually(lambda: not any(backlog.get("replication").values()), REST_SECONDS, "replication is at rest")

    with_rule, without = figures(stage, ruled, tmp_path, t0), figures(stage, lawless, tmp_path, t0)
    assert ruled.acknowledged("primary", stage.primary, 0.0) > 0
    assert (with_rule.overlapping_writers_seconds, with_rule.max_writers_per_epoch) == (0.0, 1)
    assert with_rule.writes_lost == 0
    assert without.overlapping_writers_seconds > 0.0
