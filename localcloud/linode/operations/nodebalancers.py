"""NodeBalancers. They are kept and shown; the embedded cloud carries no traffic through them.

https://techdocs.akamai.com/linode-api/reference/post-node-balancer
"""

from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.addressing import allocate, slaac
from localcloud.linode.body import Body
from localcloud.linode.catalogue import REGIONS
from localcloud.linode.entities.nodebalancer import NodeBalancer, VpcConfig
from localcloud.linode.events import note
from localcloud.linode.guarded import add_device
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.locks import check_unlocked, locks_of
from localcloud.linode.operations.nodebalancer_configs import add_config
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

FASTEST = 20
"""Connections a second from one client, the most that can be set."""

TRANSFER: Object = {"in": 0.0, "out": 0.0, "total": 0.0}


def shown_balancer(account: Account, balancer: NodeBalancer) -> Object:
    """Show a NodeBalancer as its own page does."""
    return {
        **asdict(balancer),
        "hostname": f"nb-{balancer.ipv4.replace('.', '-')}.{balancer.region}.nodebalancer.linode.com",
        "ipv6": slaac(balancer.id),
        "transfer": TRANSFER,
        "lke_cluster": None,
        "locks": locks_of(account, "nodebalancer", balancer.id),
    }


def _balancer(call: Call) -> NodeBalancer:
    return call.account.nodebalancers.need(call.id("nodeBalancerId"))


def _create(call: Call) -> Json:
    account, body, now = call.account, call.body, call.account.now()
    account.check_quota("nodebalancers", len(account.nodebalancers))
    number = account.new_id()
    region = body.choice("region", REGIONS, body.needed("region"))
    balancer = NodeBalancer(
        id=number,
        label=label_of(body, f"balancer{number}", (each.label for each in account.nodebalancers), longest=32),
        region=region,
        ipv4=_address(account, body, region, number),
        created=now,
        updated=now,
        client_conn_throttle=body.integer("client_conn_throttle", most=FASTEST),
        tags=body.texts("tags"),
    )
    account.nodebalancers.put(number, balancer)
    for each in body.parts("vpcs"):
        _join(account, balancer, each)
    for each in body.parts("configs"):
        add_config(account, balancer, each)
    if "firewall_id" in body:
        firewall = account.firewalls.need(body.integer("firewall_id"))
        add_device(account, firewall.id, number, "nodebalancer", "firewall_id")
    note(account, "nodebalancer_create", as_entity(balancer))
    return shown_balancer(account, balancer)


def _address(account: Account, body: Body, region: str, number: int) -> str:
    """Give the balancer its address: a reserved one if it is named, or a new one."""
    wanted = body.text("ipv4")
    address = account.addresses.get(wanted) if wanted else allocate(account, region, public=True)
    if address is None or (wanted and not address.is_free_in(region)):
        raise invalid(f"{wanted} is not a free reserved address of {region}", "ipv4")
    return account.addresses.put(address.address, replace(address, nodebalancer_id=number)).address


def _join(account: Account, balancer: NodeBalancer, body: Body) -> None:
    """Let a balancer reach nodes in a subnet."""
    subnet = account.subnets.get(body.needed_integer("subnet_id"))
    if subnet is None or account.vpcs.need(subnet.vpc_id).region != balancer.region:
        raise invalid(f"The subnet is not of a VPC in {balancer.region}", body.field("subnet_id"))
    joined = VpcConfig(
        id=account.new_id(),
        nodebalancer_id=balancer.id,
        subnet_id=subnet.id,
        vpc_id=subnet.vpc_id,
        ipv4_range=body.text("ipv4_range", subnet.ipv4),
        ipv4_range_auto_assign=body.flag("ipv4_range_auto_assign", "ipv4_range" not in body),
    )
    account.vpc_configs.put(joined.id, joined)


def _update(call: Call) -> Json:
    former, body = _balancer(call), call.body
    changed = replace(
        former,
        label=label_of(body, former.label, (each.label for each in call.account.nodebalancers), longest=32),
        client_conn_throttle=body.integer("client_conn_throttle", former.client_conn_throttle, most=FASTEST),
        tags=body.texts("tags", former.tags),
        updated=call.account.now(),
    )
    return shown_balancer(call.account, call.account.nodebalancers.put(former.id, changed))


def _delete(call: Call) -> Json:
    account, balancer = call.account, _balancer(call)
    check_unlocked(account, "nodebalancer", balancer.id)
    account.nodebalancers.remove(balancer.id)
    for config in account.port_configs.where(lambda each: each.nodebalancer_id == balancer.id):
        account.port_configs.remove(config.id)
    for node in account.nodes.where(lambda each: each.nodebalancer_id == balancer.id):
        account.nodes.remove(node.id)
    for joined in account.vpc_configs.where(lambda each: each.nodebalancer_id == balancer.id):
        account.vpc_configs.remove(joined.id)
    for device in account.devices.where(lambda e: (e.entity_id, e.entity_type) == (balancer.id, "nodebalancer")):
        account.devices.remove(device.id)
    _free_address(account, balancer)
    note(account, "nodebalancer_delete", as_entity(balancer))
    return EMPTY


def _free_address(account: Account, balancer: NodeBalancer) -> None:
    address = account.addresses.need(balancer.ipv4)
    if address.reserved:
        account.addresses.put(address.address, replace(address, nodebalancer_id=None))
    else:
        account.addresses.remove(address.address)


def _vpcs(call: Call) -> list[VpcConfig]:
    balancer = _balancer(call)
    return call.account.vpc_configs.where(lambda each: each.nodebalancer_id == balancer.id)


def _vpc(call: Call) -> Json:
    wanted = call.id("nodeBalancerVpcConfigId")
    found = next((each for each in _vpcs(call) if each.id == wanted), None)
    if found is None:
        raise not_found()
    return asdict(found)


def _of_instance(call: Call) -> Json:
    """List the balancers that send to an instance's addresses."""
    instance = call.account.instances.need(call.id("linodeId"))
    own = {each.address for each in call.account.addresses if each.linode_id == instance.id}
    used = {node.nodebalancer_id for node in call.account.nodes if node.address.partition(":")[0] in own}
    return [shown_balancer(call.account, each) for each in call.account.nodebalancers if each.id in used]


FILTERS = "ipv4 label locks region tags"
ONE = "/nodebalancers/{nodeBalancerId}"
ROUTES = (
    collection(
        "get-node-balancers",
        "/nodebalancers",
        "nodebalancers:read_only",
        lambda call: [shown_balancer(call.account, each) for each in call.account.nodebalancers],
        FILTERS,
    ),
    change("post-node-balancer", "POST /nodebalancers", "nodebalancers", _create),
    view(
        "get-node-balancer", ONE, "nodebalancers:read_only", lambda call: shown_balancer(call.account, _balancer(call))
    ),
    change("put-node-balancer", f"PUT {ONE}", "nodebalancers", _update),
    change("delete-node-balancer", f"DELETE {ONE}", "nodebalancers", _delete),
    collection(
        "get-node-balancer-vpcs",
        f"{ONE}/vpcs",
        "nodebalancers:read_only",
        lambda call: [asdict(each) for each in _vpcs(call)],
    ),
    view("get-node-balancer-vpc-config", f"{ONE}/vpcs/{{nodeBalancerVpcConfigId}}", "nodebalancers:read_only", _vpc),
    collection(
        "get-linode-node-balancers",
        "/linode/instances/{linodeId}/nodebalancers",
        "linodes:read_only",
        _of_instance,
        FILTERS,
    ),
)
