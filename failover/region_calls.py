"""Calls to one region's DynamoDB that fit into the time that is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.exceptions import ClientError

from failover import aws_clients
from failover.breaker import Breaker
from failover.call_failed import ANSWERED, CALL_ERRORS, CallError, CallFailed, RegionResting, told_apart
from failover.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Answer = TypeVar("Answer")

PATIENT = (0.3, 1.0)  # seconds to connect and to read
HURRIED = (0.2, 0.25)  # fits into a view read while the tier is `preparing`; a cross-country round trip takes 0.07


class NoTime(Exception):
    """What is left is shorter than the shortest attempt; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class TimedClient:
    """A client and the longest that one attempt with it can take; botocore fixes timeouts when it is made."""

    client: "DynamoDBClient"
    seconds: float


def timed_clients(region: str, session: boto3.Session, *, time_scale: float = 1.0) -> tuple[TimedClient, ...]:
    """Make a region's clients, the most patient first."""
    return tuple(
        TimedClient(
            client=aws_clients.client(
                "dynamodb",
                region,
                connect_seconds=connect * time_scale,
                read_seconds=read * time_scale,
                session=session,
            ),
            seconds=(connect + read) * time_scale,
        )
        for connect, read in (PATIENT, HURRIED)
    )


class RegionCalls:
    """One region behind a breaker. ``clients`` do the same and differ in patience, the most patient first."""

    def __init__(
        self, region: str, clients: Sequence[TimedClient], clock: Clock, breaker: Breaker | None = None
    ) -> None:
        self.region = region
        self._clients = tuple(clients)
        self._clock = clock
        self._breaker = breaker or Breaker(clock)

    @property
    def shortest(self) -> float:
        """Seconds that the shortest attempt can take."""
        return min(timed.seconds for timed in self._clients)

    def call(self, send: "Callable[[DynamoDBClient], Answer]", until: float, round_trips: int = 1) -> Answer:
        """Make one attempt that is over by ``until``, with the most patient client that fits.

        ``round_trips`` is how many calls ``send`` may make, one after the other.

        Raises:
            NoTime: nothing fits.
            CallFailed: no final answer.
            ClientError: the service refused.
        """
        client = self._fitting(until - self._clock.monotonic(), round_trips)
        if not self._breaker.admits():
            raise RegionResting(self.region, "its last calls failed; it rests for a moment")
        try:
            answer = send(client)
        except CALL_ERRORS as error:
            raise self._failure(error) from error
        self._breaker.succeeded()
        return answer

    def _fitting(self, seconds: float, round_trips: int) -> "DynamoDBClient":
        for timed in self._clients:
            if timed.seconds * round_trips <= seconds:
                return timed.client
        needed = self.shortest * round_trips
        raise NoTime(f"{self.region}: {max(0.0, seconds):.2f} s left, an attempt may take {needed:g} s")

    def _failure(self, error: CallError) -> CallFailed:
        """Tell the breaker; a refusal or a throttle is an answer, so the region is well."""
        try:
            failure = told_apart(error, self.region)
        except ClientError:
            self._breaker.succeeded()
            raise
        if isinstance(failure, ANSWERED):
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        return failure
