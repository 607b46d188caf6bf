"""What differs is made alike by the rules of versions, and every write that gives way is listed."""

from pathlib import Path
from typing import Any

import pytest

from failover.replication.meetings import Rules
from failover.replication.stamps import Stamp
from failover.sites import Site, other
from tests.failover.replication.two_sites import SITES
from tests.failover.resync.two_tables import TwoTables, item, stamp, tombstone


@pytest.fixture
def two(tmp_path: Path) -> TwoTables:
    return TwoTables(tmp_path)


def values(two: TwoTables, name: str = "a") -> list[str]:
    return [two.sites[site].items[name]["value"]["S"] for site in SITES]


def listed(two: TwoTables) -> list[str]:
    return [loser.item["value"]["S"] for loser in two.kept.losers.values() if loser.item]


def test_the_newer_version_stands_and_the_other_is_listed(two: TwoTables) -> None:
    two.put("primary", item("a", "older", stamp(5)))
    two.put("secondary", item("a", "newer", stamp(7, "secondary", epoch=2)))
    assert two.repair() == {"diverged": 1}
    assert values(two) == ["newer", "newer"]
    assert listed(two) == ["older"]


def test_a_version_made_upon_the_other_replaces_it_and_nothing_is_listed(two: TwoTables) -> None:
    two.put("primary", item("a", "older", stamp(5)))
    two.put("secondary", item("a", "newer", stamp(7, "secondary", seen=stamp(5).version)))
    assert two.repair() == {"applied": 1}
    assert values(two) == ["newer", "newer"]
    assert listed(two) == []


@pytest.mark.parametrize("site", SITES)
def test_what_is_at_one_site_only_comes_to_the_other(two: TwoTables, site: Any) -> None:
    two.put(site, item("a", "1", stamp(5, site)), item("b"))
    two.repair()
    assert two.sites["primary"].items == two.sites["secondary"].items
    assert all(Stamp.of(held) for held in two.sites["primary"].items.values())


def test_a_deletion_that_is_newer_is_carried_out(two: TwoTables) -> None:
    two.put("primary", tombstone("a", stamp(7, deleted=True)))
    two.put("secondary", item("a", "1", stamp(5)))
    two.repair()
    assert two.sites["secondary"].items == two.sites["primary"].items


@pytest.mark.parametrize("active", SITES)
@pytest.mark.parametrize("epoch", [0, 3])
def test_of_two_writes_around_the_client_the_active_sites_stands(two: TwoTables, active: Any, epoch: int) -> None:
    two.active, two.epoch = active, epoch
    two.put("primary", item("a", "primary"))
    two.put("secondary", item("a", "secondary"))
    assert two.repair() == {"stamped": 2, "diverged": 1}
    assert values(two) == [active, active]
    assert len(listed(two)) == 1


def test_a_write_around_the_client_at_the_active_site_is_newer_than_what_has_a_version(two: TwoTables) -> None:
    two.put("primary", item("a", "around"))
    two.put("secondary", item("a", "replicated", stamp(5)))
    two.repair()
    assert values(two) == ["around", "around"]


def test_one_version_with_two_values_is_settled_for_the_active_site(two: TwoTables) -> None:
    two.put("primary", item("a", "mine", stamp(5)))
    two.put("secondary", item("a", "theirs", stamp(5)))
    assert two.repair() == {"raised": 1, "applied": 1}
    assert values(two) == ["mine", "mine"]
    assert listed(two) == ["theirs"]


@pytest.mark.parametrize("deleted_by", SITES)
@pytest.mark.parametrize("upon", SITES)
def test_a_tombstone_that_was_written_upon_is_an_item_again_at_both_sites(
    two: TwoTables, deleted_by: Site, upon: Site
) -> None:
    gone = tombstone("a", stamp(5, deleted_by, deleted=True))
    two.put(upon, {**gone, "value": {"S": "back"}})
    two.put(other(upon), gone)
    assert not two.verify()[0].alike
    assert two.repair() == {"stamped": 1, "applied": 1}
    assert values(two) == ["back", "back"]
    assert not any("expires" in two.sites[site].items["a"] for site in SITES)
    assert listed(two) == []
    assert two.repair() == {}


def test_a_second_repair_finds_nothing_to_do(two: TwoTables) -> None:
    two.put("primary", item("a", "1"), item("b", "1", stamp(5)), item("c", "1", stamp(5)))
    two.put("secondary", item("a", "2"), item("b", "2", stamp(5)), item("d", "1", stamp(5, "secondary")))
    two.repair()
    writes, losers = two.sites["primary"].writes + two.sites["secondary"].writes, dict(two.kept.losers)
    assert two.repair() == {}
    assert two.sites["primary"].writes + two.sites["secondary"].writes == writes
    assert two.kept.losers == losers
    assert two.verify()[0].alike


def test_a_dry_run_says_what_would_be_done_and_does_nothing(two: TwoTables) -> None:
    two.put("primary", item("a", "1", stamp(5)), item("b"), item("same", "1", stamp(5)))
    two.put("secondary", item("a", "2", stamp(7)), item("same", "1", stamp(5)))
    assert two.outlook() == [("a", "deliver secondary to primary"), ("b", "stamp primary")]
    assert two.sites["primary"].writes + two.sites["secondary"].writes == 0


def test_each_site_keeps_what_does_not_leave_it(two: TwoTables) -> None:
    two.rules = Rules(ttl_attribute="expires", excluded=frozenset({"home"}))
    two.put("primary", item("a", "2", stamp(7), home={"S": "us"}))
    two.put("secondary", item("a", "1", stamp(5), home={"S": "eu"}))
    two.repair()
    assert values(two) == ["2", "2"]
    assert [two.sites[site].items["a"]["home"]["S"] for site in SITES] == ["us", "eu"]
