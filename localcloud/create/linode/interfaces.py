"""Network interfaces, as part of an instance and as resources of their own.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/interface.md
"""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import Told
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner, objects
from localcloud.create.linode.given import Given, outputs

AUTOMATIC = "auto"


def interface(creation: LinodeCreation) -> Created:
    """Add an interface to an instance that is off."""
    path = f"/linode/instances/{creation.given.text('linodeId')}/interfaces"
    told = creation.make(path, interface_body(creation.given))
    return id_of(told), {**outputs(told, "default_route"), **_in_vpc(creation.registration.inputs, told)}


def interface_body(given: Given) -> dict[str, Value]:
    """Spell an interface as the API takes it."""
    body = given.fields("firewallId")
    if "defaultRoute" in given:
        body["default_route"] = {**given.part("defaultRoute").fields("ipv4", "ipv6")}
    kinds = {"public": _public, "vpc": _vpc, "vlan": _vlan}
    return body | {kind: spelled(given.part(kind)) for kind, spelled in kinds.items() if kind in given}


def _public(given: Given) -> Value:
    """Leave the address to Linode; one that is asked for by name stays unread, and so refused."""
    for each in given.part("ipv4").parts("addresses")[:1]:
        if each.peek("address") in (None, AUTOMATIC) and each.peek("primary") is not False:
            each.fields("address", "primary")
    return {}


def _vlan(given: Given) -> Value:
    return {**given.fields("vlanLabel", "ipamAddress")}


def _vpc(given: Given) -> Value:
    body, ipv4 = given.fields("subnetId"), given.part("ipv4")
    addresses: Value = [_vpc_address(each) for each in ipv4.parts("addresses")]
    ranges: Value = [{**each.fields("range")} for each in ipv4.parts("ranges")]
    return {**body, "ipv4": {"addresses": addresses, "ranges": ranges}}


def _vpc_address(given: Given) -> Value:
    outside = {"nat_1_1_address": given.value("nat11Address")} if "nat11Address" in given else {}
    return {**given.fields("address", "primary"), **outside}


def _in_vpc(inputs: Mapping[str, Value], told: Told) -> dict[str, Value]:
    """Give an interface of a VPC with the addresses that it got there."""
    if "vpc" not in inputs:
        return {}
    found = inner(inner(told["vpc"])["ipv4"])
    assigned: list[Value] = [
        {**outputs(each, "address", "primary"), "nat11Address": each["nat_1_1_address"]}
        for each in objects(found["addresses"])
    ]
    given = inner(inputs["vpc"])
    ipv4: Value = {**inner(given.get("ipv4")), "assignedAddresses": assigned, "assignedRanges": found["ranges"]}
    return {"vpc": {**given, "ipv4": ipv4}}


CREATORS: Mapping[str, Creator] = {"linode:index/interface:Interface": interface}
