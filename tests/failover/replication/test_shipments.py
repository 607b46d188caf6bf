"""One item's changes of a batch as the least that must be done about them."""

import itertools

from failover.replication.meetings import Rules
from failover.replication.shipments import Image, Work, told, with_own, work_of
from failover.replication.stamps import Stamp
from tests.failover.replication.model_site import Item
from tests.failover.replication.records import HERE, THERE, change, item, stamp

RULES = Rules(ttl_attribute="expires")
RESIDENT = Rules(ttl_attribute="expires", excluded=frozenset({"own"}))


def work(*images: Item | None, rules: Rules = RULES) -> Work:
    """Take the first image for what was there, and each next one for a write upon the one before."""
    changes = [change(old, new, number) for number, (old, new) in enumerate(itertools.pairwise(images), 1)]
    return work_of(changes, HERE, rules)


def clocks(done: Work) -> list[list[int]]:
    return [[image.stamp.version.clock for image in shipment.images] for shipment in done.shipments]


def test_writes_upon_each_other_are_one_shipment() -> None:
    done = work(None, item(stamp(1)), item(stamp(2)), item(stamp(3, deleted=True)))

    assert clocks(done) == [[1, 2, 3]]
    assert (done.around, done.overtaken, done.left) == (None, [], 0)


def test_what_came_after_the_other_sites_version_cannot_stand_for_what_came_before() -> None:
    done = work(None, item(stamp(1)), item(stamp(2)), item(stamp(3, THERE)), item(stamp(4)), item(stamp(5, THERE)))

    assert clocks(done) == [[1, 2], [4]]
    assert done.left == 2


def test_of_writes_around_the_client_the_last_is_stamped_above_all_that_was_there() -> None:
    done = work(item(stamp(9, THERE)), item(), item(value={"S": "y"}), item(stamp(3)))

    assert clocks(done) == [[3]]
    assert done.around is not None
    assert done.around.last.sequence == "2"
    assert done.around.before == stamp(9, THERE)


def test_a_stamp_that_was_kept_is_one_to_be_above() -> None:
    done = work(item(stamp(4)), item(stamp(4), value={"S": "y"}), item(stamp(2)))

    assert done.around is not None
    assert (done.around.last.sequence, done.around.before) == ("2", stamp(4))


def test_without_any_stamp_there_is_none_to_be_above() -> None:
    done = work(None, item())

    assert done.around is not None
    assert done.around.before is None


def test_a_write_around_the_client_that_the_other_sites_came_upon_is_overtaken() -> None:
    done = work(None, item(), item(stamp(3, THERE)))

    assert [(write.sequence, by) for write, by in done.overtaken] == [("1", stamp(3, THERE))]


def test_one_that_was_stamped_first_is_not_overtaken() -> None:
    assert work(None, item(), item(stamp(2)), item(stamp(3, THERE))).overtaken == []


def test_an_excluded_attribute_is_in_no_shipment_but_all_else_is() -> None:
    done = work(None, item(stamp(1), own={"S": "mine"}), rules=RESIDENT)

    assert done.shipments[0].images[0].item == item(stamp(1))


def test_a_tombstone_keeps_its_expiry_even_where_that_is_excluded() -> None:
    rules = Rules(ttl_attribute="expires", excluded=frozenset({"expires", "own"}))
    done = work(None, item(stamp(1, deleted=True), own={"S": "mine"}), rules=rules)

    assert done.shipments[0].images[0].item == item(stamp(1, deleted=True))


def merged(incoming: Stamp, own: Item | None) -> Item:
    return dict(with_own(Image(item(incoming), incoming), own, RESIDENT))


def test_a_site_keeps_its_own_values_and_nothing_else_of_what_is_written_over() -> None:
    own = item(stamp(1), own={"S": "theirs"}, other={"S": "gone"})

    assert merged(stamp(2), own) == item(stamp(2), own={"S": "theirs"})
    assert merged(stamp(2), None) == item(stamp(2))


def test_a_deletion_takes_a_sites_own_values_too() -> None:
    assert merged(stamp(2, deleted=True), item(stamp(1), own={"S": "theirs"})) == item(stamp(2, deleted=True))


def test_without_exclusions_an_item_is_passed_on_as_it_is() -> None:
    whole = item(stamp(1), own={"S": "mine"})

    assert told(whole, RULES) is whole
