"""A failover runs without the region that it leaves, and by a majority that can be counted."""

from collections.abc import Iterator

from evaluation import Registration
from policy.declared import (
    FUNCTION,
    MAPPING,
    QUEUE,
    SCHEDULE,
    SECRET,
    TABLE,
    TOPIC,
    Declared,
    at,
    environment,
    items,
    place,
    places,
    text,
)
from policy.regions import foreign_arns
from policy.rule import Finding, Rule
from policy.told import Told, electorates

FEWEST_VOTERS = 3
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def recovery_left_behind(declared: Declared) -> Iterator[Finding]:
    """Find parts of the recovery that have no twin outside a region that a plan leaves, or that need it."""
    told = Told(declared)
    for part in recovery_parts(declared):
        others = sorted(told.control_regions - {part.region})
        missing = [region for region in others if not declared.has(part.type, (region, text(part, "name")))]
        if part.region in told.sites and missing:
            yield Finding(resource=part, seen=f"has no twin in {', '.join(missing)} when {part.region} is left")
        if told.control_regions and part.region not in told.control_regions:
            yield Finding(resource=part, seen=f"runs in {part.region}, which is no control region")
    for one in (*recovery_parts(declared), *_rights(declared)):
        left = sorted(arn for arn in foreign_arns(declared, one) if arn.split(":")[3] in told.sites)
        for arn in left:
            yield Finding(resource=one, subject=arn, seen=f"needs {arn}, in a region that a plan may leave")


def uneven_electorate(declared: Declared) -> Iterator[Finding]:
    """Find electorates that can tie, that one loss decides, or whose voters run nowhere."""
    observers = {environment(one).get("OBSERVER", "") for one in declared.of_type(FUNCTION)}
    for one in declared.of_type(FUNCTION):
        for tier, voters in sorted(electorates(one).items()):
            for seen in _faults(tier, voters, observers):
                yield Finding(resource=one, subject=tier, seen=seen)


def several_electorates(declared: Declared) -> Iterator[Finding]:
    """Find functions that are told other numbers than the first one."""
    told = [one for one in declared.of_type(FUNCTION) if "LIFEBOAT_PROTOCOL" in environment(one)]
    for one in told[1:]:
        if environment(one)["LIFEBOAT_PROTOCOL"] != environment(told[0])["LIFEBOAT_PROTOCOL"]:
            yield Finding(resource=one, seen=f"is told another protocol than {told[0].name}")


def control_table(declared: Declared) -> Iterator[Finding]:
    """Find a control table that has no strong, full replica in each control region, or is declared with the data."""
    told = Told(declared)
    for table in declared.of_type(TABLE):
        if text(table, "name") not in told.control_tables:
            continue
        replicas = items(table.inputs, "replicas")
        strong = {str(at(one, "regionName")) for one in replicas if at(one, "consistencyMode") == "STRONG"}
        if {table.region, *strong} != told.control_regions or "globalTableWitness" in table.inputs:
            missing = ", ".join(sorted(told.control_regions - {table.region, *strong})) or "a witness in its place"
            yield Finding(resource=table, seen=f"has no strong, full replica in each control region: {missing}")
        if table.region in told.sites and not told.control_regions <= told.sites:
            yield Finding(resource=table, subject="home", seen=f"is declared in {table.region}, which a plan may leave")


def recovery_parts(declared: Declared) -> tuple[Registration, ...]:
    """Return the recovery's functions and what they cannot do without: queues, topics, schedules, secrets."""
    functions = Told(declared).recovery_functions()
    names = {spot for one in functions for spot in places(one)}
    values = {(one.region, value) for one in functions for value in environment(one).values()}
    mapped = [one for one in declared.of_type(MAPPING) if (one.region, text(one, "functionName")) in names]
    queues = {place(text(one, "eventSourceArn")) for one in mapped}
    topics = {place(value) for _, value in values if value.startswith("arn:aws:sns:")}
    return (
        *functions,
        *(one for one in declared.of_type(QUEUE) if queues.intersection(places(one))),
        *(one for one in declared.of_type(TOPIC) if topics.intersection(places(one))),
        *(one for one in declared.of_type(SCHEDULE) if place(text(one, "target", "arn")) in names),
        *(one for one in declared.of_type(SECRET) if values.intersection(places(one))),
    )


def _rights(declared: Declared) -> Iterator[Registration]:
    """Yield the policies of the roles that the recovery's functions and schedules take."""
    parts = recovery_parts(declared)
    taken = {(one.region, text(one, "role") or text(one, "target", "roleArn")) for one in parts}
    roles = {(region, arn.rpartition("/")[2]) for region, arn in taken if arn}
    yield from (one for one in declared.of_type(ROLE_POLICY) if (one.region, text(one, "role")) in roles)


def _faults(tier: str, voters: list[str], observers: set[str]) -> Iterator[str]:
    listed = ", ".join(voters) or "nobody"
    if len(voters) % 2 == 0:
        yield f"tier {tier} has an even electorate, {listed}: a tie moves nothing and decides nothing"
    if len(set(voters)) < FEWEST_VOTERS:
        yield f"tier {tier} has fewer than {FEWEST_VOTERS} voters, {listed}: losing one leaves no majority"
    if len(set(voters)) != len(voters):
        yield f"tier {tier} lists a voter twice: {listed}"
    if silent := sorted(set(voters) - observers):
        yield f"tier {tier} counts on {', '.join(silent)}, where no observer votes"


RULES = (
    Rule(
        id="recovery-left-behind",
        protects="A failover needs nothing of the region that it leaves: code, queue, topic, schedule, secret, right.",
        remedy="declare the same part, under the same name, in each control region and let it name only that region",
        check=recovery_left_behind,
    ),
    Rule(
        id="uneven-electorate",
        protects="A majority of the configured voters exists and outlives the loss of any one.",
        remedy="list an odd number of at least 3 observers in lifeboat:protocol.electorates",
        check=uneven_electorate,
    ),
    Rule(
        id="several-electorates",
        protects="Everybody counts the same voters and waits the same times.",
        remedy="give all functions of a stack the same LIFEBOAT_PROTOCOL",
        check=several_electorates,
    ),
    Rule(
        id="weak-control-table",
        protects="Any two control regions decide without the third, and without the regions of the data.",
        remedy="declare it in a control region without data, with a STRONG replica in each other control region",
        check=control_table,
    ),
)
