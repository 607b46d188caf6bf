"""Asking the control regions: all hold the same table, so whichever answers first will do, and one may be dark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from failover import aws_clients, rows
from failover.hedged_read import HedgedRead, NobodyAnswered
from ops.credentials import LOG_IN, not_let_in
from ops.refusal import DOCTOR, CannotReach

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
HEDGE_SECONDS = 0.5


def dynamodb(region: str) -> "DynamoDBClient":
    """Make a client that gives up while a person still waits. Make them before threads share them."""
    return aws_clients.client("dynamodb", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A control region whose table answers consistently, and AWS's time there."""

    region: str
    client: "DynamoDBClient"
    now: datetime


def reach(region: str, client: "DynamoDBClient", table: str) -> Reached:
    """Read the table once, consistently.

    Raises:
        BotoCoreError, ClientError: it does not answer there.
    """
    answer = client.get_item(TableName=table, Key=rows.copy_key(), ConsistentRead=True)
    now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return Reached(region=region, client=client, now=now)


def first_answer(reads: Mapping[str, Callable[[], T]]) -> T:
    """Ask the regions, the next one if the one before is slow, and return the first answer.

    Raises:
        CannotReach: none answers.
        Exception: what a read raises that is no failure of its call.
    """
    hedged = HedgedRead(reads, hedge_seconds=HEDGE_SECONDS)
    try:
        return hedged.first_answer()
    except NobodyAnswered as error:
        failures = "; ".join(f"{region}: {' '.join(str(why).split())}" for region, why in error.failures.items())
        raise nobody_answers(error.failures, failures) from error
    finally:
        hedged.close()


def nobody_answers(answers: Mapping[str, object], told: str, next_step: str = DOCTOR) -> CannotReach:
    """Say that no region can be asked: for want of an answer, or of credentials that are let in."""
    if not_let_in(answers.values()):
        return CannotReach(f"AWS does not let these credentials in: {told}", LOG_IN)
    return CannotReach(f"no control region answers, so nothing can be decided: {told}", next_step)
