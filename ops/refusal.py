"""How a verb ends when it did not do what was asked: one line, and the exit code that scripts know."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from failover.control_table import AlreadyMoved, TierRowMissing
from failover.failures import AWS_ERRORS
from failover.rows import MalformedRow
from ops.deployed import CannotReach

REFUSED = 1
FAILED = 3


def end(code: int, line: str) -> NoReturn:
    """Say why on standard error and leave with the code."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)
    raise typer.Exit(code)


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what can be expected to go wrong into one line."""
    try:
        yield
    except (CannotReach, AlreadyMoved, TierRowMissing, MalformedRow, OSError, ValueError, *AWS_ERRORS) as error:
        end(REFUSED, f"refused: {error}")
