"""VPCs and their subnets.

https://techdocs.akamai.com/linode-api/reference/post-vpc
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from string import ascii_letters, digits

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import REGIONS
from localcloud.linode.entities.network import Subnet, Vpc
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.operations.configs import runs
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.vpc_addresses import in_vpcs

SUBNETS_PER_VPC = 10
ALLOWED = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/17"))
"""Private ranges without the one that Linode uses itself."""

LONGEST_PREFIX = 29
LABEL_CHARACTERS = frozenset(f"{ascii_letters}{digits}-")
IN_USE = "Cannot delete a VPC or subnet that Linodes, NodeBalancers or databases are attached to"


def _shown(account: Account, vpc: Vpc) -> Object:
    subnets = account.subnets.where(lambda each: each.vpc_id == vpc.id)
    return {
        **asdict(vpc),
        "vpc_type": "regular",
        "ipv4": [],
        "ipv6": [],
        "subnets": [_shown_subnet(account, each) for each in subnets],
    }


def _shown_subnet(account: Account, subnet: Subnet) -> Object:
    balancers = account.vpc_configs.where(lambda each: each.subnet_id == subnet.id)
    fields: dict[str, Json] = asdict(subnet)
    return {
        **{name: value for name, value in fields.items() if name != "vpc_id"},
        "vpc_type": "regular",
        "ipv6": [],
        "databases": [
            {"id": each, "ipv4_range": subnet.ipv4, "ipv6_ranges": []} for each in _databases(account, subnet)
        ],
        "linodes": _members(account, subnet),
        "nodebalancers": [
            {"id": each.nodebalancer_id, "ipv4_range": each.ipv4_range, "ipv6_ranges": []} for each in balancers
        ],
    }


def _databases(account: Account, subnet: Subnet) -> list[int]:
    return [
        each.id for each in account.databases if each.private_network and each.private_network.subnet_id == subnet.id
    ]


def _members(account: Account, subnet: Subnet) -> list[Object]:
    """Tell which instances have which interfaces in a subnet."""
    found: dict[int, list[Json]] = {}
    for config in account.configs:
        for each in config.interfaces:
            if each.subnet_id == subnet.id:
                row = {"id": each.id, "active": runs(account, config), "config_id": config.id}
                found.setdefault(config.linode_id, []).append(row)
    for one in account.interfaces.where(lambda each: each.subnet_id == subnet.id):
        active = account.instances.need(one.linode_id).status == "running"
        found.setdefault(one.linode_id, []).append({"id": one.id, "active": active, "config_id": None})
    return [{"id": linode_id, "interfaces": interfaces} for linode_id, interfaces in found.items()]


def _label(body: Body, former: str, taken: Iterable[str]) -> str:
    """Read a label, which holds fewer characters here than elsewhere.

    Raises:
        Refused: other characters than letters, digits and dashes, or taken (400).
    """
    label = label_of(body, former, taken, shortest=1)
    if not set(label) <= LABEL_CHARACTERS:
        raise invalid("Label may only contain ASCII letters, digits and dashes", "label")
    return label


def _vpc(call: Call) -> Vpc:
    return call.account.vpcs.need(call.id("vpcId"))


def _subnet(call: Call) -> Subnet:
    subnet = call.account.subnets.need(call.id("vpcSubnetId"))
    if subnet.vpc_id != _vpc(call).id:
        raise not_found()
    return subnet


def _create(call: Call) -> Json:
    account, body, now = call.account, call.body, call.account.now()
    region = body.choice("region", REGIONS, body.needed("region"))
    account.check_quota("vpcs", len(account.vpcs.where(lambda each: each.region == region)))
    body.needed("label")
    vpc = Vpc(
        id=account.new_id(),
        label=_label(body, "", (each.label for each in account.vpcs)),
        region=region,
        description=body.text("description"),
        created=now,
        updated=now,
    )
    account.vpcs.put(vpc.id, vpc)
    for each in body.parts("subnets"):
        _make_subnet(account, vpc, each)
    return _shown(account, vpc)


def _make_subnet(account: Account, vpc: Vpc, body: Body) -> Subnet:
    """Add a subnet that overlaps no other of its VPC.

    Raises:
        Refused: a label or a range that the service does not take (400).
    """
    others = account.subnets.where(lambda each: each.vpc_id == vpc.id)
    if len(others) >= account.quotas.get("subnets", SUBNETS_PER_VPC):
        raise invalid(f"A VPC may have {SUBNETS_PER_VPC} subnets")
    body.needed("label")
    network = _range(body)
    if any(network.overlaps(IPv4Network(each.ipv4)) for each in others):
        raise invalid("IPv4 CIDR overlaps with another subnet", body.field("ipv4"))
    label = _label(body, "", (each.label for each in others))
    now = account.now()
    subnet = Subnet(id=account.new_id(), vpc_id=vpc.id, label=label, ipv4=str(network), created=now, updated=now)
    return account.subnets.put(subnet.id, subnet)


def _range(body: Body) -> IPv4Network:
    try:
        network = IPv4Network(body.needed("ipv4"))
    except (AddressValueError, NetmaskValueError, ValueError):
        raise invalid("Must be an IPv4 network in CIDR form", body.field("ipv4")) from None
    if network.prefixlen > LONGEST_PREFIX or not any(network.subnet_of(allowed) for allowed in ALLOWED):
        raise invalid("Must be a private range with a prefix of at most 29", body.field("ipv4"))
    return network


def _update(call: Call) -> Json:
    former, body = _vpc(call), call.body
    changed = replace(
        former,
        label=_label(body, former.label, (each.label for each in call.account.vpcs)),
        description=body.text("description", former.description),
        updated=call.account.now(),
    )
    return _shown(call.account, call.account.vpcs.put(former.id, changed))


def _delete(call: Call) -> Json:
    vpc, account = _vpc(call), call.account
    subnets = account.subnets.where(lambda each: each.vpc_id == vpc.id)
    if any(_in_use(account, each) for each in subnets):
        raise invalid(IN_USE)
    for subnet in subnets:
        account.subnets.remove(subnet.id)
    account.vpcs.remove(vpc.id)
    return EMPTY


def _in_use(account: Account, subnet: Subnet) -> bool:
    balancers = account.vpc_configs.where(lambda each: each.subnet_id == subnet.id)
    return bool(_members(account, subnet) or _databases(account, subnet) or balancers)


def _add_subnet(call: Call) -> Json:
    return _shown_subnet(call.account, _make_subnet(call.account, _vpc(call), call.body))


def _update_subnet(call: Call) -> Json:
    former, account = _subnet(call), call.account
    others = account.subnets.where(lambda each: each.vpc_id == former.vpc_id)
    label = _label(call.body, former.label, (each.label for each in others))
    changed = replace(former, label=label, updated=account.now())
    return _shown_subnet(account, account.subnets.put(former.id, changed))


def _delete_subnet(call: Call) -> Json:
    subnet = _subnet(call)
    if _in_use(call.account, subnet):
        raise invalid(IN_USE)
    call.account.subnets.remove(subnet.id)
    return EMPTY


def _subnets(call: Call) -> Json:
    vpc = _vpc(call)
    return [_shown_subnet(call.account, each) for each in call.account.subnets if each.vpc_id == vpc.id]


def _addresses(call: Call) -> Json:
    vpc = _vpc(call)
    return [each for each in in_vpcs(call.account) if each["vpc_id"] == vpc.id]


FILTERS = (
    "created id label region subnets.created subnets.id subnets.label subnets.updated subnets.vpc_type updated vpc_type"
)
ADDRESS_FILTERS = "active config_id linode_id region vpc_id"
ONE, SUBNETS = "/vpcs/{vpcId}", "/vpcs/{vpcId}/subnets"
ONE_SUBNET = f"{SUBNETS}/{{vpcSubnetId}}"
ROUTES = (
    collection(
        "get-vpcs",
        "/vpcs",
        "vpc:read_only",
        lambda call: [_shown(call.account, each) for each in call.account.vpcs],
        FILTERS,
    ),
    change("post-vpc", "POST /vpcs", "vpc", _create),
    collection("get-vpcs-ips", "/vpcs/ips", "vpc:read_only", lambda call: in_vpcs(call.account), ADDRESS_FILTERS),
    view("get-vpc", ONE, "vpc:read_only", lambda call: _shown(call.account, _vpc(call))),
    change("put-vpc", f"PUT {ONE}", "vpc", _update),
    change("delete-vpc", f"DELETE {ONE}", "vpc", _delete),
    collection("get-vpc-ips", f"{ONE}/ips", "vpc:read_only", _addresses, ADDRESS_FILTERS),
    collection("get-vpc-subnets", SUBNETS, "vpc:read_only", _subnets, "created id label updated vpc_type"),
    change("post-vpc-subnet", f"POST {SUBNETS}", "vpc", _add_subnet),
    view("get-vpc-subnet", ONE_SUBNET, "vpc:read_only", lambda call: _shown_subnet(call.account, _subnet(call))),
    change("put-vpc-subnet", f"PUT {ONE_SUBNET}", "vpc", _update_subnet),
    change("delete-vpc-subnet", f"DELETE {ONE_SUBNET}", "vpc", _delete_subnet),
)
