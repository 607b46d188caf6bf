"""Versions: their texts compare as they do, nothing else is read as one, and none falls behind what it replaces."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.replication.stamps import ATTRIBUTE, MalformedStamp, Stamp, Version, succeed
from failover.sites import Site, other

sites: st.SearchStrategy[Site] = st.sampled_from(["primary", "secondary"])
epochs = st.one_of(st.integers(0, 3), st.integers(0, 10**10 - 1))
clocks = st.one_of(st.integers(0, 3), st.integers(0, 10**15))
versions = st.builds(Version, epochs, clocks, sites)


@st.composite
def possible(draw: st.DrawFn) -> Stamp:
    """Draw a stamp as writes make them: what was seen is the other site's, and older."""
    older, newer = sorted((draw(versions), draw(versions)))
    seen = replace(older, origin=other(newer.origin))
    upon = seen if (older.epoch, older.clock) < (newer.epoch, newer.clock) and draw(st.booleans()) else None
    return Stamp(version=newer, seen=upon, deleted=draw(st.booleans()))


stamps = possible()


@given(versions, versions)
def test_texts_compare_as_versions_do(one: Version, another: Version) -> None:
    assert (str(one) < str(another)) == (one < another)
    assert (str(one) == str(another)) == (one == another)


@given(stamps)
def test_a_stamp_is_read_back_as_it_was_written(stamp: Stamp) -> None:
    attribute = stamp.attribute()

    assert Stamp.of({ATTRIBUTE: attribute}) == stamp
    assert attribute["M"]["o"] == {"S": stamp.version.origin}


@pytest.mark.parametrize("item", [None, {}, {"id": {"S": "a"}}])
def test_what_has_no_stamp_has_none(item: dict[str, Any] | None) -> None:
    assert Stamp.of(item) is None


GOOD = "0000000001-0000000000000002-primary"


@pytest.mark.parametrize(
    "attribute",
    [
        {"S": "x"},
        {"M": {}},
        {"M": {"v": {"N": "1"}}},
        {"M": {"v": {"S": 1}}},
        {"M": {"v": {"S": "1-2-primary"}}},
        {"M": {"v": {"S": f"{GOOD} "}}},
        {"M": {"v": {"S": GOOD.replace("primary", "tertiary")}}},
        {"M": {"v": {"S": GOOD.replace("1", "\u0661")}}},
        {"M": {"v": {"S": GOOD}, "s": {"S": "later"}}},
        {"M": {"v": {"S": GOOD}, "s": {"NULL": True}}},
        {"M": ["v"]},
        [],
        "x",
    ],
)
def test_a_reserved_attribute_that_is_not_ours_is_refused(attribute: Any) -> None:
    with pytest.raises(MalformedStamp):
        Stamp.of({ATTRIBUTE: attribute})


@given(st.none() | stamps, clocks, sites, st.booleans())
def test_a_write_is_newer_than_what_it_is_made_upon_and_has_seen_it(
    held: Stamp | None, now: int, origin: Site, deleted: bool
) -> None:
    epoch = held.version.epoch if held else 0
    stamp = succeed(held, epoch=epoch, now=now, origin=origin, deleted=deleted)

    assert stamp.version.clock > now
    assert stamp.deleted == deleted
    if held is not None:
        assert stamp.version > held.version
        assert stamp.has_seen(held.version)
        assert held.seen is None or stamp.has_seen(held.seen)


@given(stamps, versions)
def test_what_one_has_not_seen_of_a_site_is_what_is_newer_than_its_newest(stamp: Stamp, version: Version) -> None:
    assert stamp.has_seen(version) == (version <= stamp.newest_of(version.origin))
