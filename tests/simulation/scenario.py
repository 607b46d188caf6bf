"""What a seed stands for: how a schedule begins, what goes wrong when, and what people order."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from failover.orders import OrderKind
from failover.protocol import Protocol
from failover.sites import Site
from tests.failover.wiring import REGIONS
from tests.simulation.hub import Mishap
from tests.simulation.tables import DATA_REGIONS
from tests.simulation.weather import Fault, How, dark, eyes, parted

NUMBERS = Protocol()
HASTY = replace(NUMBERS, fall=2, rise=2, plan_total=19.0, owner_lease=3.2, heartbeat=0.8)
RARE = replace(HASTY, fall=1, rise=1, probe_interval=4.2, owner_lease=6.0, heartbeat=1.5)
STANDSTILL = Fault(what="replication stands still", how=How.BLACKHOLE, services=("mrec",))
BLINDNESS = (*How, How.BLACKHOLE, How.REFUSED, How.ERRORS, How.REPLY_LOST)
PLANNED = (OrderKind.SWITCHOVER, OrderKind.FAILBACK)
PEOPLES = tuple(kind for kind in OrderKind if kind is not OrderKind.WAKE)
WRITERS = tuple(f"shop.{region}" for region in DATA_REGIONS)
MOVES_BY = 16.0
LONG_AGO = 1e6


@dataclass(frozen=True)
class Spell:
    """Faults that begin and end together: ``at`` a time, or so long after the row first came into ``phase``."""

    at: float
    lasts: float
    faults: tuple[Fault, ...]
    phase: str | None = None


@dataclass(frozen=True)
class Errand:
    """What a person orders, when (as a spell begins), and after how long its copies arrive where."""

    at: float
    kind: OrderKind
    copies: tuple[tuple[float, str], ...]
    phase: str | None = None


@dataclass(frozen=True)
class Scenario:
    """One schedule, before it runs. Times are seconds of the hub; ``moved`` is how long ago each site was moved to.

    ``ghosts`` voted against the active site long ago and have been silent since; ``astray`` is the region whose value
    outside is wrong at first. ``owners`` befall whoever has a plan, ``others`` observers and writers; the writer
    who ``stalls`` stands still at the first mark; the ``successor``'s region soon has a second observer. What does not
    wait for a phase is over when all is ``given_by``: a schedule at rest then has nothing left to tell.
    """

    active: Site
    epoch: int
    armed: bool
    moved: dict[Site, float]
    numbers: Protocol
    ghosts: tuple[str, ...]
    astray: str | None
    loss: float
    tail: float
    lag: float
    writes_every: float
    spells: tuple[Spell, ...]
    errands: tuple[Errand, ...]
    owners: tuple[Mishap, ...]
    stalls: str | None
    successor: str | None
    others: dict[str, tuple[Mishap, float]]
    given_by: float
    ends: float


def draw(dice: random.Random) -> Scenario:
    """Make a scenario; equal dice make equal ones."""
    active: Site = "primary" if dice.random() < 0.7 else "secondary"
    ghosts = _ghosts(dice)
    numbers = dice.choice((NUMBERS, HASTY, RARE))
    spells, errands = _story(dice, active, blind=0.5 if numbers is RARE else 0.3)
    slow_views = _slow_views(random.Random(dice.getstate()[1][1]))  # noqa: S311 - its own dice: nothing else is drawn anew
    given: list[Spell | Errand] = [*spells, *errands]
    return Scenario(
        active=active,
        epoch=dice.randrange(1, 40),
        armed=dice.random() < 0.95,
        moved={
            site: dice.choice((LONG_AGO, LONG_AGO, LONG_AGO, 700.0, 590.0, 60.0)) for site in ("primary", "secondary")
        },
        numbers=numbers,
        ghosts=ghosts,
        astray=dice.choice(REGIONS) if dice.random() < (0.5 if ghosts else 0.08) else None,
        loss=dice.choice((0.0, 0.0, 0.01, 0.05)),
        tail=dice.choice((0.0, 0.01, 0.05)),
        lag=dice.choice((0.3, 1.0, 2.5, 2.5)),
        writes_every=dice.uniform(1.0, 2.5),
        spells=(*spells, *slow_views, *_late_writes(dice, planned=any(errand.kind in PLANNED for errand in errands))),
        errands=errands,
        owners=tuple(_mishap(dice, 45) for _ in range(dice.choice((0, 1, 1, 2)))),
        successor=dice.choice(REGIONS) if dice.random() < 0.07 else None,
        stalls=dice.choice(WRITERS) if dice.random() < 0.3 else None,
        others={name: (_mishap(dice, 60), dice.uniform(1, 8)) for name in (*REGIONS, *WRITERS) if dice.random() < 0.12},
        given_by=_last_end(one for one in given if one.phase is None),
        ends=_last_end(given),
    )


def _last_end(given: Iterable[Spell | Errand]) -> float:
    return min(max((14.0, *map(_ends, given))), 45.0)


def _ends(one: Spell | Errand) -> float:
    begins = one.at + (0.0 if one.phase is None else MOVES_BY)
    return begins + (one.lasts if isinstance(one, Spell) else 6.0)


def _story(dice: random.Random, active: Site, *, blind: float) -> tuple[tuple[Spell, ...], tuple[Errand, ...]]:
    """Blind some to the active region, lose it, or order a move; with little more beside it, and people who meddle."""
    here = DATA_REGIONS[0] if active == "primary" else DATA_REGIONS[1]
    theme = dice.random()
    stuck = 0.8 < theme < 0.92
    spells, errands = [], _meddling(dice, stuck=stuck)
    if theme < blind:
        spells.append(_spell(dice, [_blindness(dice, here)]))
    elif theme < blind + 0.15:
        spells.append(_spell(dice, dark(here, _silence(dice))))
    elif theme < 0.92:
        back = OrderKind.FAILBACK if active == "secondary" else OrderKind.SWITCHOVER
        kind = back if stuck or dice.random() < 0.67 else OrderKind.FAILOVER
        errands.append(_errand(dice, dice.uniform(6.5, 9), kind))
    if stuck:
        spells.append(Spell(0.0, dice.choice((dice.uniform(2, 8), dice.uniform(20, 24))), (STANDSTILL,), "moving"))
    elif dice.random() < 0.3:
        spells.append(_spell(dice, _side_fault(dice)))
    return tuple(spells), tuple(errands)


def _late_writes(dice: random.Random, *, planned: bool) -> list[Spell]:
    """Let what clients write land as late as it may and still count, around the stop of writes."""
    late = Fault(what="what clients write is late", how=How.LATE, places=WRITERS, services=("data",))
    if dice.random() < (0.8 if planned else 0.3):
        return [Spell(0.0, 10.0, (late,), "preparing" if planned else "moving")]
    return []


def _slow_views(dice: random.Random) -> list[Spell]:
    """Let clients read the row as slowly as they wait for it."""
    slow = Fault(what="clients read the row slowly", how=How.TARDY, places=WRITERS, services=("control",))
    return [Spell(dice.uniform(2, 6), dice.uniform(15, 30), (slow,))] if dice.random() < 0.25 else []


def _meddling(dice: random.Random, *, stuck: bool) -> list[Errand]:
    errands = []
    if dice.random() < (0.1 if stuck else 0.3):
        errands.append(
            _errand(dice, dice.uniform(0, 4), OrderKind.ABORT, "moving" if dice.random() < 0.8 else "preparing")
        )
    if dice.random() < (0.6 if stuck else 0.1):
        errands.append(_errand(dice, dice.uniform(0, 4), dice.choice(PEOPLES), "held"))
    if dice.random() < 0.3:
        errands.append(_errand(dice, dice.uniform(5, 25), dice.choice(PEOPLES)))
    if dice.random() < 0.1:
        late = ((dice.uniform(7, 12), dice.choice(REGIONS)),)
        errands.append(Errand(0.0, OrderKind.FAILOVER, late, "preparing"))
    return errands


def _spell(dice: random.Random, faults: list[Fault]) -> Spell:
    lasts = dice.uniform(2, 8) if dice.random() < 0.25 else dice.uniform(8, 18)
    return Spell(dice.uniform(4, 9), lasts, tuple(faults))


def _silence(dice: random.Random) -> How:
    return dice.choice((How.BLACKHOLE, How.REFUSED))


def _blindness(dice: random.Random, here: str) -> Fault:
    seers = dice.sample(REGIONS, dice.choice((1, 2, 2, 2, 3)))
    regions = [here] if dice.random() < 0.8 else DATA_REGIONS
    who = [*map(eyes, seers), *(seers if dice.random() < 0.3 else ())]
    return Fault(
        what=f"{', '.join(who)} do not see {', '.join(regions)}",
        how=dice.choice(BLINDNESS),
        places=tuple(who),
        regions=tuple(regions),
        services=("data",),
    )


def _ghosts(dice: random.Random) -> tuple[str, ...]:
    return tuple(dice.sample(REGIONS, dice.choice((1, 2)))) if dice.random() < 0.1 else ()


def _side_fault(dice: random.Random) -> list[Fault]:
    region = dice.choice(REGIONS)
    others = tuple(one for one in REGIONS if one != region)
    which = dice.randrange(5)
    if which == 0:
        return parted(region, others, _silence(dice))
    if which == 1:
        return [STANDSTILL]
    if which == 2:
        return [
            Fault(
                what=f"{region}'s parameters fail",
                how=How.ERRORS,
                regions=(region,),
                services=("ssm",),
            )
        ]
    if which == 3:
        return [Fault(what=f"{region} is slow", how=How.SLOW, regions=(region,))]
    return dark(region, _silence(dice))


def _errand(dice: random.Random, at: float, kind: OrderKind, phase: str | None = None) -> Errand:
    copies = [(dice.uniform(0, 1), dice.choice(REGIONS))]
    if dice.random() < 0.3:
        copies.append((dice.uniform(0, 12), dice.choice(REGIONS)))
    return Errand(at, kind, tuple(copies), phase)


def _mishap(dice: random.Random, calls: int) -> Mishap:
    """Hit any call; a third of them those around an owner's mark."""
    call = dice.randrange(2, calls) if dice.random() < 0.65 else dice.randrange(6, 12)
    if dice.random() < 0.5:
        return Mishap(call, before=dice.random() < 0.5, dies=True)
    return Mishap(call, before=dice.random() < 0.5, freezes=dice.choice((dice.uniform(0.2, 3), dice.uniform(5, 14))))
