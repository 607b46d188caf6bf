"""Asynchronous invocations: queued, retried, dropped when too old, failures sent on.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import base64
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from localcloud.deployed import AsynchronousSettings, Deployed, Functions, NoSuchFunction
from localcloud.functions import RegionDark, Runner
from localcloud.pool import Throttled
from localcloud.sandbox import Outcome
from localcloud.timers import Timers

log = logging.getLogger(__name__)

RETRY_SECONDS = (60.0, 120.0)
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0

Send = Callable[[Deployed, str, str], None]
"""Sends a record to a destination's ARN as a function's role."""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """An accepted event; ``errors`` counts failed runs, ``waits`` the times it could not even start."""

    region: str
    function: str
    payload: bytes
    request_id: str
    accepted_at: float
    errors: int = 0
    waits: int = 0


def pause_after_wait(waits: int) -> float:
    """Return the seconds before a throttled event is tried again: doubling from 1 s to 5 minutes."""
    return float(min(FIRST_PAUSE_SECONDS * 2**waits, LONGEST_PAUSE_SECONDS))


class Asynchronous:
    """Lambda's own queue; ``time_scale`` shortens the pauses and ages, never a function's timeout."""

    def __init__(self, runner: Runner, timers: Timers, send: Send, time_scale: float) -> None:
        self._runner = runner
        self._timers = timers
        self._send = send
        self._time_scale = time_scale

    @property
    def functions(self) -> Functions:
        """Read what is deployed."""
        return self._runner.functions

    def accept(self, region: str, function: str, payload: bytes) -> str:
        """Queue an event and return its request id.

        Raises:
            NoSuchFunction: the function is not deployed there.
        """
        name = self._runner.functions.get(region, function).name
        queued = Queued(
            region=region,
            function=name,
            payload=payload,
            request_id=str(uuid.uuid4()),
            accepted_at=self._timers.clock(),
        )
        self._later(0.0, queued)
        return queued.request_id

    def _later(self, seconds: float, queued: Queued) -> None:
        self._timers.after(seconds * self._time_scale, lambda: self._attempt(queued))

    def _attempt(self, queued: Queued) -> None:
        try:
            settings = self._runner.functions.asynchronous(queued.region, queued.function)
            if self._too_old(queued, settings):
                self._give_up(queued, settings, "EventAgeExceeded", None)
                return
            outcome = self._runner.invoke(queued.region, queued.function, queued.payload, queued.request_id)
        except RegionDark:
            self._later(FIRST_PAUSE_SECONDS, queued)
        except Throttled:
            self._later(pause_after_wait(queued.waits), replace(queued, waits=queued.waits + 1))
        except NoSuchFunction:
            log.warning("function was deleted before its event", extra={"function": queued.function})
        else:
            if outcome.failed:
                self._after_error(replace(queued, errors=queued.errors + 1), settings, outcome)

    def _too_old(self, queued: Queued, settings: AsynchronousSettings) -> bool:
        age = self._timers.clock() - queued.accepted_at
        return age > settings.maximum_age_seconds * self._time_scale

    def _after_error(self, queued: Queued, settings: AsynchronousSettings, outcome: Outcome) -> None:
        if queued.errors > settings.maximum_retry_attempts:
            self._give_up(queued, settings, "RetriesExhausted", outcome)
            return
        self._later(RETRY_SECONDS[min(queued.errors, len(RETRY_SECONDS)) - 1], queued)

    def _give_up(self, queued: Queued, settings: AsynchronousSettings, condition: str, outcome: Outcome | None) -> None:
        function = self._runner.functions.get(queued.region, queued.function)
        self._runner.count(function, "AsyncEventsDropped")
        log.warning("asynchronous event dropped", extra={"function": function.arn, "condition": condition})
        if settings.on_failure:
            self._send(function, settings.on_failure, _record(function, queued, condition, outcome))


def _record(function: Deployed, queued: Queued, condition: str, outcome: Outcome | None) -> str:
    """Write the invocation record that a failure destination gets."""
    answer = {} if outcome is None else {"responsePayload": _readable(outcome.payload)}
    record = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": queued.request_id,
            "functionArn": f"{function.arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": queued.errors,
        },
        "requestPayload": _readable(queued.payload),
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        **answer,
    }
    return json.dumps(record)


def _readable(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except ValueError:
        return base64.b64encode(payload).decode()
