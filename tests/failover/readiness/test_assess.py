"""All checks together: a whole stack, dark regions, and what people are told of each check."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from failover.readiness.facts import Facts, Place
from failover.readiness.inventory import Inventory
from tests.failover.readiness.whole import (
    INVENTORY,
    PROTOCOL,
    REFUSED,
    REGIONS,
    REPLICATING,
    SILENT,
    STREAMS,
    WHOLE,
    not_ok,
    report,
)


def test_a_whole_stack_is_ready_without_a_warning() -> None:
    assert not_ok(WHOLE) == []
    assert report(WHOLE).ready


def darkened(*regions: str) -> Facts:
    """Return what a look finds when nothing of these regions answers."""
    changed: dict[str, Any] = {"moved": frozenset(REGIONS) - set(regions)}
    for name, known in vars(WHOLE).items():
        if isinstance(known, Mapping):
            changed[name] = {key: SILENT if _of(key) in regions else one for key, one in known.items()}
    return replace(WHOLE, **changed)


def _of(key: str | Place) -> str:
    return key if isinstance(key, str) else key.region


@pytest.mark.parametrize("region", REGIONS)
def test_a_dark_region_is_named_once_and_the_rest_is_judged_all_the_same(region: str) -> None:
    found = {(one.check, one.where) for one in not_ok(darkened(region))}
    assert found == {("region", region), ("votes-fresh", "")}


def test_a_dark_region_is_told_with_how_calls_to_it_ended() -> None:
    (named,) = (one for one in not_ok(darkened("us-east-2")) if one.check == "region")
    assert named.seen == "no answer: ReadTimeoutError"


def test_a_region_that_refuses_everything_is_not_dark() -> None:
    facts = replace(darkened("us-east-2"), parameters={**WHOLE.parameters, "us-east-2": REFUSED})
    assert ("region", "us-east-2") not in {(one.check, one.where) for one in not_ok(facts)}


def test_with_every_region_dark_there_is_a_report_still() -> None:
    facts = replace(darkened(*REGIONS), now=None)
    assert {one.check for one in not_ok(facts)} == {"region"}


def test_an_inventory_reads_back_as_it_was_written() -> None:
    assert Inventory.from_json(INVENTORY.to_json()) == INVENTORY
    assert PROTOCOL.electorates["data"] == REGIONS


def test_every_check_is_explained_to_people() -> None:
    explained = (Path(__file__).parents[3] / "docs/readiness.md").read_text()
    told = [*report(REPLICATING, STREAMS).findings, *report(WHOLE, INVENTORY).findings]
    assert {one.check for one in told} == set(re.findall(r"^\| `([a-z-]+)`", explained, re.MULTILINE))
