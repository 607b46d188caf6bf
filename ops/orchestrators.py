"""Handing an order to an orchestrator: to one whose region answers, and once, whatever becomes of the call."""

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from failover import aws_clients
from failover.call_failed import NEVER_SENT
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.orders import Order, OrderKind
from failover.sites import Site
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, first_answer
from ops.deployed import Deployed
from ops.refusal import FAILED, CannotReach, end

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ANSWER_MARGIN_SECONDS = 30.0
ACTED_NOT = frozenset({Failure.REFUSED, Failure.THROTTLED})
AIMED = (OrderKind.FAILOVER, OrderKind.SWITCHOVER)  # said again once done they go back, unless they name a target


def give(deployed: Deployed, order: Order, target: Site) -> dict[str, Any]:
    """Give the order to the first orchestrator that takes it, the target's region first, and return the answer.

    The order's id makes it one order however often it is given: a region that may have taken it is no reason to stop.

    Raises:
        CannotReach: no orchestrator answers; nothing was sent.
        Ended: one may have taken it, and none has said what became of it.
    """
    failures: dict[str, str] = {}
    uncertain = False
    for region in _in_turn(deployed, deployed.sites.region(target)):
        try:
            return _given(deployed, region, order)
        except KeyboardInterrupt:
            told = f"failed: no longer waiting for order {order.id}, which goes on by itself"
            end(FAILED, told, again(order, target))
        except AWS_ERRORS as error:
            failures[region] = f"{code_of(error)}: {error}"
            uncertain = uncertain or not _never_acted(error)
    if uncertain:
        end(FAILED, f"failed: order {order.id} may have been taken, no answer came: {failures}", again(order, target))
    raise CannotReach(f"no orchestrator took the order {order.id}: {failures}")


def again(order: Order, target: Site) -> str:
    """Say how to go on when nobody knows what became of an order: in a way that does no harm if it is done by now."""
    aimed = f", with --to {target}," if order.kind in AIMED and order.target is None else ""
    return f"lifeboat status --watch; the same command{aimed} goes on from there"


def _in_turn(deployed: Deployed, target_region: str) -> list[str]:
    """Order the regions: the first to say that it would take an order, then the others.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (DryRun: checks the permission, runs nothing)
    """
    preferred = sorted(deployed.orchestrators, key=lambda region: region != target_region)
    clients = {region: _functions(region, READ_SECONDS) for region in preferred}
    functions = deployed.orchestrators
    willing = first_answer(
        {region: partial(_willing, region, client, functions[region]) for region, client in clients.items()}
    )
    return sorted(preferred, key=lambda region: region != willing)


def _willing(region: str, client: "LambdaClient", function: str) -> str:
    client.invoke(FunctionName=function, InvocationType="DryRun")
    return region


def _given(deployed: Deployed, region: str, order: Order) -> dict[str, Any]:
    client = _functions(region, deployed.protocol.plan_total + ANSWER_MARGIN_SECONDS)
    answer = client.invoke(FunctionName=deployed.orchestrators[region], Payload=order.to_json().encode())
    told = json.loads(answer["Payload"].read())
    return dict(told["answers"][0]) if "answers" in told else {"outcome": "failed", "reason": json.dumps(told)}


def _functions(region: str, read_seconds: float) -> "LambdaClient":
    return aws_clients.client("lambda", region, connect_seconds=CONNECT_SECONDS, read_seconds=read_seconds)


def _never_acted(error: Exception) -> bool:
    return isinstance(error, NEVER_SENT) or failure_of(error) in ACTED_NOT
