"""A declared firewall has its rules and guards what it should."""

from evaluation import Value
from tests.localcloud.create.linode.deployer import Deployer

WEB: Value = {
    "label": "web",
    "action": "ACCEPT",
    "protocol": "TCP",
    "ports": "443",
    "ipv4s": ["192.0.2.0/24"],
    "ipv6s": ["2001:db8::/32"],
}
OUT: Value = {"label": "dns", "action": "DROP", "protocol": "UDP", "ports": "53", "ipv4s": ["0.0.0.0/0"]}
POLICIES = {"inboundPolicy": "DROP", "outboundPolicy": "ACCEPT"}


def test_rules_of_both_directions_are_kept(deployer: Deployer) -> None:
    id_, _ = deployer.create("Firewall", label="guard", inbounds=[WEB], outbounds=[OUT], **POLICIES)
    told = deployer.bench.get(f"/networking/firewalls/{id_}/rules")
    (rule,), (other,) = told["inbound"], told["outbound"]
    assert (rule["ports"], rule["addresses"]) == ("443", {"ipv4": ["192.0.2.0/24"], "ipv6": ["2001:db8::/32"]})
    assert (other["action"], other["addresses"], told["inbound_policy"]) == ("DROP", {"ipv4": ["0.0.0.0/0"]}, "DROP")


def test_a_firewall_tells_what_it_guards(deployer: Deployer) -> None:
    instance = int(deployer.instance(image=None)[0])
    _, outputs = deployer.create("Firewall", label="guard", linodes=[instance], **POLICIES)
    devices = outputs["devices"]
    assert isinstance(devices, list)
    assert [(one["entityId"], one["type"]) for one in devices if isinstance(one, dict)] == [(instance, "linode")]


def test_a_firewall_may_be_disabled(deployer: Deployer) -> None:
    id_, outputs = deployer.create("Firewall", label="guard", disabled=True, **POLICIES)
    assert deployer.bench.get(f"/networking/firewalls/{id_}")["status"] == outputs["status"] == "disabled"


def test_a_device_is_guarded_by_the_firewall(deployer: Deployer) -> None:
    instance, firewall = int(deployer.instance(image=None)[0]), deployer.firewall()
    id_, outputs = deployer.create("FirewallDevice", firewallId=firewall, entityId=instance)
    told = deployer.bench.get(f"/networking/firewalls/{firewall}/devices/{id_}")
    assert (told["entity"]["id"], outputs["entityType"]) == (instance, "linode")
