"""How a verb ends when it did not do what was asked: the exit codes that scripts know, one line, the next step."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NoReturn

import typer
from rich.console import Console

from failover.control_table import AlreadyMoved, TierRowMissing
from failover.failures import AWS_ERRORS
from failover.next_steps import of_stack
from failover.protocol import ProtocolError
from failover.rows import MalformedRow

REFUSED = 1  # nothing was done, and why
USAGE = 2  # the command line makes no sense; Typer's own text says so on standard error
FAILED = 3  # something was done: the same command goes on from there
NONE: Mapping[str, object] = MappingProxyType({})
DOCTOR = "lifeboat doctor"
INTERRUPTED = "lifeboat status; the same command goes on from there"
NEXT_STEPS = {
    AlreadyMoved: "lifeboat status, then the same command again",
    TierRowMissing: "lifeboat arm",
    MalformedRow: "check out the release that the stack was deployed from",
    ProtocolError: "check out the release that the stack was deployed from",
}
EXPECTED = (AlreadyMoved, TierRowMissing, MalformedRow, OSError, ValueError, *AWS_ERRORS)


class Ended(Exception):
    """The verb is over without having done what was asked; ``facts`` are for programs."""

    def __init__(self, code: int, line: str, next_step: str = "", facts: Mapping[str, object] = NONE) -> None:
        super().__init__(line)
        self.code = code
        self.line = line
        self.next_step = next_step
        self.facts = facts


class CannotReach(Ended):
    """The stack's outputs or its control table are not to be had; nothing was done."""

    def __init__(self, why: str, next_step: str = DOCTOR) -> None:
        super().__init__(REFUSED, f"refused: {why}", next_step)


def end(code: int, line: str, next_step: str = "", facts: Mapping[str, object] = NONE) -> NoReturn:
    """End the verb with this code, line and next step."""
    raise Ended(code, line, next_step, facts)


@contextmanager
def one_line(as_json: bool = False, stack: str = "", *, changes: bool = False) -> Iterator[None]:
    """Turn what can be expected to go wrong into one line on standard error and, if asked, one JSON document.

    A next step that is a verb of ours names the ``stack``, ready to be copied. Ctrl-C in what ``changes`` something
    is one of these: nobody knows how far it came.
    """
    try:
        yield
    except Ended as ended:
        _leave(ended, as_json, stack)
    except EXPECTED as error:
        _leave(Ended(REFUSED, f"refused: {error}", _next_step(error)), as_json, stack)
    except KeyboardInterrupt:
        if not changes:
            raise
        _leave(Ended(FAILED, "failed: interrupted, and some of it may be done", INTERRUPTED), as_json, stack)


def _next_step(error: Exception) -> str:
    return DOCTOR if isinstance(error, AWS_ERRORS) else NEXT_STEPS.get(type(error), "")


def _leave(ended: Ended, as_json: bool, stack: str) -> NoReturn:
    next_step = of_stack(ended.next_step, stack)
    line = f"{ended.line}; next: {next_step}" if next_step else ended.line
    Console(stderr=True, highlight=False, soft_wrap=True).print(" ".join(line.split()), markup=False)
    if as_json:
        told = {**ended.facts, "error": ended.line, "next_step": next_step, "exit_code": ended.code}
        typer.echo(json.dumps(told, default=str, sort_keys=True))
    raise typer.Exit(ended.code) from None
