"""Where a read goes: by the tier's row as last seen, and elsewhere only if the call allows a stale answer."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from failover.attempts import Attempts, Effect, Request
from failover.call_failed import CallFailed
from failover.clock import Clock
from failover.first_of_two import FirstOfTwo
from failover.read_answers import Freshness, Served, Stale, Which
from failover.region_calls import NoTime
from failover.sites import Site, other
from failover.write_grants import Grant, Heard, NoCurrentView, Views

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Reply = TypeVar("Reply")

READ_SECONDS = 4.0
ACTIVE_SHARE = 0.5  # of the time, when the standby may answer if the active site fails


@dataclass(frozen=True, kw_only=True)
class How:
    """What a caller says of one read."""

    site: Which = "active"
    stale: Stale = "never"
    consistent: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: a consistent answer that may be stale, or a fallback from the standby.
        """
        if self.consistent and self.site == "standby":
            raise ValueError("the standby cannot answer consistently; read the active site or drop ConsistentRead")
        if self.consistent and self.stale != "never":
            raise ValueError(f"stale={self.stale!r} allows what ConsistentRead forbids; drop one of them")
        if self.site == "standby" and self.stale != "never":
            raise ValueError(f"stale={self.stale!r} is about the active site; drop it or site='standby'")


class TableReads:
    """Prefers the site that the newest view names; a newer epoch changes that, and nothing else does.

    A view older than ``pinned_after_seconds`` still says where to read; the answer tells its age and that it is PINNED.
    """

    def __init__(
        self, attempts: Attempts, views: Views, clock: Clock, race: FirstOfTwo, *, pinned_after_seconds: float
    ) -> None:
        self._attempts = attempts
        self._views = views
        self._clock = clock
        self._race = race
        self._pinned_after_seconds = pinned_after_seconds

    def answer(self, send: "Callable[[DynamoDBClient], Reply]", how: How) -> tuple[Reply, Served]:
        """Read as told.

        Raises:
            NotWritable: a consistent read without a current view, or no view at all.
            CallFailed: no final answer in time.
            ClientError: the service refused.
        """
        if how.consistent:
            return self._consistent(send)
        heard, until = self._views.heard(), self._clock.monotonic() + READ_SECONDS
        if how.stale == "hedged":
            return self._hedged(send, heard, until)
        if how.stale == "if-active-fails":
            return self._falling_back(send, heard, until)
        return self._at(heard.active if how.site == "active" else other(heard.active), send, heard, until)

    def _consistent(self, send: "Callable[[DynamoDBClient], Reply]") -> tuple[Reply, Served]:
        """Follow the rule of writes, or a write acknowledged elsewhere could be missed."""
        grant = self._views.grant(self._attempts.shortest)
        reply, region, _ = self._attempts.run(grant, Request(send=send, effect=Effect.NONE))
        now = self._clock.monotonic()
        if not grant.honours(now):
            raise NoCurrentView(f"the answer from {region} came after the view had expired")
        return reply, Served(region=region, freshness=Freshness.CONSISTENT, view_seconds=self._views.heard().age(now))

    def _at(
        self, site: Site, send: "Callable[[DynamoDBClient], Reply]", heard: Heard, until: float
    ) -> tuple[Reply, Served]:
        grant = Grant(epoch=None, sites=(site,), until=until, expires=False)
        reply, _, _ = self._attempts.run(grant, Request(send=send, effect=Effect.NONE))
        return reply, self._served(site, heard)

    def _falling_back(
        self, send: "Callable[[DynamoDBClient], Reply]", heard: Heard, until: float
    ) -> tuple[Reply, Served]:
        try:
            return self._at(heard.active, send, heard, until - READ_SECONDS * (1 - ACTIVE_SHARE))
        except (CallFailed, NoCurrentView):
            return self._at(other(heard.active), send, heard, until)

    def _hedged(self, send: "Callable[[DynamoDBClient], Reply]", heard: Heard, until: float) -> tuple[Reply, Served]:
        def ask(site: Site) -> Callable[[], tuple[Reply, Served]]:
            return lambda: (self._one_attempt(site, send, until), self._served(site, heard))

        for turn in itertools.count():
            try:
                return self._race.answer(ask(heard.active), ask(other(heard.active)))
            except CallFailed:
                if not self._attempts.paused(turn, until):
                    raise
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    def _one_attempt(self, site: Site, send: "Callable[[DynamoDBClient], Reply]", until: float) -> Reply:
        try:
            return self._attempts.once(site, send, until)
        except NoTime as error:
            raise CallFailed(self._attempts.region(site), str(error)) from error

    def _served(self, site: Site, heard: Heard) -> Served:
        age = heard.age(self._clock.monotonic())
        return Served(region=self._attempts.region(site), freshness=self._freshness(site, heard, age), view_seconds=age)

    def _freshness(self, site: Site, heard: Heard, age: float | None) -> Freshness:
        if site != heard.active:
            return Freshness.REPLICATED
        pinned = age is not None and age > self._pinned_after_seconds
        return Freshness.PINNED if pinned else Freshness.EVENTUAL
