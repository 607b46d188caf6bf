"""NodeBalancers, their ports, and the nodes behind each.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/nodebalancer.md
"""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner
from localcloud.create.linode.given import outputs

SHOWN = ("label", "region", "client_conn_throttle", "hostname", "ipv4", "ipv6", "tags", "type", "created", "updated")
IN_VPC = ("subnetId", "ipv4Range", "ipv4RangeAutoAssign")
PORT = (
    "port",
    "protocol",
    "proxyProtocol",
    "algorithm",
    "stickiness",
    "check",
    "checkInterval",
    "checkTimeout",
    "checkAttempts",
    "checkPath",
    "checkBody",
    "checkPassive",
    "cipherSuite",
    "sslCert",
    "sslKey",
)
PORT_SHOWN = (
    "port",
    "protocol",
    "proxy_protocol",
    "algorithm",
    "stickiness",
    "check",
    "check_interval",
    "check_timeout",
    "check_attempts",
    "check_passive",
    "cipher_suite",
    "ssl_commonname",
    "ssl_fingerprint",
)
NODE = ("label", "address", "mode", "weight", "subnetId")


def balancer(creation: LinodeCreation) -> Created:
    """Create a balancer without ports, which are resources of their own."""
    given = creation.given
    body = given.fields("label", "region", "clientConnThrottle", "firewallId", "ipv4", "tags")
    vpcs: Value = [{**each.fields(*IN_VPC)} for each in given.parts("vpcs")]
    told = creation.make("/nodebalancers", {**body, "vpcs": vpcs})
    path = f"/nodebalancers/{told['id']}"
    joined: list[Value] = [
        outputs(each, "subnet_id", "ipv4_range", "ipv4_range_auto_assign") for each in creation.api.list(f"{path}/vpcs")
    ]
    transfers: list[Value] = [outputs(inner(told["transfer"]), "in", "out", "total")]
    return id_of(told), {**outputs(told, *SHOWN), "transfers": transfers, "vpcs": joined}


def config(creation: LinodeCreation) -> Created:
    """Open a port."""
    given = creation.given
    path = f"/nodebalancers/{given.text('nodebalancerId')}/configs"
    told = creation.make(path, given.fields(*PORT))
    statuses: list[Value] = [outputs(inner(told["nodes_status"]), "up", "down")]
    return id_of(told), {**outputs(told, *PORT_SHOWN), "nodeStatuses": statuses}


def node(creation: LinodeCreation) -> Created:
    """Put a node behind a port."""
    given = creation.given
    path = f"/nodebalancers/{given.text('nodebalancerId')}/configs/{given.text('configId')}/nodes"
    told = creation.make(path, given.fields(*NODE))
    return id_of(told), outputs(told, "mode", "weight", "status")


CREATORS: Mapping[str, Creator] = {
    "linode:index/nodeBalancer:NodeBalancer": balancer,
    "linode:index/nodeBalancerConfig:NodeBalancerConfig": config,
    "linode:index/nodeBalancerNode:NodeBalancerNode": node,
}
