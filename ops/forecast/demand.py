"""What is asked of the declared resources in a month: by the schedules, by the protocol, by the application."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation import Evaluation, Registration, Value
from failover.protocol import Protocol
from failover.readiness.inventory import Inventory
from ops.forecast.observing import Observing
from ops.forecast.usage import SECONDS_A_MONTH, Load, Unpriced

FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
SCHEDULE = "aws:scheduler/schedule:Schedule"
MACHINE = "linode:index/instance:Instance"
BUCKET = "linode:index/objectStorageBucket:ObjectStorageBucket"
OBSERVER = "lambdas.health_checker.handler.handle"
ORCHESTRATOR = "lambdas.failover_orchestrator.handler.handle"
LOOK = "lambdas.readiness.handler.handle"
REPLICATOR = "lambdas.stream_replicator.handler.handle"
ENROLMENT = "lambdas.enrolment.handler.handle"
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
DAILY = re.compile(r"cron\(\d+ \d+ \* \* \? \*\)")
# A machine asks for new credentials at half of the hour that they last.
SESSION_SECONDS = 1800
UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True, kw_only=True)
class FunctionInRegion:
    """A function by what others call it."""

    region: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Demand:
    """``applications`` are the physical names of the application's tables by their names in config.

    ``runs`` counts the starts of each scheduled function, and the orchestrator's rehearsals that a look asks for;
    ``observers`` are the regions with one, ``sifted`` functions that a filter spares the other site's own changes;
    ``buckets`` counts those of Linode's object storage, ``sessions`` how often its machines ask for credentials.
    """

    protocol: Protocol
    observing: Observing
    load: Load
    control_table: str
    canary_table: str
    losers_table: str
    inbox_table: str
    mode: str
    applications: Mapping[str, str]
    control_regions: tuple[str, ...]
    primary_region: str
    secondary_region: str
    functions: Mapping[FunctionInRegion, Registration]
    runs: Mapping[FunctionInRegion, float]
    sifted: frozenset[FunctionInRegion]
    buckets: int
    sessions: float

    @property
    def observers(self) -> tuple[str, ...]:
        """Name the regions with an observer, sorted."""
        return tuple(sorted(one.region for one, function in self.functions.items() if is_observer(function)))

    @property
    def data_regions(self) -> tuple[str, str]:
        """Primary, which serves, and secondary, in this order."""
        return self.primary_region, self.secondary_region


def demand_of(evaluation: Evaluation, load: Load) -> Demand:
    """Read the demand from what the program declared.

    Raises:
        Unpriced: observers started at different paces, or a schedule of another form.
    """
    told = _mapping(evaluation.outputs["lifeboat"])
    inventory = Inventory.from_json(str(told["inventory"]))
    protocol = Protocol.from_json(str(told["protocol"])).scaled()
    functions = {place_of(one): one for one in evaluation.registrations if one.type == FUNCTION}
    every, sessions = _every(evaluation), _sessions(evaluation)
    runs = _with_rehearsals({place: SECONDS_A_MONTH / seconds for place, seconds in every.items()}, functions)
    return Demand(
        protocol=protocol,
        observing=Observing.of(protocol, _observers_pace(functions, every)),
        load=load,
        control_table=str(told["controlTable"]),
        canary_table=str(told["canaryTable"]),
        losers_table=inventory.losers_table,
        inbox_table=inventory.inbox_table,
        mode=str(told["dataMode"]),
        applications={name: str(table) for name, table in _mapping(told["applicationTables"]).items()},
        control_regions=tuple(str(region) for region in sequence(told["controlRegions"])),
        primary_region=str(told["primaryRegion"]),
        secondary_region=str(told["secondaryRegion"]),
        functions=functions,
        runs=_with_sessions(runs, functions, sessions),
        sifted=frozenset(
            FunctionInRegion(region=one.region, name=str(one.inputs["functionName"]))
            for one in evaluation.registrations
            if one.type == MAPPING and one.inputs.get("filterCriteria")
        ),
        buckets=sum(one.type == BUCKET for one in evaluation.registrations),
        sessions=sessions,
    )


def tables_of(evaluation: Evaluation) -> tuple[str, ...]:
    """Name the application's tables as config does, sorted."""
    return tuple(sorted(_mapping(evaluation.outputs["applicationTables"])))


def is_observer(function: Registration) -> bool:
    """Say whether a function is an observer, by the code that it runs."""
    return function.inputs.get("handler") == OBSERVER


def is_replicator(function: Registration) -> bool:
    """Say whether a function replicates a table, by the code that it runs."""
    return function.inputs.get("handler") == REPLICATOR


def environment_of(function: Registration) -> Mapping[str, str]:
    """Return a function's variables."""
    variables = _mapping(_mapping(function.inputs["environment"])["variables"])
    return {name: str(value) for name, value in variables.items()}


def place_of(function: Registration) -> FunctionInRegion:
    """Return where a function is and what it is called."""
    return FunctionInRegion(region=function.region, name=str(function.inputs["name"]))


def sequence(value: Value) -> list[Value]:
    """Return a list of the program's, empty if it was not given."""
    return value if isinstance(value, list) else []


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _every(evaluation: Evaluation) -> dict[FunctionInRegion, float]:
    """Return the seconds between two starts of each scheduled function."""
    schedules = [one for one in evaluation.registrations if one.type == SCHEDULE]
    return {target_of(one): _seconds(one) for one in schedules}


def target_of(schedule: Registration) -> FunctionInRegion:
    """Return the function that a schedule starts."""
    arn = str(_mapping(schedule.inputs["target"])["arn"])
    return FunctionInRegion(region=schedule.region, name=arn.rpartition(":")[2])


def _with_rehearsals(
    runs: Mapping[FunctionInRegion, float], functions: Mapping[FunctionInRegion, Registration]
) -> dict[FunctionInRegion, float]:
    """Add a run of a region's orchestrator for each look at readiness there (docs/readiness.md)."""
    handlers = {place: function.inputs.get("handler") for place, function in functions.items()}
    looks = {place.region: count for place, count in runs.items() if handlers.get(place) == LOOK}
    rehearsing = [place for place, handler in handlers.items() if handler == ORCHESTRATOR and place.region in looks]
    return {**runs, **{place: looks[place.region] for place in rehearsing}}


def _sessions(evaluation: Evaluation) -> float:
    """Count the month's requests of all machines for credentials; none without a function that gives some."""
    gives = any(one.inputs.get("handler") == ENROLMENT for one in evaluation.registrations)
    machines = sum(one.type == MACHINE for one in evaluation.registrations)
    return machines * SECONDS_A_MONTH / SESSION_SECONDS if gives else 0.0


def _with_sessions(
    runs: Mapping[FunctionInRegion, float], functions: Mapping[FunctionInRegion, Registration], sessions: float
) -> dict[FunctionInRegion, float]:
    """Add the runs that give machines credentials: all in one region, where they are asked for first."""
    giving = sorted(
        (place for place, function in functions.items() if function.inputs.get("handler") == ENROLMENT),
        key=lambda place: place.region,
    )
    return {**runs, **dict.fromkeys(giving[:1], sessions)}


def _seconds(schedule: Registration) -> float:
    expression = str(schedule.inputs["scheduleExpression"])
    if DAILY.fullmatch(expression):
        return float(UNIT_SECONDS["day"])
    rate = RATE.fullmatch(expression)
    if rate is None:
        raise Unpriced(f"{schedule.name} runs at {expression!r}; the forecast reads rate(...) and daily cron(...) only")
    return int(rate[1]) * UNIT_SECONDS[rate[2]]


def _observers_pace(
    functions: Mapping[FunctionInRegion, Registration], every: Mapping[FunctionInRegion, float]
) -> float:
    paces = {every.get(place) for place, function in functions.items() if is_observer(function)}
    [pace] = paces if len(paces) == 1 else [None]
    if pace is None:
        raise Unpriced(f"observers are started every {paces} s; the forecast knows one pace for all of them")
    return pace
