import base64

import pytest

from tests.localcloud.linode.bench import PASSWORD, REGION, Bench

USER_DATA = base64.b64encode(b"#cloud-config\n").decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"region": None}, "region"),
        ({"region": "atlantis"}, "region"),
        ({"type": None}, "type"),
        ({"type": "g9-giant"}, "type"),
        ({"image": "linode/hannah"}, "image"),
        ({"root_pass": None}, "root_pass"),
        ({"root_pass": "short"}, "root_pass"),
        ({"label": "a"}, "label"),
        ({"label": "two--dashes"}, "label"),
        ({"label": "-first"}, "label"),
        ({"label": "x" * 65}, "label"),
        ({"metadata": {"user_data": "not base64!"}}, "metadata.user_data"),
        ({"metadata": {"user_data": "A" * 16388}}, "metadata.user_data"),
        ({"image": None, "metadata": {"user_data": USER_DATA}}, "metadata.user_data"),
        ({"interface_generation": "next"}, "interface_generation"),
        ({"placement_group": {"id": 1}}, "placement_group.id"),
        ({"ipv4": ["198.18.0.200"]}, "ipv4"),
        ({"firewall_id": 1}, "firewall_id"),
        ({"interfaces": [{"purpose": "vpc", "subnet_id": 1}]}, "interfaces[0].subnet_id"),
    ],
)
def test_an_instance_that_cannot_be_is_refused(bench: Bench, fields: dict[str, object], field: str) -> None:
    usual = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12", "root_pass": PASSWORD}
    assert bench.refused("POST", "/linode/instances", **{**usual, **fields})[::2] == (400, field)
    assert bench.get("/account/events")["results"] == 0


def test_an_image_becomes_two_disks_and_a_profile_that_boots_them(bench: Bench) -> None:
    path = f"/linode/instances/{bench.instance()['id']}"
    root, swap = bench.get(f"{path}/disks")["data"]
    assert (root["size"] + swap["size"], swap["filesystem"]) == (25600, "swap")
    (config,) = bench.get(f"{path}/configs")["data"]
    assert config["devices"]["sda"] == {"disk_id": root["id"], "volume_id": None}
    assert config["devices"]["sdc"] is None


def test_an_instance_without_an_image_has_nothing_to_boot(bench: Bench) -> None:
    made = bench.idle_instance(image=None, booted=True)
    assert made["status"] == "offline"
    assert bench.get(f"/linode/instances/{made['id']}/disks")["results"] == 0
    assert bench.refused("POST", f"/linode/instances/{made['id']}/boot")[2] == "config_id"


def test_user_data_is_kept_and_never_shown(bench: Bench) -> None:
    made = bench.instance(metadata={"user_data": USER_DATA})
    assert made["has_user_data"]
    assert USER_DATA not in str(bench.get(f"/linode/instances/{made['id']}"))
    assert bench.linode.account.instances.need(made["id"]).user_data == USER_DATA
    assert not bench.instance()["has_user_data"]


def test_keys_do_instead_of_a_password(bench: Bench) -> None:
    assert bench.instance(root_pass=None, authorized_keys=["ssh-ed25519 AAAA a"])["status"] == "provisioning"


def test_a_reserved_address_is_used(bench: Bench) -> None:
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    assert bench.instance(ipv4=[kept])["ipv4"] == [kept]
    usual = {"region": REGION, "type": "g6-nanode-1", "ipv4": [kept]}
    assert bench.refused("POST", "/linode/instances", **usual)[2] == "ipv4"
    elsewhere = bench.post("/networking/reserved/ips", region="us-east")["address"]
    assert bench.refused("POST", "/linode/instances", **{**usual, "ipv4": [elsewhere]})[2] == "ipv4"


def test_instances_share_no_address(bench: Bench) -> None:
    addresses = [address for _ in range(10) for address in bench.instance(private_ip=True)["ipv4"]]
    assert len(set(addresses)) == 20


def test_a_firewall_guards_an_instance_or_its_interfaces(bench: Bench) -> None:
    rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    guard = bench.post("/networking/firewalls", label="guard", rules=rules)["id"]
    old = bench.instance(firewall_id=guard)["id"]
    new = bench.instance(interface_generation="linode", interfaces=[{"public": {}, "firewall_id": guard}])["id"]
    bench.instance(interface_generation="linode", interfaces=[{"public": {}, "firewall_id": -1}])
    entities = [each["entity"] for each in bench.get(f"/networking/firewalls/{guard}/devices")["data"]]
    assert [(each["type"], each["parent_entity"] and each["parent_entity"]["id"]) for each in entities] == [
        ("linode", None),
        ("linode_interface", new),
    ]
    assert entities[0]["id"] == old
    usual = {"region": REGION, "type": "g6-nanode-1", "interface_generation": "linode", "firewall_id": guard}
    assert bench.refused("POST", "/linode/instances", **usual)[2] == "firewall_id"


def test_of_the_newer_generation_only_what_an_interface_shows_is_public(bench: Bench) -> None:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    inside = {"subnet_id": vpc["subnets"][0]["id"]}
    translated = {**inside, "ipv4": {"addresses": [{"nat_1_1_address": "auto"}]}}
    for interfaces, addresses in ([{"vpc": inside}], 0), ([{"vpc": translated}], 1), ([{"public": {}}], 1), ([], 1):
        made = bench.instance(interface_generation="linode", interfaces=interfaces)
        assert len(made["ipv4"]) == addresses


def test_what_writes_the_networks_configuration_is_kept(bench: Bench) -> None:
    made = bench.instance(interface_generation="linode", network_helper=False)
    assert bench.get(f"/linode/instances/{made['id']}/interfaces/settings")["network_helper"] is False
