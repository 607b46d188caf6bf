"""Which overwrites of a global table's stream lost something, and what becomes of a batch of them."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from failover.replication.audit import Audited, Auditor, overruled
from failover.replication.changes import change_of
from failover.replication.losers import Loser
from tests.failover.model_table import refusal
from tests.failover.replication.model_site import Item
from tests.failover.replication.records import HERE, THERE, item, overwrite, record, stamp, version
from tests.failover.replication.two_sites import Kept

LOST = item(stamp(5))
WON = item(stamp(9, THERE), value={"S": "y"})


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (LOST, WON, True),
        (item(stamp(5, epoch=2)), WON, True),  # the older version won: DynamoDB goes by its own time
        (item(stamp(50)), WON, True),
        (LOST, item(stamp(9, THERE, seen=version(4))), True),  # upon an earlier one
        (LOST, item(stamp(9, THERE, seen=version(5))), False),  # upon it
        (LOST, item(stamp(9, THERE, seen=version(6))), False),  # upon one that was made upon it
        (LOST, item(stamp(9)), False),  # this site's own next write
        (item(stamp(5, THERE)), WON, False),  # the other site's own next write
        (item(stamp(5, THERE)), item(stamp(9)), False),  # written here, upon what was there
        (item(stamp(5)), item(stamp(3)), False),  # an old item copied back around the client, here
        (item(stamp(5, THERE)), item(stamp(3, THERE)), False),  # or there
        (None, WON, False),
        (LOST, None, False),  # of a deletion around the client no record says what it knew
        (item(), WON, False),  # nor of a write around it
        (LOST, item(), False),
        (LOST, item(stamp(9, THERE, deleted=True)), True),
        (item(stamp(5, deleted=True)), WON, True),
        (item(stamp(5, deleted=True)), item(stamp(9, THERE, deleted=True)), False),  # both want the same
        (item(stamp(5, deleted=True)), item(stamp(9, THERE, seen=version(5))), False),
    ],
)
def test_a_write_is_lost_if_the_other_sites_stands_in_its_place_and_was_not_made_upon_it(
    old: Item | None, new: Item | None, lost: bool
) -> None:
    assert overruled(change_of(record(old, new)), HERE) is lost


@dataclass
class Bound:
    """Keeps so many losers, and is then out of reach."""

    room: int
    noted: list[Loser] = field(default_factory=list)

    def note(self, loser: Loser) -> None:
        if len(self.noted) == self.room:
            raise refusal("ThrottlingException", "PutItem")
        self.noted.append(loser)


def auditor(losers: Bound, letters: Kept) -> Auditor:
    return Auditor(here=HERE, losers=losers, dead_letters=letters)


def test_a_loser_is_kept_whole_with_what_won() -> None:
    losers = Bound(room=9)
    assert auditor(losers, Kept()).audit([overwrite(LOST, WON)]) == Audited(listed=1)
    assert losers.noted == [Loser("orders", {"id": {"S": "a"}}, LOST, stamp(5), stamp(9, THERE), "1")]


def test_all_from_the_first_that_could_not_be_listed_comes_again() -> None:
    records: list[dict[str, Any]] = [overwrite(LOST, WON, number) for number in (11, 12, 13)]
    assert auditor(Bound(room=1), Kept()).audit(records) == Audited(listed=1, failed="12")


def test_a_loser_is_listed_under_the_table_whose_stream_told() -> None:
    losers = Bound(room=9)
    auditor(losers, Kept()).audit([overwrite(LOST, WON, 11, table="carts"), overwrite(LOST, WON, 12)])
    assert [loser.table for loser in losers.noted] == ["carts", "orders"]


def test_a_record_of_no_table_is_put_aside() -> None:
    losers, letters = Bound(room=9), Kept()
    assert auditor(losers, letters).audit([record(LOST, WON)]) == Audited(listed=0)
    assert [one["reason"] for one in letters.dead] == ["it is of None, which is no table's stream"]


def test_a_record_that_cannot_be_read_is_put_aside_and_holds_up_no_other() -> None:
    poison, losers, letters = {**overwrite(LOST, WON, 11), "eventName": "UPSERT"}, Bound(room=9), Kept()
    assert auditor(losers, letters).audit([poison, overwrite(LOST, WON, 12)]) == Audited(listed=1)
    assert [one["dynamodb"]["SequenceNumber"] for one in letters.dead] == ["11"]
