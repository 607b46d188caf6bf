"""What goes wrong at Linode while `up` runs: it says so, and the next `up` ends whole with nothing left over."""

import re

import pytest

from localcloud.faults import Fault
from localcloud.linode.refusals import RETRY_SECONDS
from tests.engine.linode.owned import kept, owned
from tests.engine.linode.place import Place
from tests.engine.workplace import STACK
from tests.localcloud.linode.bench import Bench

UP = ("up", "--yes", "--skip-preview", f"--stack={STACK}")
URN = "urn:pulumi:prod::lifeboat::linode:index"
MACHINE = f"{URN}/instance:Instance::machine-linode-us-ord"
SOON = {"SAMPLE_CREATE_TIMEOUT": "3s"}
CREATIONS = {
    "post-vpc-subnet": "VPC Subnet",
    "post-linode-instance": "Linode Instance",
    "post-firewalls": "Firewall",
    "post-node-balancer-config": "NodeBalancer Config",
    "post-node-balancer-node": "NodeBalancer Node",
    "post-domain-record": "Domain Record",
}


def break_linode(account: Bench, effect: str, operation: str, **more: object) -> None:
    fault = {"effect": effect, "service": "linode", "operation": operation, **more}
    account.gateway.faults.add(Fault.from_json(fault))


def ends_whole(place: Place, account: Bench, told: dict[str, str] | None = None) -> None:
    """Lift what was wrong, deploy, and hold the account against the state; once more, and nothing is to be done."""
    account.gateway.faults.clear()
    account.linode.account.quotas.clear()
    place.run(*UP, told=told)
    assert set(kept(place.state()).values()) == owned(account.linode.account)
    place.run(*UP, "--expect-no-changes", told=told)


def machine(account: Bench) -> dict[str, object]:
    """Give the machine of us-ord as the API shows it."""
    (found,) = account.get("/linode/instances", {"label": "machine-us-ord"})["data"]
    return dict(found)


@pytest.mark.parametrize(("operation", "noun"), CREATIONS.items())
def test_an_error_while_one_thing_is_made_leaves_the_rest_to_the_next_up(
    place: Place, account: Bench, operation: str, noun: str
) -> None:
    break_linode(account, "error", operation, nth=2)
    said = place.run(*UP, fails=True)
    assert f"failed to create a {noun}: [500] injected by" in said
    ends_whole(place, account)


def test_a_quota_is_told_in_linodes_words_and_the_next_up_goes_on(place: Place, account: Bench) -> None:
    account.post("/_cloud/linode-quotas", instances=1)
    said = place.run(*UP, fails=True)
    assert "failed to create a Linode Instance: [400] Account Limit reached" in said
    ends_whole(place, account)


def test_a_storm_of_too_many_calls_is_waited_out_as_long_as_linode_asks(place: Place, account: Bench) -> None:
    log = account.gateway.calls
    before = log.last
    for operation in ("post-vpc", "post-linode-instance", "post-node-balancer-node", "post-domain-record"):
        break_linode(account, "throttle", operation, nth=1)
    place.up()
    assert set(kept(place.state()).values()) == owned(account.linode.account)
    turned_away, *rest = [one for one in log.since(before) if one.operation == "post-domain-record"]
    assert [turned_away.status, *(one.status for one in rest)] == [429, 200, 200]
    assert max(one.at for one in rest) - turned_away.at >= RETRY_SECONDS


def test_a_machine_that_does_not_boot_fails_up_once_and_stays_off(place: Place, account: Bench) -> None:
    """The provider waits for it in vain; what it cannot boot is run time's to boot, as is any machine that is off."""
    break_linode(account, "error", "linode_boot", mentions="machine-us-ord")
    said = place.run(*UP, told=SOON, fails=True)
    assert re.search(f"creating {MACHINE}: Linode instance [0-9]+ did not reach status running", said)
    ends_whole(place, account, SOON)
    assert machine(account)["status"] == "offline"


def test_a_machine_that_was_not_provisioned_is_kept_and_has_to_be_replaced(place: Place, account: Bench) -> None:
    """No `up` mends it by itself: nothing that the program declares differs."""
    break_linode(account, "error", "linode_create", mentions="machine-us-ord")
    place.run(*UP, told=SOON, fails=True)
    ends_whole(place, account, SOON)
    broken = machine(account)["id"]
    assert account.get(f"/linode/instances/{broken}/disks")["data"] == []
    place.run(*UP, f"--replace={MACHINE}")
    assert machine(account)["id"] != broken
    ends_whole(place, account)


def test_a_reply_that_is_lost_leaves_a_machine_in_no_state_whose_label_stops_a_second_one(
    place: Place, account: Bench
) -> None:
    """No client may send a creation again by itself; so a person takes the thing away, or imports it."""
    break_linode(account, "lost_reply", "post-linode-instance", nth=1)
    place.run(*UP, fails=True)
    account.gateway.faults.clear()
    said = place.run(*UP, fails=True)
    assert "failed to create a Linode Instance: [400] [label] Label must be unique" in said
    (left,) = owned(account.linode.account) - set(kept(place.state()).values())
    account.delete(f"/linode/instances/{left.removeprefix('Instance ')}")
    ends_whole(place, account)


def test_an_error_while_things_are_changed_leaves_the_rest_to_the_next_up(place: Place, account: Bench) -> None:
    place.up()
    second = {"SAMPLE_TAG": "second"}
    break_linode(account, "error", "put-linode-instance", nth=2)
    break_linode(account, "error", "put-firewall", nth=1)
    place.run(*UP, told=second, fails=True)
    ends_whole(place, account, second)
    assert {tuple(one["tags"]) for one in account.get("/linode/instances")["data"]} == {("second",)}
