"""Programs whose machines are made again, made by an account's defaults, open, or opened by a password."""

import base64
from functools import partial
from typing import Literal

import pulumi
import pulumi_linode as linode

from tests.policy.cases.case import Case, also, at_linode

STUB = "#cloud-config\nwrite_files:\n  - path: /etc/lifeboat/site\n    content: linode-us-ord\n"
READ_ONCE = ("metadatas", "image", "root_pass", "authorized_keys")
NAME = "web-linode-us-ord"


def machine(
    *,
    user_data: str = STUB,
    ignored: tuple[str, ...] = READ_ONCE,
    firewall: Literal["attached", "said", "none"] = "attached",
    **changed: object,
) -> None:
    here = at_linode()
    said = {"interface_generation": "legacy_config", "network_helper": True, "disk_encryption": "enabled", **changed}
    instance = linode.Instance(
        NAME,
        type="g6-nanode-1",
        region="us-ord",
        metadatas=[{"user_data": base64.b64encode(user_data.encode()).decode()}],
        firewall_id=7 if firewall == "said" else None,
        opts=also(here, ignore_changes=list(ignored)),
        **said,
    )
    if firewall == "attached":
        guard(instance, "linode", here)


def guard(one: linode.Instance | linode.NodeBalancer, kind: str, here: pulumi.ResourceOptions) -> None:
    linode.FirewallDevice(
        "guard-linode-us-ord", firewall_id=7, entity_id=one.id.apply(int), entity_type=kind, opts=here
    )


def nodebalancer(*, guarded: bool) -> None:
    here = at_linode()
    one = linode.NodeBalancer("ingress-linode-us-ord", region="us-ord", opts=here)
    if guarded:
        guard(one, "nodebalancer", here)


CASES = (
    Case(
        rule="replaceable-machine",
        breaks=partial(machine, ignored=("image", "authorized_keys")),
        keeps=machine,
        resource=NAME,
        says="is replaced when metadatas, rootPass changes",
    ),
    Case(
        rule="replaceable-machine",
        breaks=partial(machine, firewall="said"),
        keeps=machine,
        resource=NAME,
        says="is replaced when it gets another firewall",
    ),
    Case(
        rule="large-user-data",
        breaks=partial(machine, user_data=STUB * 200),
        keeps=machine,
        resource=NAME,
        says="bytes of encoded user-data; 16384 fit",
    ),
    Case(
        rule="unsaid-machine",
        breaks=partial(machine, interface_generation=None),
        keeps=machine,
        resource=NAME,
        says="has interfaceGeneration None",
    ),
    Case(
        rule="unsaid-machine",
        breaks=partial(machine, network_helper=None),
        keeps=partial(machine, network_helper=False),
        resource=NAME,
        says="has networkHelper None",
    ),
    Case(
        rule="unsaid-machine",
        breaks=partial(machine, disk_encryption="disabled"),
        keeps=machine,
        resource=NAME,
        says="has diskEncryption disabled",
    ),
    Case(
        rule="root-password",
        breaks=partial(machine, root_pass="made up"),
        keeps=machine,
        resource=NAME,
        says="is given a password of root",
    ),
    Case(
        rule="unguarded-machine",
        breaks=partial(machine, firewall="none"),
        keeps=machine,
        resource=NAME,
        says="is behind no firewall",
    ),
    Case(
        rule="unguarded-machine",
        breaks=partial(nodebalancer, guarded=False),
        keeps=partial(nodebalancer, guarded=True),
        resource="ingress-linode-us-ord",
        says="is behind no firewall",
    ),
)
