"""What goes wrong at Linode while `up` runs: it says so, and the next `up` ends whole with nothing left over."""

import pytest

from localcloud.faults import Fault
from tests.engine.linode.owned import things
from tests.engine.linode.place import Place
from tests.engine.workplace import STACK
from tests.localcloud.linode.bench import Bench

UP = ("up", "--yes", "--skip-preview", f"--stack={STACK}")
CREATIONS = {
    "post-vpc": "VPC",
    "post-vpc-subnet": "VPC Subnet",
    "post-add-placement-group": "Placement Group",
    "post-linode-instance": "Linode Instance",
    "post-firewalls": "Firewall",
    "post-node-balancer": "NodeBalancer",
    "post-node-balancer-config": "NodeBalancer Config",
    "post-node-balancer-node": "NodeBalancer Node",
    "post-volume": "Volume",
    "post-domain": "Domain",
    "post-domain-record": "Domain Record",
}


def linode_fault(effect: str, operation: str, **more: object) -> Fault:
    return Fault.from_json({"effect": effect, "service": "linode", "operation": operation, **more})


def ends_whole(place: Place, account: Bench) -> None:
    """Lift what was wrong, deploy, and hold the account against the state; once more, and nothing is to be done."""
    account.gateway.faults.clear()
    account.linode.account.quotas.clear()
    place.up()
    assert set(place.things().values()) == things(account.linode.account)
    place.up("--expect-no-changes")


@pytest.mark.parametrize(("operation", "noun"), CREATIONS.items())
def test_an_error_while_one_thing_is_made_leaves_the_rest_to_the_next_up(
    place: Place, account: Bench, operation: str, noun: str
) -> None:
    account.gateway.faults.add(linode_fault("error", operation, nth=2 if operation != "post-domain" else 1))
    said = place.run(*UP, fails=True)
    assert f"failed to create a {noun}: [500] injected by" in said
    ends_whole(place, account)
