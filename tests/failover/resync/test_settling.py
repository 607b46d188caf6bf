"""The next thing to do about an item, from what both sites hold of it."""

from dataclasses import replace
from typing import Any

import pytest

from failover.replication.markers import Markers, marked
from failover.resync.settling import next_step
from tests.failover.resync.two_tables import RULES, item, stamp, tombstone

OLD, NEW = item("a", "1", stamp(5)), item("a", "2", stamp(7))
GONE = tombstone("a", stamp(7, deleted=True))
REVIVED = {**GONE, "value": {"S": "3"}}
MARKER = {**GONE, **marked(Markers(id="one", places="one", numbers=(0,)), 0, "primary")}
KEY = {"id": {"S": "a"}}


@pytest.mark.parametrize(
    ("primary", "secondary", "both_ways", "one_way"),
    [
        pytest.param(None, None, None, None, id="nowhere"),
        pytest.param(OLD, OLD, None, None, id="alike"),
        pytest.param(OLD, None, "deliver primary to secondary", "deliver primary to secondary", id="only here"),
        pytest.param(None, OLD, "deliver secondary to primary", None, id="only there"),
        pytest.param(item("a"), None, "stamp primary", "stamp primary", id="only here, without a version"),
        pytest.param(None, item("a"), "stamp secondary", None, id="only there, without a version"),
        pytest.param(GONE, None, "deliver primary to secondary", "deliver primary to secondary", id="deleted here"),
        pytest.param(GONE, GONE, None, None, id="deleted at both"),
        pytest.param(MARKER, None, None, None, id="a planned move's marker"),
        pytest.param(None, MARKER, None, None, id="a planned move's marker there"),
        pytest.param(GONE, OLD, "deliver primary to secondary", "deliver primary to secondary", id="deleted since"),
        pytest.param(NEW, OLD, "deliver primary to secondary", "deliver primary to secondary", id="newer here"),
        pytest.param(OLD, NEW, "deliver secondary to primary", "deliver primary to secondary", id="newer there"),
        pytest.param(OLD, item("a", "2", stamp(5)), "raise primary", "raise primary", id="one version, two values"),
        pytest.param(item("a"), item("a"), "stamp primary", "stamp primary", id="alike without versions"),
        pytest.param(item("a"), item("a", "2"), "stamp primary", "stamp primary", id="two values without versions"),
        pytest.param(item("a", "2"), OLD, "stamp primary", "stamp primary", id="another value without version here"),
        pytest.param(OLD, item("a", "2"), "stamp secondary", "stamp secondary", id="the same there"),
        pytest.param(GONE, item("a"), "stamp secondary", "stamp secondary", id="written around the client where gone"),
        pytest.param(REVIVED, GONE, "stamp primary", "stamp primary", id="gone, and written upon here"),
        pytest.param(GONE, REVIVED, "stamp secondary", "stamp secondary", id="gone, and written upon there"),
        pytest.param(REVIVED, None, "stamp primary", "stamp primary", id="gone only here, and written upon"),
        pytest.param(REVIVED, REVIVED, "stamp primary", "stamp primary", id="gone and written upon at both"),
        pytest.param(item("a"), OLD, "deliver secondary to primary", "stamp primary", id="the same value, here bare"),
        pytest.param(OLD, item("a"), "deliver primary to secondary", "deliver primary to secondary", id="there bare"),
    ],
)
def test_each_case_has_its_step(primary: Any, secondary: Any, both_ways: str | None, one_way: str | None) -> None:
    pair = {"primary": primary, "secondary": secondary}
    asked = [next_step(KEY, pair, "primary", RULES, one_way=way) for way in (False, True)]  # type: ignore[arg-type]
    assert [str(step) if step else None for step in asked] == [both_ways, one_way]


def test_where_no_version_decides_the_first_sites_value_stands() -> None:
    pair = {"primary": OLD, "secondary": item("a", "2", stamp(5))}
    assert str(next_step(KEY, pair, "secondary", RULES)) == "raise secondary"  # type: ignore[arg-type]


def test_what_does_not_leave_its_region_is_no_other_value() -> None:
    pair = {"primary": {**OLD, "home": {"S": "us"}}, "secondary": OLD}
    assert next_step(KEY, pair, "primary", replace(RULES, excluded=frozenset({"home"}))) is None  # type: ignore[arg-type]
