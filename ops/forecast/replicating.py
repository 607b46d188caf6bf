"""What the replicators of `streams` tables use: their runs, logs and metrics, and what they write into the tables.

Lambda reads the streams for nothing (https://aws.amazon.com/dynamodb/pricing/on-demand/). Each record comes twice: in
the region it was written in, whose replicator carries it over, and as the write that this makes in the other one,
whose replicator sees whose it is and leaves it, unless a filter has spared it that. Upper bounds; how long a run takes
is an allowance, no figure of AWS.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from evaluation import Registration
from ops.forecast.demand import Demand, environment_of, place_of
from ops.forecast.usage import GIGABYTE, SECONDS_A_MONTH, Part, Usage

MEGABYTES_A_GIGABYTE = 1024
LANES = 10
# How often a shard is asked, and what of a table one shard takes
# (https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html,
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html).
POLLS_PER_SECOND = 4
SHARD_UNITS_PER_SECOND = 1000
# A replicator carries so many items over at once (lambdas/stream_replicator/tools.py).
AT_ONCE = 48
# A write to the other region, a read and a write in the own one, a look at whose record it is.
CARRY_SECONDS = 0.2
MARK_SECONDS = 0.05
LEAVE_SECONDS = 0.02
# Names that a run prints where writes are made (lambdas/stream_replicator/metrics.py), each a metric of one table: what
# was carried over and how late, and what was marked. Others are told, and cost, only in hours in which they happen.
CARRYING_METRICS = 2
MARKING_METRICS = 1
# A run's `carried` line and its line of metrics, as CloudWatch counts them; one that leaves everything has no metrics.
RUN_LOG_BYTES = 720
LEFT_LOG_BYTES = 280
# A counter, a status and a stamp.
CANARY_KILOBYTES = 0.3
REQUEST_BYTES = 1500
ANSWER_BYTES = 900


@dataclass(frozen=True, kw_only=True)
class Replicating:
    """A table's month: ``writes`` of its active region, ``marks`` of those that were made around the client.

    A mark is a read and a write of the item where it is, and that write is the record which is carried over.
    """

    table: str
    part: Part
    writes: float
    marks: float
    kilobytes: float

    @property
    def units(self) -> int:
        """Return the write units of an item."""
        return math.ceil(self.kilobytes)

    def runs(self, records: float) -> float:
        """Return how many runs so many records are: one each, until every lane of every shard is busy."""
        shards = math.ceil(records * self.units / SECONDS_A_MONTH / SHARD_UNITS_PER_SECOND)
        return min(records, shards * LANES * POLLS_PER_SECOND * SECONDS_A_MONTH)


def replicating(table: str, demand: Demand) -> Replicating:
    """Return what is replicated of a table. Observers stamp their canaries."""
    if table == demand.canary_table:
        raises = len(demand.observers) * demand.observing.raises
        return Replicating(table=table, part="control plane", writes=raises, marks=0, kilobytes=CANARY_KILOBYTES)
    name = next(config for config, physical in demand.applications.items() if physical == table)
    writes = demand.load.writes_per_second.get(name, 0) * SECONDS_A_MONTH
    around = writes * demand.load.around_client
    return Replicating(
        table=table, part="application", writes=writes, marks=around, kilobytes=demand.load.item_kilobytes
    )


def replicator_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield what one replicator uses, in its direction."""
    month = replicating(environment_of(one)["PRIMARY_TABLE_NAME"], demand)
    runs = _runs_of(one, month, demand)
    if one.region != demand.primary_region:
        yield from _run_usages(one, month, runs, LEAVE_SECONDS)
        return
    yield from _run_usages(one, month, runs, _run_seconds(month, runs))
    yield from _metrics(one, month)
    yield from _sent(one, month, demand)
    yield from _epochs(one, month, runs, demand)


def replicator_log_usages(
    group: Registration, function: Registration, demand: Demand, months: float
) -> Iterator[Usage]:
    """Yield what a replicator writes into its log group, and what of it is kept for so many months."""
    month = replicating(environment_of(function)["PRIMARY_TABLE_NAME"], demand)
    runs = _runs_of(function, month, demand)
    each = RUN_LOG_BYTES if function.region == demand.primary_region else LEFT_LOG_BYTES
    gigabytes = runs * each / GIGABYTE
    yield _usage(group, month.part, "log-ingestion", gigabytes, f"{runs:,.0f} runs x {each} B")
    yield _usage(
        group, month.part, "log-storage", gigabytes * months, f"{gigabytes:.3f} GB a month x {months:g} months"
    )


def _runs_of(function: Registration, month: Replicating, demand: Demand) -> float:
    """Return how many runs a replicator has: where the writes are made, and where they arrive as the other site's."""
    if function.region == demand.primary_region:
        return month.runs(month.writes + month.marks)
    return 0.0 if place_of(function) in demand.sifted else month.runs(month.writes)


def _run_seconds(month: Replicating, runs: float) -> float:
    """Return how long a run lasts on average where the writes are made: each record is carried over, or marked."""
    records = month.writes + month.marks
    if not records:
        return 0.0
    each = (month.writes * CARRY_SECONDS + month.marks * MARK_SECONDS) / records
    return each * math.ceil(records / runs / AT_ONCE)


def _run_usages(one: Registration, month: Replicating, runs: float, seconds: float) -> Iterator[Usage]:
    gigabytes = float(str(one.inputs["memorySize"])) / MEGABYTES_A_GIGABYTE
    why = f"{runs:,.0f} runs x {seconds:g} s x {gigabytes:.3g} GB"
    yield _usage(one, month.part, "lambda-requests", runs, f"{runs:,.0f} runs")
    yield _usage(one, month.part, "lambda-arm64-seconds", runs * seconds * gigabytes, why)


def _metrics(one: Registration, month: Replicating) -> Iterator[Usage]:
    """Yield the metrics of a table that is always written; applications' tables around the client as well."""
    names = CARRYING_METRICS + (MARKING_METRICS if month.part == "application" else 0)
    yield _usage(one, "control plane", "metrics", names, f"{names} names, one table")


def _sent(one: Registration, month: Replicating, demand: Demand) -> Iterator[Usage]:
    """Yield what crosses between the regions: each write's request with its item, the answer back."""
    each = REQUEST_BYTES + month.kilobytes * 1000
    why = f"{month.writes:,.0f} writes x {each:,.0f} B"
    yield _usage(one, month.part, "transfer", month.writes * each / GIGABYTE, why)
    back, why = month.writes * ANSWER_BYTES / GIGABYTE, f"{month.writes:,.0f} answers x {ANSWER_BYTES} B"
    yield _usage(one, month.part, "transfer", back, why, demand.secondary_region)


def _epochs(one: Registration, month: Replicating, runs: float, demand: Demand) -> Iterator[Usage]:
    """Yield the reads of the tier's row: a mark needs it, and each lane keeps it for a second."""
    reads = min(month.marks, runs, LANES * SECONDS_A_MONTH)
    region = next((each for each in demand.control_regions if each == one.region), demand.control_regions[0])
    yield _usage(one, month.part, "dynamodb-read", reads, f"the tier's row, {reads:,.0f} times", region)


def _usage(one: Registration, part: Part, meter: str, quantity: float, why: str, region: str | None = None) -> Usage:
    return Usage(region=region or one.region, resource=one.name, part=part, meter=meter, quantity=quantity, why=why)
