"""What the tables use: the control table, the canary and the application's, each with all its replicas.

Units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html. A global table's
write costs one replicated unit in each replica's region, an index's entry a plain one in each
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/global-tables-billing.html). A witness is no replica.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from evaluation import Registration, Value
from failover.replication.versioned_table import EXPIRES
from ops.forecast.demand import Demand, sequence
from ops.forecast.replicating import LANES, Replicating, replicating
from ops.forecast.tiers import INBOX, outermost
from ops.forecast.usage import GIGABYTE, SECONDS_A_MONTH, Load, Part, Unpriced, Usage

VOTE_BYTES = 700
CANARY_BYTES = 250
CONTROL_GIGABYTES = 0.01
INBOX_LOOK_SECONDS = 0.5  # nodes/app/worker.py
READ_UNIT_KILOBYTES = 4
# A key in the account is asked once in five minutes for each connection with traffic
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html).
KEY_ASKED_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared table as one thing in all its regions; ``replicas`` begins with the region that declares it."""

    resource: str
    part: Part
    replicas: tuple[str, ...]
    recoverable: frozenset[str]
    asks_kms: bool

    def writes(self, units: float, why: str) -> Iterator[Usage]:
        """Yield what it costs that so many units are written in one of its regions."""
        meter = "dynamodb-replicated-write" if len(self.replicas) > 1 else "dynamodb-write"
        yield from (self.usage(region, meter, units, why) for region in self.replicas)

    def stored(self, gigabytes: float, why: str) -> Iterator[Usage]:
        """Yield every replica's storage and continuous backup."""
        for region in self.replicas:
            yield self.usage(region, "dynamodb-storage", gigabytes, why)
            if region in self.recoverable:
                yield self.usage(region, "dynamodb-recovery", gigabytes, why)

    def sent(self, region: str, bytes_each: float, writes: float) -> Usage:
        """Return what leaves a region when it replicates its writes."""
        away = len(self.replicas) - 1
        why = f"{writes:,.0f} writes x {bytes_each:,.0f} B x {away} other replicas"
        return self.usage(region, "transfer", writes * bytes_each * away / GIGABYTE, why)

    def key_requests(self, region: str, connections: float, why: str) -> Iterator[Usage]:
        """Yield what the table's key is asked in a region, if it is one of the account's."""
        if self.asks_kms:
            yield self.usage(region, "key-requests", connections, why)

    def usage(self, region: str, meter: str, quantity: float, why: str) -> Usage:
        """Return one usage of this table."""
        return Usage(region=region, resource=self.resource, part=self.part, meter=meter, quantity=quantity, why=why)


def table_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield what a declared table uses.

    Raises:
        Unpriced: nobody knows what it is for.
    """
    name = str(one.inputs["name"])
    by_physical_name = {physical: config for config, physical in demand.applications.items()}
    if name == demand.control_table:
        yield from _control(_table(one, "control plane"), demand)
        yield from _clients(_table(one, "application"), demand)
        sessions = f"{demand.sessions:,.0f} sessions of machines"
        yield from _table(one, "app tier").writes(demand.sessions, sessions)
    elif name == demand.canary_table:
        yield from _canary(_table(one, "control plane"), demand)
    elif name in by_physical_name:
        yield from _application(_table(one, "application"), one, demand, by_physical_name[name])
    elif outermost(one) == INBOX:
        yield from _inbox(_table(one, "app tier"))
    elif name == demand.losers_table:
        return  # it is empty until the sites diverge, and then counts items
    elif name == demand.inbox_table:
        return  # four writes for each webhook, of which no load tells; docs/forecast.md has what a million cost
    else:
        raise Unpriced(f"{one.name} is neither the control, the canary, the inbox nor an application table")


def _table(one: Registration, part: Part) -> Table:
    copies = [copy for copy in sequence(one.inputs.get("replicas")) if isinstance(copy, dict)]
    recoverable = [str(copy["regionName"]) for copy in copies if copy.get("pointInTimeRecovery")]
    own = [one.region] if _enabled(one.inputs.get("pointInTimeRecovery")) else []
    return Table(
        resource=one.name,
        part=part,
        replicas=(one.region, *(str(copy["regionName"]) for copy in copies)),
        recoverable=frozenset([*own, *recoverable]),
        asks_kms=_enabled(one.inputs.get("serverSideEncryption")),
    )


def _enabled(block: Value) -> bool:
    return isinstance(block, dict) and block.get("enabled") is True


def _control(table: Table, demand: Demand) -> Iterator[Usage]:
    month, observers = demand.observing, demand.observers
    yield from table.writes(len(observers) * month.votes, f"{len(observers)} observers x {month.votes:,.0f} votes")
    items = 1 + month.electorate
    for region in observers:
        reads = f"{month.batch_reads:,.0f} batches x {items} items, consistent"
        yield table.usage(region, "dynamodb-read", month.batch_reads * items, reads)
        yield table.sent(region, VOTE_BYTES, month.votes)
        yield from table.key_requests(region, month.runs, f"{month.runs:,.0f} runs x 1 connection")
    yield from table.stored(CONTROL_GIGABYTES, "rows, votes, journals: 10 MB")


def _clients(table: Table, demand: Demand) -> Iterator[Usage]:
    """Yield what the application's processes read of the tier's row, in the control region nearest to the primary."""
    nearest = next((one for one in demand.control_regions if one == demand.primary_region), demand.control_regions[0])
    clients, polls = demand.load.clients, SECONDS_A_MONTH / demand.protocol.client_poll
    yield table.usage(nearest, "dynamodb-read", clients * polls, f"{clients:g} clients x {polls:,.0f} polls")
    asked = SECONDS_A_MONTH / KEY_ASKED_SECONDS
    yield from table.key_requests(nearest, clients * asked, f"{clients:g} clients x {asked:,.0f} refreshes")


def _canary(table: Table, demand: Demand) -> Iterator[Usage]:
    month, observers, active = demand.observing, len(demand.observers), demand.primary_region
    probes = observers * month.probes
    why = f"{observers} observers x {month.probes:,.0f} probes"
    if active in table.replicas:
        yield from table.writes(probes, why)
        yield table.sent(active, CANARY_BYTES, probes)
    if demand.mode == "streams":
        yield from _replicated(table, replicating(demand.canary_table, demand), active, 0)
    for region in table.replicas:
        yield table.usage(region, "dynamodb-read", probes, f"{why}, consistent")
        connections = 2 if region == active else 1
        asked = observers * month.runs * connections
        runs = f"{observers} observers x {month.runs:,.0f} runs x {connections} connections"
        yield from table.key_requests(region, asked, runs)


def _inbox(table: Table) -> Iterator[Usage]:
    """Yield the looks of the one worker that applies events, event or not; events are told by the million."""
    looks = SECONDS_A_MONTH / INBOX_LOOK_SECONDS
    yield table.usage(table.replicas[0], "dynamodb-read", looks, f"a look each {INBOX_LOOK_SECONDS:g} s, consistent")


def _application(table: Table, one: Registration, demand: Demand, name: str) -> Iterator[Usage]:
    """Yield the load on one table; reads count as consistent, all of it reaches the primary."""
    load, active = demand.load, demand.primary_region
    writes = load.writes_per_second.get(name, 0) * SECONDS_A_MONTH
    if active in table.replicas:
        yield from _written(table, one, writes, load.item_kilobytes, active)
        reads = load.reads_per_second.get(name, 0) * SECONDS_A_MONTH
        units = math.ceil(load.item_kilobytes / READ_UNIT_KILOBYTES)
        yield table.usage(active, "dynamodb-read", reads * units, f"{reads:,.0f} reads x {units} units")
        asked = load.clients * SECONDS_A_MONTH / KEY_ASKED_SECONDS
        yield from table.key_requests(active, asked, f"{load.clients:g} clients, a connection each")
    if demand.mode == "streams":
        yield from _replicated(
            table, replicating(demand.applications[name], demand), active, _index_units(one, units_of(load))
        )
    gigabytes = load.gigabytes.get(name, 0)
    yield from table.stored(gigabytes, f"{gigabytes:g} GB")


def units_of(load: Load) -> int:
    """Return the write units of an item."""
    return math.ceil(load.item_kilobytes)


def _replicated(table: Table, month: Replicating, active: str, entries: int) -> Iterator[Usage]:
    """Yield what replicators write into one of a pair of plain tables: here marks, there what was carried over."""
    [region] = table.replicas
    written, what = (month.marks, "marks") if region == active else (month.writes, "carried over")
    each = month.units + entries
    yield table.usage(region, "dynamodb-write", written * each, f"{written:,.0f} {what} x {each} units")
    if region == active:
        units = math.ceil(month.kilobytes / READ_UNIT_KILOBYTES)
        yield table.usage(region, "dynamodb-read", month.marks * units, f"{month.marks:,.0f} marks x {units} units")
        return
    connections = min(month.writes, LANES * SECONDS_A_MONTH / KEY_ASKED_SECONDS)
    yield from table.key_requests(region, connections, f"{LANES} lanes, a connection each")


def _written(table: Table, one: Registration, writes: float, kilobytes: float, active: str) -> Iterator[Usage]:
    units = math.ceil(kilobytes)
    yield from table.writes(writes * units, f"{writes:,.0f} writes x {units} units")
    entries = _index_units(one, units)
    for region in table.replicas:
        yield table.usage(region, "dynamodb-write", writes * entries, f"{writes:,.0f} writes x {entries} index units")
    yield table.sent(active, kilobytes * 1000, writes)
    if _items_expire(one):
        # Expiry is free where it happens and a replicated write in the other regions
        # (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).
        for region in table.replicas[1:]:
            why = f"{writes:,.0f} items that expire x {units} units"
            yield table.usage(region, "dynamodb-replicated-write", writes * units, why)


def _items_expire(one: Registration) -> bool:
    """Say whether what is written expires; where nothing but tombstones does, that is one small unit a deletion."""
    ttl = one.inputs.get("ttl")
    return isinstance(ttl, dict) and ttl.get("attributeName") != EXPIRES


def _index_units(one: Registration, units: int) -> int:
    """Count the units of one entry in each index; an update that changes an index's key takes twice as many."""
    indexes = [*sequence(one.inputs.get("globalSecondaryIndexes")), *sequence(one.inputs.get("localSecondaryIndexes"))]
    projections = [index.get("projectionType") for index in indexes if isinstance(index, dict)]
    return sum(1 if projection == "KEYS_ONLY" else units for projection in projections)
