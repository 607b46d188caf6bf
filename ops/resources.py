"""`lifeboat resources`: what the program declares for a stack, without an engine or a cloud."""

import hashlib
import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from evaluation import Archive, Registration, Value
from ops.declared import declared
from ops.options import Call, verb

SECRET = "[secret]"  # noqa: S105 - what stands in a secret's place
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@verb
def resources(
    call: Call,
    preview: Annotated[bool, typer.Option(help="Only what is known before anything exists.")] = False,
) -> None:
    """List what `pulumi up` would create from nothing; computed values are as AWS would make them.

    Examples:
      lifeboat resources -s prod
      lifeboat resources -s prod --json | jq -r '.resources[].urn'
    """
    registrations = declared(call.stack, preview=preview).registrations
    if call.as_json:
        typer.echo(json.dumps({"resources": [described(one) for one in registrations]}, indent=2, sort_keys=True))
    else:
        Console().print(_table(call.stack, registrations))


def described(one: Registration) -> dict[str, Json]:
    """Return a resource as JSON; what is secret reads "[secret]", an archive is its files and the hash of its bytes."""
    return {
        "urn": one.urn,
        "type": one.type,
        "name": one.name,
        "parent": one.parent,
        "region": one.region,
        "dependencies": list(one.dependencies),
        "inputs": {name: _shown(value, name, one.secret_paths) for name, value in one.inputs.items()},
    }


def _shown(value: Value, path: str, secret_paths: tuple[str, ...]) -> Json:
    if path in secret_paths:
        return SECRET
    if isinstance(value, Archive):
        return {"files": [name for name, _ in value.files], "sha256": hashlib.sha256(value.zip_bytes()).hexdigest()}
    if isinstance(value, dict):
        return {name: _shown(item, f"{path}.{name}", secret_paths) for name, item in value.items()}
    if isinstance(value, list):
        return [_shown(item, f"{path}.{position}", secret_paths) for position, item in enumerate(value)]
    return value


def _table(stack: str, registrations: tuple[Registration, ...]) -> Table:
    title = f"{stack}: {len(registrations)} resources"
    table = Table("region", "type", "name", title=title, title_justify="left", box=box.SIMPLE)
    for one in sorted(registrations, key=lambda one: (one.region, one.type, one.name)):
        table.add_row(
            one.region or "-", one.type.rsplit(":", 1)[-1], f"{one.name}{'  protected' if one.protect else ''}"
        )
    return table
