"""One thread, many processes: each gives way at every call and every sleep, and goes on when the virtual clock says so.

The shipped code is synchronous and stays so: whatever it runs in is a greenlet.
"""

from __future__ import annotations

import concurrent.futures
import itertools
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from typing import Any

from greenlet import getcurrent, greenlet

from failover.failures import AWS_ERRORS
from failover.fan_out import NoAnswerInTime

Event = tuple[float, int, "Process | None", Callable[..., object], tuple[object, ...]]  # when, order, whose, what
FAILURES = (*AWS_ERRORS, NoAnswerInTime)


class Hub:
    """The virtual clock and what is due on it, in order; equal times go first come, first served."""

    def __init__(self) -> None:
        self.now = 0.0
        self.main = getcurrent()
        self.due: list[Event] = []
        self.numbers = itertools.count()
        self._idle: list[greenlet] = []

    def at(self, when: float, act: Callable[..., object], *given: object) -> None:
        """Have something happen at a time of the virtual clock."""
        heappush(self.due, (when, next(self.numbers), None, act, given))

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        due = self.due
        while due and due[0][0] <= until:
            self.now, _, process, act, given = heappop(due)
            if process is None or (process.alive and process.frozen_until <= self.now):
                act(*given)
            elif process.alive:
                process.at(process.frozen_until, act, *given)
        self.now = until

    def begin(self, act: Callable[[], object]) -> None:
        """Run something as a thread, until it first gives way; threads are used again, as new ones take long."""
        thread = self._idle.pop() if self._idle else greenlet(self._work)
        thread.parent = getcurrent()
        thread.switch(act)
        thread.parent = self.main

    def _work(self, act: Callable[[], object]) -> None:
        while True:
            act()
            self._idle.append(getcurrent())
            act = suspend()


def suspend() -> Any:
    """Give way until woken; return what the waker hands over."""
    parent = getcurrent().parent
    assert parent is not None, "the hub's own thread never waits"
    return parent.switch()


@dataclass(frozen=True)
class Mishap:
    """What befalls a process at one of its calls: before the request leaves, or after, with nobody there to listen."""

    call: int
    before: bool
    freezes: float = 0.0
    dies: bool = False


class Soon(Future[Any]):
    """What a thread of a hub will come to; all who look at it take turns, so it needs no lock."""

    def __init__(self) -> None:
        self._ended = False
        self._answer: Any = None
        self._error: BaseException | None = None
        self._told: list[Callable[[Future[Any]], object]] = []

    def done(self) -> bool:
        return self._ended

    def result(self, timeout: float | None = None) -> Any:
        assert self._ended, f"nobody waits for it, not even {timeout} s"
        if self._error is not None:
            raise self._error
        return self._answer

    def set_result(self, result: Any) -> None:
        self._answer = result
        self._end()

    def set_exception(self, exception: BaseException | None) -> None:
        self._error = exception
        self._end()

    def add_done_callback(self, fn: Callable[[Future[Any]], object]) -> None:
        self._told.append(fn)

    def _end(self) -> None:
        self._ended = True
        for tell in self._told:
            tell(self)


class Process(Executor):
    """What has a clock, stands still and dies as one. It is the `Clock`, the `FanOut` and the pool of its own code.

    Its monotonic clock began at ``zero`` and runs ``rate`` times as fast as the hub's; ``wall_error`` is how wrong its
    host's time of day is.
    """

    def __init__(self, hub: Hub, name: str, place: str, *, zero: float, rate: float) -> None:
        self.hub = hub
        self.name = name
        self.place = place
        self.began = hub.now
        self.alive = True
        self.frozen_until = 0.0
        self.calls = 0
        self.wall_error = 0.0
        self.mishap: Mishap | None = None
        self._zero = zero
        self._rate = rate

    def monotonic(self) -> float:
        """Seconds of this host."""
        return self._zero + self.hub.now * self._rate

    def at(self, when: float, act: Callable[..., object], *given: object) -> None:
        """Have something happen in this process: not if it is dead then; if it stands still, once it no longer does."""
        hub = self.hub
        heappush(hub.due, (when, next(hub.numbers), self, act, given))

    def sleep(self, seconds: float) -> None:
        """Give way for so long on this host's clock."""
        self.at(self.hub.now + max(0.0, seconds) / self._rate, getcurrent().switch)
        suspend()

    def start(self, act: Callable[[], object]) -> None:
        """Run something as a thread of this process, from now on."""
        self.at(self.hub.now, self.hub.begin, act)

    def fan_out(self, calls: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
        """Make all calls at once; late ones go on and are not heard."""
        answers: dict[str, Any] = {}
        mine, hub = getcurrent(), self.hub
        waiting = False

        def run(name: str, call: Callable[[], Any]) -> None:
            nonlocal waiting
            try:
                answers[name] = call()
            except FAILURES as error:
                answers[name] = error.with_traceback(None)  # its frames would keep everything alive
            if waiting and len(answers) == len(calls):
                waiting = False
                getcurrent().parent = mine  # where a thread ends, its parent goes on

        def give_up() -> None:
            nonlocal waiting
            if waiting:
                waiting = False
                mine.switch()

        for name, call in calls.items():
            hub.begin(partial(run, name, call))
        if len(answers) < len(calls):
            waiting = True
            self.at(hub.now + seconds / self._rate, give_up)
            suspend()
        return {name: answers[name] if name in answers else NoAnswerInTime("too late") for name in calls}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call on a thread of its own, as an executor does."""
        future = Soon()

        def run() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except FAILURES as error:
                future.set_exception(error.with_traceback(None))

        self.hub.begin(run)
        return future

    def wait(
        self, fs: Iterable[Future[Any]], timeout: float | None, return_when: str
    ) -> tuple[list[Future[Any]], list[Future[Any]]]:
        """Wait for the first of the futures; in the order given, so that a seed always tells the same story."""
        assert return_when == concurrent.futures.FIRST_COMPLETED
        futures = list(fs)
        mine, hub = getcurrent(), self.hub
        done = [one for one in futures if one.done()]
        waiting = not done

        def wake(_future: object) -> None:
            nonlocal waiting
            if waiting:
                waiting = False
                getcurrent().parent = mine  # where a thread ends, its parent goes on

        def give_up() -> None:
            nonlocal waiting
            if waiting:
                waiting = False
                mine.switch()

        if waiting:
            for future in futures:
                future.add_done_callback(wake)
            if timeout is not None:
                self.at(hub.now + timeout / self._rate, give_up)
            suspend()
            done = [one for one in futures if one.done()]
        return done, [one for one in futures if one not in done]
