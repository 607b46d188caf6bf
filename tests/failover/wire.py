"""Calls to AWS as a test lets them go: a clock that only waiting moves, and clients whose every call may go wrong."""

# ruff: noqa: N803 - boto3's spelling of parameters

import functools
import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.exceptions import ReadTimeoutError

from tests.failover.model_table import refusal


class Killed(BaseException):
    """The caller's process ended around this call."""


class VirtualClock:
    """Seconds that pass only by waiting; what is due on the way happens on the way."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        until = self.now + max(0.0, seconds)
        while self._due and self._due[0][0] <= until:
            at, _, act = heapq.heappop(self._due)
            self.now = max(self.now, at)
            act()
        self.now = max(self.now, until)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._number), act))


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: who sent it, where to, and which of its sender's it was."""

    role: str
    caller: str
    region: str
    service: str
    operation: str
    params: Mapping[str, Any]
    number: int


class Fault(Protocol):
    """Carries the call out, or not, or fails around it."""

    def __call__(self, call: Call, act: Callable[[], Any]) -> Any: ...


class ModelParameters:
    """One region's SSM parameters."""

    class exceptions:  # noqa: N801 - boto3's spelling
        class ParameterNotFound(Exception): ...

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        if Name not in self.values:
            raise self.exceptions.ParameterNotFound
        return {"Parameter": {"Value": self.values[Name]}}

    def put_parameter(self, *, Name: str, Value: str, **_rest: object) -> dict[str, Any]:
        self.values[Name] = Value
        return {}


class Accepting:
    """Topics and functions: the world notes what they are given."""

    def publish(self, **_params: object) -> dict[str, Any]:
        return {}

    def invoke(self, **_params: object) -> dict[str, Any]:
        return {}


class Carrier(Protocol):
    """Whatever the calls end up in."""

    calls: list[Call]

    def backend(self, service: str, region: str) -> Any: ...

    def carry(self, call: Call) -> Any: ...


class Wire:
    """A boto3 client as one caller has it: every call passes the world's faults."""

    def __init__(self, world: Carrier, service: str, region: str, caller: str, role: str) -> None:
        self._world, self._service, self._region = world, service, region
        self._caller, self._role = caller, role

    def __getattr__(self, operation: str) -> Any:
        if operation == "exceptions":
            return self._world.backend(self._service, self._region).exceptions

        def call(**params: Any) -> Any:
            made = Call(
                role=self._role,
                caller=self._caller,
                region=self._region,
                service=self._service,
                operation=operation,
                params=params,
                number=len(self._world.calls),
            )
            return self._world.carry(made)

        return call


@functools.cache
def moto_client(service: str, region: str) -> Any:
    """Make a client once in a process: a new one takes as long as ten calls, and holds nothing of what moto keeps."""
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


def lost_reply(region: str) -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url=region)


def denied(operation: str) -> Exception:
    return refusal("AccessDeniedException", operation)
