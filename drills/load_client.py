"""One client of the load: takes turns at writing and reading, and records each attempt."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from drills.load_spec import LoadTable
from drills.recorder import Op, Operation, Outcome, Recorder
from failover.call_failed import CallFailed
from failover.regional_table import Acknowledgement, NoSuchItem, RegionalTable, UncertainWrite
from failover.sites import Site
from failover.write_grants import NotWritable

SHARED_KEYS = 2
SHARED_KEY_SECONDS = 20.0  # how long a contended key is in use: bounds the lists, one item holds 400 kB at most


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """How an attempt ended."""

    outcome: Outcome
    region: str | None = None
    epoch: int | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a client does: ``defiant`` inserts, and appends if it ``stale_appends``, and is recorded apart."""

    name: str
    site: Site
    turns_per_second: float
    read_share: float
    defiant: bool = False
    stale_appends: bool = False


class LoadClient:
    """Not thread-safe: one thread each, ``run`` in it."""

    def __init__(
        self, habits: Habits, table: RegionalTable, stored: LoadTable, recorder: Recorder, chance: random.Random
    ) -> None:
        self._habits = habits
        self._table = table
        self._stored = stored
        self._recorder = recorder
        self._chance = chance
        self._turns = 0
        self._last_key = ""

    def run(self, stop: threading.Event) -> None:
        """Take turns at an even pace, shifted by chance, until ``stop``; what a hanging call missed is not made up."""
        period = 1 / self._habits.turns_per_second
        due = time.monotonic() + self._chance.random() * period
        while not stop.wait(max(0.0, due - time.monotonic())):
            self.turn()
            due = max(due + period * (0.5 + self._chance.random()), time.monotonic())

    def turn(self) -> None:
        """Do one thing: read the key inserted last, insert a new key, or append to a contended one."""
        self._turns += 1
        write_id = f"{self._habits.name}/{self._turns}"
        if self._habits.defiant:
            self._defy(write_id)
        elif self._last_key and self._chance.random() < self._habits.read_share:
            self._record("read", self._last_key, "", lambda: self._read(self._last_key))
        elif self._chance.random() < 0.5:
            self._insert("insert", write_id)
        else:
            self._append("append", write_id)

    def _defy(self, write_id: str) -> None:
        if self._habits.stale_appends and self._chance.random() < 0.5:
            self._append("stale-append", write_id)
        else:
            self._insert("stale-insert", write_id)

    def _insert(self, op: Op, write_id: str) -> None:
        item = {**self._stored.key(write_id), "value": {"S": write_id}}
        self._record(op, write_id, write_id, lambda: _acknowledged(self._table.put_item(Item=item)))
        self._last_key = write_id

    def _append(self, op: Op, write_id: str) -> None:
        """Append to a list: whatever is appended later, the id stays in it, so an ancestor can be told."""
        key = f"shared/{int(time.monotonic() // SHARED_KEY_SECONDS)}/{self._chance.randrange(SHARED_KEYS)}"
        self._record(op, key, write_id, lambda: _acknowledged(self._appended(key, write_id)))

    def _appended(self, key: str, write_id: str) -> Acknowledgement:
        return self._table.update_item(
            Key=self._stored.key(key),
            UpdateExpression="SET #ids = list_append(if_not_exists(#ids, :none), :one)",
            ExpressionAttributeNames={"#ids": "values"},
            ExpressionAttributeValues={":none": {"L": []}, ":one": {"L": [{"S": write_id}]}},
        )

    def _read(self, key: str) -> Attempted:
        try:
            self._table.get_item(Key=self._stored.key(key))
        except NoSuchItem:
            return Attempted(outcome="acknowledged", error=NoSuchItem.__name__)
        return Attempted(outcome="acknowledged")

    def _record(self, op: Op, key: str, value: str, attempt: Callable[[], Attempted]) -> None:
        at = time.monotonic()
        end = _ended(attempt)
        self._recorder.write(
            Operation(
                at=at,
                ended=time.monotonic(),
                client=self._habits.name,
                site=self._habits.site,
                op=op,
                key=key,
                value=value,
                outcome=end.outcome,
                region=end.region,
                epoch=end.epoch,
                error=end.error,
            )
        )


def _acknowledged(acknowledgement: Acknowledgement) -> Attempted:
    return Attempted(outcome="acknowledged", region=acknowledgement.region, epoch=acknowledgement.epoch)


def _ended(attempt: Callable[[], Attempted]) -> Attempted:
    try:
        return attempt()
    except UncertainWrite as error:
        return Attempted(outcome="uncertain", region=error.region, epoch=error.epoch, error=type(error).__name__)
    except CallFailed as error:
        return Attempted(outcome="failed", region=error.region, error=type(error).__name__)
    except NotWritable as error:
        return Attempted(outcome="failed", error=type(error).__name__)
    except ClientError as error:
        return Attempted(outcome="refused", error=error.response.get("Error", {}).get("Code", "ClientError"))
