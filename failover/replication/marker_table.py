"""The table that markers are written into: the replicator's own, in its own region."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from failover.backoff import Backoff
from failover.clock import Clock
from failover.replication.markers import Markers, key_of, marked, marker_in, not_further_than, through
from failover.replication.stamps import Item
from failover.replication.writing import Changed, Contended, put
from failover.sites import Site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestOutputTypeDef, WriteRequestTypeDef

S = TypeVar("S")
T = TypeVar("T")
KEYS_IN_A_CALL = 100  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
WRITES_IN_A_CALL = 25  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
MOST_ATTEMPTS = 6
BETWEEN_ATTEMPTS = Backoff(first_seconds=0.05, longest_seconds=2.0)
LOOK_PAUSE_SECONDS = 0.05  # for each call that a look takes


class KeyTaken(Exception):
    """An item of the application's stands where a marker was to be."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How many markers are on their way, and which of those that are not led the others of their lanes."""

    waiting: int
    leading: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MarkerTable:
    """``key_types`` are the key attributes' types by their names; ``jitter`` gives 0 to 1."""

    client: "DynamoDBClient"
    table: str
    here: Site
    key_types: Mapping[str, str]
    ttl_attribute: str
    pool: Executor
    clock: Clock
    jitter: Callable[[], float]

    def begin(self, markers: Markers, expires: int) -> None:
        """Write the markers that are not there yet, to expire at that time, in seconds since the epoch.

        A batch takes no condition, so it is looked first: where something else stands, nothing is written. Nobody can
        come between, as nobody else knows the keys.

        Raises:
            KeyTaken: something else stands in the place of a marker.
            Contended: the table did not take all of them, or did not answer for all.
            BotoCoreError, ClientError: it did not answer, or refused.
        """
        there, unanswered = self._read(markers)
        if unanswered:
            raise Contended(f"{self.table} did not answer for {unanswered} markers' keys")
        found = [marker_in(item) for item in there]
        if None in found:
            raise KeyTaken(f"{self.table} has an item in the place of a marker of {markers.places}")
        written = {marker.number for marker in found if marker and marker.id == markers.id}
        expiry = {self.ttl_attribute: {"N": str(expires)}}
        items = [
            {**key_of(markers.places, number, self.key_types), **expiry, **marked(markers, number, self.here)}
            for number in markers.numbers
            if number not in written
        ]
        self._at_once(self._write, items, WRITES_IN_A_CALL)

    def write(self, laps: Iterable[Sequence[Item]]) -> None:
        """Write of each sequence the first marker that has got no further meanwhile and is not another proof's.

        Raises:
            BotoCoreError, ClientError: the table did not answer, or refused.
        """
        for candidates in laps:
            for item in candidates:
                with suppress(Changed):
                    put(self.client, self.table, item, not_further_than(item))
                    break

    def look(self, markers: Markers, until: float) -> Seen:
        """Look until all markers have done their laps, or until then.

        Raises:
            BotoCoreError, ClientError: the table did not answer, or refused.
        """
        calls = len(_pieces(markers.numbers, KEYS_IN_A_CALL))
        while True:
            done = through(self._read(markers)[0], markers)
            waiting = set(markers.numbers).difference(*(marker.of for marker in done))
            if not waiting or self.clock.monotonic() >= until:
                return Seen(waiting=len(waiting), leading=tuple(sorted(marker.number for marker in done)))
            self.clock.sleep(calls * LOOK_PAUSE_SECONDS)

    def _read(self, markers: Markers) -> tuple[Sequence[Item], int]:
        """Read what stands in the markers' places; count the places that the table did not answer for."""
        answers = self._at_once(partial(self._read_some, markers), markers.numbers, KEYS_IN_A_CALL)
        return [item for items, _ in answers for item in items], sum(unanswered for _, unanswered in answers)

    def _read_some(self, markers: Markers, numbers: Sequence[int]) -> tuple[Sequence[Item], int]:
        keys = [key_of(markers.places, number, self.key_types) for number in numbers]
        answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}})
        left = answer.get("UnprocessedKeys", {}).get(self.table)
        return answer["Responses"].get(self.table, []), len(left["Keys"]) if left else 0

    def _write(self, items: Sequence[Item]) -> None:
        left: Sequence[WriteRequestTypeDef | WriteRequestOutputTypeDef]
        left = [{"PutRequest": {"Item": item}} for item in items]
        for attempt in range(MOST_ATTEMPTS):
            answer = self.client.batch_write_item(RequestItems={self.table: left})
            left = answer.get("UnprocessedItems", {}).get(self.table, [])
            if not left:
                return
            self.clock.sleep(BETWEEN_ATTEMPTS.pause(attempt, self.jitter()))
        raise Contended(f"{self.table} left {len(left)} markers unprocessed")

    def _at_once(self, call: Callable[[Sequence[T]], S], things: Sequence[T], size: int) -> list[S]:
        return list(self.pool.map(call, _pieces(things, size)))


def _pieces(things: Sequence[T], size: int) -> list[Sequence[T]]:
    return [things[start : start + size] for start in range(0, len(things), size)]
