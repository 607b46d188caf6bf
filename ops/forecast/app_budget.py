"""How long a failover of the application tier takes: until the database is writable, and until names lead to it.

Both begin with the same votes and run at once; what no setting says is an allowance, as in ops/forecast/budget.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation import Registration
from failover.protocol import Protocol
from ops.forecast.budget import Promise, Step, detection
from ops.forecast.traffic import CHECK, RECORD, interval_of

APP_BUDGET_SECONDS = 22.0
DOMAIN = "linode:index/domain:Domain"
FENCE_SECONDS = 0.5
PROMOTE_SECONDS = 0.5
PUBLISH_SECONDS = 1.0
FLIP_SECONDS = 1.0
# A checker's answer, and what the others' answers come to, on their way to the name servers.
CHECKED_SECONDS = 2.0
# The API's edits are published within a minute, and 30 s is the least time to live that Linode keeps
# (https://techdocs.akamai.com/cloud-computing/docs/dns-manager).
EDIT_SECONDS, LINODE_PUBLICATION_SECONDS, LINODE_TTL_SECONDS = 7.0, 60.0, 30.0


@dataclass(frozen=True, kw_only=True)
class NamesMove:
    """``guaranteed`` unless an API has to answer, of a provider that promises no time."""

    provider: str
    promise: Promise
    guaranteed: bool


def writable_time(protocol: Protocol) -> Promise:
    """Return the time from the loss of the active site until its other database takes writes."""
    return Promise(
        steps=(
            detection(protocol),
            Step(name="fence", seconds=FENCE_SECONDS, arithmetic=f"votes read again, one write: {FENCE_SECONDS:g}"),
            Step(
                name="lease",
                seconds=protocol.lease_wait(),
                arithmetic=f"writer lease {protocol.writer_lease:g} x 1.01 + writer fence {protocol.writer_fence:g}",
            ),
            Step(name="promote", seconds=PROMOTE_SECONDS, arithmetic=f"to the first write: {PROMOTE_SECONDS:g}"),
            Step(name="publish", seconds=PUBLISH_SECONDS, arithmetic=f"agents read and admit: {PUBLISH_SECONDS:g}"),
        )
    )


def names_move(protocol: Protocol, declared: Iterable[Registration]) -> NamesMove | None:
    """Return the time until the name leads to the other site; None where no name is declared."""
    registrations = list(declared)
    begun = (
        detection(protocol),
        Step(name="flip", seconds=FLIP_SECONDS, arithmetic=f"votes read again, one write: {FLIP_SECONDS:g}"),
    )
    checks = [interval_of(one) for one in registrations if one.type == CHECK and one.inputs.get("fqdn")]
    times = [float(str(one.inputs["ttl"])) for one in registrations if one.type == RECORD and _moves(one)]
    if checks and times:
        steps = _route53(max(checks), max(times))
        return NamesMove(provider="route53", promise=Promise(steps=(*begun, *steps)), guaranteed=True)
    if any(one.type == DOMAIN for one in registrations):
        return NamesMove(provider="linode", promise=Promise(steps=(*begun, *_linode())), guaranteed=False)
    return None


def _moves(record: Registration) -> bool:
    """Say whether the answer to a record's name depends on who is healthy."""
    return bool(record.inputs.get("failoverRoutingPolicies") or record.inputs.get("healthCheckId"))


def _route53(interval: float, ttl: float) -> tuple[Step, ...]:
    return (
        Step(
            name="checkers",
            seconds=interval + CHECKED_SECONDS,
            arithmetic=f"request interval {interval:g} + their answers {CHECKED_SECONDS:g}",
        ),
        Step(name="TTL", seconds=ttl, arithmetic=f"answers are kept for {ttl:g}"),
    )


def _linode() -> tuple[Step, ...]:
    return (
        Step(name="edit", seconds=EDIT_SECONDS, arithmetic=f"the API's answer, with repeats: {EDIT_SECONDS:g}"),
        Step(
            name="publication",
            seconds=LINODE_PUBLICATION_SECONDS,
            arithmetic=f"at Linode: up to {LINODE_PUBLICATION_SECONDS:g}",
        ),
        Step(
            name="TTL", seconds=LINODE_TTL_SECONDS, arithmetic=f"answers are kept for {LINODE_TTL_SECONDS:g}, its least"
        ),
    )
