import pytest

from tests.localcloud.linode.bench import REGION, Bench


@pytest.fixture
def subnet(bench: Bench) -> int:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    return int(vpc["subnets"][0]["id"])


def test_an_instance_has_a_public_interface_unless_told_otherwise(bench: Bench) -> None:
    made = bench.instance(interface_generation="linode")
    (shown,) = bench.get(f"/linode/instances/{made['id']}/interfaces")["interfaces"]
    assert [each["address"] for each in shown["public"]["ipv4"]["addresses"]] == made["ipv4"]
    assert bench.get(f"/networking/ips/{made['ipv4'][0]}")["interface_id"] == shown["id"]
    assert (shown["vpc"], shown["vlan"], shown["default_route"]) == (None, None, {"ipv4": True, "ipv6": True})


def test_interfaces_of_all_kinds_are_made_with_the_instance(bench: Bench, subnet: int) -> None:
    wanted = [
        {"public": {}},
        {"vpc": {"subnet_id": subnet, "ipv4": {"addresses": [{"address": "10.0.0.7", "nat_1_1_address": "auto"}]}}},
        {"vlan": {"vlan_label": "wire", "ipam_address": "10.9.0.1/24"}},
    ]
    made = bench.instance(interface_generation="linode", interfaces=wanted)
    public, inside, wire = bench.get(f"/linode/instances/{made['id']}/interfaces")["interfaces"]
    expected = {"address": "10.0.0.7", "primary": True, "nat_1_1_address": made["ipv4"][0]}
    assert inside["vpc"]["ipv4"]["addresses"] == [expected]
    assert [each["default_route"]["ipv4"] for each in (public, inside, wire)] == [True, False, False]
    assert wire["vlan"] == {"vlan_label": "wire", "ipam_address": "10.9.0.1/24"}
    told = bench.get(f"/linode/instances/{made['id']}/interfaces/settings")["default_route"]
    eligible = [public["id"], inside["id"]]
    assert (told["ipv4_interface_id"], told["ipv4_eligible_interface_ids"]) == (public["id"], eligible)


@pytest.mark.parametrize("wanted", [{}, {"public": {}, "vlan": {"vlan_label": "wire"}}])
def test_an_interface_is_of_exactly_one_kind(bench: Bench, wanted: dict[str, object]) -> None:
    made = bench.idle_instance(interface_generation="linode")["id"]
    assert bench.refused("POST", f"/linode/instances/{made}/interfaces", **wanted)[0] == 400


def test_interfaces_change_while_the_instance_is_off(bench: Bench, subnet: int) -> None:
    path = f"/linode/instances/{bench.running_instance(interface_generation='linode')['id']}/interfaces"
    (public,) = bench.get(path)["interfaces"]
    assert bench.refused("POST", path, vpc={"subnet_id": subnet})[0] == 400
    assert bench.refused("DELETE", f"{path}/{public['id']}")[0] == 400


def test_an_instance_of_the_older_generation_takes_none(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/interfaces"
    assert bench.refused("POST", path, public={})[0] == 400
    assert bench.get(path) == {"interfaces": []}


def test_a_change_counts_as_a_version_and_a_deleted_interface_is_no_longer_guarded(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance(interface_generation='linode')['id']}/interfaces"
    (public,) = bench.get(path)["interfaces"]
    rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    guard = bench.post(
        "/networking/firewalls", label="guard", rules=rules, devices={"linode_interfaces": [public["id"]]}
    )["id"]
    changed = bench.put(f"{path}/{public['id']}", default_route={"ipv6": False})
    assert (changed["version"], changed["default_route"]) == (2, {"ipv4": True, "ipv6": False})
    bench.delete(f"{path}/{public['id']}")
    assert bench.get(f"/networking/firewalls/{guard}/devices")["results"] == 0


def test_an_interface_that_is_added_is_guarded_by_the_firewall_that_it_names(bench: Bench) -> None:
    rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT", "inbound": [], "outbound": []}
    firewall = bench.post("/networking/firewalls", label="guard", rules=rules)["id"]
    path = f"/linode/instances/{bench.idle_instance(interface_generation='linode')['id']}/interfaces"
    added = bench.post(path, public={}, firewall_id=firewall)
    assert [each["id"] for each in bench.get(f"{path}/{added['id']}/firewalls")["data"]] == [firewall]
    assert bench.refused("POST", path, public={}, firewall_id=7)[2] == "firewall_id"
