"""Carries out the faults that hit a call."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from localcloud.caller import Caller
from localcloud.faults import Fault, FaultBook
from localcloud.protocols import error, throttled
from localcloud.request import Request, Response, Severed

log = logging.getLogger(__name__)
Killer = Callable[[Caller], None]
Turned = tuple[str, str, str]  # a region, a table there, an operation


def nobody_to_kill(caller: Caller) -> None:
    """Stand in until somebody runs the callers' processes; the connection is cut all the same."""
    log.warning("no process to kill", extra={"caller": caller.access_key_id})


class Injection:
    """Acts on the faults of one call before it is carried out and after.

    ``killer`` ends the process of a caller at once, as SIGKILL does; whoever runs the processes sets it.
    """

    def __init__(self, book: FaultBook, sleep: Callable[[float], None] = time.sleep) -> None:
        self.book = book
        self.killer: Killer = nobody_to_kill
        self._sleep = sleep
        self._lock = threading.Lock()
        self._throttled: Counter[Turned] = Counter()

    def before(self, request: Request, hits: Sequence[Fault]) -> Response | None:
        """Delay, cut or answer a call instead of carrying it out; None lets it go on.

        Raises:
            Severed: the call gets no answer.
        """
        for fault in hits:
            if fault.effect == "latency":
                self._sleep(self.book.draw(fault))
            elif fault.effect == "error":
                return error(request, fault.status, fault.code, f"injected by {fault.id}")
            elif fault.effect == "throttle":
                return self._turn_away(request)
            else:
                self._cut_before(request, fault)
        return None

    def after(self, request: Request, hits: Sequence[Fault]) -> None:
        """Lose the reply of a call that was carried out, if a fault says so.

        Raises:
            Severed: the reply is lost.
        """
        for fault in hits:
            if fault.effect == "kill_after":
                self.killer(request.caller)
            if fault.effect in ("kill_after", "lost_reply"):
                raise Severed("reset", fault.id)

    def take_throttled(self) -> Counter[Turned]:
        """Return how many calls that name a table were throttled since it was last asked."""
        with self._lock:
            taken, self._throttled = self._throttled, Counter()
        return taken

    def _turn_away(self, request: Request) -> Response:
        if request.service == "dynamodb" and "TableName" in request.params:
            with self._lock:
                self._throttled[request.region, str(request.params["TableName"]), request.operation] += 1
        return throttled(request)

    def _cut_before(self, request: Request, fault: Fault) -> None:
        if fault.effect == "kill_before":
            self.killer(request.caller)
            raise Severed("reset", fault.id)
        if fault.effect in ("refuse", "reset", "blackhole"):
            raise Severed(fault.effect, fault.id, lambda: self.book.stands(fault.id))
