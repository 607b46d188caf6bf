"""Calls to AWS: under way, carried out by the models, answered or not. Each end of a call is an event of its own."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, partial
from typing import Any, Protocol

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from greenlet import getcurrent, greenlet

from tests.failover.model_table import refusal
from tests.failover.wire import ModelParameters
from tests.failover.wiring import REGIONS
from tests.simulation.hub import Hub, Mishap, Process
from tests.simulation.tables import Mrec, Mrsc
from tests.simulation.weather import FAR_SECONDS, NEAR_SECONDS, How, Way, Weather

SLOWNESS = {How.SLOW: (0.0, 3.0), How.LATE: (0.1, 0.45), How.TARDY: (0.6, 0.8)}
Serve = Callable[[str, Mapping[str, Any]], Any]  # an operation and its parameters
REFUSALS = (ClientError, ModelParameters.exceptions.ParameterNotFound)
START = datetime(2030, 1, 1, tzinfo=UTC)


class Witness(Protocol):
    """Whoever looks on: at requests as they are sent, and at what they came to."""

    def sent(self, wire: "Wire", operation: str, params: Mapping[str, Any]) -> None: ...

    def acted(self, request: "Request", answer: object, *, heard: bool) -> None: ...


def _operation(name: str) -> Callable[..., Any]:
    def call(self: "Wire", **params: Any) -> Any:
        caller = getcurrent()
        self.cloud.send(self, name, params, caller)
        answer = caller.parent.switch()  # type: ignore[union-attr] # as `suspend` does
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


class Wire:
    """One process's client of one service in one region, with its timeouts."""

    def __init__(
        self, cloud: "Cloud", process: Process, service: str, region: str, connect: float = 0.3, read: float = 1.0
    ) -> None:
        self.cloud, self.process, self.service, self.region = cloud, process, service, region
        self.connect, self.read, self.patience = connect, read, connect + read
        self.way = (process.place, region, service)
        self.seconds, self.serve = cloud.route(self.way)

    exceptions = ModelParameters.exceptions
    get_item = _operation("get_item")
    put_item = _operation("put_item")
    update_item = _operation("update_item")
    batch_get_item = _operation("batch_get_item")
    batch_write_item = _operation("batch_write_item")
    get_parameter = _operation("get_parameter")
    put_parameter = _operation("put_parameter")
    publish = _operation("publish")
    invoke = _operation("invoke")


@dataclass(slots=True)  # not frozen: there are so many that it shows
class Request:
    """A call under way: who waits for it, how long its answer takes, and when its caller gives up."""

    wire: Wire
    operation: str
    params: Mapping[str, Any]
    caller: greenlet
    back: float
    ends: float


class Cloud:
    """Three control regions, two data regions, and the ways between them and their callers."""

    def __init__(self, hub: Hub, dice: random.Random, weather: Weather, mrec: Mrec, witness: Witness) -> None:
        self.hub, self.weather, self.mrec = hub, weather, mrec
        self.mrsc = Mrsc(hub, weather)
        self.parameters = {region: ModelParameters() for region in REGIONS}
        self.deliver: Callable[[str, str, Mapping[str, Any]], None]
        self.befell: Callable[[Process, Mishap], None]
        self.route = cache(self._route)
        self._dice, self._sent, self._acted = dice, witness.sent, witness.acted

    def send(self, wire: Wire, operation: str, params: Mapping[str, Any], caller: greenlet) -> None:
        """Put a request on its way; its caller is woken by the answer, or at the timeout."""
        process = wire.process
        process.calls += 1
        if process.mishap and process.mishap.call == process.calls:
            self._befall(process, process.mishap)
        self._sent(wire, operation, params)
        weather = self.weather
        there, back = weather.there_and_back(wire.seconds)
        if wire.service == "control":
            there += self.mrsc.takes(operation)
        request = Request(wire, operation, params, caller, back, self.hub.now + wire.patience)
        fault = weather.between(wire.way) if weather.faults else None
        how = fault.how if fault else self._bad_luck() if weather.loss else None
        if how is None:
            self._travel(request, there)
        else:
            self._stray(request, how, there)

    def _befall(self, process: Process, mishap: Mishap) -> None:
        """Let the process stand still or die, before this call or after it was sent."""
        process.mishap = None
        self.befell(process, mishap)
        process.frozen_until = self.hub.now + mishap.freezes
        process.alive = not mishap.dies
        if mishap.before:
            process.sleep(0.0)

    def _stray(self, request: Request, how: How, there: float) -> None:
        """Meet a fault on the way."""
        if how is How.REPLY_LOST:
            self._travel(request, there, answered=False)
        elif how in SLOWNESS:
            self._travel(request, there + self._dice.uniform(*SLOWNESS[how]))
        else:
            self._fail(request, how, there)

    def _bad_luck(self) -> How | None:
        luck, loss = self._dice.random(), self.weather.loss
        if luck >= loss:
            return None
        return (How.BLACKHOLE, How.REPLY_LOST, How.REPLY_LOST, How.ERRORS)[int(luck / loss * 4)]

    def _travel(self, request: Request, there: float, *, answered: bool = True) -> None:
        """Arrive, in time for an answer or not."""
        arrives = self.hub.now + there
        answered = answered and arrives + request.back < request.ends
        if not answered:
            self._answer(request, request.ends, _timeout(request.wire))
        self.hub.at(arrives, self._arrive, request, answered)

    def _fail(self, request: Request, how: How, there: float) -> None:
        """Answer with an error, or not at all; what a 5xx answers may have been done."""
        now, wire = self.hub.now, request.wire
        if how is How.BLACKHOLE:
            after, error = self._silence(wire)
        elif how is How.REFUSED:
            after, error = there, EndpointConnectionError(endpoint_url=wire.region)
        elif how is How.THROTTLED:
            after, error = there + request.back, refusal("ThrottlingException", request.operation)
        else:
            after, error = there + request.back, refusal("InternalServerError", request.operation, status=500)
            if self._dice.random() < 0.5:
                self.hub.at(now + there, self._arrive, request, False)
        self._answer(request, now + after, error)

    def _silence(self, wire: Wire) -> tuple[float, Exception]:
        """A connection is not made; or it was there, and nobody answers on it any more."""
        if self._dice.random() < 0.5:
            return wire.connect, ConnectTimeoutError(endpoint_url=wire.region)
        return wire.read, _timeout(wire)

    def _arrive(self, request: Request, answered: bool) -> None:
        """Carry the request out where it was sent, and answer, as far as the way has held."""
        wire, weather = request.wire, self.weather
        if weather.faults and weather.parts(wire.way):
            at, answer = request.ends, _timeout(wire)
        else:
            at = self.hub.now + request.back
            try:
                answer = wire.serve(request.operation, request.params)
            except REFUSALS as error:
                answer = error.with_traceback(None)
            if wire.service == "control" or isinstance(answer, ClientError):
                self._acted(request, answer, heard=answered)
        if answered:
            self._answer(request, at, answer)

    def _answer(self, request: Request, at: float, answer: object) -> None:
        request.wire.process.at(at, request.caller.switch, answer)

    def _route(self, way: Way) -> tuple[float, Serve]:
        """Return the seconds that a message usually takes, and what carries the operations out at its end."""
        place, region, service = way
        return NEAR_SECONDS if place.endswith(region) else FAR_SECONDS, self._served(service, region)

    def _served(self, service: str, region: str) -> Serve:
        if service == "control":
            return partial(self._control, region)
        if service == "data":
            return partial(self.mrec.serve, region)
        if service == "ssm":
            parameters = self.parameters[region]
            return lambda operation, params: getattr(parameters, operation)(**params)
        return partial(self._delivered, region)

    def _delivered(self, region: str, operation: str, params: Mapping[str, Any]) -> Any:
        self.deliver(region, operation, params)
        return {}

    def _control(self, region: str, operation: str, params: Mapping[str, Any]) -> Any:
        answer = self.mrsc.serve(region, operation, params)
        answer["ResponseMetadata"] = _dated(int(self.hub.now))
        return answer


def _timeout(wire: Wire) -> Exception:
    return ReadTimeoutError(endpoint_url=wire.region)


@cache
def _dated(second: int) -> dict[str, Any]:
    return {"HTTPHeaders": {"date": format_datetime(START + timedelta(seconds=second), usegmt=True)}}
