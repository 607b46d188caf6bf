"""Differences are found exactly, each item is read once, and memory does not grow with the tables."""

import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from failover.replication.meetings import Rules
from tests.failover.resync.planted import EXCLUDED, planted, sites
from tests.failover.resync.two_tables import LAG_SECONDS, TwoTables, item, numbers, stamp, tombstone


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def two(tmp_path: Path) -> TwoTables:
    return TwoTables(tmp_path)


def over_planted(folder: Path, size: int) -> TwoTables:
    rules = Rules(ttl_attribute="expires", excluded=EXCLUDED)
    return TwoTables(folder, rules=rules, sites=sites(size))


def found(lines: list[str]) -> dict[str, str]:
    told = [json.loads(line) for line in lines]
    return {one["key"]["id"]["S"]: one["kind"] for one in told}


def test_of_five_thousand_items_exactly_those_that_differ_are_told(tmp_path: Path) -> None:
    two = over_planted(tmp_path, 5_000)
    result, lines = two.verify()
    assert found(lines) == planted(5_000)
    assert len(lines) == 60
    assert result.kinds == {"different": 30, "only-in-primary": 10, "only-in-secondary": 10, "version-only": 10}
    assert not result.alike


def test_each_item_is_read_once_at_each_site(tmp_path: Path) -> None:
    two = over_planted(tmp_path, 5_000)
    result, _ = two.verify()
    assert result.items == {"primary": 4_990, "secondary": 4_990}
    assert {site: table.read for site, table in two.sites.items()} == {"primary": 4_990, "secondary": 4_990}
    assert sum(two.seen) == 9_980


def test_ten_times_the_items_take_the_same_memory(tmp_path: Path) -> None:
    peaks: list[int] = []
    for size in (400, 400, 4_000):  # the first warms what is made once
        folder = tmp_path / str(len(peaks))
        folder.mkdir()
        two = over_planted(folder, size)
        two.items_per_second = 120  # pages of 40 items, so that what is held of pages is of one size
        tracemalloc.start()
        two.verify()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.5 * peaks[1]


def test_tables_that_are_alike_are_told_so_without_waiting(two: TwoTables) -> None:
    for site in ("primary", "secondary"):
        two.put(site, *numbers(0, 300), tombstone("gone", stamp(5, deleted=True)))
    del two.sites["secondary"].items["gone"]
    result, lines = two.verify()
    assert result.alike
    assert lines == []
    assert two.clock.now == 1000
    assert two.sites["primary"].calls["batch_get_item"] == 0


def test_a_write_that_had_not_arrived_yet_is_no_difference(two: TwoTables) -> None:
    two.put("primary", item("a", "new", stamp(7)), item("b"))
    two.put("secondary", item("a", "old", stamp(5)), item("b"))
    two.clock.after(LAG_SECONDS - 1, lambda: two.put("secondary", item("a", "new", stamp(7))))
    result, _ = two.verify()
    assert result.alike


def test_a_difference_that_was_another_one_before_is_looked_at_again(two: TwoTables) -> None:
    two.put("primary", item("a", "1", stamp(5)))
    two.clock.after(LAG_SECONDS - 1, lambda: two.put("primary", item("a", "2", stamp(6))))
    result, lines = two.verify()
    assert found(lines) == {"a": "only-in-primary"}
    assert result.moving == 0
    assert two.clock.now - 1000 == 2 * LAG_SECONDS


def test_what_never_stands_still_is_told_apart_from_what_differs(two: TwoTables) -> None:
    two.put("primary", item("hot", "0", stamp(1)), item("b", "1", stamp(1)))
    for n in range(1, 20):
        two.clock.after(n * LAG_SECONDS - 1, partial(two.put, "primary", item("hot", f"{n}", stamp(n))))
    result, lines = two.verify()
    assert found(lines) == {"b": "only-in-primary"}
    assert result.moving == 1
    assert not result.alike


def test_killed_while_it_reads_it_goes_on_from_the_last_page(two: TwoTables) -> None:
    two.items_per_second = 30
    two.put("primary", *numbers(0, 300))
    two.put("secondary", *numbers(1, 300))
    two.sites["secondary"].before = killing(two, 20)
    with pytest.raises(Killed):
        two.verify()
    read_before = sum(two.sites["primary"].scanned.values())
    two.sites["secondary"].before = lambda _operation: None
    result, lines = two.verify()
    assert read_before > 0
    assert found(lines) == {"00000": "only-in-primary"}
    assert result.items == {"primary": 300, "secondary": 299}
    assert max(max(site.scanned.values()) for site in two.sites.values()) == 1


def test_killed_after_it_has_read_all_it_only_looks_again(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 250))
    two.sites["secondary"].before = killing(two, 4, "batch_get_item")
    with pytest.raises(Killed):
        two.verify()
    two.sites["secondary"].before = lambda _operation: None
    scans = two.sites["primary"].calls["scan"]
    result, lines = two.verify()
    assert two.sites["primary"].calls["scan"] == scans
    assert result.kinds == {"only-in-primary": 250}
    assert len(lines) == 250


def killing(two: TwoTables, calls: int, operation: str = "scan") -> Callable[[str], None]:
    def before(asked: str) -> None:
        if asked == operation and two.sites["secondary"].calls[operation] > calls:
            raise Killed

    return before


def test_a_read_that_gives_an_item_twice_makes_no_difference_of_it(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 5))
    two.put("secondary", *numbers(0, 5))
    scan: Any = two.sites["primary"].scan
    two.sites["primary"].scan = lambda **asked: {**(page := scan(**asked)), "Items": page["Items"] * 2}
    result, _ = two.verify()
    assert result.alike


def test_an_item_read_twice_at_one_site_and_never_at_the_other_differs(two: TwoTables) -> None:
    two.put("primary", *numbers(0, 5))
    scan: Any = two.sites["primary"].scan
    two.sites["primary"].scan = lambda **asked: {**(page := scan(**asked)), "Items": page["Items"] * 2}
    result, _ = two.verify()
    assert result.kinds == {"only-in-primary": 5}
