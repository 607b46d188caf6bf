"""Several calls at once under one deadline; a call that does not answer in time is a failure like any other."""

import concurrent.futures
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from failover.failures import AWS_ERRORS

T = TypeVar("T")
THREADS = 24


class NoAnswerInTime(Exception):
    """The turn's deadline came first."""


class FanOut(Protocol):
    """Runs named calls at once; each gives its result or the exception that it ended with."""

    def __call__(self, calls: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, T | Exception]: ...


class ThreadFanOut:
    """The calls on a pool of threads; late ones run out by their clients' own timeouts and are not heard."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="fan-out")

    def __call__(self, calls: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, T | Exception]:
        futures: dict[str, concurrent.futures.Future[T]] = {
            name: self._pool.submit(call) for name, call in calls.items()
        }
        concurrent.futures.wait(futures.values(), timeout=seconds)
        answers: dict[str, T | Exception] = {}
        for name, future in futures.items():
            settled = _settle(future)
            answers[name] = settled
        return answers


def _settle(future: concurrent.futures.Future[T]) -> T | Exception:
    if not future.done():
        future.cancel()
        return NoAnswerInTime("no answer within the deadline")
    try:
        return future.result()
    except (*AWS_ERRORS, NoAnswerInTime) as error:
        return error
