"""What is redriven is kept already: what fails again is said to have failed, and nothing is kept twice."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from failover.replication.dead_letters import KeptAlready, StillDead
from tests.failover.replication.two_sites import Kept, TwoSites


class Redriven(Kept):
    """The losers of a redriven batch, and its dead letters."""

    def keep(self, record: Mapping[str, Any], reason: str) -> None:
        KeptAlready().keep(record, reason)


def poisoned(kept: Kept) -> TwoSites:
    """Return two sites where the primary's second record of three says nothing that anybody knows."""
    world = TwoSites(random.Random(1))  # noqa: S311 a history
    world.kept = kept
    for key in ("a", "b", "c"):
        world.write(key, "put", site="primary", epoch=1)
    world.tables["primary"].records[1]["eventName"] = "UNKNOWN"
    return world


def test_a_redriven_record_that_still_is_poison_fails_and_the_others_are_carried() -> None:
    world = poisoned(Redriven())
    world.replicate("primary", 3)
    assert (world.done["primary"], world.kept.dead) == (1, [])
    assert sorted(world.tables["secondary"].items) == ["a", "c"]


def test_poison_that_comes_by_itself_is_kept_and_does_not_come_again() -> None:
    world = poisoned(Kept())
    world.replicate("primary", 3)
    assert (world.done["primary"], len(world.kept.dead)) == (3, 1)


def test_it_says_which_record_and_why() -> None:
    with pytest.raises(StillDead, match="record 7 is still not to be replicated: malformed"):
        KeptAlready().keep({"dynamodb": {"SequenceNumber": "7"}}, "malformed")
