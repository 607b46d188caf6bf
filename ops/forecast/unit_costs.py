"""What one more of something costs: a million requests, a stored GB, a client, a query, a GB sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from evaluation import Evaluation, Registration
from ops.forecast.bill import bill, total
from ops.forecast.demand import MACHINE, demand_of, sequence
from ops.forecast.prices import PriceTable
from ops.forecast.tiers import INBOX, outermost
from ops.forecast.traffic import RECORD
from ops.forecast.usage import SECONDS_A_MONTH, Load

INBOX_WRITES = 4  # nodes/app/inbox.py: taken, moved to the done by a write and a removal, removed from there


@dataclass(frozen=True, kw_only=True)
class UnitCost:
    """What one more of something costs, over all regions."""

    what: str
    usd: float


def unit_costs(evaluation: Evaluation, item_kilobytes: float, prices: PriceTable) -> tuple[UnitCost, ...]:
    """Return what a million writes and reads, a stored GB and a client process cost; all of it is linear."""
    million, empty = 1e6 / SECONDS_A_MONTH, Load(item_kilobytes=item_kilobytes)
    tables = sorted(demand_of(evaluation, empty).applications)
    loads = {
        **{f"{name}: a million writes": replace(empty, writes_per_second={name: million}) for name in tables},
        **{f"{name}: a million reads": replace(empty, reads_per_second={name: million}) for name in tables},
        **{f"{name}: a GB kept for a month": replace(empty, gigabytes={name: 1.0}) for name in tables},
        **(_around(tables, empty, million) if evaluation.outputs["dataMode"] == "streams" else {}),
        "a client process for a month": replace(empty, clients=1.0),
    }
    costs = [
        UnitCost(what=what, usd=total(bill(evaluation, load, prices), "application")) for what, load in loads.items()
    ]
    return (*costs, *_app_unit_costs(evaluation.registrations, prices))


def _app_unit_costs(registrations: Iterable[Registration], prices: PriceTable) -> Iterator[UnitCost]:
    """Yield what visitors of the application tier cost, where a name is declared, and machines."""
    declared = list(registrations)
    yield from (_inbox(one, prices) for one in declared if one.custom and outermost(one) == INBOX)
    by_latency = any(one.inputs.get("latencyRoutingPolicies") for one in declared)
    meter = "dns-latency-queries" if by_latency else "dns-queries"
    for region in sorted({one.region for one in declared if one.type == RECORD}):
        yield UnitCost(what="a million DNS queries", usd=1e6 * prices.of(meter, region).each)
    for region in sorted({str(one.inputs["region"]) for one in declared if one.type == MACHINE}):
        usd = prices.of("linode-transfer", region).each
        yield UnitCost(what=f"a GB sent from {region} beyond what is included", usd=usd)


def _inbox(one: Registration, prices: PriceTable) -> UnitCost:
    """Return what events cost: each is taken, done and removed from both boxes, in every replica."""
    copies = [copy for copy in sequence(one.inputs.get("replicas")) if isinstance(copy, dict)]
    regions = (one.region, *(str(copy["regionName"]) for copy in copies))
    writes = 1e6 * INBOX_WRITES
    usd = sum(writes * prices.of("dynamodb-replicated-write", region).each for region in regions)
    return UnitCost(what="a million events of at most 1 kB in the inbox", usd=usd)


def _around(tables: Iterable[str], empty: Load, million: float) -> dict[str, Load]:
    return {
        f"{name}: a million writes around the client": replace(
            empty, writes_per_second={name: million}, around_client=1.0
        )
        for name in tables
    }
