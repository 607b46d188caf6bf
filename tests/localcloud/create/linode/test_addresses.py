"""Declared addresses are where they should be."""

import pytest

from localcloud.create.linode import NotCreated
from localcloud.faults import Fault
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def test_an_address_is_added_to_its_instance(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    id_, outputs = deployer.create("InstanceIp", linodeId=owner, public=True, rdns="www.example.com")
    assert id_ == outputs["address"]
    told = deployer.bench.get(f"/linode/instances/{owner}/ips/{id_}")
    assert (told["rdns"], outputs["gateway"]) == ("www.example.com", told["gateway"])


def test_an_address_applied_at_once_reboots_its_instance(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    deployer.create("InstanceIp", linodeId=owner, public=False, applyImmediately=True)
    rebooted = {"entity.id": owner, "action": "linode_reboot"}
    assert len(deployer.bench.get("/account/events", rebooted)["data"]) == 1
    assert deployer.bench.get(f"/linode/instances/{owner}")["status"] == "running"


def test_an_address_whose_name_is_refused_is_given_back(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    deployer.bench.gateway.faults.add(Fault(effect="error", service="linode", operation="put-ip", id="broken"))
    with pytest.raises(NotCreated, match="500: injected by broken"):
        deployer.create("InstanceIp", linodeId=owner, rdns="www.example.com")
    assert len(deployer.bench.get(f"/linode/instances/{owner}")["ipv4"]) == 1


def test_an_instance_may_announce_an_address_of_another(deployer: Deployer) -> None:
    address, second = deployer.instance()[1]["ipAddress"], int(deployer.instance()[0])
    id_, _ = deployer.create("InstanceSharedIps", linodeId=second, addresses=[address])
    (shared,) = deployer.bench.get(f"/linode/instances/{second}/ips")["ipv4"]["shared"]
    assert (id_, shared["address"]) == (str(second), address)


def test_a_reserved_address_is_the_accounts_until_an_instance_takes_it(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    address, reserved = deployer.create("ReservedIp", region=REGION, tags=["ingress"])
    assert (reserved["address"], reserved["linodeId"], reserved["tags"]) == (address, None, ["ingress"])
    id_, outputs = deployer.create("ReservedIpAssignment", linodeId=owner, address=address)
    assert (id_, outputs["reserved"]) == (address, True)
    assert deployer.bench.get(f"/networking/ips/{address}")["linode_id"] == owner
