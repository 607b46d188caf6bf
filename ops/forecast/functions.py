"""What the functions, their starts and their logs use. A function that only events start uses nothing until then."""

from collections.abc import Iterator
from dataclasses import replace

from evaluation import Registration
from ops.forecast.demand import ENROLMENT, ORCHESTRATOR, Demand, FunctionInRegion, is_observer, is_replicator, place_of
from ops.forecast.replicating import replicator_log_usages, replicator_usages
from ops.forecast.usage import GIGABYTE, Usage

MEGABYTES_A_GIGABYTE = 1024
# Names that a turn prints (lambdas/health_checker/metrics.py), each a metric of one observer.
EMBEDDED_METRICS = 5
# A cold start and the deadline of a rehearsal's calls (lambdas/failover_orchestrator/handler.py).
REHEARSAL_RUN_SECONDS = 5.0
# A node's row read and written, a certificate signed, a role taken: some calls one after the other.
SESSION_RUN_SECONDS = 2.0
# A turn's `decided` line and its line of metrics, with the 26 bytes that CloudWatch adds to each
# (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogsConcepts.html).
TURN_LOG_BYTES = 740
RUN_LOG_BYTES = 2000
LONGEST_KEPT_DAYS = 3653
DAYS_A_MONTH = 30
# A signed request and its answer over HTTPS, headers and framing included.
REQUEST_BYTES = 1500
ANSWER_BYTES = 900
ACTIVE_CALLS = 2
STANDBY_CALLS = 1


def function_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield a function's invocations and memory-seconds; scheduled ones other than observers at their whole timeout."""
    if is_replicator(one):
        yield from replicator_usages(one, demand)
        return
    runs = demand.runs.get(place_of(one), 0.0)
    seconds = _run_seconds(one, demand)
    gigabytes = float(str(one.inputs["memorySize"])) / MEGABYTES_A_GIGABYTE
    processor = str(_first(one.inputs.get("architectures"), "x86_64"))
    usage = Usage(
        region=one.region,
        resource=one.name,
        part="control plane",
        meter="lambda-requests",
        quantity=runs,
        why=f"{runs:,.0f} runs",
    )
    if runs:
        why = f"{runs:,.0f} runs x {seconds:g} s x {gigabytes:g} GB"
        yield usage
        yield replace(usage, meter=f"lambda-{processor}-seconds", quantity=runs * seconds * gigabytes, why=why)
    if is_observer(one):
        yield replace(usage, meter="metrics", quantity=EMBEDDED_METRICS, why=f"{EMBEDDED_METRICS} names, one observer")
        yield from _calls_abroad(usage, demand)
    if one.inputs.get("handler") == ENROLMENT:
        yield replace(usage, meter="key-signatures", quantity=runs, why=f"{runs:,.0f} sessions, a certificate each")


def _run_seconds(one: Registration, demand: Demand) -> float:
    if is_observer(one):
        return demand.observing.run_seconds
    allowances = {ORCHESTRATOR: REHEARSAL_RUN_SECONDS, ENROLMENT: SESSION_RUN_SECONDS}
    return allowances.get(str(one.inputs.get("handler")), float(str(one.inputs["timeout"])))


def log_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield what the group's function writes, and what of it is kept, before compression."""
    name = str(one.inputs["name"]).rpartition("/")[2]
    place = FunctionInRegion(region=one.region, name=name)
    function = demand.functions.get(place)
    if function is not None and is_replicator(function):
        yield from replicator_log_usages(one, function, demand, _kept_days(one) / DAYS_A_MONTH)
        return
    watching = function is not None and is_observer(function)
    lines = demand.observing.reports if watching else demand.runs.get(place, 0.0)
    each = TURN_LOG_BYTES if watching else RUN_LOG_BYTES
    if lines == 0:
        return
    gigabytes, months = lines * each / GIGABYTE, _kept_days(one) / DAYS_A_MONTH
    usage = Usage(
        region=one.region,
        resource=one.name,
        part="control plane",
        meter="log-ingestion",
        quantity=gigabytes,
        why=f"{lines:,.0f} {'turns' if watching else 'runs'} x {each} B",
    )
    yield usage
    why = f"{gigabytes:.3f} GB a month x {months:g} months"
    yield replace(usage, meter="log-storage", quantity=gigabytes * months, why=why)


def _kept_days(group: Registration) -> float:
    """Return the days that a group keeps its lines; without a limit, the longest that can be set."""
    return float(str(group.inputs.get("retentionInDays", LONGEST_KEPT_DAYS)))


def _calls_abroad(usage: Usage, demand: Demand) -> Iterator[Usage]:
    """Yield what calls to other regions move: the requests out of the observer's, the answers out of theirs."""
    active, standby = demand.data_regions
    calls = dict.fromkeys(demand.control_regions, 1 / demand.protocol.turns_between_looks())
    calls[active] = calls.get(active, 0) + ACTIVE_CALLS
    calls[standby] = calls.get(standby, 0) + STANDBY_CALLS
    abroad = {region: count for region, count in calls.items() if region != usage.region}
    for region, count in sorted(abroad.items()):
        made = count * demand.observing.probes
        for sender, size in ((usage.region, REQUEST_BYTES), (region, ANSWER_BYTES)):
            why = f"{made:,.0f} calls to {region} x {size} B"
            yield replace(usage, region=sender, meter="transfer", quantity=made * size / GIGABYTE, why=why)


def _first(value: object, default: str) -> object:
    return value[0] if isinstance(value, list) and value else default
