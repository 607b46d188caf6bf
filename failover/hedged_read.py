"""Ask several regions the same question: the one that answered first last time, then the next if it is slow."""

import concurrent.futures
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from failover.call_failed import CALL_ERRORS

Answer = TypeVar("Answer")


class NobodyAnswered(Exception):
    """Every region failed; ``failures`` has each one's error."""

    def __init__(self, failures: Mapping[str, Exception]) -> None:
        super().__init__("; ".join(f"{region}: {error}" for region, error in failures.items()))
        self.failures = failures


class Wait(Protocol):
    """Waits as `concurrent.futures.wait` does: for the first of the futures, or for so long."""

    def __call__(
        self, fs: Iterable[Future[Answer]], timeout: float | None, return_when: str
    ) -> tuple[Collection[Future[Answer]], Collection[Future[Answer]]]: ...


class HedgedRead(Generic[Answer]):
    """Each reader bounds its own time (its client's timeouts); slow ones are left behind, not waited for.

    ``pool`` and ``wait`` belong together: who carries the calls out, and who knows when one has ended.
    """

    def __init__(
        self,
        readers: Mapping[str, Callable[[], Answer]],
        *,
        hedge_seconds: float,
        pool: Executor | None = None,
        wait: Wait = concurrent.futures.wait,
    ) -> None:
        self._readers = dict(readers)
        self._hedge_seconds = hedge_seconds
        self._preferred = next(iter(readers))
        self._pool = pool or ThreadPoolExecutor(2 * len(readers), thread_name_prefix="hedged-read")
        self._wait = wait

    def first_answer(self) -> Answer:
        """Return the first answer, sending to the next region after ``hedge_seconds`` or at once after a failure.

        Raises:
            NobodyAnswered: every region failed.
        """
        preferred = self._preferred
        unasked = [preferred, *(region for region in self._readers if region != preferred)]
        asked: dict[Future[Answer], str] = {}
        failures: dict[str, Exception] = {}
        while unasked or asked:
            if unasked:
                region = unasked.pop(0)
                asked[self._pool.submit(self._readers[region])] = region
            done, _ = self._wait(asked, self._hedge_seconds if unasked else None, FIRST_COMPLETED)
            for future in done:
                region = asked.pop(future)
                try:
                    answer = future.result()
                except CALL_ERRORS as error:
                    failures[region] = error
                else:
                    self._preferred = region
                    return answer
        raise NobodyAnswered(failures)

    def close(self) -> None:
        """Let the threads end; a call under way still takes its own deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)
