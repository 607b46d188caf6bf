"""The ports of a NodeBalancer and the nodes behind each.

https://techdocs.akamai.com/linode-api/reference/post-node-balancer-config
"""

import hashlib
from dataclasses import asdict, replace
from ipaddress import AddressValueError, IPv4Address

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.nodebalancer import Node, NodeBalancer, PortConfig
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view

PROTOCOLS = ("http", "https", "tcp", "udp")
ALGORITHMS = ("roundrobin", "leastconn", "source", "ring_hash")
STICKINESS = ("none", "table", "http_cookie", "session", "source_ip")
CHECKS = ("none", "connection", "http", "http_body")
PROXY = ("none", "v1", "v2")
MODES = ("accept", "reject", "backup", "drain")
PRIVATE = tuple(map(str, ("10.", "192.168.", "172.")))


def _read(body: Body, former: PortConfig) -> PortConfig:
    """Read what is sent of a port; the rest stays.

    Raises:
        Refused: a value that the service does not take.
    """
    protocol = body.choice("protocol", PROTOCOLS, former.protocol)
    proxy = body.choice("proxy_protocol", PROXY, former.proxy_protocol)
    if proxy != "none" and protocol != "tcp":
        raise invalid("proxy_protocol is only supported with protocol tcp", body.field("proxy_protocol"))
    certificate, key = body.text("ssl_cert", former.ssl_cert or ""), body.text("ssl_key", former.ssl_key or "")
    if protocol == "https" and not (certificate and key):
        raise invalid("ssl_cert and ssl_key are required with protocol https", body.field("ssl_cert"))
    read = replace(
        former,
        port=body.integer("port", former.port, least=1, most=65535),
        protocol=protocol,
        algorithm=body.choice("algorithm", ALGORITHMS, former.algorithm),
        stickiness=body.choice("stickiness", STICKINESS, former.stickiness),
        check=body.choice("check", CHECKS, former.check),
        check_interval=body.integer("check_interval", former.check_interval, least=2, most=3600),
        check_timeout=body.integer("check_timeout", former.check_timeout, least=1, most=30),
        check_attempts=body.integer("check_attempts", former.check_attempts, least=1, most=30),
        check_path=body.text("check_path", former.check_path),
        check_body=body.text("check_body", former.check_body),
        check_passive=body.flag("check_passive", former.check_passive),
        cipher_suite=body.choice("cipher_suite", ("recommended", "legacy", "none"), former.cipher_suite),
        proxy_protocol=proxy,
        ssl_cert=certificate or None,
        ssl_key=key or None,
        ssl_fingerprint=hashlib.sha256(certificate.encode()).hexdigest() if certificate else "",
    )
    if read.check != "none" and read.check_interval <= read.check_timeout:
        raise invalid("check_interval must be greater than check_timeout", body.field("check_interval"))
    return read


def add_config(account: Account, balancer: NodeBalancer, body: Body) -> PortConfig:
    """Open a port of a balancer, with the nodes that are sent.

    Raises:
        Refused: the port is open already, or a value that the service does not take.
    """
    config = _read(body, PortConfig(id=account.new_id(), nodebalancer_id=balancer.id))
    _check_port(account, config)
    account.port_configs.put(config.id, config)
    for each in body.parts("nodes"):
        add_node(account, config, each)
    return config


def _check_port(account: Account, config: PortConfig) -> None:
    others = account.port_configs.where(lambda each: each.nodebalancer_id == config.nodebalancer_id)
    transport = config.protocol == "udp"
    if any(o.port == config.port and (o.protocol == "udp") is transport and o.id != config.id for o in others):
        raise invalid(f"Port {config.port} is already in use", "port")


def _shown(account: Account, config: PortConfig) -> Object:
    """Show a port; of its certificate and key only that they are there."""
    nodes = nodes_of(account, config)
    up = sum(each.status == "UP" for each in nodes)
    hidden = "<REDACTED>"
    return {
        **asdict(config),
        "ssl_cert": hidden if config.ssl_cert else None,
        "ssl_key": hidden if config.ssl_key else None,
        "nodes_status": {"up": up, "down": len(nodes) - up},
    }


def nodes_of(account: Account, config: PortConfig) -> list[Node]:
    """Give the nodes behind a port."""
    return account.nodes.where(lambda each: each.config_id == config.id)


def add_node(account: Account, config: PortConfig, body: Body) -> Node:
    """Put a node behind a port.

    Raises:
        Refused: no private address with a port, or another value that the service does not take.
    """
    body.needed("address")
    body.needed("label")
    blank = Node(id=account.new_id(), nodebalancer_id=config.nodebalancer_id, config_id=config.id, label="", address="")
    node = read_node(body, blank)
    return account.nodes.put(node.id, node)


def read_node(body: Body, former: Node) -> Node:
    """Read what is sent of a node; the rest stays.

    Raises:
        Refused: a value that the service does not take.
    """
    address = body.text("address", former.address)
    host, _, port = address.rpartition(":")
    if not (_is_address(host) and host.startswith(PRIVATE) and port.isdecimal() and 0 < int(port) < 65536):
        raise invalid("Must begin with a private IPv4 address and end with a port", body.field("address"))
    return replace(
        former,
        label=body.text("label", former.label),
        address=address,
        weight=body.integer("weight", former.weight, least=1, most=255),
        mode=body.choice("mode", MODES, former.mode),
        subnet_id=body.optional_integer("subnet_id", former.subnet_id),
    )


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _balancer(call: Call) -> NodeBalancer:
    return call.account.nodebalancers.need(call.id("nodeBalancerId"))


def config_of(call: Call) -> PortConfig:
    """Give the port that a path names.

    Raises:
        Refused: the balancer has none such (404).
    """
    config = call.account.port_configs.need(call.id("configId"))
    if config.nodebalancer_id != _balancer(call).id:
        raise not_found()
    return config


def _list(call: Call) -> Json:
    balancer = _balancer(call)
    own = call.account.port_configs.where(lambda each: each.nodebalancer_id == balancer.id)
    return [_shown(call.account, each) for each in own]


def _add(call: Call) -> Json:
    return _shown(call.account, add_config(call.account, _balancer(call), call.body))


def _update(call: Call) -> Json:
    config = _read(call.body, config_of(call))
    _check_port(call.account, config)
    return _shown(call.account, call.account.port_configs.put(config.id, config))


def _delete(call: Call) -> Json:
    config = config_of(call)
    for node in nodes_of(call.account, config):
        call.account.nodes.remove(node.id)
    call.account.port_configs.remove(config.id)
    return EMPTY


def _rebuild(call: Call) -> Json:
    """Change a port and replace its nodes; those that are sent with their ids stay themselves."""
    account, config = call.account, _read(call.body, config_of(call))
    _check_port(account, config)
    former = {each.id: account.nodes.remove(each.id) for each in nodes_of(account, config)}
    for each in call.body.parts("nodes"):
        known = former.get(each.integer("id"))
        node = read_node(each, known) if known else add_node(account, config, each)
        account.nodes.put(node.id, node)
    account.port_configs.put(config.id, config)
    told = ("address", "id", "label", "mode", "status", "weight")
    nodes = [{name: value for name, value in asdict(n).items() if name in told} for n in nodes_of(account, config)]
    return {**_shown(account, config), "nodes": nodes}


ALL = "/nodebalancers/{nodeBalancerId}/configs"
ONE = f"{ALL}/{{configId}}"
ROUTES = (
    collection("get-node-balancer-configs", ALL, "nodebalancers:read_only", _list),
    change("post-node-balancer-config", f"POST {ALL}", "nodebalancers", _add),
    view(
        "get-node-balancer-config",
        ONE,
        "nodebalancers:read_only",
        lambda call: _shown(call.account, config_of(call)),
    ),
    change("put-node-balancer-config", f"PUT {ONE}", "nodebalancers", _update),
    change("delete-node-balancer-config", f"DELETE {ONE}", "nodebalancers", _delete),
    change("post-rebuild-node-balancer-config", f"POST {ONE}/rebuild", "nodebalancers", _rebuild),
)
