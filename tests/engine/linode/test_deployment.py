"""The engine deploys a small program into the embedded cloud's Linode, over the real client."""

from tests.engine.linode.owned import kept, owned
from tests.engine.linode.place import Place
from tests.localcloud.linode.bench import Bench


def test_up_makes_everything_and_a_second_up_changes_nothing(place: Place, account: Bench) -> None:
    place.up()
    assert set(kept(place.state()).values()) == owned(account.linode.account)
    place.up("--expect-no-changes")


def test_destroy_leaves_nothing_in_the_account(place: Place, account: Bench) -> None:
    place.up()
    assert owned(account.linode.account)
    place.run("destroy", "--yes", "--skip-preview", "--stack=prod")
    assert owned(account.linode.account) == set()
