from typing import Any

import pytest

from tests.localcloud.linode.bench import REGION, Bench


@pytest.fixture
def subnet(bench: Bench) -> int:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/29"}])
    return int(vpc["subnets"][0]["id"])


def interfaces(bench: Bench, instance: Any) -> str:
    (config,) = bench.get(f"/linode/instances/{instance['id']}/configs")["data"]
    return f"/linode/instances/{instance['id']}/configs/{config['id']}/interfaces"


def test_addresses_of_a_subnet_are_handed_out_once(bench: Bench, subnet: int) -> None:
    inside = {"purpose": "vpc", "subnet_id": subnet}
    made = [bench.idle_instance(interfaces=[inside]) for _ in range(3)]
    told = [bench.get(interfaces(bench, each))[0]["ipv4"]["vpc"] for each in made]
    assert told == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]


def test_two_interfaces_of_one_profile_share_no_address(bench: Bench, subnet: int) -> None:
    inside = {"purpose": "vpc", "subnet_id": subnet}
    path = interfaces(bench, bench.idle_instance(interfaces=[inside, inside]))
    assert [each["ipv4"]["vpc"] for each in bench.get(path)] == ["10.0.0.2", "10.0.0.3"]


@pytest.mark.parametrize("wanted", ["10.0.0.2", "10.0.1.2", "inside"])
def test_an_address_that_is_taken_or_outside_is_refused(bench: Bench, subnet: int, wanted: str) -> None:
    bench.idle_instance(interfaces=[{"purpose": "vpc", "subnet_id": subnet, "ipv4": {"vpc": "10.0.0.2"}}])
    path = interfaces(bench, bench.idle_instance())
    assert bench.refused("POST", path, purpose="vpc", subnet_id=subnet, ipv4={"vpc": wanted})[2] == "ipv4.vpc"


def test_an_interface_is_active_while_its_profile_runs(bench: Bench, subnet: int) -> None:
    made = bench.running_instance(interfaces=[{"purpose": "vpc", "subnet_id": subnet}])
    path = interfaces(bench, made)
    (told,) = bench.get(path)
    assert told["active"]
    assert bench.refused("DELETE", f"{path}/{told['id']}")[0] == 400
    bench.post(f"/linode/instances/{made['id']}/shutdown")
    bench.pass_time(5)
    assert not bench.get(path)[0]["active"]
    bench.delete(f"{path}/{told['id']}")
    assert bench.get(path) == []


def test_a_subnet_of_another_region_is_refused(bench: Bench, subnet: int) -> None:
    path = interfaces(bench, bench.idle_instance(region="us-east"))
    assert bench.refused("POST", path, purpose="vpc", subnet_id=subnet)[2] == "subnet_id"


def test_a_public_address_stands_for_a_private_one(bench: Bench, subnet: int) -> None:
    made = bench.idle_instance()
    path = interfaces(bench, made)
    inside = bench.post(path, purpose="vpc", subnet_id=subnet, ipv4={"nat_1_1": "any"})
    assert inside["ipv4"]["nat_1_1"] == made["ipv4"][0]
    shown = bench.get(f"/networking/ips/{made['ipv4'][0]}")
    assert shown["vpc_nat_1_1"] == {"address": "10.0.0.2", "subnet_id": subnet, "vpc_id": inside["vpc_id"]}
    assert bench.put(f"{path}/{inside['id']}", ipv4={"nat_1_1": ""})["ipv4"]["nat_1_1"] is None
    assert bench.refused("PUT", f"{path}/{inside['id']}", ipv4={"nat_1_1": "198.18.0.99"})[2] == "ipv4.nat_1_1"


def test_a_profile_has_one_public_interface_and_three_in_all(bench: Bench) -> None:
    path = interfaces(bench, bench.idle_instance())
    bench.post(path, purpose="public")
    assert bench.refused("POST", path, purpose="public")[2] == "purpose"
    assert bench.refused("POST", path, purpose="tunnel")[2] == "purpose"
    for number in range(2):
        bench.post(path, purpose="vlan", label=f"wire{number}")
    assert bench.refused("POST", path, purpose="vlan", label="wire3")[0] == 400


def test_interfaces_are_put_in_order(bench: Bench) -> None:
    path = interfaces(bench, bench.idle_instance())
    first, second = (bench.post(path, purpose="vlan", label=f"wire{number}")["id"] for number in range(2))
    bench.post(f"{path}/order", ids=[second, first])
    assert [each["id"] for each in bench.get(path)] == [second, first]
    assert bench.refused("POST", f"{path}/order", ids=[second])[2] == "ids"
