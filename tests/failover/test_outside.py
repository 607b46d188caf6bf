"""What the values outside must be, and which of them are not."""

from dataclasses import replace

import pytest

from failover.outside import ABSENT, differing, wanted
from failover.sites import Sites
from failover.tier import TierRow
from tests.failover.three_observers import HELD, MOVING, PREPARING, STEADY, VERIFYING

SITES = Sites(primary="us-east-1", secondary="us-west-2")


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (STEADY, "us-east-1"),
        (replace(STEADY, active="secondary"), "us-west-2"),
        (VERIFYING, None),
        (PREPARING, None),
        (MOVING, None),
        (HELD, None),
        (replace(HELD, step=None), None),
    ],
)
def test_values_are_wanted_only_once_no_plan_is_to_decide_them(row: TierRow, value: str | None) -> None:
    assert wanted(row, SITES) == value


def test_only_what_was_read_and_is_another_value_differs() -> None:
    read = {"a": "us-east-1", "b": "us-west-2", "c": ABSENT, "d": TimeoutError("dark"), "e": None}

    assert differing(read, "us-east-1") == ["b", "c"]


def test_nothing_differs_from_what_is_not_decided_yet() -> None:
    assert differing({"a": "us-east-1", "b": ABSENT}, None) == []
