from tests.localcloud.linode.bench import PASSWORD, Bench


def status(bench: Bench, path: str) -> str:
    return str(bench.get(path)["status"])


def test_an_instance_is_shut_down_and_booted(bench: Bench) -> None:
    path = f"/linode/instances/{bench.running_instance()['id']}"
    bench.post(f"{path}/shutdown")
    assert status(bench, path) == "shutting_down"
    bench.pass_time(5)
    assert status(bench, path) == "offline"
    bench.post(f"{path}/boot")
    assert status(bench, path) == "booting"
    bench.pass_time(10)
    assert status(bench, path) == "running"


def test_shutting_down_what_is_off_changes_nothing(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}"
    before = bench.get("/account/events")["results"]
    assert bench.post(f"{path}/shutdown") == {}
    assert (status(bench, path), bench.get("/account/events")["results"]) == ("offline", before)


def test_booting_what_runs_is_refused(bench: Bench) -> None:
    made = bench.running_instance()["id"]
    refused = bench.refused("POST", f"/linode/instances/{made}/boot")
    assert refused == (400, f"Linode {made} already booted.", None)


def test_a_reboot_ends_running(bench: Bench) -> None:
    path = f"/linode/instances/{bench.running_instance()['id']}"
    bench.post(f"{path}/reboot")
    assert status(bench, path) == "rebooting"
    bench.pass_time(10)
    assert status(bench, path) == "running"


def test_the_profile_that_is_wanted_is_booted(bench: Bench) -> None:
    made = bench.idle_instance()["id"]
    path = f"/linode/instances/{made}"
    disk = bench.get(f"{path}/disks")["data"][0]["id"]
    other = bench.post(f"{path}/configs", label="other", devices={"sda": {"disk_id": disk}})["id"]
    assert bench.refused("POST", f"{path}/boot", config_id=1)[2] == "config_id"
    bench.post(f"{path}/boot", config_id=other)
    bench.pass_time(10)
    assert bench.linode.account.instances.need(made).booted_config_id == other


def test_a_rebuild_replaces_disks_and_boots(bench: Bench) -> None:
    path = f"/linode/instances/{bench.running_instance()['id']}"
    former = {each["id"] for each in bench.get(f"{path}/disks")["data"]}
    assert bench.refused("POST", f"{path}/rebuild", image="linode/debian13")[2] == "root_pass"
    assert bench.post(f"{path}/rebuild", image="linode/debian13", root_pass=PASSWORD)["status"] == "rebuilding"
    bench.pass_time(30)
    assert (status(bench, path), bench.get(path)["image"]) == ("running", "linode/debian13")
    assert not former & {each["id"] for each in bench.get(f"{path}/disks")["data"]}


def test_a_resize_changes_the_plan_and_ends_as_it_was(bench: Bench) -> None:
    path = f"/linode/instances/{bench.running_instance()['id']}"
    bench.post(f"{path}/resize", type="g6-standard-1")
    assert status(bench, path) == "resizing"
    bench.pass_time(20)
    assert (status(bench, path), bench.get(path)["type"]) == ("running", "g6-standard-1")
    bench.post(f"{path}/rebuild", image="linode/debian13", root_pass=PASSWORD)
    bench.pass_time(30)
    assert bench.refused("POST", f"{path}/resize", type="g6-nanode-1")[2] == "type"


def test_a_password_is_reset_while_the_instance_is_off(bench: Bench) -> None:
    running, idle = bench.running_instance()["id"], bench.idle_instance()["id"]
    assert bench.refused("POST", f"/linode/instances/{running}/password", root_pass=PASSWORD)[0] == 400
    assert bench.post(f"/linode/instances/{idle}/password", root_pass=PASSWORD) == {}
