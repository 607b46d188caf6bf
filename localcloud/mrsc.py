"""Strongly consistent global tables (MRSC): one order of writes for three regions.

All data operations act on the home region's table, whatever region serves them. A replica serves only while it and at
least one other of the three members run and are linked; without that majority DynamoDB has no answer to give, and here
it says so with a 500 after ``mrsc_no_majority_seconds``. That holds for eventually consistent reads too: a cut-off
replica has no old copy here to read from.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from localcloud.global_tables import GlobalTable
from localcloud.latency import Profile
from localcloud.protocols import error
from localcloud.regions import World
from localcloud.request import Handler, Request, Response

Item = tuple[str, str]
"""A table and the key of an item in it."""


class WriteConflict(Exception):
    """Another region is writing the same item at this moment."""


class WritesInFlight:
    """The items that are being written, and from which region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing: dict[Item, list[str]] = {}

    @contextmanager
    def write(self, region: str, items: Sequence[Item]) -> Iterator[None]:
        """Hold items for a region while they are written.

        Raises:
            WriteConflict: another region holds one of them.
        """
        with self._lock:
            if any(set(self._writing.get(item, ())) - {region} for item in items):
                raise WriteConflict
            for item in items:
                self._writing.setdefault(item, []).append(region)
        try:
            yield
        finally:
            self._release(region, items)

    def _release(self, region: str, items: Sequence[Item]) -> None:
        with self._lock:
            for item in items:
                self._writing[item].remove(region)
                if not self._writing[item]:
                    del self._writing[item]


class StrongTables:
    """Serves the data operations of MRSC tables; ``carry_out`` acts on the home region's table."""

    def __init__(
        self, world: World, profile: Profile, carry_out: Handler, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._world = world
        self._profile = profile
        self._carry_out = carry_out
        self._sleep = sleep
        self._in_flight = WritesInFlight()

    def read(self, request: Request, table: GlobalTable, consistent: bool) -> Response:
        """Read, from a majority if the read is strongly consistent."""
        if consistent:
            self._sleep(self._profile.mrsc_read_seconds)
        if not self._has_majority(request.region, table):
            return self._no_majority(request)
        return self._carry_out(request.signed_for(table.home))

    def write(self, request: Request, table: GlobalTable, items: Sequence[Item]) -> Response:
        """Write through a majority; in flight at once from two regions, the later of two writes to an item fails."""
        if not self._has_majority(request.region, table):
            return self._no_majority(request)
        try:
            with self._in_flight.write(request.region, items):
                response = self._write(request, table)
        except WriteConflict:
            return self._conflict(request)
        return response or self._no_majority(request)

    def _write(self, request: Request, table: GlobalTable) -> Response | None:
        """Write in the middle of the delay; None without a majority, which leaves no trace if it was lost before."""
        self._sleep(self._profile.mrsc_write_seconds / 2)
        if not self._has_majority(request.region, table):
            return None
        response = self._carry_out(request.signed_for(table.home))
        self._sleep(self._profile.mrsc_write_seconds / 2)
        return response if self._has_majority(request.region, table) else None

    def _conflict(self, request: Request) -> Response:
        self._sleep(self._profile.mrsc_read_seconds)
        message = "An item in the request is being modified by a request in another Region; read it and retry"
        return error(request, 400, "ReplicatedWriteConflictException", message)

    def _has_majority(self, region: str, table: GlobalTable) -> bool:
        others = [member for member in table.members if member != region]
        return self._world.up(region) and any(self._world.reachable(region, other) for other in others)

    def _no_majority(self, request: Request) -> Response:
        self._sleep(self._profile.mrsc_no_majority_seconds)
        return error(request, 500, "InternalServerError", "The replica does not reach a majority of its global table")
