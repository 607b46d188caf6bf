"""The functions that read tables' streams: replicators, auditors; what they were told, and a batch handed to them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failover import aws_clients
from failover.replication.versioned_table import EXPIRES, TOMBSTONE_SECONDS
from ops.control_regions import CONNECT_SECONDS
from ops.deployed import Deployed
from ops.refusal import CannotReach

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NOUN = "stream-replicator"
CANARY = "canary"
# A replicator lives for 120 s at most (infra/aws/stream_replicator.py).
ANSWER_SECONDS = 130.0
AUDITOR = "divergence-auditor"
EVERY_TABLE = "all tables"
NOTHING_LOST = "DynamoDB acknowledges no write that another region has not, so that there is nothing to list or redrive"


class NotCarried(Exception):
    """The function did not carry over all that it was given."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a table with versions is like; ``excluded`` attributes stay in their region."""

    ttl_attribute: str
    excluded: frozenset[str]
    tombstone_seconds: int


def require_lists(deployed: Deployed) -> None:
    """Refuse where nothing of ours reads the tables' streams.

    Raises:
        CannotReach: the mode is `mrsc`.
    """
    if deployed.mode == "mrsc":
        raise CannotReach(f"mode mrsc: {NOTHING_LOST}", "lifeboat verify TABLE")


def named(deployed: Deployed, noun: str) -> str:
    """Return a physical name.

    Raises:
        CannotReach: the outputs do not tell names.
    """
    if deployed.inventory is None:
        raise CannotReach("the outputs lack the inventory", "deploy this release, or use its own")
    return deployed.inventory.named(noun)


def tables_of(deployed: Deployed) -> Mapping[str, str]:
    """Return the physical names of tables whose losses are listed, by their names in config; the canary's is the last.

    Raises:
        CannotReach: the outputs are of a release that did not tell.
    """
    application: Mapping[str, str] = deployed.outputs.lifeboat["applicationTables"]
    listed = {name: application[name] for name in _replication(deployed)}
    return {**listed, CANARY: deployed.canary_table}


def functions_of(deployed: Deployed) -> Mapping[str, str]:
    """Return the tables' names in config by the name of the function that carries each; one audits all of `mrec`."""
    if deployed.mode == "mrec":
        return {named(deployed, AUDITOR): EVERY_TABLE}
    return {named(deployed, f"{NOUN}-{table}"): table for table in tables_of(deployed)}


def told_of(deployed: Deployed) -> Mapping[str, Told]:
    """Return what is told of tables with versions, by their physical names; the canary's is as every stack has it.

    Raises:
        CannotReach: the outputs are of a release that did not tell.
    """
    told = _replication(deployed)
    canary = Told(ttl_attribute=EXPIRES, excluded=frozenset(), tombstone_seconds=TOMBSTONE_SECONDS)
    names = tables_of(deployed)
    return {names[CANARY]: canary, **{names[table]: _told(one) for table, one in told.items()}}


def _replication(deployed: Deployed) -> Mapping[str, Mapping[str, Any]]:
    told = deployed.outputs.lifeboat.get("replication")
    if not isinstance(told, Mapping):
        raise CannotReach("the outputs do not say how tables are replicated", "deploy this release, or use its own")
    return told


def _told(table: Mapping[str, Any]) -> Told:
    return Told(
        ttl_attribute=table["ttlAttribute"],
        excluded=frozenset(table["excluded"]),
        tombstone_seconds=int(table["tombstoneSeconds"]),
    )


class Replicators:
    """The functions of one region that read its tables' streams."""

    def __init__(self, region: str) -> None:
        self._functions: LambdaClient = aws_clients.client(
            "lambda", region, connect_seconds=CONNECT_SECONDS, read_seconds=ANSWER_SECONDS
        )

    def carry(self, function: str, records: Sequence[Any]) -> None:
        """Have records dealt with that could not be before.

        Raises:
            NotCarried: some still cannot be.
            BotoCoreError, ClientError: the function did not answer.
        """
        event = json.dumps({"redriven": True, "Records": records}, separators=(",", ":"))
        answer = self._functions.invoke(FunctionName=function, Payload=event.encode())
        told = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or not isinstance(told, dict) or "batchItemFailures" not in told:
            raise NotCarried(f"{function} failed: {json.dumps(told)[:300]}")
        if failed := told["batchItemFailures"]:
            raise NotCarried(f"{len(failed)} of {len(records)} records failed again; the log of {function} says why")
