"""One request, tried until an answer, a refusal, or no time for another attempt."""

import enum
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from failover.acknowledgement import UncertainWrite
from failover.backoff import Backoff
from failover.call_failed import CallFailed, RegionResting
from failover.clock import Clock
from failover.region_calls import NoTime, RegionCalls
from failover.sites import Site
from failover.write_grants import Grant, NoCurrentView, NotWritable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Reply = TypeVar("Reply")

BETWEEN_ATTEMPTS = Backoff(first_seconds=0.05, longest_seconds=0.8)


class Effect(enum.Enum):
    """What carrying a request out twice would do."""

    NONE = enum.auto()  # a read
    SAME = enum.auto()  # puts and deletes aim at a state; transactions have a token
    TWICE = enum.auto()  # updates may count


@dataclass(frozen=True, kw_only=True)
class Request(Generic[Reply]):
    """What to send: once per attempt, in ``round_trips`` calls one after the other."""

    send: "Callable[[DynamoDBClient], Reply]"
    effect: Effect
    round_trips: int = 1


class Answered(NamedTuple, Generic[Reply]):
    """``doubted`` if an attempt before this answer may have been carried out as well."""

    reply: Reply
    region: str
    doubted: bool


class Attempts:
    """Thread-safe; shared by all that one table does."""

    def __init__(
        self, regions: Mapping[Site, RegionCalls], clock: Clock, jitter: Callable[[], float] = random.random
    ) -> None:
        self._regions = dict(regions)
        self._clock = clock
        self._jitter = jitter
        self.shortest = max(calls.shortest for calls in regions.values())

    def once(self, site: Site, send: "Callable[[DynamoDBClient], Reply]", until: float) -> Reply:
        """Make one attempt in one region; raises as `RegionCalls.call`."""
        return self._regions[site].call(send, until)

    def region(self, site: Site) -> str:
        """Name the region behind a site."""
        return self._regions[site].region

    def run(self, grant: Grant, request: Request[Reply]) -> Answered[Reply]:
        """Try, with full jitter between.

        Raises:
            NoCurrentView: no attempt fits into the grant.
            CallFailed: nothing was done.
            UncertainWrite: something may have been.
            ClientError: the service refused.
        """
        doubt: CallFailed | None = None
        for turn in itertools.count():
            calls = self._regions[grant.sites[turn % len(grant.sites)]]
            try:
                reply = calls.call(request.send, grant.until, request.round_trips)
                return Answered(reply, calls.region, doubt is not None)
            except NoTime as error:
                raise self._final(NoCurrentView(str(error)), doubt, grant) from error
            except NotWritable as failure:
                raise self._final(failure, doubt, grant) from failure
            except ClientError as refusal:
                if doubt is None:
                    raise
                raise UncertainWrite(
                    calls.region, grant.epoch, f"refused after an unanswered attempt, {doubt}"
                ) from refusal
            except CallFailed as failure:
                doubt = failure if failure.may_have_landed and request.effect is not Effect.NONE else doubt
                if self._ends(failure, doubt, request.effect, grant) or not self.paused(turn, grant.until, request):
                    if doubt is None:
                        raise
                    raise self._final(failure, doubt, grant) from failure
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    @staticmethod
    def _ends(failure: CallFailed, doubt: CallFailed | None, effect: Effect, grant: Grant) -> bool:
        """Say whether not to try again: it might count twice, or the only region that may be asked is resting."""
        resting = isinstance(failure, RegionResting) and len(grant.sites) == 1
        return resting or (doubt is not None and effect is Effect.TWICE)

    def paused(self, turn: int, until: float, request: Request[Reply] | None = None) -> bool:
        """Sleep before another attempt; False, at once, if none would fit after it."""
        pause = BETWEEN_ATTEMPTS.pause(turn, self._jitter())
        shortest = self.shortest * (request.round_trips if request else 1)
        if self._clock.monotonic() + pause + shortest > until:
            return False
        self._clock.sleep(pause)
        return True

    @staticmethod
    def _final(failure: Exception, doubt: CallFailed | None, grant: Grant) -> Exception:
        return failure if doubt is None else UncertainWrite(doubt.region, grant.epoch, str(doubt))
