"""One Linode region can be left out of `up` while the API makes and changes nothing there."""

from localcloud.faults import Fault
from tests.engine.linode.owned import kept, owned
from tests.engine.linode.place import Place
from tests.engine.workplace import STACK
from tests.localcloud.linode.bench import Bench

LOST = "us-ord"
WITHOUT = f"--exclude=**linode-{LOST}**"
UP = ("up", "--yes", f"--stack={STACK}")  # a preview, then the update


def lose(account: Bench) -> None:
    """Let the region's machines stand still and the API refuse whatever names it."""
    account.gateway.world.darken(LOST)
    refusal = {"effect": "error", "service": "linode", "mentions": LOST}
    account.gateway.faults.add(Fault.from_json(refusal))


def test_the_other_site_is_made_while_one_region_is_lost(place: Place, account: Bench) -> None:
    lose(account)
    place.run(*UP, WITHOUT)
    made = kept(place.state())
    assert set(made.values()) == owned(account.linode.account)
    assert {name.rpartition("linode-")[2] for name in made} == {"us-sea", "zone"}


def test_a_release_goes_on_without_the_lost_region_and_asks_nothing_of_it(place: Place, account: Bench) -> None:
    place.up()
    lose(account)
    before = account.gateway.calls.last
    place.run(*UP, WITHOUT, told={"SAMPLE_TAG": "second"})
    changed = [one for one in account.gateway.calls.since(before) if one.operation == "put-linode-instance"]
    assert [one.status for one in changed] == [200]
    tags = {one["label"]: one["tags"] for one in account.get("/linode/instances")["data"]}
    assert tags == {"machine-us-ord": ["first"], "machine-us-sea": ["second"]}
