"""A position survives whatever ends the process, and belongs to one run of one process."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import ROOT
from failover.resync.checkpoint import Checkpoint, OtherRun, Position

RUN = {"verb": "backfill", "table": "orders"}
KEY = {"pk": {"S": "a"}, "sk": {"B": b"\x00\xff"}, "n": {"N": "12"}}
DYING = """
import os, pathlib, signal, sys
from failover.resync.checkpoint import Checkpoint
checkpoint = Checkpoint(pathlib.Path(sys.argv[1]), {"verb": "backfill", "table": "orders"})
for number in range(100):
    with checkpoint.transaction() as store:
        checkpoint.reached("primary/0", {"id": {"N": str(number)}}, {"applied": 1}, store)
with checkpoint.transaction() as store:
    checkpoint.reached("primary/0", None, {"applied": 1}, store)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "run.sqlite"


def noted(checkpoint: Checkpoint, lane: str, after: object, **counts: int) -> None:
    with checkpoint.transaction() as store:
        checkpoint.reached(lane, after, counts, store)  # type: ignore[arg-type]


def test_each_lane_goes_on_where_it_was(path: Path) -> None:
    first = Checkpoint(path, RUN)
    noted(first, "primary/0", KEY, applied=3, alike=1)
    noted(first, "primary/1", None, applied=2)
    first.close()
    second = Checkpoint(path, RUN)
    assert second.position("primary/0") == Position(after=KEY)
    assert second.position("primary/1") == Position(done=True)
    assert second.position("primary/2") == Position()
    assert second.counts() == {"applied": 5, "alike": 1}


def test_after_a_kill_the_last_whole_transaction_stands(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", DYING, str(path)], cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    left = Checkpoint(path, RUN)
    assert left.position("primary/0") == Position(after={"id": {"N": "99"}})
    assert left.counts() == {"applied": 100}


def test_what_fails_in_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    checkpoint = Checkpoint(path, RUN)
    with pytest.raises(sqlite3.Error):
        noted(checkpoint, "primary/0", KEY, applied=1, unwritable=object())  # type: ignore[arg-type]
    assert checkpoint.position("primary/0") == Position()
    assert checkpoint.counts() == {}


def test_another_runs_file_is_refused(path: Path) -> None:
    Checkpoint(path, RUN).close()
    with pytest.raises(OtherRun, match="is of the run"):
        Checkpoint(path, {**RUN, "table": "invoices"})


def test_a_file_that_another_process_has_is_refused(path: Path) -> None:
    held = Checkpoint(path, RUN)
    with pytest.raises(OtherRun, match="locked"):
        Checkpoint(path, RUN)
    held.close()


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("keep this " * 200)
    with pytest.raises(OtherRun, match="not a database"):
        Checkpoint(path, RUN)
    assert path.read_text() == "keep this " * 200


def test_a_run_that_is_over_leaves_no_file(path: Path) -> None:
    checkpoint = Checkpoint(path, RUN)
    noted(checkpoint, "primary/0", None)
    checkpoint.remove()
    assert list(path.parent.iterdir()) == []
