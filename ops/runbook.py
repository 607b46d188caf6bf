"""`lifeboat runbook`: what to do when paged, with this stack's own names filled in. It needs no cloud."""

import json
import re
from pathlib import Path
from typing import Annotated, Final

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evaluation import ROOT
from ops.deployed import Deployed, read_deployed
from ops.options import StackCall, verb
from ops.refusal import REFUSED, CannotReach, end
from ops.stack_outputs import named_by_stack_file

FOLDER: Final = ROOT / "runbooks"
UNKNOWN_REPLICA: Final = "s3://REPLICA_BUCKET?region=REPLICA_REGION"  # whoever reads it fills it in, as all in capitals
SHELL_BLOCK: Final = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@verb
def runbook(
    call: StackCall,
    name: Annotated[str, typer.Argument(help="Which one, as pages and errors name it; without it, list them.")] = "",
) -> None:
    """Print a runbook, with this stack's regions and names in its commands; without a name, list what there is.

    Examples:
      lifeboat runbook -s prod
      lifeboat runbook -s prod region-lost
      lifeboat runbook -s prod region-lost --json | jq -r '.commands[]'
    """
    if not name:
        _list(call)
        return
    if name not in names():
        end(REFUSED, f"refused: no runbook {name!r}; there are {', '.join(names())}", "lifeboat runbook")
    text = filled(name, read_deployed(call))
    told = {"name": name, "title": title(name), "text": text, "commands": commands(text)}
    typer.echo(json.dumps(told, sort_keys=True) if call.as_json else text)


def names() -> tuple[str, ...]:
    """Return the runbooks that there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


def title(name: str) -> str:
    """Return a runbook's first line, in which nothing is filled in."""
    return _path(name).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def filled(name: str, deployed: Deployed) -> str:
    """Return a runbook with the stack's own names."""
    templates = Environment(  # noqa: S701 - Markdown for a terminal, no HTML
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return templates.get_template(_path(name).name).render(_facts(deployed))


def commands(text: str) -> list[str]:
    """Return the commands of a filled runbook in their order, each on one line."""
    blocks = SHELL_BLOCK.findall(text)
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def _list(call: StackCall) -> None:
    if call.as_json:
        typer.echo(json.dumps({"runbooks": [{"name": one, "title": title(one)} for one in names()]}))
        return
    widest = max(map(len, names()))
    for one in names():
        typer.echo(f"{one:<{widest}}  {title(one)}")


def _path(name: str) -> Path:
    return FOLDER / f"{name}.md"


def _facts(deployed: Deployed) -> dict[str, object]:
    """Return what the templates may name; a region that hosts no data is where Pulumi's state should be."""
    sites = deployed.sites
    data_regions = (sites.primary, sites.secondary)
    return {
        "stack": deployed.stack,
        "mode": deployed.mode,
        "primary": sites.primary,
        "secondary": sites.secondary,
        "control_regions": deployed.control_regions,
        "control_only": [region for region in deployed.control_regions if region not in data_regions],
        "control_table": deployed.control_table,
        "secret": deployed.slack_webhook_secret,
        "replica_url": _replica_url(deployed),
        "authorities": _authorities(deployed),
        **_linode(deployed),
    }


def _linode(deployed: Deployed) -> dict[str, object]:
    """Return where the application tier is; whoever reads it fills it in where there is none, as all in capitals."""
    app = deployed.outputs.lifeboat.get("app") or {}
    sites = app.get("sites", {})
    return {
        "linode_primary": sites.get("primary", "PRIMARY_SITE"),
        "linode_secondary": sites.get("secondary", "SECONDARY_SITE"),
        "linode_observer": app.get("observerRegion", "OBSERVER_REGION"),
    }


def _authorities(deployed: Deployed) -> tuple[str, ...]:
    """Return the labels of the roots; of a stack without an application tier those that it would begin with."""
    return tuple(sorted(deployed.outputs.lifeboat.get("enrolment", {}).get("authorities", {}))) or ("a", "b")


def _replica_url(deployed: Deployed) -> str:
    """Return where the state's replica is; of outputs that are older than this one of them, the stack file tells it."""
    told = deployed.outputs.lifeboat
    try:
        state = (told if "pipeline" in told else named_by_stack_file(deployed.stack))["pipeline"]["state"]
    except CannotReach:
        return UNKNOWN_REPLICA
    return str(state["replicaUrl"])
