"""A table is copied to the other site by the rules of versions, and what is there already costs no write."""

from pathlib import Path
from typing import Any

import pytest

from failover.replication.meetings import Rules
from failover.replication.stamps import ATTRIBUTE, Stamp
from tests.failover.model_table import refusal
from tests.failover.resync.two_tables import RULES, TwoTables, item, numbers, stamp, tombstone


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def two(tmp_path: Path) -> TwoTables:
    return TwoTables(tmp_path)


def killed_after(two: TwoTables, site: str, operation: str, calls: int) -> None:
    """Let the process end before a call of one kind, once so many of them were made."""

    def before(asked: str) -> None:
        if asked == operation and two.sites[site].calls[operation] > calls:  # type: ignore[index]
            raise Killed

    two.sites[site].before = before  # type: ignore[index]


def test_every_item_and_tombstone_arrives(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 250), tombstone("gone", stamp(5, deleted=True)))
    assert two.backfill() == {"applied": 251}
    assert two.sites["secondary"].items == two.sites["primary"].items
    assert sum(two.seen) == 251


def test_what_is_there_with_this_version_costs_no_write(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 250))
    two.put("secondary", *numbers(0, 240))
    assert two.backfill() == {"applied": 10, "alike": 240}
    assert two.sites["secondary"].writes == 10
    assert two.sites["primary"].writes == 0


@pytest.mark.parametrize("calls", [1, 50, 149])
def test_killed_and_run_again_it_writes_nothing_twice(two: TwoTables, calls: int) -> None:
    two.put("primary", *numbers(0, 150))
    killed_after(two, "secondary", "PutItem", calls)
    with pytest.raises(Killed):
        two.backfill()
    two.sites["secondary"].before = lambda _operation: None
    two.backfill()
    records = [record["dynamodb"]["Keys"]["id"]["S"] for record in two.sites["secondary"].records]
    assert sorted(records) == sorted(two.sites["primary"].items)


def test_run_again_it_reads_only_the_pages_that_are_not_done(two: TwoTables) -> None:
    two.segments, two.items_per_second = 1, 30  # pages of thirty
    two.put("primary", *numbers(0, 300))
    killed_after(two, "primary", "scan", 6)
    with pytest.raises(Killed):
        two.backfill()
    two.sites["primary"].before = lambda _operation: None
    counts = two.backfill()
    assert counts == {"applied": 300}
    assert max(two.sites["primary"].scanned.values()) == 1
    assert two.clock.now - 1000 == pytest.approx(300 / 30, rel=0.2)


def test_an_item_written_around_the_client_is_stamped_first_and_then_delivered(two: TwoTables) -> None:
    two.put("primary", item("a"))
    assert two.backfill() == {"stamped": 1, "applied": 1}
    given = Stamp.of(two.sites["primary"].items["a"])
    assert given
    assert (given.version.epoch, given.version.origin) == (1, "primary")
    assert two.sites["secondary"].items == two.sites["primary"].items


def test_a_newer_version_stays_and_the_one_it_did_not_know_is_listed(two: TwoTables) -> None:
    two.put("primary", item("a", "old", stamp(5)), item("b", "known", stamp(5)))
    newer = [item("a", "new", stamp(7, "secondary")), item("b", "new", stamp(7, "secondary", seen=stamp(5).version))]
    two.put("secondary", *newer)
    assert two.backfill() == {"diverged": 1, "stale": 1}
    assert {name: held["value"]["S"] for name, held in two.sites["secondary"].items.items()} == {"a": "new", "b": "new"}
    assert [(key, loser.item["value"]["S"]) for (key, _), loser in two.kept.losers.items()] == [("a", "old")]  # type: ignore[index]


def test_another_value_that_was_written_around_the_client_there_is_listed(two: TwoTables) -> None:
    two.put("primary", item("a", "mine", stamp(5)))
    two.put("secondary", item("a", "theirs"))
    two.backfill()
    assert two.sites["secondary"].items == two.sites["primary"].items
    assert [loser.item["value"]["S"] for loser in two.kept.losers.values()] == ["theirs"]  # type: ignore[index]


def test_the_same_value_without_a_version_there_is_no_loser(two: TwoTables) -> None:
    two.put("primary", item("a"))
    two.put("secondary", item("a"))
    assert two.backfill() == {"stamped": 1, "applied": 1}
    assert two.kept.losers == {}
    assert two.sites["secondary"].items == two.sites["primary"].items


def test_one_version_with_two_values_is_settled_for_the_site_that_is_copied(two: TwoTables) -> None:
    two.put("primary", item("a", "mine", stamp(5)))
    two.put("secondary", item("a", "theirs", stamp(5)))
    assert two.backfill() == {"raised": 1, "applied": 1}
    assert two.sites["secondary"].items == two.sites["primary"].items
    assert two.sites["secondary"].items["a"]["value"]["S"] == "mine"
    assert [loser.item["value"]["S"] for loser in two.kept.losers.values()] == ["theirs"]  # type: ignore[index]


def test_what_does_not_leave_its_region_stays_and_is_no_reason_to_write(two: TwoTables) -> None:
    two.rules = Rules(ttl_attribute="expires", excluded=frozenset({"home"}))
    own: Any = {"home": {"S": "theirs"}}
    two.put("primary", item("a", "1", stamp(5), home={"S": "mine"}), item("b", "1", stamp(5), home={"S": "mine"}))
    two.put("secondary", item("a", "1", stamp(5), **own), item("b", "0", stamp(3), **own))
    assert two.backfill() == {"applied": 1, "alike": 1}
    assert two.sites["secondary"].items["b"] == item("b", "1", stamp(5), **own)
    assert two.sites["secondary"].writes == 1


def test_items_only_at_the_other_site_are_left_alone(two: TwoTables) -> None:
    two.put("secondary", item("theirs"), item("more", "1", stamp(9, "secondary")))
    before = dict(two.sites["secondary"].items)
    two.backfill()
    assert two.sites["secondary"].items == before
    assert two.sites["primary"].items == {}


def test_a_write_that_comes_between_reading_and_copying_is_not_undone(two: TwoTables) -> None:
    two.put("primary", item("a", "read", stamp(5)))
    newest = item("a", "replicated since", stamp(8))

    def before(operation: str) -> None:
        if operation == "PutItem":
            two.put("secondary", newest)

    two.sites["secondary"].before = before
    assert two.backfill() == {"stale": 1}
    assert two.sites["secondary"].items["a"] == newest


def test_a_table_that_is_busy_is_asked_again(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 9))
    two.put("secondary", *numbers(0, 5))
    busy = iter(range(3))

    def before(operation: str) -> None:
        if next(busy, None) is not None:
            raise refusal("ProvisionedThroughputExceededException", operation)

    two.sites["secondary"].before = before
    assert two.backfill() == {"applied": 4, "alike": 5}
    assert two.rules == RULES
    assert ATTRIBUTE in two.sites["secondary"].items["00008"]
