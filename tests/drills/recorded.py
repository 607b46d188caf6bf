"""A drill's logs, drawn from a seed: the shape of a real run without running one."""

import random
from collections.abc import Iterator

from drills.events import Event, Fact, Source
from drills.recorder import Operation, Outcome
from failover.sites import Site

SITES: dict[Site, str] = {"primary": "us-east-1", "secondary": "us-west-2"}
OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")
ACTIVE = {1: "primary", 2: "secondary", 3: "primary"}
ZERO = 5000.0


def event(at: float, source: Source, **facts: Fact) -> Event:
    return Event(at=ZERO + at, source=source, facts=facts)


def row(at: float, epoch: int, active: str, phase: str, step: str | None = None) -> Event:
    plan = {"kind": "failover" if epoch == 2 else "failback", "step": step, "owner": "us-west-2"} if step else {}
    return event(at, "row", epoch=epoch, active=active, phase=phase, armed=True, **plan)


def vote(at: float, observer: str, epoch: int, verdict: str, misses: int = 0, reason: str = "") -> Event:
    facts: dict[str, Fact] = {"misses": misses, "reason": reason or None}
    return event(at, "vote", observer=observer, site=ACTIVE[epoch], epoch=epoch, verdict=verdict, **facts)


def step(at: float, seconds: float, number: int, name: str, owner: str) -> Iterator[Event]:
    facts: dict[str, Fact] = {"id": f"plan/{number:04}", "step": name, "owner": owner}
    yield event(at, "step", **facts)
    yield event(at + seconds, "step", **facts, outcome="done")


def stage(at: float, until: float, name: str) -> Iterator[Event]:
    yield event(at, "drill", name=name, state="begun")
    yield event(until, "drill", name=name, state="succeeded")


def events() -> list[Event]:
    """Return what the watcher saw of one failover and failback; t0 is at `ZERO`."""
    told = [
        *stage(-25, -8, "deploy the program"),
        *stage(-7, -0.2, "steady state"),
        *stage(-0.2, 0.1, "lose the primary region"),
        *stage(0.1, 17, "wait for the failover"),
        *stage(17, 20, "run on the standby"),
        *stage(20, 20.2, "restore the region"),
        *stage(20.2, 28, "wait for replication"),
        *stage(28, 40, "fail back"),
        *stage(40, 45, "run on the primary"),
        event(0, "fault", id="dark", what="us-east-1 is dark (blackhole)", state="begun"),
        event(20.1, "fault", id="dark", what="us-east-1 is dark (blackhole)", state="ended"),
        event(28, "order", kind="failback", target="primary", epoch=2),
        *rows(),
        *votes(),
        *step(11.9, 0.1, 1, "check target", "us-west-2"),
        *step(12.0, 0.4, 2, "mark moving", "us-west-2"),
        *step(12.4, 4.5, 3, "wait client view", "us-west-2"),
        *step(16.9, 0.3, 4, "publish", "us-west-2"),
        *step(17.2, 0.4, 5, "verify", "us-west-2"),
        *step(28.2, 5.0, 6, "prepare", "us-west-2"),
        *step(33.2, 3.9, 7, "wait for the last write", "us-west-2"),
        *step(37.1, 0.3, 8, "publish", "us-west-2"),
        *step(37.4, 0.4, 9, "verify", "us-west-2"),
        event(17.65, "step", id="plan/answer", step="answer", owner="us-west-2", outcome="done"),
        page(12.5, "critical", "data fails over to secondary"),
        page(17.6, "info", "data is served by secondary in epoch 2"),
        page(38.0, "info", "data is served by primary in epoch 3"),
        *lags(),
    ]
    return sorted(told, key=lambda one: one.at)


def rows() -> Iterator[Event]:
    yield row(-6.9, 1, "primary", "steady")
    yield row(12.2, 2, "secondary", "moving", "mark moving")
    yield row(12.4, 2, "secondary", "moving", "wait client view")
    yield row(17.1, 2, "secondary", "steady", "verify")
    yield row(17.7, 2, "secondary", "steady")
    yield row(28.3, 2, "secondary", "preparing", "prepare")
    yield row(33.2, 3, "primary", "moving", "wait for the last write")
    yield row(37.3, 3, "primary", "steady", "verify")
    yield row(37.9, 3, "primary", "steady")


def votes() -> Iterator[Event]:
    for offset, observer in enumerate(OBSERVERS):
        yield vote(-6.5 + offset, observer, 1, "healthy")
        if observer != "us-east-1":
            yield vote(2.5 + offset, observer, 1, "healthy", 1, "TimedOut")
            yield vote(5.5 + offset, observer, 1, "healthy", 2, "TimedOut")
            yield vote(8.5 + offset, observer, 1, "unhealthy", 3, "TimedOut")
            yield vote(17.5 + offset / 2, observer, 2, "unknown")
        else:
            yield event(8.0, "vote", observer=observer, site="primary", epoch=1, verdict="healthy", silent=True)
        yield vote(26 + offset / 2, observer, 2, "healthy")
        yield vote(38 + offset / 2, observer, 3, "unknown")
        yield vote(42 + offset / 2, observer, 3, "healthy")


def lags() -> Iterator[Event]:
    for tenth in range(-60, 450, 5):
        at = tenth / 10
        dark = 0 < at < 20.2
        drained = max(0.0, 20 - (at - 20.2) * 12) if 20.2 <= at < 22 else 0.4
        yield event(at, "lag", **{"from": "us-east-1", "to": "us-west-2"}, waiting=9, seconds=at if dark else drained)
        seconds = max(0.0, at - 17.2) if 17 < at < 20.2 else 0.5
        yield event(at, "lag", **{"from": "us-west-2", "to": "us-east-1"}, waiting=3, seconds=seconds)


def page(at: float, severity: str, summary: str) -> Event:
    return event(at, "page", id=f"page-{at}", severity=severity, summary=summary, next_step="Watch the tier.")


def operations(seed: int = 1) -> list[Operation]:
    """Return what three clients of each site and one that ignores epochs did in that drill."""
    chance = random.Random(seed)  # noqa: S311 - the shape must be the same each time
    done = [
        operation(chance, -6 + turn / 4 + chance.random() / 4, f"{site}-{number}", site)
        for site in SITES
        for number in range(3)
        for turn in range(200)
    ]
    stale = [operation(chance, -6 + turn, "stale-1", "primary", stale=True) for turn in range(50)]
    return sorted(done + stale, key=lambda one: one.at)


def operation(chance: random.Random, at: float, client: str, site: Site, *, stale: bool = False) -> Operation:
    stopped = (0 < at < 17.1 and not stale) or 33.2 < at < 37.3
    dark = 0 < at < 20.1 and stale
    target: Site = "secondary" if 17.1 <= at < 33.2 and not stale else "primary"
    far = 0.065 if target != site else 0.004
    seconds = far + chance.expovariate(200) if not (stopped or dark) else min(4, chance.random() * 2)
    outcome: Outcome = "acknowledged" if not (stopped or dark) else chance.choice(["failed", "uncertain", "refused"])
    return Operation(
        at=ZERO + at,
        ended=ZERO + at + seconds,
        client=client,
        site=site,
        op="stale-insert" if stale else chance.choice(["insert", "append", "read"]),
        key=f"{client}/{at:.2f}",
        value=f"w{at:.3f}",
        outcome=outcome,
        region=SITES[target] if outcome == "acknowledged" else None,
        epoch=1 if at < 17.1 or stale else 2 if at < 37.3 else 3,
        error=None if outcome == "acknowledged" else "TimedOut",
    )
