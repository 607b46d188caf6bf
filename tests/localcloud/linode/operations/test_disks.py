import pytest

from localcloud.faults import Fault
from tests.localcloud.linode.bench import Bench


@pytest.fixture
def disks(bench: Bench) -> str:
    """Give the disks' path of an instance that is off and has none."""
    return f"/linode/instances/{bench.idle_instance(image=None)['id']}/disks"


def test_a_disk_is_ready_after_its_job(bench: Bench, disks: str) -> None:
    made = bench.post(disks, label="root", size=2000)
    assert made["status"] == "not ready"
    bench.pass_time(5)
    assert bench.get(f"{disks}/{made['id']}")["status"] == "ready"


def test_what_changes_while_a_job_is_under_way_stays_changed(bench: Bench, disks: str) -> None:
    path = f"{disks}/{bench.post(disks, size=2000)['id']}"
    bench.put(path, label="renamed")
    bench.pass_time(5)
    assert (bench.get(path)["label"], bench.get(path)["status"]) == ("renamed", "ready")


def test_disks_fit_into_the_plan(bench: Bench, disks: str) -> None:
    bench.post(disks, size=20000)
    bench.pass_time(5)
    reason = "Linode does not have enough unallocated storage to create this Disk"
    assert bench.refused("POST", disks, size=5601) == (400, reason, "size")
    assert bench.post(disks, size=5600)["size"] == 5600


def test_a_disk_grows_into_the_room_that_is_left(bench: Bench, disks: str) -> None:
    made = bench.post(disks, size=20000)["id"]
    bench.pass_time(5)
    assert bench.refused("POST", f"{disks}/{made}/resize", size=25601)[2] == "size"
    bench.post(f"{disks}/{made}/resize", size=25600)
    bench.pass_time(5)
    assert bench.get(f"{disks}/{made}")["size"] == 25600


def test_a_disk_of_an_image_needs_a_password(bench: Bench, disks: str) -> None:
    assert bench.refused("POST", disks, size=2000, image="linode/debian12")[2] == "root_pass"
    assert bench.refused("POST", disks, size=2000, image="linode/hannah")[2] == "image"


def test_disks_of_a_running_instance_stay_as_they_are(bench: Bench) -> None:
    running = f"/linode/instances/{bench.running_instance()['id']}/disks"
    disk = bench.get(running)["data"][0]["id"]
    assert bench.refused("DELETE", f"{running}/{disk}")[0] == 400
    assert bench.refused("POST", f"{running}/{disk}/resize", size=100)[0] == 400


def test_a_disk_is_renamed_and_deleted(bench: Bench, disks: str) -> None:
    made = bench.post(disks, size=2000)["id"]
    bench.pass_time(5)
    assert bench.put(f"{disks}/{made}", label="renamed")["label"] == "renamed"
    bench.delete(f"{disks}/{made}")
    assert bench.get(f"{disks}/{made}")["status"] == "deleting"
    bench.pass_time(5)
    assert bench.get(disks)["results"] == 0


def test_an_event_tells_of_the_instance_and_of_the_disk(bench: Bench, disks: str) -> None:
    made = bench.post(disks, label="root", size=2000)["id"]
    bench.pass_time(5)
    bench.delete(f"{disks}/{made}")
    bench.pass_time(5)
    created, deleted = bench.get("/account/events", wanted={"action": {"+contains": "disk_"}, "+order_by": "id"})[
        "data"
    ]
    assert (created["action"], deleted["action"], deleted["status"]) == ("disk_create", "disk_delete", "finished")
    assert (created["entity"]["type"], created["secondary_entity"]["id"]) == ("linode", made)


def test_a_disk_that_fails_to_be_deleted_or_resized_stays_as_it_was(bench: Bench, disks: str) -> None:
    made = bench.post(disks, size=2000)["id"]
    bench.pass_time(5)
    for operation in ("disk_delete", "disk_resize"):
        bench.gateway.faults.add(Fault(effect="error", service="linode", operation=operation))
    bench.post(f"{disks}/{made}/resize", size=3000)
    bench.pass_time(5)
    bench.delete(f"{disks}/{made}")
    bench.pass_time(5)
    shown = bench.get(f"{disks}/{made}")
    assert (shown["status"], shown["size"]) == ("ready", 2000)
