"""`lifeboat drift`: whether what runs is still what the program says. Values that run time owns are no drift."""

import json
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from evaluation import Registration, Value
from failover.failures import AWS_ERRORS, Failure, failure_of
from failover.sites import LOST_REGIONS
from ops.control_regions import dynamodb
from ops.declared import declared
from ops.deployed import Deployed, read_deployed
from ops.engine import Difference, Engine, EngineFailed
from ops.options import StackCall, verb
from ops.refusal import FAILED, REFUSED, end

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "aws:dynamodb/table:Table"
ATTEMPTS = 3
SILENCE = (Failure.UNREACHABLE, Failure.BROKEN)


@verb
def drift(call: StackCall) -> None:
    """Compare what runs with the program, in every region that answers; a lost region is named and not looked at.

    Nor is a table elsewhere that has a replica in it: reading one asks the replica's region, too, for its backups.
    Stays quiet after a failover: the program declares no value that one moves. Ends with 1 if something differs.

    Examples:
      lifeboat drift -s prod
      lifeboat drift -s prod --json | jq -r '.differences[].urn'
    """
    lost = lost_regions(read_deployed(call))
    unreadable = replicated_into(lost, declared(call.stack, preview=True).registrations) if lost else ()
    if lost:
        typer.echo(_left_out(lost, unreadable), err=True)
    engine = Engine(stack=call.stack, lost=lost)
    try:
        found = engine.proposed(unreadable)
    except EngineFailed as error:
        end(FAILED, f"failed: {error}", "lifeboat doctor; the same command again")
    facts = {"lost": lost, "differences": [asdict(one) for one in found]}
    if found:
        end(REFUSED, f"{len(found)} differ: {_listed(found)}", _by_hand(engine, unreadable), facts)
    typer.echo(json.dumps(facts, sort_keys=True) if call.as_json else "nothing differs")


def replicated_into(lost: Collection[str], registrations: Iterable[Registration]) -> tuple[str, ...]:
    """Return the URNs of the tables that other regions declare with a replica in a lost one.

    The provider's read of a table asks each replica's region for its backups, and fails without an answer
    (https://github.com/hashicorp/terraform-provider-aws/issues/42792 shows the call).
    """
    tables = [one for one in registrations if one.type == TABLE and one.region not in lost]
    return tuple(one.urn for one in tables if _lost_replicas(one.inputs.get("replicas"), lost))


def _lost_replicas(replicas: Value, lost: Collection[str]) -> list[Value]:
    listed = replicas if isinstance(replicas, list) else []
    return [one for one in listed if isinstance(one, Mapping) and one.get("regionName") in lost]


def _by_hand(engine: Engine, unreadable: Sequence[str]) -> str:
    told = f"{LOST_REGIONS}={','.join(engine.lost)} " if engine.lost else ""
    return told + shlex.join(
        ["pulumi", "preview", "--refresh", "--diff", "-s", engine.stack, *engine.left_out(unreadable)]
    )


def _left_out(lost: Iterable[str], unreadable: Iterable[str]) -> str:
    tables = ", ".join(urn.rpartition("::")[2] for urn in unreadable)
    replicated = f", nor were the tables with a replica there: {tables}" if tables else ""
    return f"note: no answer from {', '.join(lost)}; what is there was not compared{replicated}"


def lost_regions(deployed: Deployed) -> tuple[str, ...]:
    """Return the regions in which DynamoDB answers nothing at all; being refused is an answer."""
    tables = dict.fromkeys((deployed.sites.primary, deployed.sites.secondary), deployed.canary_table)
    tables |= dict.fromkeys(deployed.control_regions, deployed.control_table)
    return _dark(tables)


def _dark(tables: Mapping[str, str]) -> tuple[str, ...]:
    clients = {region: dynamodb(region) for region in sorted(tables)}
    with ThreadPoolExecutor(len(clients)) as threads:
        answered = threads.map(lambda region: _answers(clients[region], tables[region]), clients)
        return tuple(region for region, answers in zip(clients, answered, strict=True) if not answers)


def _answers(client: "DynamoDBClient", table: str) -> bool:
    for _ in range(ATTEMPTS):
        try:
            client.describe_table(TableName=table)
        except AWS_ERRORS as error:
            if failure_of(error) in SILENCE:
                continue
        return True
    return False


def _listed(found: Iterable[Difference]) -> str:
    return "; ".join(
        f"{one.operation} {one.urn.rpartition('::')[2]} {', '.join(one.properties)}".strip() for one in found
    )
