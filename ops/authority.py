"""`lifeboat authority`: the roots of the internal certificate authority, and which of them signs."""

import json
import secrets
from collections.abc import Mapping
from typing import Annotated

import typer

from failover import aws_clients
from failover.clock import SystemClock
from failover.enrolment.authorities import (
    Authorities,
    Signing,
    begin_signing,
    keep_root,
    move_signing,
    read_authorities,
)
from failover.enrolment.certificates import Moment, Root, key_of_spki, root_certificate, serial_of
from failover.enrolment.node import Node
from failover.enrolment.nodes_table import NodesTable
from failover.enrolment.signing_key import SigningKey
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, Reached
from ops.deployed import Deployed, read_deployed, whoami
from ops.options import StackCall, verb
from ops.refusal import REFUSED, end

LABEL = typer.Argument(help="A root's label, one of lifeboat:app.authorities.")
REASON = typer.Option("--reason", help="Why; it is kept with who did it.")
YES = typer.Option("--yes", help="Do so though some nodes do not trust it yet.")
SHOW, CREATE = "lifeboat authority show", "lifeboat authority create"
Keys = Mapping[str, Mapping[str, str]]
"""The ARNs of each label's key, by region."""

authority = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The roots that nodes' certificates hang from."
)


@authority.command("create")
@verb
def create_roots(call: StackCall) -> None:
    """Make the root certificate of each key that has none yet, signed by the key itself in KMS.

    The first one made signs from then on; nothing moves away from one that signs. Saying it again is harmless.

    Examples:
      lifeboat authority create -s prod
    """
    deployed = read_deployed(call)
    keys, reached = _keys(deployed), deployed.reachable()
    there = read_authorities(reached.client, deployed.control_table)
    made = [_made(deployed, reached, label, keys[label]) for label in sorted(keys) if label not in there.roots]
    first = Signing(label=min(keys), since=reached.now, by=whoami())
    if there.signing is None:
        begin_signing(reached.client, deployed.control_table, first)
    if not call.as_json:
        typer.echo(f"made: {', '.join(made) or 'nothing, all roots are there'}")
    _tell(call, deployed, read_authorities(reached.client, deployed.control_table))


@authority.command("show")
@verb
def show_roots(call: StackCall) -> None:
    """Show the roots, which of them signs, and how many nodes have said that they trust each. It changes nothing.

    Examples:
      lifeboat authority show -s prod
    """
    deployed = read_deployed(call)
    _tell(call, deployed, read_authorities(deployed.reachable().client, deployed.control_table))


@authority.command("use")
@verb
def use_root(
    call: StackCall,
    label: Annotated[str, LABEL],
    reason: Annotated[str, REASON] = "",
    yes: Annotated[bool, YES] = False,
) -> None:
    """Let another root sign from now on. Refused while a node has not said that it trusts it.

    Nodes get certificates of it within half an hour; those of the former one end within 24 hours.

    Examples:
      lifeboat authority use -s prod b --reason 'yearly rotation'
    """
    deployed = read_deployed(call)
    reached, keys = deployed.reachable(), _keys(deployed)
    there = read_authorities(reached.client, deployed.control_table)
    if label not in keys or label not in there.roots or there.signing is None:
        end(REFUSED, f"refused: {label!r} has no root; there are {', '.join(there.roots) or 'none'}", CREATE)
    if not reason:
        end(REFUSED, "refused: say why with --reason; it is kept", "--reason 'rotation ...'")
    unaware = [row.id for row in _nodes(deployed, reached) if there.roots[label].fingerprint not in row.roots]
    if unaware and not yes:
        listed = ", ".join(map(str, unaware[:5]))
        told = f"refused: {len(unaware)} nodes have not said that they trust {label}: {listed}"
        end(REFUSED, told, f"wait half an hour, or {SHOW}, or give --yes", {"unaware": unaware})
    signing = Signing(label=label, since=reached.now, by=f"{whoami()}: {reason}")
    if not move_signing(reached.client, deployed.control_table, there.signing, signing):
        end(REFUSED, "refused: somebody else moved it meanwhile", SHOW)
    _tell(call, deployed, read_authorities(reached.client, deployed.control_table))


def _keys(deployed: Deployed) -> Keys:
    keys: Keys = deployed.outputs.lifeboat.get("enrolment", {}).get("authorities", {})
    if not keys:
        end(REFUSED, "refused: this stack declares no application tier, so it has no authority", "set lifeboat:app")
    return keys


def _made(deployed: Deployed, reached: Reached, label: str, arns: Mapping[str, str]) -> str:
    """Make one root in the region that answered: each has the key."""
    kms = aws_clients.client("kms", reached.region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    key = SigningKey(arns[reached.region], kms)
    moment = Moment(now=reached.now, serial=serial_of(secrets.token_bytes(16)))
    root = root_certificate(deployed.stack, label, key_of_spki(key.public_key()), moment, key.sign)
    keep_root(reached.client, deployed.control_table, root)
    return label


def _nodes(deployed: Deployed, reached: Reached) -> list[Node]:
    rows = NodesTable(deployed.control_table, reached.client, SystemClock()).all()
    return [row for row in rows if isinstance(row, Node)]


def _tell(call: StackCall, deployed: Deployed, authorities: Authorities) -> None:
    keys, nodes = _keys(deployed), _nodes(deployed, deployed.reachable())
    roots = [_facts(root, keys, authorities, nodes) for root in authorities.roots.values()]
    if call.as_json:
        typer.echo(json.dumps({"nodes": len(nodes), "roots": roots}, sort_keys=True))
        return
    for root in roots:
        state = "signs" if root["signs"] else ("trusted" if root["declared"] else "no key of this deployment")
        typer.echo(
            f"{root['label']}  {state}, trusted by {root['trustedBy']} of {len(nodes)} nodes, ends {root['ends']}"
        )
        typer.echo(f"   SHA-256 {root['fingerprint']}")
    if not roots:
        typer.echo(f"no roots yet; next: {CREATE} -s {call.stack}")


def _facts(root: Root, keys: Keys, authorities: Authorities, nodes: list[Node]) -> dict[str, object]:
    return {
        "label": root.label,
        "signs": authorities.signing is not None and authorities.signing.label == root.label,
        "declared": root.label in keys,
        "fingerprint": root.fingerprint,
        "ends": root.ends.isoformat(),
        "trustedBy": sum(root.fingerprint in node.roots for node in nodes),
    }
