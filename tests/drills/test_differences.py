"""Found differences beside the clients' logs: which are missing, and which are none."""

import dataclasses

import pytest

from drills.accounting import Contents
from drills.differences import HeldAgainst, held_against
from tests.drills.staged import write

ALIKE: Contents = {"0": ("0",), "1": ("1",)}
LOGGED = [write("primary", number, at=1.0, acknowledged=True) for number in range(3)]


def regions(primary: Contents, secondary: Contents) -> dict[str, Contents]:
    return {"us-east-1": primary, "us-west-2": secondary}


ONE_LACKS_1 = regions(ALIKE, {"0": ("0",)})
BOTH_ALIKE = regions(ALIKE, ALIKE)
CONTENDED = regions({"k": ("0", "1")}, {"k": ("0", "2")})


def held(found: list[str], before: dict[str, Contents], after: dict[str, Contents]) -> HeldAgainst:
    return held_against(found, LOGGED, before, after)


@pytest.mark.parametrize(
    ("found", "before", "after", "missed", "unfounded"),
    [
        (["1"], ONE_LACKS_1, ONE_LACKS_1, 0, 0),
        ([], ONE_LACKS_1, ONE_LACKS_1, 1, 0),
        (["0", "1"], ONE_LACKS_1, ONE_LACKS_1, 0, 1),
        ([], ONE_LACKS_1, BOTH_ALIKE, 0, 0),
        ([], BOTH_ALIKE, ONE_LACKS_1, 0, 0),
        (["1"], BOTH_ALIKE, ONE_LACKS_1, 0, 0),
        (["1"], ONE_LACKS_1, BOTH_ALIKE, 0, 1),
        ([], BOTH_ALIKE, BOTH_ALIKE, 0, 0),
    ],
    ids=[
        "what one region lacks is found",
        "what one region lacks is missed",
        "what both hold is found",
        "what arrived meanwhile need not be found",
        "what came meanwhile need not be found",
        "what came meanwhile may be found",
        "what arrived meanwhile must not be found",
        "nothing differs and nothing is found",
    ],
)
def test_what_differs_all_the_while_must_be_found_and_what_is_alike_afterwards_must_not(
    found: list[str], before: dict[str, Contents], after: dict[str, Contents], missed: int, unfounded: int
) -> None:
    assert held(found, before, after) == HeldAgainst(found=len(found), missed=missed, unfounded=unfounded)


def test_a_contended_item_that_holds_other_writes_in_each_region_differs_once() -> None:
    logged = [dataclasses.replace(one, key="k") for one in LOGGED]
    assert held_against(["k"], logged, CONTENDED, CONTENDED) == HeldAgainst(found=1, missed=0, unfounded=0)
    assert held_against([], logged, CONTENDED, CONTENDED).missed == 1


def test_a_write_that_nobody_was_told_of_need_not_be_found() -> None:
    uncertain = [dataclasses.replace(one, outcome="uncertain") for one in LOGGED]
    assert held_against([], uncertain, ONE_LACKS_1, ONE_LACKS_1).missed == 0
