"""What goes on after an answer: in time, in lost regions, under faults."""

import pytest

from localcloud.faults import Fault
from tests.localcloud.linode.bench import PASSWORD, REGION, Bench


def status(bench: Bench, instance: int) -> str:
    return str(bench.get(f"/linode/instances/{instance}")["status"])


def events(bench: Bench, action: str) -> list[tuple[str, str]]:
    told = bench.get("/account/events", wanted={"action": action})["data"]
    return [(each["status"], each["message"]) for each in told]


def fail(bench: Bench, action: str) -> str:
    return bench.gateway.faults.add(Fault(effect="error", service="linode", operation=action))


def test_an_instance_is_provisioned_then_booted_then_runs(bench: Bench) -> None:
    made = bench.instance()["id"]
    seen = [status(bench, made)]
    for _ in range(31):
        bench.pass_time(1)
        if seen[-1] != status(bench, made):
            seen.append(status(bench, made))
    assert seen == ["provisioning", "booting", "running"]
    assert events(bench, "linode_create") + events(bench, "linode_boot") == [("finished", ""), ("finished", "")]


def test_an_event_under_way_is_started_and_has_no_duration(bench: Bench) -> None:
    bench.instance()
    (event,) = bench.get("/account/events")["data"]
    assert (event["status"], event["percent_complete"], event["duration"]) == ("started", 0, None)
    bench.pass_time(20)
    event = bench.get(f"/account/events/{event['id']}")
    assert (event["status"], event["percent_complete"], event["duration"]) == ("finished", 100, 20.0)


def test_an_instance_that_fails_to_be_provisioned_is_off_and_has_no_disks(bench: Bench) -> None:
    fault = fail(bench, "linode_create")
    made = bench.instance()["id"]
    bench.pass_time(60)
    assert (status(bench, made), bench.get(f"/linode/instances/{made}/disks")["results"]) == ("offline", 0)
    assert events(bench, "linode_create") == [("failed", f"failed: injected by {fault}")]
    assert events(bench, "linode_boot") == []


def test_an_instance_that_fails_to_boot_is_off_and_can_be_booted_again(bench: Bench) -> None:
    fault = fail(bench, "linode_boot")
    made = bench.running_instance()
    assert made["status"] == "offline"
    bench.gateway.faults.clear(fault)
    bench.post(f"/linode/instances/{made['id']}/boot")
    bench.pass_time(10)
    assert status(bench, made["id"]) == "running"


def test_a_disk_or_a_volume_that_fails_to_be_made_goes(bench: Bench) -> None:
    made = bench.idle_instance(image=None)["id"]
    fail(bench, "disk_create")
    fail(bench, "volume_create")
    bench.post(f"/linode/instances/{made}/disks", label="one", size=1000)
    bench.post("/volumes", label="one", region=REGION)
    assert bench.get("/volumes")["results"] == 1
    bench.pass_time(10)
    assert bench.get(f"/linode/instances/{made}/disks")["results"] + bench.get("/volumes")["results"] == 0


def test_one_instance_of_several_fails(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(effect="error", service="linode", operation="linode_create", mentions="second"))
    made = {label: bench.instance(label=label)["id"] for label in ("first", "second")}
    bench.pass_time(60)
    assert {label: status(bench, each) for label, each in made.items()} == {"first": "running", "second": "offline"}


def test_a_job_can_be_held_and_let_go(bench: Bench) -> None:
    held = bench.gateway.faults.add(Fault(effect="blackhole", service="linode", operation="linode_create"))
    made = bench.instance()["id"]
    bench.pass_time(300)
    assert status(bench, made) == "provisioning"
    bench.gateway.faults.clear(held)
    bench.pass_time(12)
    assert status(bench, made) == "running"


def test_a_job_can_take_longer(bench: Bench) -> None:
    slow = Fault(effect="latency", service="linode", operation="linode_boot", latency_ms=40_000)
    bench.gateway.faults.add(slow)
    made = bench.running_instance()
    assert made["status"] == "booting"
    bench.pass_time(41)
    assert status(bench, made["id"]) == "running"


def test_in_a_dark_region_nothing_ends_and_the_api_stays_up(bench: Bench) -> None:
    bench.gateway.world.darken(REGION)
    made, elsewhere = bench.instance()["id"], bench.instance(region="us-east")["id"]
    bench.pass_time(60)
    assert (status(bench, made), status(bench, elsewhere)) == ("provisioning", "running")
    bench.gateway.world.restore()
    bench.pass_time(12)
    assert status(bench, made) == "running"


def test_an_instance_with_something_under_way_is_busy(bench: Bench) -> None:
    path = f"/linode/instances/{bench.instance()['id']}"
    for verb in ("boot", "shutdown", "reboot"):
        assert bench.refused("POST", f"{path}/{verb}") == (400, "Linode busy.", None)
    assert bench.refused("POST", f"{path}/rebuild", image="linode/debian12", root_pass=PASSWORD)[1] == "Linode busy."
    bench.pass_time(30)
    assert bench.post(f"{path}/shutdown") == {}


@pytest.mark.parametrize("seconds", [0, 25])
def test_an_instance_that_is_deleted_meanwhile_stays_deleted(bench: Bench, seconds: float) -> None:
    made = bench.instance()["id"]
    bench.pass_time(seconds)
    bench.delete(f"/linode/instances/{made}")
    bench.pass_time(60)
    assert bench.refused("GET", f"/linode/instances/{made}")[0] == 404
    assert bench.get("/linode/instances")["results"] == 0
