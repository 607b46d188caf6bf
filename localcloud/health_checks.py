"""Evaluates Route 53's health checks, which moto stores: of text at S3's addresses, and of other checks.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from wsgiref.types import WSGIEnvironment
from wsgiref.util import setup_testing_defaults

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.models import HealthCheck, route53_backends

from localcloud.gateway import Gateway
from localcloud.request import Severed

log = logging.getLogger(__name__)

SEARCHED_BYTES = 5120
S3_HOST = re.compile(r"(?P<bucket>[a-z0-9-]+)\.s3\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
SUCCESS = "Success: HTTP Status Code 200, OK."
# All that a checker grants from the connection to the last byte.
LONGEST_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What checkers make of an endpoint: ``passes`` before any inversion, ``turns`` the looks in a row that differ.

    A new one passes until there was a look; inverted, it is unhealthy until then.
    """

    due: float
    passes: bool = True
    turns: int = 0
    told: str = "Success: not checked yet."
    at: datetime | None = None

    def after(self, told: str, threshold: int, at: datetime) -> "Sight":
        """Return what is made of it after one more look."""
        passed = told == SUCCESS
        turns = 0 if passed == self.passes else self.turns + 1
        turned = turns >= threshold
        return replace(self, told=told, at=at, passes=passed if turned else self.passes, turns=0 if turned else turns)


@dataclass(frozen=True, kw_only=True)
class Health:
    """A health check as Route 53 counts it now."""

    id: str
    kind: str
    endpoint: str
    healthy: bool


class HealthChecks:
    """One checker for all regions, from outside of all of them; ``time_scale`` shortens its intervals."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float], time_scale: float) -> None:
        self._gateway = gateway
        self._clock = clock
        self._time_scale = time_scale
        self._lock = threading.Lock()
        self._sights: dict[str, Sight] = {}
        gateway.admin.routes["GET", "health-checks"] = lambda _given: [asdict(one) for one in self.all()]

    def tick(self) -> None:
        """Look at every endpoint that is due."""
        now = self._clock()
        for check in self._stored():
            if check.type_ == "HTTPS_STR_MATCH" and self.sight(check.id).due <= now:
                self._look(check, now)

    def sight(self, check_id: str) -> Sight:
        """Return what checkers last saw of an endpoint."""
        with self._lock:
            return self._sights.setdefault(check_id, Sight(due=self._clock()))

    def all(self) -> list[Health]:
        """Return every check."""
        return [
            Health(
                id=one.id,
                kind=str(one.type_),
                endpoint=f"{one.fqdn or ''}{one.resource_path or ''}",
                healthy=self.healthy(one.id),
            )
            for one in self._stored()
        ]

    def healthy(self, check_id: str) -> bool:
        """Say whether a check is healthy; one that does not exist, is switched off or is of another kind always is."""
        check = next((one for one in self._stored() if one.id == check_id), None)
        if check is None or check.disabled:
            return True
        return self._passes(check) != bool(check.inverted)

    def _passes(self, check: HealthCheck) -> bool:
        if check.type_ == "CALCULATED":
            return sum(map(self.healthy, check.children or ())) >= int(check.health_threshold or 0)
        return self.sight(check.id).passes

    def _look(self, check: HealthCheck, now: float) -> None:
        told = self._told(str(check.fqdn), str(check.resource_path or "/"), str(check.search_string))
        at = self._gateway.calendar.now()
        with self._lock:
            before = self._sights[check.id]
            after = before.after(told, int(check.failure_threshold), at)
            due = now + int(check.request_interval) * self._time_scale
            self._sights[check.id] = replace(after, due=due)
        if after.passes != before.passes:
            log.info("health check turned", extra={"check": check.id, "endpoint": check.fqdn, "told": told})

    def _told(self, host: str, path: str, wanted: str) -> str:
        """Get a page as a checker does, and say how that ended."""
        found = S3_HOST.fullmatch(host)
        if found is None:
            return f"Failure: {host} is no address of the embedded cloud's S3."
        started = self._clock()
        try:
            answer = self._gateway.answer(_get(f"/{found['bucket']}{path}"), b"")
        except Severed:
            return "Failure: Connection timed out."
        if self._clock() - started > LONGEST_SECONDS:
            return "Failure: The health checker could not get an answer in time."
        if not 200 <= answer.status < 400:
            return f"Failure: HTTP Status Code {answer.status}."
        if wanted.encode() not in answer.body[:SEARCHED_BYTES]:
            return "Failure: The response body does not contain the search string."
        return SUCCESS

    def _stored(self) -> list[HealthCheck]:
        with self._gateway.lock("route53"):
            return list(route53_backends[DEFAULT_ACCOUNT_ID]["aws"].list_health_checks())


def _get(path: str) -> WSGIEnvironment:
    environ: WSGIEnvironment = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    return environ
