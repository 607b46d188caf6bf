"""Whether everything that a region wrote into `streams` tables has reached the other: asked of the tables' replicators.

A replicator puts markers into its table's stream, and says once all have come through
(lambdas/stream_replicator/proving.py). Where DynamoDB replicates, there are none to be asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from failover.fan_out import FanOut
from failover.ownership import NotYet

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MOST_SAID: Final = 200
LOOKS: Final = 3  # a replicator looks for as long as a third of the time for its answer


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a replicator answered; ``trouble`` is what it failed with."""

    told: Mapping[str, object]
    trouble: str = ""


class Backlog:
    """All replicators of a stack: ``functions`` are named by their tables, ``clients`` by data region.

    ``seconds`` is how long the answers to one question are waited for: an owner has to show that it lives between two.
    ``new_id`` makes up what no other has.
    """

    def __init__(
        self,
        functions: Mapping[str, str],
        clients: Callable[[], Mapping[str, LambdaClient]],
        fan_out: FanOut,
        seconds: float,
        new_id: Callable[[], str],
    ) -> None:
        self._functions = functions
        self._clients = clients
        self._fan_out = fan_out
        self._seconds = seconds
        self._new_id = new_id
        self.look_seconds = seconds / LOOKS
        self._known: dict[tuple[str, str], object] = {}

    def proof(self, region: str) -> Proof:
        """Make ready to prove what a region has written; its replicators are asked nothing yet."""
        if self._functions:
            self._clients()  # made now: later no heartbeat must wait for them
        return Proof(self, region, tuple(self._functions), self._new_id())

    def known(self, region: str, table: str) -> object:
        """Return what the last proof was told of a stream's lanes; ``None`` before the first."""
        return self._known.get((region, table))

    def learn(self, region: str, table: str, told: object) -> None:
        """Keep what a proof was told of a stream's lanes: with that the next one takes far fewer markers."""
        self._known[region, table] = told

    def ask(self, region: str, questions: Mapping[str, object]) -> Mapping[str, Said]:
        """Ask a region's replicators of tables, side by side; who does not answer has said why, or nothing in time."""
        if not questions:
            return {}
        calls = {table: partial(self._ask_one, region, table, question) for table, question in questions.items()}
        answers = self._fan_out(calls, self._seconds)
        return {
            table: Said(told={}, trouble=f"{type(said).__name__}: {said}") if isinstance(said, Exception) else said
            for table, said in answers.items()
        }

    def _ask_one(self, region: str, table: str, question: object) -> Said:
        payload = json.dumps(question).encode()
        answer = self._clients()[region].invoke(FunctionName=self._functions[table], Payload=payload)
        text = answer["Payload"].read().decode()
        told = json.loads(text)
        if answer.get("FunctionError") or not isinstance(told, Mapping):
            return Said(told={}, trouble=text[:MOST_SAID])
        return Said(told=told)


class Proof:
    """That everything which one region had acknowledged when it was begun has reached the other."""

    def __init__(self, backlog: Backlog, region: str, tables: tuple[str, ...], proof_id: str) -> None:
        self._backlog = backlog
        self._region = region
        self._tables = tables
        self._id = proof_id
        self._markers: dict[str, object] = {}
        self._proved: set[str] = set()

    def begin(self) -> None:
        """Have every table marked that is not yet.

        Raises:
            NotYet: some are not, and why.
        """
        left = [table for table in self._tables if table not in self._markers]
        questions = {
            table: {"mark": {"id": self._id, "like": self._backlog.known(self._region, table)}} for table in left
        }
        troubles = {}
        for table, said in self._backlog.ask(self._region, questions).items():
            if "markers" in said.told:
                self._markers[table] = said.told["markers"]
            else:
                troubles[table] = said.trouble
        if troubles:
            raise NotYet(f"the stream of {_listed(troubles)} could not be marked in {self._region}")

    def look(self) -> str:
        """See that all markers have come through; say so.

        Raises:
            NotYet: some have not, of which tables.
        """
        left = [table for table in self._tables if table not in self._proved]
        questions = {table: {"arrived": self._markers[table], "seconds": self._backlog.look_seconds} for table in left}
        waiting = {}
        for table, said in self._backlog.ask(self._region, questions).items():
            if said.told.get("waiting") == 0:
                self._proved.add(table)
                self._backlog.learn(self._region, table, said.told["like"])
            else:
                waiting[table] = said.trouble or f"{said.told.get('waiting')} markers on their way"
        if waiting:
            raise NotYet(f"changes of {_listed(waiting)} in {self._region} have not all arrived")
        return f"so has all of {', '.join(self._tables)}" if self._tables else "DynamoDB replicates the tables"


def _listed(tables: Mapping[str, str]) -> str:
    return ", ".join(f"{table} ({why})" for table, why in tables.items())
