"""Run time's values at Linode stay as they are, whatever `up` does, and what would replace a machine does not."""

from collections.abc import Mapping

from tests.engine.linode.owned import kept
from tests.engine.linode.place import Place
from tests.engine.workplace import STACK
from tests.localcloud.linode.bench import Bench
from tests.waiting import eventually

UP = ("up", "--yes", "--skip-preview", f"--stack={STACK}")
OTHERWISE = {
    "SAMPLE_IMAGE": "linode/debian11",
    "SAMPLE_USER_DATA": "I2Nsb3VkLWNvbmZpZwpvdGhlcjogMQo=",
    "SAMPLE_ROOT_PASS": "another long enough password",
}


def fail_over(account: Bench) -> None:
    """Do what a failover from us-ord does: power off, drain the ingress, move the name."""
    (machine,) = account.get("/linode/instances", {"label": "machine-us-ord"})["data"]
    account.post(f"/linode/instances/{machine['id']}/shutdown")
    eventually(lambda: seen(account)["machine"] == "offline", 10, "the machine is off")
    account.put(node_path(account), mode="drain")
    zone = account.get("/domains")["data"][0]["id"]
    account.post(f"/domains/{zone}/records", type="A", name="www", target="198.51.100.2", ttl_sec=30)


def node_path(account: Bench) -> str:
    """Give the path of the ingress's node in us-ord."""
    (balancer,) = account.get("/nodebalancers", {"label": "ingress-us-ord"})["data"]
    configs = f"/nodebalancers/{balancer['id']}/configs"
    nodes = f"{configs}/{account.get(configs)['data'][0]['id']}/nodes"
    return f"{nodes}/{account.get(nodes)['data'][0]['id']}"


def seen(account: Bench) -> Mapping[str, object]:
    """Give run time's values."""
    (machine,) = account.get("/linode/instances", {"label": "machine-us-ord"})["data"]
    zone = account.get("/domains")["data"][0]["id"]
    records = account.get(f"/domains/{zone}/records", {"type": "A"})["data"]
    return {
        "machine": machine["status"],
        "mode": account.get(node_path(account))["mode"],
        "records": [(one["name"], one["target"]) for one in records],
    }


MOVED = {"machine": "offline", "mode": "drain", "records": [("www", "198.51.100.2")]}


def test_up_undoes_nothing_of_a_failover(place: Place, account: Bench) -> None:
    place.up()
    assert seen(account) == {"machine": "running", "mode": "accept", "records": []}
    fail_over(account)
    place.up("--expect-no-changes")
    assert seen(account) == MOVED


def test_a_release_that_changes_everything_in_place_undoes_nothing_of_a_failover(place: Place, account: Bench) -> None:
    place.up()
    fail_over(account)
    place.run(*UP, told={"SAMPLE_TAG": "second"})
    assert account.get(node_path(account))["label"] == "second-node"
    assert seen(account) == MOVED


def test_not_even_a_refresh_undoes_anything_of_a_failover(place: Place, account: Bench) -> None:
    place.up()
    fail_over(account)
    place.up("--refresh")
    place.run(*UP, told={"SAMPLE_TAG": "second"})
    assert seen(account) == MOVED


def test_another_image_user_data_or_root_password_changes_no_machine(place: Place, account: Bench) -> None:
    place.up()
    before = kept(place.state())
    place.run(*UP, "--expect-no-changes", told=OTHERWISE)
    assert kept(place.state()) == before
