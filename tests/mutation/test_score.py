"""A run of mutants is passed only if enough died and each that lives is explained by what is still true."""

import tomllib
from pathlib import Path

import pytest

from evaluation import ROOT
from mutation.__main__ import EXPLAINED
from mutation.decisions import DECISIONS, TESTS
from mutation.mutants import Change, Survivor, change_of, explained_of
from mutation.mutmut import NothingToChange, statuses_of
from mutation.score import Outcome, outcome_of, told

DIFFERENCE = """# failover.votes.xǁFreshnessǁfresh__mutmut_4: survived
--- failover/votes.py
+++ failover/votes.py
@@ -1,3 +1,3 @@
     def fresh(self, name: str, now: float) -> bool:
-        return now - self._moved[name] <= self._within
+        return now - self._moved[name] < self._within
"""
CHANGE = Change(
    function="failover.votes.Freshness.fresh",
    was="return now - self._moved[name] <= self._within",
    becomes="return now - self._moved[name] < self._within",
)


def run(killed: int, lived: int, status: str = "survived", explained: tuple[Change, ...] = (CHANGE,)) -> Outcome:
    fates = ["killed"] * killed + [status] * lived
    statuses = {f"failover.votes.x_tally__mutmut_{number}": fate for number, fate in enumerate(fates)}
    survivors = [Survivor(change=CHANGE, status=status)] * lived
    return outcome_of(statuses, survivors, dict.fromkeys(explained, "why"))


@pytest.mark.parametrize(
    ("killed", "lived", "holds"), [(17, 3, True), (16, 3, False), (849, 151, False), (850, 150, True)]
)
def test_enough_mutants_must_die(killed: int, lived: int, holds: bool) -> None:
    assert run(killed, lived).holds is holds


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious", "not checked"])
def test_a_mutant_that_nothing_killed_must_be_explained(status: str) -> None:
    outcome = run(99, 1, status, explained=())

    assert not outcome.holds
    assert f"{status}, unexplained: failover.votes.Freshness.fresh" in "\n".join(told(outcome))


def test_a_mutant_that_ran_out_of_time_was_noticed() -> None:
    statuses = {"failover.votes.x_tally__mutmut_1": "timeout"}

    assert outcome_of(statuses, [], {}).holds


def test_an_explanation_of_no_survivor_is_an_error() -> None:
    stale = Change(function="failover.votes.tally", was="a", becomes="b")
    outcome = run(99, 1, explained=(CHANGE, stale))

    assert not outcome.holds
    assert f"explained, but no survivor: {stale}" in list(told(outcome))


def test_the_score_of_each_module_and_of_all_is_told() -> None:
    statuses = {
        "failover.votes.x_tally__mutmut_1": "killed",
        "failover.votes.x_tally__mutmut_2": "survived",
        "failover.due.x_what_is_due__mutmut_1": "killed",
    }
    lines = [line.split() for line in told(outcome_of(statuses, [], {}))]

    assert lines[:3] == [
        ["failover.due", "1", "of", "1", "100.0%"],
        ["failover.votes", "1", "of", "2", "50.0%"],
        ["all", "2", "of", "3", "66.7%"],
    ]


@pytest.mark.parametrize(
    ("mutant", "function"),
    [
        ("failover.votes.xǁFreshnessǁfresh__mutmut_4", "failover.votes.Freshness.fresh"),
        ("failover.votes.xǁFreshnessǁ__init____mutmut_14", "failover.votes.Freshness.__init__"),
        ("failover.decision.x__move__mutmut_2", "failover.decision._move"),
    ],
)
def test_a_mutant_is_named_by_its_function_and_lines_whatever_its_number(mutant: str, function: str) -> None:
    found = change_of(mutant, DIFFERENCE)

    assert (found.function, found.was, found.becomes) == (function, CHANGE.was, CHANGE.becomes)


def test_only_mutants_of_what_decides_count_whatever_became_of_them() -> None:
    listing = """
        failover.canary.x_judge__mutmut_1: killed
        failover.canary.xǁLagǁms__mutmut_2: no tests
        failover.canary.xǁCanaryWatchǁturn__mutmut_3: not checked
    """

    assert statuses_of(listing, ["failover.canary.x_*", "failover.canary.*Lag*"]) == {
        "failover.canary.x_judge__mutmut_1": "killed",
        "failover.canary.xǁLagǁms__mutmut_2": "no tests",
    }


def test_what_decides_cannot_move_away_unnoticed() -> None:
    with pytest.raises(NothingToChange, match="Lag"):
        statuses_of("    failover.canary.x_judge__mutmut_1: killed", ["failover.canary.x_*", "failover.canary.*Lag*"])


def test_every_explanation_is_of_a_line_that_stands_in_a_decision_and_has_a_reason() -> None:
    explained = explained_of(tomllib.loads(EXPLAINED.read_text()))
    assert explained
    for change, why in explained.items():
        module = change.function.split(".")[1]
        assert module in DECISIONS
        assert change.was in " ".join((ROOT / "failover" / f"{module}.py").read_text().split()), change
        assert why.strip()
        assert "\n" not in why


@pytest.mark.parametrize(
    "path", [*(f"failover/{name}.py" for name in DECISIONS), *(f"tests/failover/{name}.py" for name in TESTS)]
)
def test_what_is_mutated_and_what_must_notice_exists(path: str) -> None:
    assert (Path(ROOT) / path).is_file()
