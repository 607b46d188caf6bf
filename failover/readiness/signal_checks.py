"""What must hold of everything that starts, wakes and tells: schedules, queues, topics, alarms, values. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from failover.control_table import Snapshot
from failover.outside import wanted
from failover.readiness.facts import AlarmFacts, Facts, QueueFacts, TopicFacts, Unseen, in_region, problems
from failover.readiness.inventory import OWN_ALARM, Inventory
from failover.readiness.report import Check, Finding, Mark
from failover.rehearsal import ALLOWED
from failover.sites import Sites

LONG = timedelta(hours=1)
MISSING = {
    "streams": "every write of this region could be carried over; one that was not is missing in the other",
    "mrec": "every overwrite of this region could be read; of one that was not nobody knows what it lost",
}


def signal_findings(facts: Facts, inventory: Inventory) -> Iterator[Finding]:
    """Judge each control region, then what must be the same in all of them."""
    value = _active_region(facts, inventory)
    for region in inventory.control_regions:
        yield _schedules(region, facts)
        yield from _queues(region, facts)
        yield _topics(region, facts)
        yield _alarms(region, facts, inventory)
        yield _secret(region, facts.secrets[region])
        yield _parameter(region, facts.parameters[region], value)
        yield _copy(region, facts.copies[region])
    yield from _replication(facts, inventory)
    for region, rehearsed in facts.rehearsals.items():
        yield _rehearsal(region, rehearsed)
    yield _versions(facts.secrets)


def _replication(facts: Facts, inventory: Inventory) -> Iterator[Finding]:
    """Judge what readers of streams leave behind and tell; a control region's topics and alarms were judged before."""
    for region in inventory.listing_regions:
        yield _dead_records(region, facts.dead_records[region], MISSING[inventory.mode])
        if region not in inventory.control_regions:
            yield _topics(region, facts)
            yield _alarms(region, facts, inventory)


def _dead_records(region: str, waiting: int | Unseen, expected: str) -> Finding:
    check = Check(
        name="dead-records",
        where=region,
        expected=expected,
        next_step="lifeboat redrive, after mending what a record's reason names",
    )
    return check.judged(problems({"queue": waiting}, lambda count: f"{count} records wait" if count else None), "none")


def _schedules(region: str, facts: Facts) -> Finding:
    check = Check(
        name="schedules", where=region, expected="every schedule is ENABLED", next_step="enable it, or `pulumi up`"
    )
    held = in_region(facts.schedules, region)
    return check.judged(problems(held, lambda state: None if state == "ENABLED" else state), f"{len(held)} ENABLED")


def _queues(region: str, facts: Facts) -> Iterator[Finding]:
    held = in_region(facts.queues, region)
    waiting = Check(
        name="queues",
        where=region,
        expected="no message waits from one look to the next",
        next_step="see whether the queue's function is throttled or fails; read its log",
    )
    yield waiting.judged(problems(held, _waiting), "nothing waits", Mark.WARN)
    dead = Check(
        name="dead-letters",
        where=region,
        expected="no dead letters",
        next_step="read the message in the dead-letter queue, mend what it shows, then redrive or delete it",
    )
    yield dead.judged(problems(held, _dead), "none")


def _waiting(queue: QueueFacts) -> str | None:
    return f"{queue.waiting} waiting" if queue.waiting else None


def _dead(queue: QueueFacts) -> str | None:
    return f"{queue.dead} dead letters" if queue.dead else None


def _topics(region: str, facts: Facts) -> Finding:
    check = Check(
        name="topics",
        where=region,
        expected="somebody hears each topic, and everybody has confirmed",
        next_step="confirm the subscription from its e-mail or webhook, or declare one in lifeboat:alerting; "
        "a queue's that is gone: `pulumi up`",
    )
    held = in_region(facts.topics, region)
    deaf = [one for one in held.values() if isinstance(one, Unseen) or not one.confirmed]
    return check.judged(problems(held, _unheard), f"{len(held)} heard", Mark.FAIL if deaf else Mark.WARN)


def _unheard(topic: TopicFacts) -> str | None:
    if not topic.confirmed:
        return "nobody listens"
    return f"{topic.pending} not confirmed" if topic.pending else None


def _alarms(region: str, facts: Facts, inventory: Inventory) -> Finding:
    alarms, wanted = facts.alarms[region], inventory.alarms_in(region)
    check = Check(
        name="alarms",
        where=region,
        expected="every alarm is there and OK; this look's own may say ALARM",
        next_step="the alarm's description says what to do; one that is missing is made by `pulumi up`",
    )
    if isinstance(alarms, Unseen):
        return check.judged({"alarms": alarms.why}, "")
    missing = {name: "missing" for name in wanted if name not in alarms}
    loud = {name: one.state for name, one in alarms.items() if one.state == "ALARM" and name != OWN_ALARM}
    blind = {name: f"{one.state} since {one.since:%F %R}" for name, one in alarms.items() if _is_blind(one, facts.now)}
    return check.judged(
        {**missing, **loud, **blind}, f"{len(alarms)} alarms", Mark.FAIL if missing or loud else Mark.WARN
    )


def _is_blind(alarm: AlarmFacts, now: datetime | None) -> bool:
    return alarm.state == "INSUFFICIENT_DATA" and now is not None and now - alarm.since > LONG


def _secret(region: str, version: str | Unseen) -> Finding:
    check = Check(
        name="secret",
        where=region,
        expected="the webhook's secret has a current value",
        next_step="lifeboat secret set slack-webhook; each control region has a secret of its own",
    )
    return check.judged(problems({"secret": version}, lambda one: None if one else "no current value"), "it has one")


def _versions(secrets: Mapping[str, str | Unseen]) -> Finding:
    """Values are never read: who sets one in all regions at once gives it one version id."""
    check = Check(
        name="secret-version",
        expected="one version of the secret in all control regions",
        next_step="lifeboat secret set slack-webhook, which sets it everywhere",
    )
    versions = {region: one for region, one in secrets.items() if isinstance(one, str) and one}
    differing = versions if len(set(versions.values())) > 1 else {}
    return check.judged({region: f"version {one[:8]}" for region, one in differing.items()}, "the same", Mark.WARN)


def _active_region(facts: Facts, inventory: Inventory) -> str | None:
    seen = next((one for one in facts.snapshots.values() if isinstance(one, Snapshot)), None)
    sites = Sites(primary=inventory.primary_region, secondary=inventory.secondary_region)
    return wanted(seen.row, sites) if seen else None


def _parameter(region: str, value: str | Unseen, active_region: str | None) -> Finding:
    """Judge the value as observers do: while a plan is to decide it, any is right."""
    check = Check(
        name="active-parameter",
        where=region,
        expected=f"the parameter names {active_region or 'a region'}",
        next_step="observers mend it within seconds; if they do not, read the orchestrator's log there",
    )
    wrong = problems({"parameter": value}, lambda one: None if active_region in (None, one) else repr(one))
    return check.judged(wrong, str(value))


def _copy(region: str, there: bool | Unseen) -> Finding:
    check = Check(
        name="outputs-copy",
        where=region,
        expected="the control table holds a copy of the stack's outputs",
        next_step="lifeboat outputs --save, after each `pulumi up`; without it, keep a file for --outputs",
    )
    return check.judged(problems({"copy": there}, lambda one: None if one else "missing"), "there", Mark.WARN)


def _rehearsal(region: str, rehearsed: Mapping[str, str] | Unseen) -> Finding:
    check = Check(
        name="rehearsal",
        where=region,
        expected="the orchestrator may do, with its own role, every call of a failover",
        next_step="no answer: look at that region; refused: compare the role with `pulumi preview --diff`",
    )
    if isinstance(rehearsed, Unseen):
        return check.judged({"orchestrator": rehearsed.why}, "")
    refused = {step: answer for step, answer in rehearsed.items() if answer != ALLOWED}
    return check.judged(refused, f"{len(rehearsed)} calls allowed")
