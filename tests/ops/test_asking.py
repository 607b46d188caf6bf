"""At a terminal, a person is asked, and only the very words count."""

import os
import pty
import subprocess
import sys

import pytest

from evaluation import ROOT
from tests.ops.conftest import Ground

SECONDS = 60


def at_a_terminal(ground: Ground, answer: str, *arguments: str) -> tuple[int, str]:
    """Run a verb with a terminal as its standard input, and type an answer."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ops", *arguments, "-s", "prod", "--outputs", str(ground.saved)]
    os.write(ours, f"{answer}\n".encode())
    try:
        ended = subprocess.run(
            command, cwd=ROOT, stdin=theirs, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    finally:
        os.close(theirs)
        os.close(ours)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(("answer", "armed"), [("n", True), ("y", False)])
def test_disarming_asks_a_person(ground: Ground, answer: str, armed: bool) -> None:
    code, told = at_a_terminal(ground, answer, "disarm")
    assert "Let no automatic failover start of data. Go on?" in told
    assert (code, ground.row().armed) == (int(armed), armed)


def test_a_move_that_is_not_confirmed_is_not_made(ground: Ground) -> None:
    code, told = at_a_terminal(ground, "n", "failover", "--reason", "INC-42")
    assert "not confirmed; nothing was done" in told
    assert (code, ground.row().epoch) == (1, 1)


def test_another_name_than_the_stacks_retires_nothing(ground: Ground) -> None:
    code, told = at_a_terminal(ground, "staging", "retire", "--force")
    assert "that was not 'prod'; nothing was done" in told
    assert (code, ground.row().epoch) == (1, 1)
