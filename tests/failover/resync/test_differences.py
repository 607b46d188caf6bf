"""In what two sites differ about one item."""

import json
from typing import Any

import pytest

from failover.resync.differences import Rules, difference_of, held_of, key_in, kind_of
from tests.failover.resync.two_tables import item, stamp, tombstone

RULES = Rules(key_names=("id",), ttl_attribute="expires", now=1000.0)
ONE = item("a", "1", stamp(5))
EXPIRED = item("a", "1", stamp(5), expires={"N": "1000"})
REVIVED = {**tombstone("a", stamp(5, deleted=True)), "value": {"S": "1"}}
NOT_YET = item("a", "1", stamp(5), expires={"N": "1001"})


@pytest.mark.parametrize(
    ("primary", "secondary", "kind"),
    [
        pytest.param(ONE, ONE, None, id="the same"),
        pytest.param(None, None, None, id="nowhere"),
        pytest.param(item("a"), item("a"), None, id="the same, without versions"),
        pytest.param(tombstone("a", stamp(5, deleted=True)), None, None, id="a tombstone is an absent item"),
        pytest.param(tombstone("a", stamp(5, deleted=True)), tombstone("a", stamp(6, deleted=True)), None, id="gone"),
        pytest.param(REVIVED, None, "only-in-primary", id="a tombstone that was written upon is an item"),
        pytest.param(EXPIRED, None, None, id="what should have expired is an absent item"),
        pytest.param(NOT_YET, None, "only-in-primary", id="what is to expire is one"),
        pytest.param(ONE, None, "only-in-primary", id="absent at the secondary"),
        pytest.param(None, ONE, "only-in-secondary", id="absent at the primary"),
        pytest.param(tombstone("a", stamp(9, deleted=True)), ONE, "only-in-secondary", id="deleted at the primary"),
        pytest.param(ONE, item("a", "2", stamp(6)), "different", id="another value and version"),
        pytest.param(ONE, item("a", "2", stamp(5)), "different", id="another value under the same version"),
        pytest.param(ONE, item("a", "1", stamp(6)), "version-only", id="another version of the same value"),
        pytest.param(ONE, item("a"), "version-only", id="the same value without a version"),
        pytest.param(ONE, {**ONE, "more": {"NULL": True}}, "different", id="an attribute more"),
    ],
)
def test_a_difference_is_of_one_kind(primary: Any, secondary: Any, kind: str | None) -> None:
    assert kind_of(held_of(primary, RULES), held_of(secondary, RULES)) == kind


def test_what_stays_in_its_region_is_no_difference() -> None:
    rules = Rules(key_names=("id",), excluded=frozenset({"home"}))
    mine, theirs = ({**ONE, "home": {"S": home}} for home in ("us", "eu"))
    assert kind_of(held_of(mine, rules), held_of(theirs, rules)) is None


def test_a_difference_is_a_line_of_json_from_which_its_key_is_read_back() -> None:
    key = {"id": {"B": b"\x00\xff"}, "n": {"N": "7"}}
    gone = held_of(tombstone("a", stamp(9, "secondary", deleted=True)), RULES)
    difference = difference_of(key, held_of(ONE, RULES), gone)
    assert difference
    line = difference.line()
    told = json.loads(line)
    assert "\n" not in line
    assert told["kind"] == "only-in-primary"
    assert told["primary"]["version"] == "0000000001-0000000000000005-primary"
    assert len(told["primary"]["digest"]) == 32
    assert told["secondary"] == {"version": "0000000001-0000000000000009-secondary", "digest": None, "gone": True}
    assert key_in(line) == key


def test_what_is_nowhere_is_told_as_null() -> None:
    difference = difference_of({"id": {"S": "a"}}, held_of(ONE, RULES), held_of(None, RULES))
    assert difference
    assert json.loads(difference.line())["secondary"] is None


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"kind": "different"}', '{"key": "a"}', '{"key": {"id": "a"}}'])
def test_a_line_that_is_no_difference_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part of it is wrong
        key_in(line)
