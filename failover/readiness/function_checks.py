"""What must hold of the functions: each of its own, and all of them alike. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from failover.protocol import Protocol
from failover.readiness.facts import Facts, FunctionFacts, in_region, problems
from failover.readiness.inventory import AUDITOR, FUNCTIONS, OBSERVER, ORCHESTRATOR, READERS, REPLICATOR, Inventory
from failover.readiness.report import Check, Finding, Mark

# When a function can no longer be updated follows half a year after the runtime's deprecation
# (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
RUNTIMES_END = {"python3.12": date(2028, 10, 31), "python3.13": date(2029, 6, 30)}
SOON = timedelta(days=180)
# Three observers' runs, four orchestrators', two notifiers', one of these: and as much again.
LEAST_CONCURRENCY, COMFORTABLE_CONCURRENCY = 10, 20
# What Lambda opens at most for each shard of a stream, and a small table has one shard
# (https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html).
LANES = 10
# An observer's run overlaps the next two; an orchestrator's queue runs two beside what observers invoke.
LEAST_RESERVED = {OBSERVER: 3, ORCHESTRATOR: 4, REPLICATOR: LANES, AUDITOR: 1}
READS = {"streams": "replicator", "mrec": "auditor"}
# A whole batch under throttling; what is not done by then comes again, and everything behind it waits.
REPLICATOR_SECONDS = 120
UP = "`pulumi up` to this region, then look again"


def function_findings(facts: Facts, inventory: Inventory, protocol: Protocol) -> Iterator[Finding]:
    """Judge the functions of each control region, then what must be the same in all of them."""
    for region in inventory.machine_regions:
        yield from _of_region(region, facts, protocol, inventory)
    alike = "in all control regions"
    code = _check("function-code", "", f"one archive {alike}", UP)
    yield code.judged(_codes(facts), "the same")
    environment = _check("function-environment", "", f"the same variables {alike}, but for the region's own name", UP)
    yield environment.judged(_environments(facts), "the same")
    numbers = _check("function-protocol", "", "the protocol's numbers as the stack declares them", UP)
    yield numbers.judged(_protocols(facts, protocol), "the same")
    if inventory.listing_regions:
        both = _check(f"{READS[inventory.mode]}-code", "", "one archive for every table, both ways", UP)
        yield both.judged(_odd_ones_out(_readers(facts)), "the same")


def _of_region(region: str, facts: Facts, protocol: Protocol, inventory: Inventory) -> Iterator[Finding]:
    held = in_region(facts.functions, region)
    active = _check("functions-active", region, "Active, last update Successful", UP)
    yield active.judged(problems(held, _inactive), f"{len(held)} functions")
    known = {noun: one for noun, one in held.items() if isinstance(one, FunctionFacts)}
    whole = "a whole plan" if region in inventory.control_regions else "a whole batch"
    limits = _check("function-limits", region, f"time and reserved concurrency for {whole}", UP)
    yield limits.judged(_limits(known, protocol), "enough")
    yield _runtimes(region, known, facts.now)
    readers = inventory.readers_in(region)
    yield _concurrency(region, facts, COMFORTABLE_CONCURRENCY + sum(LEAST_RESERVED[_code_of(one)] for one in readers))
    what = "every queue and stream is read" if readers else "every queue is read"
    read = _check("event-sources", region, what, "enable the event source mapping, or `pulumi up`")
    yield read.judged(problems(in_region(facts.sources, region), _disabled), "all Enabled")


def _check(name: str, where: str, expected: str, next_step: str) -> Check:
    return Check(name=name, where=where, expected=expected, next_step=next_step)


def _inactive(one: FunctionFacts) -> str | None:
    return None if (one.state, one.update) == ("Active", "Successful") else f"{one.state}, update {one.update}"


def _limits(known: Mapping[str, FunctionFacts], protocol: Protocol) -> dict[str, str]:
    seconds = {OBSERVER: protocol.observer_life, ORCHESTRATOR: protocol.plan_total, REPLICATOR: REPLICATOR_SECONDS}
    found: dict[str, str] = {}
    for noun, one in known.items():
        code = _code_of(noun)
        if one.timeout_seconds < seconds.get(code, 0):
            found[noun] = f"timeout {one.timeout_seconds} s, under {seconds[code]:g} s"
        elif one.reserved is not None and one.reserved < LEAST_RESERVED.get(code, 1):
            found[noun] = f"reserved concurrency {one.reserved}, under {LEAST_RESERVED.get(code, 1)}"
    return found


def _code_of(noun: str) -> str:
    """Name what a function runs: one code replicates every table."""
    return REPLICATOR if noun.startswith(f"{REPLICATOR}-") else noun


def _runtimes(region: str, known: Mapping[str, FunctionFacts], now: datetime | None) -> Finding:
    check = _check(
        "function-runtime", region, "a runtime that Lambda supports", "declare the next runtime, `pulumi up`"
    )
    unknown = {noun: one.runtime for noun, one in known.items() if one.runtime not in RUNTIMES_END}
    today = now.date() if now else date.min
    ending = {
        noun: f"{one.runtime} ends on {RUNTIMES_END[one.runtime]}"
        for noun, one in known.items()
        if one.runtime in RUNTIMES_END and RUNTIMES_END[one.runtime] <= today + SOON
    }
    fine = ", ".join(sorted({one.runtime for one in known.values()}))
    return check.judged({**unknown, **ending}, fine, Mark.WARN)


def _concurrency(region: str, facts: Facts, comfortable: int) -> Finding:
    left = facts.concurrency[region]
    check = _check(
        "lambda-concurrency",
        region,
        f"at least {comfortable} of the account's concurrency not reserved by others",
        "raise Lambda's `Concurrent executions` in Service Quotas, or reserve less",
    )
    found = problems({"account": left}, lambda free: None if free >= comfortable else f"{free} left")
    short = not isinstance(left, int) or left < LEAST_CONCURRENCY
    return check.judged(found, f"{left} left", Mark.FAIL if short else Mark.WARN)


def _disabled(state: str) -> str | None:
    return None if state == "Enabled" else state


def _codes(facts: Facts) -> dict[str, str]:
    """Name the functions whose archive is not the one that most regions have."""
    found: dict[str, str] = {}
    for noun in FUNCTIONS:
        found |= _odd_ones_out({f"{noun} in {region}": one.code for region, one in _known(facts, noun).items()})
    return found


def _odd_ones_out(codes: Mapping[str, str]) -> dict[str, str]:
    usual = Counter(codes.values()).most_common(1)[0][0] if codes else ""
    return {name: f"{code[:12]}, elsewhere {usual[:12]}" for name, code in codes.items() if code != usual}


def _readers(facts: Facts) -> dict[str, str]:
    """Return what each function runs that reads a table's stream, by its name and region."""
    return {
        f"{place.name} in {place.region}": one.code
        for place, one in facts.functions.items()
        if _code_of(place.name) in READERS.values() and isinstance(one, FunctionFacts)
    }


def _protocols(facts: Facts, declared: Protocol) -> dict[str, str]:
    """Name the functions that keep other times than the stack declares."""
    told = {
        f"{noun} in {region}": one.environment.get("LIFEBOAT_PROTOCOL", "")
        for noun in (OBSERVER, ORCHESTRATOR)
        for region, one in _known(facts, noun).items()
    }
    return {name: "another protocol" for name, text in told.items() if not _is(declared, text)}


def _is(declared: Protocol, text: str) -> bool:
    try:
        return Protocol.from_json(text).scaled() == declared
    except (ValueError, TypeError, KeyError):
        return False


def _environments(facts: Facts) -> dict[str, str]:
    """Name the variables that are others elsewhere; one that names its own region may differ in just that."""
    found: dict[str, str] = {}
    for noun in FUNCTIONS:
        known = _known(facts, noun)
        raw = [one.environment for one in known.values()]
        own = [_unplaced(one.environment, region) for region, one in known.items()]
        names = sorted({name for environment in raw for name in environment})
        differing = [name for name in names if not (_same(name, raw) or _same(name, own))]
        if differing:
            found[noun] = f"{', '.join(differing)} differ"
    return found


def _same(name: str, environments: list[Mapping[str, str]]) -> bool:
    return len({one.get(name) for one in environments}) == 1


def _unplaced(environment: Mapping[str, str], region: str) -> Mapping[str, str]:
    return {name: value.replace(region, "REGION") for name, value in environment.items()}


def _known(facts: Facts, noun: str) -> dict[str, FunctionFacts]:
    return {
        place.region: one
        for place, one in facts.functions.items()
        if place.name == noun and isinstance(one, FunctionFacts)
    }
