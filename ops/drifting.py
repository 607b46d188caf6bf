"""`lifeboat drift`: whether what runs is still what the program says. Values that run time owns are no drift."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from failover.failures import AWS_ERRORS, Failure, failure_of
from ops.control_regions import dynamodb
from ops.deployed import Deployed, read_deployed
from ops.engine import Difference, Engine, EngineFailed
from ops.options import StackCall, verb
from ops.refusal import FAILED, REFUSED, end

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 3
SILENCE = (Failure.UNREACHABLE, Failure.BROKEN)


@verb
def drift(call: StackCall) -> None:
    """Compare what runs with the program, in every region that answers; a lost region is named and not looked at.

    Stays quiet after a failover: the program declares no value that one moves. Ends with 1 if something differs.

    Examples:
      lifeboat drift -s prod
      lifeboat drift -s prod --json | jq -r '.differences[].urn'
    """
    lost = lost_regions(read_deployed(call))
    if lost:
        typer.echo(f"note: no answer from {', '.join(lost)}; what is there was not compared", err=True)
    try:
        found = Engine(stack=call.stack, lost=lost).proposed()
    except EngineFailed as error:
        end(FAILED, f"failed: {error}", "lifeboat doctor; the same command again")
    facts = {"lost": lost, "differences": [asdict(one) for one in found]}
    if found:
        end(
            REFUSED, f"{len(found)} differ: {_listed(found)}", f"pulumi preview --refresh --diff -s {call.stack}", facts
        )
    typer.echo(json.dumps(facts, sort_keys=True) if call.as_json else "nothing differs")


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
