"""Ways to look at what an evaluation declares at Linode, that several tests share."""

import base64
import functools
import json
from collections.abc import Mapping

from evaluation import ROOT, Evaluation, Registration, committed, evaluate
from evaluation.project import stack_config
from tests.stacks.registered import items, text

INSTANCE = "linode:index/instance:Instance"
FIREWALL = "linode:index/firewall:Firewall"
SITES: Mapping[str, str] = {"us-ord": "primary", "us-sea": "secondary"}
INGRESSES = ("nodebalancer", "keepalived")


@functools.cache
def with_ingress(ingress: str, preview: bool = False) -> Evaluation:
    """Return production with an ingress; a NodeBalancer is what it has."""
    if ingress == "nodebalancer":
        return committed("prod", preview=preview)
    return evaluate("prod", config={"app": app_config(ingress=ingress)}, preview=preview)


def app_config(**changed: object) -> dict[str, object]:
    """Return the application tier's section of production's file, with keys changed."""
    section = stack_config("prod", {})["lifeboat:app"]
    return {**json.loads(section), **changed}


def at_linode(evaluation: Evaluation, *types: str) -> list[Registration]:
    """Return what is declared at Linode, of some types if any are said."""
    found = [one for one in evaluation.registrations if one.type.startswith("linode:")]
    return [one for one in found if not types or one.type in types]


def pool_of(one: Registration) -> str:
    """Return the pool that something's tags name; empty if there is none."""
    tags = [str(tag) for tag in items(one.inputs.get("tags", []))]
    return next((tag.removeprefix("pool:") for tag in tags if tag.startswith("pool:")), "")


def born_with(instance: Registration) -> str:
    """Return a machine's user-data, decoded."""
    [metadata] = items(instance.inputs["metadatas"])
    return base64.b64decode(text(metadata, "userData")).decode()


def page() -> str:
    """Return the document about this tier."""
    return (ROOT / "docs" / "app-tier.md").read_text(encoding="utf-8")
