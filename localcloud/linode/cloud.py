"""Linode in the embedded cloud: an account, its API behind the gateway, and what drills may ask of it.

Over ``/_cloud/``: ``GET linode-dns?name=N&type=T`` tells what name servers answer now; ``GET`` and ``POST
linode-quotas`` (``{"instances": 3}``) what the account may own; ``POST linode-tokens`` (``{"username", "scopes"}``)
gives a user's first token, which at Linode he makes when he has logged in; ``GET`` and ``POST linode-buckets``
(``{"region", "label", "versioning", "lifecycle_rules"}``) stand in for what is set at Linode by S3.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace

from localcloud.gateway import EVERY_OPERATION, Gateway
from localcloud.linode.account import Account
from localcloud.linode.api import Api
from localcloud.linode.body import Body
from localcloud.linode.identify import SERVICE
from localcloud.linode.jobs import Jobs
from localcloud.linode.operations.profile import make_token
from localcloud.linode.publication import Publication
from localcloud.linode.rate_limits import RateLimits
from localcloud.linode.refusals import Refused
from localcloud.linode.served import ROUTES
from localcloud.timers import Timers


class Linode:
    """One account and everything that works for it."""

    def __init__(self, gateway: Gateway, timers: Timers, limits: RateLimits | None = None) -> None:
        delays = gateway.latency.profile.linode
        self.account = Account(clock=gateway.calendar.now)
        self.publication = Publication(timers, delays.publication_seconds)
        jobs = Jobs(self.account, timers, gateway.world, gateway.faults, delays)
        self.api = Api(self.account, jobs, self.publication, ROUTES, limits or RateLimits())
        gateway.routes[SERVICE, EVERY_OPERATION] = self.api.answer
        gateway.admin.routes |= {
            ("GET", "linode-dns"): self._lookup,
            ("GET", "linode-quotas"): lambda _given: self.account.quotas,
            ("POST", "linode-quotas"): self._set_quotas,
            ("POST", "linode-tokens"): self._make_token,
            ("GET", "linode-buckets"): lambda _given: [asdict(each) for each in self.account.buckets],
            ("POST", "linode-buckets"): self._set_bucket,
        }

    def _lookup(self, given: Mapping[str, object]) -> object:
        if "name" not in given:
            raise ValueError("give the name to look up")
        return [asdict(each) for each in self.publication.lookup(str(given["name"]), str(given.get("type", "")))]

    def _set_quotas(self, given: Mapping[str, object]) -> object:
        with self.account.lock:
            self.account.quotas |= {kind: int(str(most)) for kind, most in given.items()}
        return self.account.quotas

    def _set_bucket(self, given: Mapping[str, object]) -> object:
        """Say whether a bucket keeps versions, and how long it keeps what; each call says both."""
        body = Body(given)
        try:
            with self.account.lock, self.account.all_or_nothing():
                key = (body.needed("region"), body.needed("label"))
                rules = tuple(each.values() for each in body.parts("lifecycle_rules"))
                former = self.account.buckets.need(key)
                changed = replace(former, versioning=body.flag("versioning"), lifecycle_rules=rules)
                return asdict(self.account.buckets.put(key, changed))
        except Refused as refused:
            raise ValueError(refused.reason) from refused

    def _make_token(self, given: Mapping[str, object]) -> object:
        body = Body(given)
        try:
            with self.account.lock, self.account.all_or_nothing():
                user = self.account.users.need(body.needed("username"))
                return {"token": make_token(self.account, body, user.username).token}
        except Refused as refused:
            raise ValueError(refused.reason) from refused
