"""`lifeboat state-backend`: makes the place where Pulumi keeps a stack's state, before there is any state."""

import json
from collections.abc import Iterable
from functools import partial
from typing import Annotated

import typer

from failover.failures import AWS_ERRORS
from ops.options import Call, verb
from ops.refusal import FAILED, REFUSED, end
from ops.stack_outputs import named_by_stack_file
from ops.state_bucket import StateBucket
from ops.state_key import StateKey
from ops.state_place import AwsCalls, StatePlace
from ops.state_place import Call as AwsCall
from ops.state_replication import StateReplication
from ops.state_step import Step

AGAIN = "the same command again"


@verb
def state_backend(
    call: Call,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is missing, and make nothing.")] = False,
) -> None:
    """Make what is missing of a versioned, replicated, encrypted bucket pair for the state, and tell its address.

    Reads the stack file and what is there; needs neither Pulumi nor state. Saying it again is harmless, and goes on
    where it stopped. What is there otherwise than wanted is put right; nothing is ever removed.

    Examples:
      lifeboat state-backend -s prod --dry-run
      lifeboat state-backend -s prod
    """
    place = StatePlace.of(named_by_stack_file(call.stack))
    aws = AwsCalls()
    _same_account(place, aws)
    missing = carry_out(steps(place, aws), dry_run)
    facts = {"url": place.url, "dry_run": dry_run, "missing" if dry_run else "made": missing}
    if call.as_json:
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    for name in missing:
        typer.echo(f"{'would make' if dry_run else 'made'}: {name}")
    typer.echo(f"export PULUMI_BACKEND_URL='{place.url}' PULUMI_CONFIG_PASSPHRASE=''")


def steps(place: StatePlace, call: AwsCall) -> tuple[Step, ...]:
    """Return all that the state needs, in the order in which it can be made."""
    key = StateKey(place, call)
    pair = ((place.bucket, place.region), (place.replica_bucket, place.replica_region))
    buckets = [
        StateBucket(name=name, region=region, account_id=place.account_id, key_arn=partial(key.arn, region), call=call)
        for name, region in pair
    ]
    replication = StateReplication(place, key, call)
    return (*key.steps(), *(step for one in buckets for step in one.steps()), *replication.steps())


def carry_out(needed: Iterable[Step], dry_run: bool) -> list[str]:
    """Make what is missing and look again; return the names of it. A dry run only looks.

    Raises:
        Ended: AWS refused, or what was made is not as wanted afterwards; what is made stays.
    """
    missing: list[str] = []
    for step in needed:
        try:
            if step.is_made():
                continue
            if not dry_run:
                step.make()
            as_wanted = dry_run or step.is_made()
        except AWS_ERRORS as error:
            code, word = (FAILED, "failed") if missing and not dry_run else (REFUSED, "refused")
            end(code, f"{word}: {step.name}: {error}", AGAIN, {"made": missing})
        if not as_wanted:
            end(FAILED, f"failed: {step.name} was made and is not as wanted", AGAIN, {"made": missing})
        missing.append(step.name)
    return missing


def _same_account(place: StatePlace, call: AwsCall) -> None:
    account = call("sts", place.region, "get_caller_identity")["Account"]
    if account != place.account_id:
        told = f"refused: these credentials are of account {account}; the stack file names {place.account_id}"
        end(REFUSED, told, "take the stack's credentials; nothing was made")
