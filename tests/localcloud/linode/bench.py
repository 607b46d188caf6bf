"""A Linode of a test's own, asked over HTTP, whose time passes when the test says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from localcloud.gateway import Gateway
from localcloud.linode.account import OWNER
from localcloud.linode.cloud import Linode
from localcloud.linode.delays import LinodeDelays
from localcloud.linode.rate_limits import RateLimits
from localcloud.timers import Timers

DELAYS = LinodeDelays(publication_seconds=60, provision_seconds=20, boot_seconds=10, shutdown_seconds=5, job_seconds=5)
REGION = "us-ord"
PASSWORD = "correct horse battery"
LIMIT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    told: Any
    headers: Message

    @property
    def error(self) -> tuple[int, str, str | None]:
        """Give status, reason and field of a refusal, which tells of one thing."""
        (told,) = self.told["errors"]
        return self.status, told["reason"], told.get("field")


class Bench:
    """One account behind a gateway that listens, and its clock."""

    def __init__(self, gateway: Gateway, endpoint: str, timers: Timers | None = None) -> None:
        """Make one; with timers of its own caller its time passes as theirs does."""
        self._now = 0.0
        self.timers = timers or Timers(clock=lambda: self._now, spawn=lambda work: work())
        self.gateway = gateway
        self.endpoint = endpoint
        self.linode = Linode(gateway, self.timers, RateLimits(clock=self.timers.clock))

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        token: str | None = OWNER,
        wanted: Mapping[str, object] | None = None,
    ) -> Answer:
        """Call the API; ``wanted`` is the filter."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        if wanted is not None:
            headers["X-Filter"] = json.dumps(wanted)
        content = None if body is None else json.dumps(body).encode()
        base = "" if path.startswith("/_") else "/v4"
        request = Request(f"{self.endpoint}{base}{path}", content, headers, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=LIMIT_SECONDS) as answer:  # noqa: S310
                return Answer(answer.status, json.loads(answer.read() or b"{}"), answer.headers)
        except HTTPError as error:
            return Answer(error.code, json.load(error), error.headers)

    def get(self, path: str, wanted: Mapping[str, object] | None = None) -> Any:
        """Get what is there."""
        return self._done(self.ask("GET", path, wanted=wanted))

    def post(self, path: str, **body: object) -> Any:
        """Post an object."""
        return self._done(self.ask("POST", path, body))

    def put(self, path: str, **body: object) -> Any:
        """Put an object."""
        return self._done(self.ask("PUT", path, body))

    def delete(self, path: str) -> Any:
        """Delete what is there."""
        return self._done(self.ask("DELETE", path))

    def refused(self, method: str, path: str, **body: object) -> tuple[int, str, str | None]:
        """Call the API and give status, reason and field of its refusal."""
        return self.ask(method, path, body if method in ("POST", "PUT") else None).error

    def pass_time(self, seconds: float) -> None:
        """Let time pass, a second at a time, so that what is due starts what is due later."""
        end = self._now + seconds
        self.timers.run_due()
        while self._now < end:
            self._now = min(end, self._now + 1.0)
            self.timers.run_due()

    def instance(self, **fields: object) -> Any:
        """Create an instance in the usual region, from an image unless told otherwise."""
        usual = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12", "root_pass": PASSWORD}
        return self.post("/linode/instances", **{**usual, **fields})

    def running_instance(self, **fields: object) -> Any:
        """Create an instance and wait until it runs."""
        made = self.instance(**fields)
        self.pass_time(DELAYS.provision_seconds + DELAYS.boot_seconds)
        return self.get(f"/linode/instances/{made['id']}")

    def idle_instance(self, **fields: object) -> Any:
        """Create an instance that is not booted and wait until it is there."""
        made = self.instance(**{"booted": False, **fields})
        self.pass_time(DELAYS.provision_seconds)
        return self.get(f"/linode/instances/{made['id']}")

    def domain(self, name: str = "example.com", **fields: object) -> Any:
        """Create a domain."""
        return self.post("/domains", domain=name, type="master", soa_email=f"hostmaster@{name}", **fields)

    @staticmethod
    def _done(answer: Answer) -> Any:
        assert answer.status == 200, answer.told
        return answer.told
