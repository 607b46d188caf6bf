"""Calls to AWS: under way, carried out by the models, answered or not. Each end of a call is an event of its own."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, partial
from typing import Any, Protocol

from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from greenlet import getcurrent

from tests.failover.model_table import refusal
from tests.failover.wire import ModelParameters
from tests.failover.wiring import REGIONS
from tests.simulation.hub import Hub, Mishap, Process
from tests.simulation.tables import Mrec, Mrsc
from tests.simulation.weather import How, Weather

START = datetime(2030, 1, 1, tzinfo=UTC)


class Witness(Protocol):
    """Whoever looks on: at requests as they are sent, and at what they came to."""

    def sent(self, wire: "Wire", operation: str, params: Mapping[str, Any]) -> None: ...

    def acted(self, wire: "Wire", operation: str, params: Mapping[str, Any], answer: object) -> None: ...


def _operation(name: str) -> Callable[..., Any]:
    def call(self: "Wire", **params: Any) -> Any:
        return self.cloud.call(self, name, params)

    return call


class Wire:
    """One process's client of one service in one region, with its timeouts."""

    def __init__(
        self, cloud: "Cloud", process: Process, service: str, region: str, connect: float = 0.3, read: float = 1.0
    ) -> None:
        self.cloud, self.process, self.service, self.region = cloud, process, service, region
        self.connect, self.read = connect, read
        self.exceptions = ModelParameters.exceptions

    get_item = _operation("get_item")
    put_item = _operation("put_item")
    update_item = _operation("update_item")
    batch_get_item = _operation("batch_get_item")
    batch_write_item = _operation("batch_write_item")
    get_parameter = _operation("get_parameter")
    put_parameter = _operation("put_parameter")
    publish = _operation("publish")
    invoke = _operation("invoke")


class Cloud:
    """Three control regions, two data regions, and the ways between them and their callers."""

    def __init__(self, hub: Hub, dice: random.Random, weather: Weather, mrec: Mrec, witness: Witness) -> None:
        self.hub, self.weather, self.mrec = hub, weather, mrec
        self.mrsc = Mrsc(hub, weather)
        self.parameters = {region: ModelParameters() for region in REGIONS}
        self.deliver: Callable[[str, str, Mapping[str, Any]], None]
        self.befell: Callable[[Process, Mishap], None]
        self._dice, self._witness = dice, witness

    def call(self, wire: Wire, operation: str, params: Mapping[str, Any]) -> Any:
        """Send a request and wait for its answer, or for the timeout."""
        self._mishap(wire.process)
        self._witness.sent(wire, operation, params)
        self._send(wire, operation, params)
        answer = Process.suspend()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _mishap(self, process: Process) -> None:
        """Let the process stand still or die before this call, if this is the one."""
        process.calls += 1
        if process.mishap is None or process.mishap.call != process.calls:
            return
        mishap, process.mishap = process.mishap, None
        self.befell(process, mishap)
        process.frozen_until = self.hub.now + mishap.freezes
        process.alive = not mishap.dies
        if mishap.before:
            process.sleep(0.0)

    def _send(self, wire: Wire, operation: str, params: Mapping[str, Any]) -> None:
        hub, weather, process = self.hub, self.weather, wire.process
        wake = partial(process.wake, getcurrent())
        there, back = weather.one_way(process.place, wire.region), weather.one_way(process.place, wire.region)
        if wire.service == "control":
            there += self.mrsc.takes(operation)
        ends = hub.now + wire.connect + wire.read
        fault = weather.between(process.place, wire.region, wire.service)
        how = fault.how if fault else self._bad_luck()
        if how is How.BLACKHOLE:
            hub.at(*self._silence(wire, wake))
        elif how is How.REFUSED:
            hub.at(hub.now + there, partial(wake, EndpointConnectionError(endpoint_url=wire.region)))
        elif how is How.THROTTLED:
            hub.at(hub.now + there + back, partial(wake, refusal("ThrottlingException", operation)))
        else:
            if how is How.SLOW:
                there += 3.0 * self._dice.random()
            elif how is How.ERRORS and self._dice.random() < 0.5:
                there = float("inf")
            arrives = hub.now + there
            answered = how not in (How.REPLY_LOST, How.ERRORS) and arrives + back < ends
            if how is How.ERRORS:
                hub.at(hub.now + 0.1, partial(wake, refusal("InternalServerError", operation, status=500)))
            elif not answered:
                hub.at(ends, partial(wake, ReadTimeoutError(endpoint_url=wire.region)))
            if there != float("inf"):
                reply = partial(self._reply, wire, wake, back, ends) if answered else None
                hub.at(arrives, partial(self._arrive, wire, operation, params, reply))

    def _bad_luck(self) -> How | None:
        loss = self.weather.loss
        if not loss or (luck := self._dice.random()) >= loss:
            return None
        return (How.BLACKHOLE, How.REPLY_LOST, How.REPLY_LOST, How.ERRORS)[int(luck / loss * 4)]

    def _silence(self, wire: Wire, wake: Callable[[Exception], None]) -> tuple[float, Callable[[], None]]:
        """A connection is not made; or it was there, and nobody answers on it any more."""
        if self._dice.random() < 0.5:
            return self.hub.now + wire.connect, partial(wake, ConnectTimeoutError(endpoint_url=wire.region))
        return self.hub.now + wire.read, partial(wake, ReadTimeoutError(endpoint_url=wire.region))

    def _arrive(
        self, wire: Wire, operation: str, params: Mapping[str, Any], reply: Callable[[object], None] | None
    ) -> None:
        """Carry the request out where it was sent, if the way has held."""
        if self.weather.parts(wire.process.place, wire.region, wire.service):
            answer: object = ReadTimeoutError(endpoint_url=wire.region)
        else:
            try:
                answer = self._serve(wire, operation, params)
            except Exception as error:  # noqa: BLE001 - as the service's client raises it, whatever it is
                answer = error
            self._witness.acted(wire, operation, params, answer)
        if reply:
            reply(answer)

    def _reply(self, wire: Wire, wake: Callable[[object], None], back: float, ends: float, answer: object) -> None:
        hub, process = self.hub, wire.process
        if isinstance(answer, ReadTimeoutError) or self.weather.parts(process.place, wire.region, wire.service):
            hub.at(ends, partial(wake, ReadTimeoutError(endpoint_url=wire.region)))
        else:
            hub.at(hub.now + back, partial(wake, answer))

    def _serve(self, wire: Wire, operation: str, params: Mapping[str, Any]) -> Any:
        if wire.service == "control":
            answer = self.mrsc.serve(wire.region, operation, params)
            answer["ResponseMetadata"] = _dated(int(self.hub.now))
            return answer
        if wire.service == "data":
            return self.mrec.serve(wire.region, operation, params)
        if wire.service == "ssm":
            return getattr(self.parameters[wire.region], operation)(**params)
        self.deliver(wire.region, operation, params)
        return {}


@cache
def _dated(second: int) -> dict[str, Any]:
    return {"HTTPHeaders": {"date": format_datetime(START + timedelta(seconds=second), usegmt=True)}}
