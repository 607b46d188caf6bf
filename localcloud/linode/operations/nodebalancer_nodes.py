"""The nodes behind a port of a NodeBalancer."""

from dataclasses import asdict

from localcloud.linode.entities.nodebalancer import Node
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.operations.nodebalancer_configs import add_node, config_of, nodes_of, read_node
from localcloud.linode.refusals import not_found
from localcloud.linode.routes import Call, change, collection, view


def _node(call: Call) -> Node:
    node = call.account.nodes.need(call.id("nodeId"))
    if node.config_id != config_of(call).id:
        raise not_found()
    return node


def _list(call: Call) -> Json:
    return [asdict(each) for each in nodes_of(call.account, config_of(call))]


def _add(call: Call) -> Json:
    return asdict(add_node(call.account, config_of(call), call.body))


def _update(call: Call) -> Json:
    node = read_node(call.body, _node(call))
    return asdict(call.account.nodes.put(node.id, node))


def _delete(call: Call) -> Json:
    call.account.nodes.remove(_node(call).id)
    return EMPTY


ALL = "/nodebalancers/{nodeBalancerId}/configs/{configId}/nodes"
ONE = f"{ALL}/{{nodeId}}"
ROUTES = (
    collection("get-node-balancer-config-nodes", ALL, "nodebalancers:read_only", _list),
    change("post-node-balancer-node", f"POST {ALL}", "nodebalancers", _add),
    view("get-node-balancer-node", ONE, "nodebalancers:read_only", lambda call: asdict(_node(call))),
    change("put-node-balancer-node", f"PUT {ONE}", "nodebalancers", _update),
    change("delete-node-balancer-config-node", f"DELETE {ONE}", "nodebalancers", _delete),
)
