"""`lifeboat secret set`: a value that only people know, into every control region and nowhere else."""

import json
import sys
import uuid
from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

import typer

from failover import aws_clients
from failover.failures import code_of
from failover.fan_out import ThreadFanOut
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS
from ops.deployed import Deployed, read_deployed
from ops.options import StackCall, verb
from ops.refusal import FAILED, REFUSED, end

DEADLINE_SECONDS: Final = 8.0
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
LONGEST_BYTES: Final = 65_536
NAME = typer.Argument(help="slack-webhook, or a secret's whole name; the stack declares it, this gives it its value.")

secret = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Values that only people know.")


@secret.command("set")
@verb
def set_secret(call: StackCall, name: Annotated[str, NAME]) -> None:
    """Put a value into a secret of the stack in every control region; read from standard input, or asked for.

    The value is never an argument and is never printed. Saying it again, the same or a new one, is harmless.

    Examples:
      lifeboat secret set -s prod slack-webhook
      pass show slack/lifeboat | lifeboat secret set -s prod slack-webhook --json
    """
    deployed = read_deployed(call)
    full_name = name if "/" in name else f"lifeboat/{deployed.stack}/{name}"
    value = _value(full_name)
    failed = put_everywhere(deployed, full_name, value)
    done = [region for region in deployed.control_regions if region not in failed]
    if failed:
        _end(full_name, done, failed)
    told = json.dumps({"secret": full_name, "regions": done}, sort_keys=True)
    typer.echo(told if call.as_json else f"{full_name} is set in {', '.join(done)}")


def put_everywhere(deployed: Deployed, name: str, value: str) -> dict[str, str]:
    """Put the value into the secret in all control regions at once; return what went wrong, by region.

    One token for all regions and for botocore's own resending; it tells nothing about the value.
    """
    clients = {
        region: aws_clients.client("secretsmanager", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        for region in deployed.control_regions
    }
    token = str(uuid.uuid4())
    calls: dict[str, Callable[[], object]] = {
        region: partial(client.put_secret_value, SecretId=name, SecretString=value, ClientRequestToken=token)
        for region, client in clients.items()
    }
    answers = ThreadFanOut()(calls, DEADLINE_SECONDS)
    return {region: code_of(answer) for region, answer in answers.items() if isinstance(answer, Exception)}


def _value(name: str) -> str:
    """Read the value, less the line's end that a shell adds."""
    given = typer.prompt(f"value of {name}", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    value = str(given).rstrip("\r\n")
    if not value or len(value.encode()) > LONGEST_BYTES:
        end(REFUSED, f"refused: a value has 1-{LONGEST_BYTES} bytes; nothing was set", "give it on standard input")
    return value


def _end(name: str, done: list[str], failed: dict[str, str]) -> None:
    facts = {"secret": name, "regions": done, "failed": failed}
    if not done:
        missing = set(failed.values()) == {"ResourceNotFoundException"}
        next_step = "declare it and `pulumi up`, or mind its name" if missing else "lifeboat doctor"
        end(REFUSED, f"refused: {name} is set nowhere: {failed}", next_step, facts)
    told = f"failed: {name} is set in {', '.join(done)} and not in {', '.join(failed)}: {failed}"
    end(FAILED, told, "the same command again, with the same value, once they answer", facts)
