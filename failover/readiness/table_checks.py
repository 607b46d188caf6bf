"""What must hold of the tables in each region: control, canary, the application's. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from failover.readiness.facts import Facts, Place, TableFacts, Unseen, in_region, problems
from failover.readiness.inventory import Inventory
from failover.readiness.report import Check, Finding, Mark

STREAM = "NEW_AND_OLD_IMAGES"
Wrong = Callable[[Place, TableFacts, Inventory], str | None]
UP = "`pulumi up`, after reading its preview"


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """One property that every table of a region must have."""

    name: str
    expected: str
    next_step: str
    wrong: Wrong
    otherwise: Mark = Mark.FAIL


def table_findings(facts: Facts, inventory: Inventory) -> Iterator[Finding]:
    """Judge every table, aspect by aspect; one that was not seen is told once, by the first aspect."""
    for region in inventory.regions:
        held = in_region(facts.tables, region)
        known = {name: one for name, one in held.items() if isinstance(one, TableFacts)}
        for first, aspect in ((aspect is ASPECTS[0], aspect) for aspect in ASPECTS):
            looked_at: dict[str, TableFacts | Unseen] = dict(held if first else known)
            yield _judged(aspect, region, looked_at, inventory)
    yield _keys(facts)


def _judged(aspect: Aspect, region: str, looked_at: dict[str, TableFacts | Unseen], inventory: Inventory) -> Finding:
    check = Check(name=aspect.name, where=region, expected=aspect.expected, next_step=aspect.next_step)
    found: dict[str, str] = {}
    for name, one in looked_at.items():
        found |= problems({name: one}, lambda table, name=name: aspect.wrong(Place(region, name), table, inventory))  # type: ignore[misc]
    return check.judged(found, f"{len(looked_at)} tables", aspect.otherwise)


def _inactive(_place: Place, table: TableFacts, _inventory: Inventory) -> str | None:
    return None if table.status == "ACTIVE" else table.status


def _unreplicated(place: Place, table: TableFacts, inventory: Inventory) -> str | None:
    wanted = inventory.replicas_of(place.name, place.region)
    bad = [f"{region} {table.replicas.get(region, 'missing')}" for region in wanted]
    bad = [one for one in bad if not one.endswith(" ACTIVE")]
    return ", ".join(bad) or None


def _streamless(place: Place, table: TableFacts, inventory: Inventory) -> str | None:
    fits = table.stream == STREAM or not inventory.streams(place.name, place.region)
    return None if fits else f"stream {table.stream}"


def _unrecoverable(place: Place, table: TableFacts, inventory: Inventory) -> str | None:
    wanted = inventory.recovers(place.name)
    return None if table.recovery or not wanted else "no point-in-time recovery"


def _unprotected(_place: Place, table: TableFacts, inventory: Inventory) -> str | None:
    return None if table.protected or not inventory.protected else "may be deleted"


def _throttling(_place: Place, table: TableFacts, _inventory: Inventory) -> str | None:
    if table.on_demand and table.writes is None:
        return None
    return f"{'on demand' if table.on_demand else 'provisioned'}, at most {table.writes or 0} writes"


def _keys(facts: Facts) -> Finding:
    check = Check(
        name="table-keys",
        expected="a table has the same keys in each of its regions",
        next_step="a table was made again by hand; restore it from the other region",
    )
    keys: dict[str, set[tuple[str, ...]]] = {}
    for place, table in facts.tables.items():
        if isinstance(table, TableFacts):
            keys.setdefault(place.name, set()).add(table.keys)
    return check.judged(
        {name: " and ".join(map(str, sorted(found))) for name, found in keys.items() if len(found) > 1},
        f"{len(keys)} tables",
    )


ASPECTS = (
    Aspect(name="tables-active", expected="every table answers and is ACTIVE", next_step=UP, wrong=_inactive),
    Aspect(name="table-replicas", expected="every table's replicas are ACTIVE", next_step=UP, wrong=_unreplicated),
    Aspect(name="table-streams", expected=f"streams of {STREAM}", next_step=UP, wrong=_streamless),
    Aspect(
        name="table-recovery",
        expected="point-in-time recovery where it is declared",
        next_step=UP,
        wrong=_unrecoverable,
        otherwise=Mark.WARN,
    ),
    Aspect(
        name="table-protection",
        expected="deletion protection if it is declared",
        next_step=UP,
        wrong=_unprotected,
        otherwise=Mark.WARN,
    ),
    Aspect(
        name="table-throughput",
        expected="on demand, without a limit: the standby takes all traffic at once",
        next_step="raise the limit to what both sites together need, or lift it",
        wrong=_throttling,
        otherwise=Mark.WARN,
    ),
)
