from tests.localcloud.linode.bench import REGION, Bench


def test_a_profile_keeps_what_is_not_sent(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/configs"
    (config,) = bench.get(path)["data"]
    changed = bench.put(f"{path}/{config['id']}", comments="mine", helpers={"network": False})
    assert changed == {**config, "comments": "mine", "helpers": {**config["helpers"], "network": False}}


def test_a_device_is_a_disk_of_the_instance_or_a_volume_of_its_region(bench: Bench) -> None:
    made, other = bench.idle_instance()["id"], bench.idle_instance()["id"]
    path = f"/linode/instances/{made}"
    foreign = bench.get(f"/linode/instances/{other}/disks")["data"][0]["id"]
    far = bench.post("/volumes", label="far", region="us-east")["id"]
    near = bench.post("/volumes", label="near", region=REGION)["id"]
    for device in ({"disk_id": foreign}, {"volume_id": far}, {"volume_id": 1}):
        assert (
            bench.refused("POST", f"{path}/configs", label="bad", devices={"sda": device})[2] == "devices.sda.disk_id"
        )
    bench.pass_time(5)
    config = bench.post(f"{path}/configs", label="good", devices={"sdb": {"volume_id": near}})
    assert config["devices"]["sdb"] == {"disk_id": None, "volume_id": near}
    assert bench.get(f"/volumes/{near}")["linode_id"] == made


def test_a_profile_needs_a_label_and_devices(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/configs"
    assert bench.refused("POST", path, devices={})[2] == "label"
    assert bench.refused("POST", path, label="bare")[2] == "devices"


def test_the_profile_that_runs_is_not_deleted(bench: Bench) -> None:
    path = f"/linode/instances/{bench.running_instance()['id']}/configs"
    (config,) = bench.get(path)["data"]
    assert bench.refused("DELETE", f"{path}/{config['id']}")[0] == 400


def test_interfaces_that_are_sent_replace_the_former_and_may_keep_their_addresses(bench: Bench) -> None:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    subnet = vpc["subnets"][0]["id"]
    wanted = {"purpose": "vpc", "subnet_id": subnet, "ipv4": {"vpc": "10.0.0.9"}}
    path = f"/linode/instances/{bench.idle_instance(interfaces=[wanted])['id']}/configs"
    (config,) = bench.get(path)["data"]
    changed = bench.put(f"{path}/{config['id']}", interfaces=[{"purpose": "public"}, wanted])
    assert [each["purpose"] for each in changed["interfaces"]] == ["public", "vpc"]
    assert changed["interfaces"][1]["ipv4"]["vpc"] == "10.0.0.9"
