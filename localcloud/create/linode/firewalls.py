"""Firewalls, their rules and what they guard.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/firewall.md
"""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import Told
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner
from localcloud.create.linode.given import Given, outputs

GUARDED = {"linodes": "linodes", "nodebalancers": "nodebalancers", "interfaces": "linode_interfaces"}
"""What a firewall guards from the beginning: the provider's name, and the API's."""


def firewall(creation: LinodeCreation) -> Created:
    """Create a firewall with its rules; one that is to be disabled is disabled afterwards."""
    given = creation.given
    devices = {spelled: given.value(name) for name, spelled in GUARDED.items() if name in given}
    body = {**given.fields("label", "tags"), "rules": _rules(given), "devices": devices}
    told = creation.make("/networking/firewalls", body)
    path = f"/networking/firewalls/{told['id']}"
    if given.flag("disabled", default=False):
        told = creation.api.put(path, {"status": "disabled"})
    shown = outputs(told, "label", "tags", "status", "created", "updated")
    guarded: list[Value] = [_device(one) for one in creation.api.list(f"{path}/devices")]
    return id_of(told), {**shown, **outputs(inner(told["rules"]), "version", "fingerprint"), "devices": guarded}


def _rules(given: Given) -> dict[str, Value]:
    return {
        **given.fields("inboundPolicy", "outboundPolicy"),
        "inbound": [_rule(each) for each in given.parts("inbounds")],
        "outbound": [_rule(each) for each in given.parts("outbounds")],
    }


def _rule(given: Given) -> Value:
    families = {"ipv4": given.value("ipv4s"), "ipv6": given.value("ipv6s")}
    addresses: Value = {family: some for family, some in families.items() if some}
    return {**given.fields("label", "action", "protocol", "ports", "description"), "addresses": addresses}


def _device(told: Told) -> dict[str, Value]:
    entity = inner(told["entity"])
    return {"id": told["id"], "entityId": entity["id"], **outputs(entity, "type", "label", "url")}


def device(creation: LinodeCreation) -> Created:
    """Have a firewall guard something more."""
    given = creation.given
    kind = given.text("entityType", "linode")
    path = f"/networking/firewalls/{given.text('firewallId')}/devices"
    told = creation.make(path, {"id": given.value("entityId"), "type": kind})
    return id_of(told), {"entityType": kind, **outputs(told, "created", "updated")}


CREATORS: Mapping[str, Creator] = {
    "linode:index/firewall:Firewall": firewall,
    "linode:index/firewallDevice:FirewallDevice": device,
}
