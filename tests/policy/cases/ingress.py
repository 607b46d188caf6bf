"""Programs whose sites are reached past their ingress, or by one that hides who asked or leaves balancers out."""

from functools import partial

import pulumi_linode as linode

from tests.policy.cases.case import Case, at_linode

ANYWHERE, VPC = "0.0.0.0/0", "10.64.1.0/24"


def firewall(role: str, source: str, ports: str | None) -> None:
    rule = {"label": "in", "action": "ACCEPT", "protocol": "TCP", "ports": ports, "ipv4s": [source]}
    linode.Firewall(
        "guard-linode-us-ord",
        label="guard",
        tags=[f"pool:{role}"],
        inbound_policy="DROP",
        outbound_policy="DROP",
        inbounds=[rule],
        opts=at_linode(),
    )


def config(**changed: object) -> None:
    said = {"protocol": "tcp", "proxy_protocol": "v2", "check": "connection", "check_passive": False, **changed}
    linode.NodeBalancerConfig("ingress-linode-us-ord", nodebalancer_id=1, port=443, opts=at_linode(), **said)


def shared(*, elsewhere: bool = False, nat: bool = False, address: str | None = None) -> None:
    here, place = at_linode(), "us-sea" if elsewhere else "us-ord"
    face = {"purpose": "vpc", "subnet_id": 5, **({"ipv4": {"nat11": "any"}} if nat else {})}
    first = linode.Instance(f"first-linode-{place}", region=place, type="g6-nanode-1", interfaces=[face], opts=here)
    second = linode.Instance("second-linode-us-ord", region="us-ord", type="g6-nanode-1", opts=here)
    own = linode.InstanceIp(f"address-linode-{place}", linode_id=first.id.apply(int), opts=here)
    linode.InstanceSharedIps(
        "shared-linode-us-ord", linode_id=second.id.apply(int), addresses=[address or own.address], opts=here
    )


CASES = (
    Case(
        rule="open-port",
        breaks=partial(firewall, "balancer", ANYWHERE, "22, 443"),
        keeps=partial(firewall, "balancer", ANYWHERE, "80, 443"),
        resource="guard-linode-us-ord",
        says="lets everybody in at 22, 443",
    ),
    Case(
        rule="open-port",
        breaks=partial(firewall, "web", ANYWHERE, "443"),
        keeps=partial(firewall, "web", VPC, "443"),
        resource="guard-linode-us-ord",
        says="lets everybody in at 443",
    ),
    Case(
        rule="open-port",
        breaks=partial(firewall, "ingress", "::/0", None),
        keeps=partial(firewall, "ingress", VPC, None),
        resource="guard-linode-us-ord",
        says="lets everybody in at 0-65535",
    ),
    *(
        Case(
            rule="plain-nodebalancer",
            breaks=partial(config, **changed),
            keeps=config,
            resource="ingress-linode-us-ord",
            says=says,
        )
        for changed, says in (
            ({"protocol": "http", "proxy_protocol": None}, "has protocol http"),
            ({"proxy_protocol": "none"}, "has proxyProtocol none"),
            ({"check": "none"}, "has check none"),
            ({"check_passive": True}, "has checkPassive True"),
            ({"check_passive": None}, "has checkPassive None"),
        )
    ),
    Case(
        rule="unsharable-address",
        breaks=partial(shared, elsewhere=True),
        keeps=shared,
        resource="shared-linode-us-ord",
        says="shares an address between us-ord and us-sea",
    ),
    Case(
        rule="unsharable-address",
        breaks=partial(shared, nat=True),
        keeps=shared,
        resource="shared-linode-us-ord",
        says="shares an address of first-linode-us-ord, which stands for one of a VPC",
    ),
    Case(
        rule="unsharable-address",
        breaks=partial(shared, address="2600:3c03::f03c:91ff:fe24:3a2f"),
        keeps=partial(shared, address="2600:3c03:e001::/64"),
        resource="shared-linode-us-ord",
        says="a machine's own IPv6 address",
    ),
)
