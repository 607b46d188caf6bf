"""What Route 53's name servers answer now: by routing policy, and by the health of what is answered.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-how-records-chosen.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.models import RecordSet, route53_backends

from localcloud.gateway import Gateway
from localcloud.health_checks import HealthChecks

Draw = Callable[[float], float]
"""Draws a number from 0 up to the one given."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A record set as a name server answers it; ``set_identifier`` tells it from others of its name."""

    name: str
    type: str
    ttl_seconds: int
    values: tuple[str, ...]
    set_identifier: str


class NameAnswers:
    """Answers for all public zones of the account. The name servers stand in no region, and edits count at once."""

    def __init__(self, gateway: Gateway, checks: HealthChecks, draw: Draw) -> None:
        self._gateway = gateway
        self._checks = checks
        self._draw = draw
        gateway.admin.routes["GET", "dns"] = self._lookup

    def answer(self, name: str, kind: str, resolver_region: str = "") -> Answer | None:
        """Return the one record set that is answered, or nothing if there is none of the name and type.

        ``resolver_region`` is the AWS region that whoever asks is nearest to; only routing by latency minds.
        """
        sets = self._sets(name, kind)
        return _as_answer(self._chosen(sets, resolver_region)) if sets else None

    def _lookup(self, given: Mapping[str, object]) -> object:
        if "name" not in given:
            raise ValueError("give the name to look up")
        found = self.answer(str(given["name"]), str(given.get("type", "A")), str(given.get("from", "")))
        return [asdict(found)] if found else []

    def _sets(self, name: str, kind: str) -> list[RecordSet]:
        wanted = f"{name.rstrip('.').lower()}."
        with self._gateway.lock("route53"):
            zones = list(route53_backends[DEFAULT_ACCOUNT_ID]["aws"].zones.values())
            found = [one for zone in zones if not zone.private_zone for one in zone.rrsets]
        return [one for one in found if one.name.lower() == wanted and one.type == kind]

    def _chosen(self, sets: Sequence[RecordSet], resolver_region: str) -> RecordSet:
        healthy = [one for one in sets if self._is_healthy(one)]
        if any(one.failover for one in sets):
            # with none healthy it is the primary, whatever its health
            return min(healthy or sets, key=lambda one: str(one.failover))
        eligible = healthy or list(sets)
        if any(one.region for one in eligible):
            return min(eligible, key=lambda one: (one.region != resolver_region, str(one.set_identifier)))
        return self._by_weight(eligible)

    def _by_weight(self, sets: Sequence[RecordSet]) -> RecordSet:
        """Draw one by weight; without any weight above 0 each is as likely."""
        weights = [float(one.weight or 0) for one in sets]
        if not sum(weights):
            weights = [1.0] * len(sets)
        left = self._draw(sum(weights))
        for one, weight in zip(sets, weights, strict=True):
            left -= weight
            if left < 0:
                return one
        return next(one for one, weight in zip(reversed(sets), reversed(weights), strict=True) if weight)

    def _is_healthy(self, one: RecordSet) -> bool:
        return not one.health_check_id or self._checks.healthy(str(one.health_check_id))


def _as_answer(one: RecordSet) -> Answer:
    return Answer(
        name=one.name.rstrip("."),
        type=str(one.type),
        ttl_seconds=int(one.ttl or 0),
        values=tuple(str(value) for value in one.records),
        set_identifier=str(one.set_identifier or ""),
    )
