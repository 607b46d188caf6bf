"""Schedules of the shipped code break no law, and they are not empty."""

import os
import subprocess
import sys
import time

import pytest

from tests.simulation.__main__ import main
from tests.simulation.runs import run, story

SEEDS = range(1, 401)
MUST_OCCUR = (
    "automatic failover",
    "takeover",
    "abort: moving to steady",
    "failover: moving to steady",
    "switchover: moving to steady",
    "switchover: preparing to steady",
    "failback: moving to steady",
    "to held",
    "answer: cancelled, ordered",
    "answer: lost, lost",
    "answer: lost, raced",
    "answer: mended, no-quorum",
    "answer: refused, busy",
    "answer: refused, cooldown",
    "answer: refused, disarmed",
    "answer: refused, epoch",
    "answer: refused, target-down",
    "answer: refused, target-stale",
    "observer superseded",
    "ReplicatedWriteConflictException",
)


def test_no_schedule_breaks_a_law_and_every_kind_of_move_is_among_them() -> None:
    found = run(SEEDS)

    assert found.broken == {}
    assert {what for what in MUST_OCCUR if not found.seen[what]} == set()


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    seed, mine = next((seed, told) for seed in SEEDS if len(told := story(seed)) > 60)

    theirs = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", str(seed), "--runs", "1", "--processes", "1"],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    assert theirs.startswith("\n".join(mine))


@pytest.mark.parametrize("what", ["--runs", "--processes"])
def test_no_schedules_or_no_processes_are_refused_in_one_line(
    what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["simulation", what, "0"])

    with pytest.raises(SystemExit):
        main()

    assert f"argument {what}: 0 is too few, ask for 1 or more" in capsys.readouterr().err


def test_nothing_reads_a_clock_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> float:
        raise AssertionError("a clock of the machine was asked")

    for name in ("time", "time_ns", "monotonic", "clock_gettime", "perf_counter", "sleep"):
        monkeypatch.setattr(time, name, refuse)

    assert run(range(1, 21)).broken == {}
