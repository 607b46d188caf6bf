"""The switch: one object in each control region that tells Route 53's health checkers which site is active.

Anybody may read it, over HTTPS. Run time owns it (law 8): an absent one says as much as `primary`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from failover.failures import code_of
from failover.fan_out import FanOut
from failover.outside import ABSENT
from failover.sites import SITES, Site

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SEARCH_STRING: Final = '"active":"secondary"'
"""What the checks look for, and nothing else. infra/aws/switch_checks.py says the same."""
# Checkers look at so much of an answer
# (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html).
LARGEST_BYTES: Final = 5120


class MalformedSwitch(Exception):
    """An object that no writer of ours made."""


def key_of(tier: str) -> str:
    """Return the name of a tier's object in each bucket."""
    return f"switch/{tier}.json"


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What the object says: which site of a tier is active, and since which epoch."""

    tier: str
    epoch: int
    active: Site

    def body(self) -> str:
        """Return the object's text, the same for the same switch.

        ``active`` comes first, and so within what checkers look at however long the rest is. JSON escapes the quotes
        inside a text, so that no other field can hold the search string.
        """
        told = {"active": self.active, "epoch": self.epoch, "tier": self.tier}
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def from_body(cls, body: str) -> Switch:
        """Read an object's text.

        Raises:
            MalformedSwitch: it is not one that ``body`` makes.
        """
        try:
            told = json.loads(body)
            switch = cls(tier=told["tier"], epoch=told["epoch"], active=SITES[told["active"]])
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedSwitch(f"the switch says {body[:80]!r}; write it anew") from error
        if switch.body() != body:
            raise MalformedSwitch(f"the switch says {body[:80]!r}, not {switch.body()!r}; write it anew")
        return switch


class SwitchObjects:
    """A tier's object in each control region's bucket.

    Its clients, whose timeouts are each call's deadline, are asked for in the caller's thread, as those of
    `failover.outside.ActiveParameter` are; texts are compared by value, as its values are.
    """

    def __init__(
        self, tier: str, buckets: Mapping[str, str], clients: Callable[[], Mapping[str, S3Client]], fan_out: FanOut
    ) -> None:
        self._key = key_of(tier)
        self._buckets = buckets
        self._clients = clients
        self._fan_out = fan_out

    def reads(self) -> Mapping[str, Callable[[], str]]:
        """Return one call per region, for a turn's fan-out; a missing object reads as `ABSENT`."""
        clients = self._clients()
        return {region: partial(self._read, clients[region], bucket) for region, bucket in self._buckets.items()}

    def read_all(self, seconds: float) -> Mapping[str, object]:
        """Read every object's text; a region that fails gives its exception."""
        return self._fan_out(self.reads(), seconds)

    def write_everywhere(self, switch: Switch, seconds: float) -> Mapping[str, str]:
        """Set the object in all control regions at once; return what went wrong, by region."""
        return self.write(list(self._buckets), switch, seconds)

    def write(self, regions: list[str], switch: Switch, seconds: float) -> Mapping[str, str]:
        """Set the object in these regions; return what went wrong, by region."""
        clients, body = self._clients(), switch.body()
        calls = {region: partial(self._write, clients[region], self._buckets[region], body) for region in regions}
        answers = self._fan_out(calls, seconds)
        return {region: code_of(answer) for region, answer in answers.items() if isinstance(answer, Exception)}

    def _read(self, client: S3Client, bucket: str) -> str:
        try:
            found = client.get_object(Bucket=bucket, Key=self._key)
        except client.exceptions.NoSuchKey:
            return ABSENT
        return found["Body"].read(LARGEST_BYTES).decode(errors="replace")

    def _write(self, client: S3Client, bucket: str, body: str) -> None:
        client.put_object(
            Bucket=bucket,
            Key=self._key,
            Body=body.encode(),
            ContentType="application/json",
            CacheControl="no-store",
        )
