"""The two decisions of replication, row by row."""

from typing import Literal

import pytest
from hypothesis import given

from failover.replication.meetings import Act, Meeting, Rules, act_on, meet
from failover.replication.stamps import Stamp
from tests.failover.replication.model_site import Item
from tests.failover.replication.records import HERE, THERE, change, item, stamp, version
from tests.failover.replication.test_stamps import stamps

BARE = item()
MINE, MY_NEXT, THEIRS = item(stamp(5)), item(stamp(6)), item(stamp(7, THERE))
MY_OLD, MY_TOMBSTONE, THEIR_TOMBSTONE = (
    item(stamp(4)),
    item(stamp(8, deleted=True)),
    item(stamp(8, THERE, deleted=True)),
)

WRITES = {
    "inserted through the client here": (None, MINE, Act.SHIP),
    "changed through the client here": (MINE, MY_NEXT, Act.SHIP),
    "changed here upon the other site's": (THEIRS, MY_TOMBSTONE, Act.SHIP),
    "deleted through the client here": (MINE, MY_TOMBSTONE, Act.SHIP),
    "inserted by the other site": (None, THEIRS, Act.LEAVE),
    "changed by the other site": (MINE, THEIRS, Act.LEAVE),
    "deleted by the other site": (THEIRS, THEIR_TOMBSTONE, Act.LEAVE),
    "stamped here for the first time": (BARE, MINE, Act.SHIP),
    "overwritten by the other site before it had a stamp": (BARE, THEIRS, Act.LEAVE),
    "inserted around the client": (None, BARE, Act.MARK),
    "changed around the client, never stamped": (BARE, item(value={"S": "y"}), Act.MARK),
    "replaced around the client, the stamp taken away": (MINE, BARE, Act.MARK),
    "replaced around the client, the other site's stamp taken away": (THEIRS, BARE, Act.MARK),
    "updated around the client, the stamp kept": (MINE, item(stamp(5), value={"S": "y"}), Act.MARK),
    "updated around the client, the other site's stamp kept": (
        THEIRS,
        item(stamp(7, THERE), value={"S": "y"}),
        Act.MARK,
    ),
    "put back with an old stamp": (MINE, MY_OLD, Act.MARK),
    "put back with an old stamp over the other site's": (THEIRS, MY_OLD, Act.MARK),
    "put back over a tombstone": (MY_TOMBSTONE, MINE, Act.MARK),
}
Expiry = Literal["ignore", "replicate"]
REMOVALS: dict[str, tuple[Item, bool, Expiry, Act]] = {
    "an item by a person": (MINE, False, "ignore", Act.MARK),
    "the other site's item by a person": (THEIRS, False, "replicate", Act.MARK),
    "an item without a stamp by a person": (BARE, False, "ignore", Act.MARK),
    "an item by expiry that is not told": (MINE, True, "ignore", Act.LEAVE),
    "an item by expiry that is told": (MINE, True, "replicate", Act.MARK),
    "an item without a stamp by expiry that is told": (BARE, True, "replicate", Act.MARK),
    "a tombstone by expiry": (MY_TOMBSTONE, True, "ignore", Act.LEAVE),
    "a tombstone by expiry, where items' is told": (MY_TOMBSTONE, True, "replicate", Act.LEAVE),
    "a tombstone by a person": (MY_TOMBSTONE, False, "ignore", Act.MARK),
}


@pytest.mark.parametrize(("old", "new", "act"), WRITES.values(), ids=WRITES)
def test_a_write_asks_for(old: Item | None, new: Item, act: Act) -> None:
    assert act_on(change(old, new), HERE, Rules(ttl_attribute="expires")) is act


@pytest.mark.parametrize(("old", "expired", "expiry", "act"), REMOVALS.values(), ids=REMOVALS)
def test_a_removal_asks_for(old: Item, expired: bool, expiry: Expiry, act: Act) -> None:
    removal = change(old, None, expired=expired)

    assert act_on(removal, HERE, Rules(ttl_attribute="expires", expiry=expiry)) is act


MEETINGS = {
    "nothing there": (stamp(5), None, Meeting.FOLLOWS),
    "an older one of the same site": (stamp(5), stamp(4), Meeting.FOLLOWS),
    "itself": (stamp(5), stamp(5), Meeting.KNOWN),
    "a newer one of the same site": (stamp(5), stamp(6), Meeting.KNOWN),
    "the one it was made upon": (stamp(5, seen=version(4, THERE)), stamp(4, THERE), Meeting.FOLLOWS),
    "one made upon it": (stamp(5), stamp(6, THERE, seen=version(5)), Meeting.KNOWN),
    "an older one that it has not seen": (stamp(5), stamp(4, THERE), Meeting.WINS),
    "a newer one that has not seen it": (stamp(5), stamp(6, THERE), Meeting.LOSES),
    "a later epoch's with an earlier clock": (stamp(5), stamp(4, THERE, epoch=2), Meeting.LOSES),
    "an older deletion that it has not seen": (stamp(5), stamp(4, THERE, deleted=True), Meeting.WINS),
    "a newer deletion that has not seen it": (stamp(5), stamp(6, THERE, deleted=True), Meeting.LOSES),
    "an older deletion, itself one": (stamp(5, deleted=True), stamp(4, THERE, deleted=True), Meeting.FOLLOWS),
    "a newer deletion, itself one": (stamp(5, deleted=True), stamp(6, THERE, deleted=True), Meeting.KNOWN),
}


@pytest.mark.parametrize(("incoming", "held", "meeting"), MEETINGS.values(), ids=MEETINGS)
def test_a_version_meets(incoming: Stamp, held: Stamp | None, meeting: Meeting) -> None:
    assert meet(incoming, held) is meeting


@given(stamps, stamps)
def test_of_two_versions_one_gives_way_wherever_they_meet(one: Stamp, another: Stamp) -> None:
    writes = {Meeting.FOLLOWS, Meeting.WINS}
    both = [meet(one, another), meet(another, one)]

    assert len(writes & set(both)) == 1 or one.has_seen(another.version) or another.has_seen(one.version)
    assert (Meeting.WINS in both) == (Meeting.LOSES in both)
