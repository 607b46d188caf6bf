"""Ask one, and another as well if the first is slow or fails; whoever answers first is heard."""

import concurrent.futures
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future
from typing import TypeVar

from failover.call_failed import CallFailed
from failover.hedged_read import Wait

T = TypeVar("T")


class FirstOfTwo:
    """The order is the caller's each time: who was faster once is not preferred the next time.

    ``pool`` and ``wait`` belong together, as in `HedgedRead`. The slower call is left behind and ends by its own
    timeout.
    """

    def __init__(self, pool: Executor, hedge_seconds: float, wait: Wait = concurrent.futures.wait) -> None:
        self._pool = pool
        self._hedge_seconds = hedge_seconds
        self._wait = wait

    def answer(self, first: Callable[[], T], second: Callable[[], T]) -> T:
        """Return the first answer.

        Raises:
            CallFailed: both failed; the error of the one that failed first.
            Exception: what else either of them raised, at once: a refusal is an answer.
        """
        asked = [self._pool.submit(first)]
        done, _ = self._wait(asked, self._hedge_seconds, FIRST_COMPLETED)
        if all(_failed(future) for future in done):
            asked.append(self._pool.submit(second))
        failed = list[Future[T]]()
        while asked:
            done, _ = self._wait(asked, None, FIRST_COMPLETED)
            for future in done:
                if not _failed(future):
                    return future.result()
                asked.remove(future)
                failed.append(future)
        return failed[0].result()


def _failed(done: Future[T]) -> bool:
    return isinstance(done.exception(), CallFailed)
