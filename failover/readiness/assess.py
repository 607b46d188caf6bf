"""From facts to a report. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from failover.protocol import Protocol
from failover.readiness.facts import Facts, Unseen
from failover.readiness.function_checks import function_findings
from failover.readiness.inventory import Inventory
from failover.readiness.report import Check, Finding, Mark, Report
from failover.readiness.signal_checks import signal_findings
from failover.readiness.table_checks import table_findings
from failover.readiness.tier_checks import tier_findings

T = TypeVar("T")


def assess(facts: Facts, tier: str, inventory: Inventory, protocol: Protocol) -> Report:
    """Judge everything. Of a region where nothing answers that alone is told, once."""
    dark = dark_regions(facts, inventory)
    judged = (
        *tier_findings(facts, tier, protocol),
        *table_findings(facts, inventory),
        *function_findings(facts, inventory, protocol),
        *signal_findings(facts, inventory),
    )
    return Report.of((*_regions(dark, facts, inventory), *(one for one in judged if one.where not in dark)))


def dark_regions(facts: Facts, inventory: Inventory) -> frozenset[str]:
    """Name the regions of which no call was answered, not even with a refusal."""
    return frozenset(region for region in inventory.regions if all(_silent(one) for one in _of(facts, region)))


def _of(facts: Facts, region: str) -> Iterator[object]:
    """Yield what was seen of one region."""
    control = (facts.snapshots, facts.secrets, facts.parameters, facts.copies)
    for by_region in (*control, facts.alarms, facts.concurrency, facts.dead_records):
        yield from _at(by_region, region)
    for by_place in (facts.tables, facts.functions, facts.sources, facts.schedules, facts.queues, facts.topics):
        yield from (one for place, one in by_place.items() if place.region == region)


def _at(seen: Mapping[str, T], region: str) -> Iterator[T]:
    yield from (one for place, one in seen.items() if place == region)


def _silent(one: object) -> bool:
    return isinstance(one, Unseen) and one.silent


def _regions(dark: frozenset[str], facts: Facts, inventory: Inventory) -> Iterator[Finding]:
    for region in inventory.regions:
        check = Check(
            name="region",
            where=region,
            expected="it answers",
            next_step="see AWS Health; if it serves, `lifeboat status` tells whether a failover is under way",
        )
        if region in dark:
            reasons = {one.why for one in _of(facts, region) if isinstance(one, Unseen)}
            yield check.finding(Mark.FAIL, f"no answer: {min(reasons, key=len)}")
        else:
            yield check.finding(Mark.OK, "it answers")
