"""A declared balancer listens where it should and knows its nodes."""

import pytest

from localcloud.create import Unsupported
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def balancer(deployer: Deployer) -> int:
    return int(deployer.create("NodeBalancer", label="front", region=REGION)[0])


def test_a_balancer_tells_its_addresses_and_its_range_in_the_vpc(deployer: Deployer) -> None:
    subnet, firewall = deployer.subnet(), deployer.firewall()
    address, _ = deployer.create("ReservedIp", region=REGION)
    id_, outputs = deployer.create(
        "NodeBalancer",
        label="front",
        region=REGION,
        ipv4=address,
        firewallId=firewall,
        vpcs=[{"subnetId": subnet, "ipv4Range": "10.0.0.128/30"}],
    )
    told = deployer.bench.get(f"/nodebalancers/{id_}")
    assert (outputs["ipv4"], outputs["hostname"], outputs["ipv6"]) == (address, told["hostname"], told["ipv6"])
    assert outputs["vpcs"] == [{"subnetId": subnet, "ipv4Range": "10.0.0.128/30", "ipv4RangeAutoAssign": False}]
    assert deployer.bench.get(f"/nodebalancers/{id_}/firewalls")["data"][0]["id"] == firewall


def test_a_port_is_open_as_declared(deployer: Deployer) -> None:
    owner = balancer(deployer)
    id_, outputs = deployer.create(
        "NodeBalancerConfig",
        nodebalancerId=owner,
        port=443,
        protocol="tcp",
        proxyProtocol="v2",
        check="connection",
        checkInterval=5,
        checkTimeout=3,
        checkPassive=False,
    )
    told = deployer.bench.get(f"/nodebalancers/{owner}/configs/{id_}")
    assert (told["port"], told["proxy_protocol"], told["check_interval"]) == (443, "v2", 5)
    assert (told["check_passive"], outputs["nodeStatuses"]) == (False, [{"up": 0, "down": 0}])


def test_a_node_is_behind_its_port(deployer: Deployer) -> None:
    owner = balancer(deployer)
    port = int(deployer.create("NodeBalancerConfig", nodebalancerId=owner, port=80)[0])
    id_, outputs = deployer.create(
        "NodeBalancerNode", nodebalancerId=owner, configId=port, label="web-1", address="10.0.0.2:80", mode="backup"
    )
    told = deployer.bench.get(f"/nodebalancers/{owner}/configs/{port}/nodes/{id_}")
    assert (told["address"], told["mode"], outputs["weight"]) == ("10.0.0.2:80", "backup", 100)


def test_what_a_balancer_would_leave_out_is_refused_and_nothing_stays(deployer: Deployer) -> None:
    subnet = deployer.subnet()
    with pytest.raises(Unsupported, match=r"vpcs\[0\]\.ipv6Range"):
        deployer.create("NodeBalancer", region=REGION, vpcs=[{"subnetId": subnet, "ipv6Range": "auto"}])
    assert deployer.bench.get("/nodebalancers")["data"] == []
