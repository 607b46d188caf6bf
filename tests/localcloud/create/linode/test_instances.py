"""A declared instance runs, as it was declared."""

import base64
import ipaddress

import pytest

from evaluation import Value
from localcloud.create.linode import NotCreated
from localcloud.faults import Fault
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION

STUB = base64.b64encode(b"#cloud-config\n").decode()


def test_an_instance_from_an_image_runs_when_it_is_created(deployer: Deployer) -> None:
    id_, outputs = deployer.instance(label="web-1", tags=["lifeboat"])
    told = deployer.bench.get(f"/linode/instances/{id_}")
    assert (told["status"], told["label"], told["tags"]) == ("running", "web-1", ["lifeboat"])
    assert (outputs["status"], outputs["booted"], outputs["ipv4s"]) == ("running", True, told["ipv4"])
    assert outputs["ipAddress"] == told["ipv4"][0]
    assert ipaddress.IPv6Interface(str(outputs["ipv6"])).network.prefixlen == 128


def test_a_stack_is_set_up_without_the_delays_that_drills_measure(deployer: Deployer) -> None:
    deployer.instance()
    assert sum(deployer.waits) < 2


@pytest.mark.parametrize("inputs", [{"image": None}, {"booted": False}])
def test_an_instance_that_is_not_to_boot_is_off(deployer: Deployer, inputs: dict[str, Value]) -> None:
    id_, outputs = deployer.instance(**inputs)
    assert deployer.bench.get(f"/linode/instances/{id_}")["status"] == outputs["status"] == "offline"


def test_user_data_arrives_and_is_not_shown(deployer: Deployer) -> None:
    id_, outputs = deployer.instance(metadatas=[{"userData": STUB}])
    assert outputs["hasUserData"] is True
    assert deployer.bench.linode.account.instances.need(int(id_)).user_data == STUB


def test_a_password_that_nobody_gave_is_made_up_and_told_to_nobody(deployer: Deployer) -> None:
    _, outputs = deployer.instance(rootPass=None)
    assert outputs["rootPass"] is None


def test_an_instance_has_interfaces_of_its_profile(deployer: Deployer) -> None:
    subnet = deployer.subnet()
    inside: Value = {"purpose": "vpc", "subnetId": subnet, "primary": True, "ipv4": {"vpc": "10.0.0.9", "nat11": "any"}}
    id_, outputs = deployer.instance(interfaces=[inside])
    (config,) = deployer.bench.get(f"/linode/instances/{id_}/configs")["data"]
    (interface,) = config["interfaces"]
    assert (interface["ipv4"]["vpc"], interface["ipv4"]["nat_1_1"]) == ("10.0.0.9", outputs["ipAddress"])
    assert isinstance(outputs["interfaces"], list)
    (shown,) = outputs["interfaces"]
    assert isinstance(shown, dict)
    assert (shown["id"], shown["ipv4"]) == (interface["id"], {"vpc": "10.0.0.9", "nat11": outputs["ipAddress"]})


def test_an_instance_has_interfaces_of_its_own(deployer: Deployer) -> None:
    subnet, firewall = deployer.subnet(), deployer.firewall()
    address: Value = {"address": "10.0.0.9", "primary": True}
    inside: Value = {"subnetId": subnet, "ipv4": {"addresses": [address], "ranges": [{"range": "10.0.0.64/28"}]}}
    id_, outputs = deployer.instance(
        interfaceGeneration="linode",
        networkHelper=False,
        linodeInterfaces=[
            {"vpc": inside, "firewallId": firewall, "defaultRoute": {"ipv4": True}},
            {"vlan": {"vlanLabel": "wire", "ipamAddress": "192.168.0.1/24"}},
        ],
    )
    path = f"/linode/instances/{id_}/interfaces"
    vpc, vlan = deployer.bench.get(path)["interfaces"]
    assert vpc["vpc"]["ipv4"]["addresses"][0]["address"] == "10.0.0.9"
    assert (vpc["vpc"]["ipv4"]["ranges"], vlan["vlan"]["vlan_label"]) == ([{"range": "10.0.0.64/28"}], "wire")
    assert deployer.bench.get(f"{path}/{vpc['id']}/firewalls")["data"][0]["id"] == firewall
    assert deployer.bench.get(f"{path}/settings")["network_helper"] is False
    assert outputs["ipv4s"] == []


def test_an_instance_takes_a_reserved_address(deployer: Deployer) -> None:
    address, _ = deployer.create("ReservedIp", region=REGION)
    _, outputs = deployer.instance(ipv4s=[address])
    assert (outputs["ipAddress"], outputs["ipv4s"]) == (address, [address])


def test_an_instance_shares_the_addresses_of_others(deployer: Deployer) -> None:
    other = deployer.instance()[1]["ipAddress"]
    _, outputs = deployer.instance(sharedIpv4s=[other])
    assert outputs["sharedIpv4s"] == [other]


def test_what_an_instance_cannot_be_created_with_is_set_afterwards(deployer: Deployer) -> None:
    id_, outputs = deployer.instance(watchdogEnabled=False, alerts={"cpu": 50, "transferQuota": 90})
    told = deployer.bench.get(f"/linode/instances/{id_}")
    assert (told["watchdog_enabled"], told["alerts"]["cpu"], outputs["watchdogEnabled"]) == (False, 50, False)


@pytest.mark.parametrize("action", ["linode_create", "linode_boot"])
def test_an_instance_that_does_not_come_up_is_deleted_again(deployer: Deployer, action: str) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="error", service="linode", operation=action, id="broken"))
    told = rf"^urn:pulumi:local::\S+::instance: linode \d+: {action} failed: failed: injected by broken$"
    with pytest.raises(NotCreated, match=told):
        deployer.instance()
    assert deployer.bench.get("/linode/instances")["data"] == []


def test_an_instance_that_never_comes_up_is_given_up_and_deleted_again(deployer: Deployer) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="blackhole", service="linode", operation="linode_create"))
    with pytest.raises(NotCreated, match=r"/linode/instances/\d+ is provisioning after 300 s"):
        deployer.instance()
    assert deployer.bench.get("/linode/instances")["data"] == []


def test_an_instance_whose_settings_are_refused_is_deleted_again(deployer: Deployer) -> None:
    with pytest.raises(NotCreated, match=r"POST /networking/ips/share: 400: ips: 192\.0\.2\.1 is not a public"):
        deployer.instance(sharedIpv4s=["192.0.2.1"])
    assert deployer.bench.get("/linode/instances")["data"] == []


def test_an_instance_that_came_to_nothing_can_be_made_again_under_its_name(deployer: Deployer) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="error", service="linode", operation="linode_boot"))
    with pytest.raises(NotCreated, match="linode_boot failed"):
        deployer.instance(label="web-1")
    deployer.bench.gateway.faults.clear()
    assert deployer.instance(label="web-1")[1]["status"] == "running"
