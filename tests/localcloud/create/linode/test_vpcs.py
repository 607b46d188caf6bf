"""A declared private network is there."""

from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def test_a_vpc_is_what_was_declared(deployer: Deployer) -> None:
    id_, outputs = deployer.create("Vpc", label="orders", region=REGION, description="inside")
    told = deployer.bench.get(f"/vpcs/{id_}")
    assert (told["label"], told["region"], told["description"]) == ("orders", REGION, "inside")
    assert outputs["created"] == told["created"]


def test_a_subnet_is_in_its_vpc(deployer: Deployer) -> None:
    vpc = deployer.vpc()
    id_, outputs = deployer.create("VpcSubnet", vpcId=vpc, label="servers", ipv4="10.1.0.0/24")
    told = deployer.bench.get(f"/vpcs/{vpc}/subnets/{id_}")
    assert (told["label"], told["ipv4"], outputs["linodes"]) == ("servers", "10.1.0.0/24", [])
