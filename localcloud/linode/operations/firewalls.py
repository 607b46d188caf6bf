"""Cloud Firewalls and their rules. The rules are kept and shown; the embedded cloud filters no traffic by them.

https://techdocs.akamai.com/linode-api/reference/post-firewalls
"""

import hashlib
from dataclasses import asdict, replace
from ipaddress import ip_network

from localcloud.linode.body import Body
from localcloud.linode.entities.network import Firewall, Rule, Rules
from localcloud.linode.guarded import add_device, guarded_by
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view

PROTOCOLS = ("TCP", "UDP", "ICMP", "IPENCAP")
ACTIONS = ("ACCEPT", "DROP")
MOST_RULES = 25
WITH_PORTS = ("TCP", "UDP")


def shown_rules(rules: Rules) -> Object:
    """Show rules, with a fingerprint that changes with them."""
    fingerprint = hashlib.sha256(repr(replace(rules, version=0)).encode()).hexdigest()[:8]
    return {
        "inbound": [_shown_rule(each) for each in rules.inbound],
        "inbound_policy": rules.inbound_policy,
        "outbound": [_shown_rule(each) for each in rules.outbound],
        "outbound_policy": rules.outbound_policy,
        "version": rules.version,
        "fingerprint": fingerprint,
    }


def _shown_rule(rule: Rule) -> Object:
    families = {"ipv4": rule.ipv4, "ipv6": rule.ipv6}
    shown: dict[str, Json] = {
        "action": rule.action,
        "protocol": rule.protocol,
        "label": rule.label,
        "description": rule.description,
        "addresses": {family: addresses for family, addresses in families.items() if addresses},
    }
    return shown | ({"ports": rule.ports} if rule.ports else {})


def shown_firewall(call: Call, firewall: Firewall) -> Object:
    """Show a firewall as its own page does."""
    return {
        **asdict(firewall),
        "rules": shown_rules(firewall.rules),
        "entities": guarded_by(call.account, firewall.id),
    }


def _read_rules(body: Body, former: Rules) -> Rules:
    """Read rules; a direction that is sent replaces the former one.

    Raises:
        Refused: too many, or one that the service does not take.
    """
    inbound = _directed(body, "inbound", former.inbound)
    outbound = _directed(body, "outbound", former.outbound)
    if len(inbound) + len(outbound) > MOST_RULES:
        raise invalid(f"A firewall may have {MOST_RULES} rules", "rules")
    return Rules(
        inbound=inbound,
        inbound_policy=body.choice("inbound_policy", ACTIONS, former.inbound_policy),
        outbound=outbound,
        outbound_policy=body.choice("outbound_policy", ACTIONS, former.outbound_policy),
        version=former.version,
    )


def _directed(body: Body, direction: str, former: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(_read_rule(each) for each in body.parts(direction)) if direction in body else former


def _read_rule(body: Body) -> Rule:
    addresses, protocol = body.part("addresses"), body.choice("protocol", PROTOCOLS, "")
    if "ports" in body and protocol not in WITH_PORTS:
        raise invalid("Ports are not allowed with this protocol", body.field("ports"))
    return Rule(
        action=body.choice("action", ACTIONS, ""),
        protocol=protocol,
        ports=body.text("ports") or None,
        ipv4=_networks(addresses, "ipv4"),
        ipv6=_networks(addresses, "ipv6"),
        label=body.text("label"),
        description=body.text("description"),
    )


def _networks(body: Body, family: str) -> tuple[str, ...]:
    for text in body.texts(family):
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise invalid("Must be an address or a network in CIDR form", body.field(family)) from None
    return body.texts(family)


def _firewall(call: Call) -> Firewall:
    return call.account.firewalls.need(call.id("firewallId"))


def _create(call: Call) -> Json:
    account, body, now = call.account, call.body, call.account.now()
    account.check_quota("firewalls", len(account.firewalls))
    body.needed("label")
    sent = body.part("rules")
    for policy in ("inbound_policy", "outbound_policy"):
        sent.needed(policy)
    firewall = Firewall(
        id=account.new_id(),
        label=label_of(body, "", (each.label for each in account.firewalls), longest=32),
        created=now,
        updated=now,
        rules=_read_rules(sent, Rules()),
        tags=body.texts("tags"),
    )
    account.firewalls.put(firewall.id, firewall)
    _add_devices(call, firewall, body.part("devices"))
    return shown_firewall(call, firewall)


def _add_devices(call: Call, firewall: Firewall, sent: Body) -> None:
    kinds = {"linodes": "linode", "nodebalancers": "nodebalancer", "linode_interfaces": "linode_interface"}
    for name, kind in kinds.items():
        for number in sent.integers(name):
            add_device(call.account, firewall.id, number, kind, sent.field(name))


def _update(call: Call) -> Json:
    former, body = _firewall(call), call.body
    changed = replace(
        former,
        label=label_of(body, former.label, (each.label for each in call.account.firewalls), longest=32),
        status=body.choice("status", ("enabled", "disabled"), former.status),
        tags=body.texts("tags", former.tags),
        updated=call.account.now(),
    )
    return shown_firewall(call, call.account.firewalls.put(former.id, changed))


def _update_rules(call: Call) -> Json:
    former = _firewall(call)
    rules = replace(_read_rules(call.body, former.rules), version=former.rules.version + 1)
    call.account.firewalls.put(former.id, replace(former, rules=rules, updated=call.account.now()))
    return shown_rules(rules)


def _delete(call: Call) -> Json:
    firewall = _firewall(call)
    for device in call.account.devices.where(lambda each: each.firewall_id == firewall.id):
        call.account.devices.remove(device.id)
    call.account.firewalls.remove(firewall.id)
    return EMPTY


ALL, ONE = "/networking/firewalls", "/networking/firewalls/{firewallId}"
ROUTES = (
    collection(
        "get-firewalls",
        ALL,
        "firewall:read_only",
        lambda call: [shown_firewall(call, each) for each in call.account.firewalls],
        "created id label tags updated",
    ),
    change("post-firewalls", f"POST {ALL}", "firewall", _create),
    view("get-firewall", ONE, "firewall:read_only", lambda call: shown_firewall(call, _firewall(call))),
    change("put-firewall", f"PUT {ONE}", "firewall", _update),
    change("delete-firewall", f"DELETE {ONE}", "firewall", _delete),
    view("get-firewall-rules", f"{ONE}/rules", "firewall:read_only", lambda call: shown_rules(_firewall(call).rules)),
    change("put-firewall-rules", f"PUT {ONE}/rules", "firewall", _update_rules),
)
