"""A declared interface belongs to its instance."""

import pytest

from evaluation import Value
from localcloud.create import Unsupported
from localcloud.create.linode import NotCreated
from tests.localcloud.create.linode.deployer import Deployer


def test_an_interface_of_a_vpc_tells_the_address_that_it_got(deployer: Deployer) -> None:
    subnet, firewall = deployer.subnet(), deployer.firewall()
    owner = int(deployer.instance(image=None, interfaceGeneration="linode")[0])
    inside: Value = {"subnetId": subnet, "ipv4": {"addresses": [{"address": "auto"}]}}
    id_, outputs = deployer.create("Interface", linodeId=owner, firewallId=firewall, vpc=inside)
    path = f"/linode/instances/{owner}/interfaces/{id_}"
    (address,) = deployer.bench.get(path)["vpc"]["ipv4"]["addresses"]
    assert isinstance(outputs["vpc"], dict)
    told = outputs["vpc"]["ipv4"]
    assert isinstance(told, dict)
    assert told["assignedAddresses"] == [{"address": address["address"], "primary": True, "nat11Address": None}]
    assert deployer.bench.get(f"{path}/firewalls")["data"][0]["id"] == firewall


def test_a_public_interface_gets_any_address(deployer: Deployer) -> None:
    owner = int(deployer.instance(image=None, interfaceGeneration="linode")[0])
    public: Value = {"ipv4": {"addresses": [{"address": "auto", "primary": True}]}}
    id_, outputs = deployer.create("Interface", linodeId=owner, public=public)
    assert deployer.bench.get(f"/linode/instances/{owner}/interfaces/{id_}")["public"] is not None
    assert outputs["public"] == public


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"public": {"ipv4": {"addresses": [{"address": "198.18.0.9"}]}}}, r"public\.ipv4\.addresses\[0\]\.address"),
        ({"public": {"ipv6": {"ranges": [{"range": "/64"}]}}}, r"public\.ipv6"),
    ],
)
def test_an_address_that_would_not_be_given_is_refused(
    deployer: Deployer, inputs: dict[str, Value], named: str
) -> None:
    owner = int(deployer.instance(image=None, interfaceGeneration="linode")[0])
    with pytest.raises(Unsupported, match=named):
        deployer.create("Interface", linodeId=owner, **inputs)
    assert len(deployer.bench.get(f"/linode/instances/{owner}/interfaces")["interfaces"]) == 1


def test_an_instance_that_runs_gets_no_interface(deployer: Deployer) -> None:
    owner = int(deployer.instance(interfaceGeneration="linode")[0])
    with pytest.raises(NotCreated, match="400: The Linode must be powered off"):
        deployer.create("Interface", linodeId=owner, vlan={"vlanLabel": "wire"})
