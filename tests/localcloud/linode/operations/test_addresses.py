from typing import Any

from tests.localcloud.linode.bench import REGION, Bench


def shared_with(bench: Bench, instance: Any) -> list[str]:
    return [each["address"] for each in bench.get(f"/linode/instances/{instance['id']}/ips")["ipv4"]["shared"]]


def test_an_address_is_shared_and_no_longer_shared(bench: Bench) -> None:
    owner, other = bench.idle_instance(), bench.idle_instance()
    bench.post("/networking/ips/share", linode_id=other["id"], ips=owner["ipv4"])
    assert shared_with(bench, other) == owner["ipv4"]
    assert bench.get(f"/networking/ips/{owner['ipv4'][0]}")["linode_id"] == owner["id"]
    bench.post("/networking/ips/share", linode_id=other["id"], ips=[])
    assert shared_with(bench, other) == []


def test_addresses_are_shared_within_a_region_only(bench: Bench) -> None:
    owner, far = bench.idle_instance(), bench.idle_instance(region="us-east")
    assert bench.refused("POST", "/networking/ips/share", linode_id=far["id"], ips=owner["ipv4"])[2] == "ips"
    assert bench.refused("POST", "/networking/ips/share", linode_id=1, ips=[])[2] == "linode_id"


def test_a_private_address_or_one_that_stands_for_a_vpc_s_is_not_shared(bench: Bench) -> None:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    inside = {"purpose": "vpc", "subnet_id": vpc["subnets"][0]["id"], "ipv4": {"nat_1_1": "any"}}
    owner, other = bench.idle_instance(private_ip=True, interfaces=[inside]), bench.idle_instance()
    for address in owner["ipv4"]:
        assert bench.refused("POST", "/networking/ips/share", linode_id=other["id"], ips=[address])[2] == "ips"


def test_an_address_moves_between_instances_of_a_region(bench: Bench) -> None:
    first, second = bench.idle_instance(), bench.idle_instance()
    spare = bench.post(f"/linode/instances/{first['id']}/ips", type="ipv4", public=True)["address"]
    move = {"region": REGION, "assignments": [{"address": spare, "linode_id": second["id"]}]}
    bench.post("/networking/ips/assign", **move)
    assert spare in bench.get(f"/linode/instances/{second['id']}")["ipv4"]
    assert bench.refused("POST", "/networking/ips/assign", **{**move, "region": "us-east"})[0] == 400


def test_instances_swap_addresses_but_none_is_left_without(bench: Bench) -> None:
    first, second = bench.idle_instance(), bench.idle_instance()
    there = {"address": first["ipv4"][0], "linode_id": second["id"]}
    back = {"address": second["ipv4"][0], "linode_id": first["id"]}
    refused = bench.refused("POST", "/networking/ips/assign", region=REGION, assignments=[there])
    assert refused == (400, f"Linode {first['id']} would have no public address", "assignments")
    bench.post("/networking/ips/assign", region=REGION, assignments=[there, back])
    assert bench.get(f"/linode/instances/{first['id']}")["ipv4"] == second["ipv4"]


def test_an_address_is_reserved_used_and_given_back(bench: Bench) -> None:
    kept = bench.post("/networking/reserved/ips", region=REGION, tags=["a"])
    path = f"/networking/reserved/ips/{kept['address']}"
    assert (kept["reserved"], kept["linode_id"], bench.put(path, tags=["b"])["tags"]) == (True, None, ["b"])
    bench.delete(path)
    assert bench.refused("GET", f"/networking/ips/{kept['address']}")[0] == 404


def test_a_reserved_address_in_use_is_given_back_when_its_instance_goes(bench: Bench) -> None:
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    made = bench.idle_instance(ipv4=[kept])["id"]
    bench.delete(f"/networking/reserved/ips/{kept}")
    assert bench.get(f"/networking/ips/{kept}")["linode_id"] == made
    bench.delete(f"/linode/instances/{made}")
    assert bench.get("/networking/ips")["results"] == 0


def test_an_instance_s_address_can_be_reserved_later(bench: Bench) -> None:
    address = bench.idle_instance()["ipv4"][0]
    assert bench.refused("GET", f"/networking/reserved/ips/{address}")[0] == 404
    bench.put(f"/networking/ips/{address}", reserved=True)
    assert bench.get("/networking/reserved/ips")["data"][0]["address"] == address


def test_addresses_are_allocated_to_an_instance_or_reserved(bench: Bench) -> None:
    made = bench.idle_instance()["id"]
    assert bench.post("/networking/ips", type="ipv4", public=False, linode_id=made)["public"] is False
    assert bench.post("/networking/ips", type="ipv4", public=True, reserved=True, region=REGION)["reserved"]
    assert bench.refused("POST", "/networking/ips", type="ipv4", public=True)[2] == "linode_id"
    assert bench.refused("POST", "/networking/ips", type="ipv6", public=True, linode_id=made)[2] == "type"
