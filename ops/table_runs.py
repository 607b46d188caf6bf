"""How a run over a table ends early, and what it leaves for the same command to go on from."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from failover.failures import AWS_ERRORS
from failover.replication.stamps import MalformedStamp
from failover.replication.writing import Contended
from failover.resync.checkpoint import Checkpoint
from failover.resync.rate import Stopped
from ops.refusal import FAILED, NONE, end

AGAIN = "the same command; it goes on from there"
EARLY = (*AWS_ERRORS, Contended, MalformedStamp, Stopped, OSError, sqlite3.Error, KeyboardInterrupt)


@contextmanager
def going_on(facts: Mapping[str, object] = NONE) -> Iterator[None]:
    """End as failed mid-way what can be expected to go wrong.

    Raises:
        Ended: it did.
    """
    try:
        yield
    except EARLY as error:
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
        end(FAILED, f"failed: {why}", AGAIN, facts)


@contextmanager
def resumable(checkpoint: Checkpoint) -> Iterator[None]:
    """Remove the checkpoint once the run is over; one that ended early keeps it.

    Raises:
        Ended: it ended early, in a way that can be expected.
    """
    try:
        with going_on({"checkpoint": str(checkpoint.path)}):
            yield
    except BaseException:
        checkpoint.close()
        raise
    checkpoint.remove()


def told(as_json: bool, document: Mapping[str, object], line: str) -> None:
    """Print what came of it, for a program or a person."""
    typer.echo(json.dumps(document, sort_keys=True) if as_json else line)


def counted(counts: Mapping[str, int]) -> str:
    """Say counts in a line."""
    return ", ".join(f"{n:,} {what}" for what, n in sorted(counts.items()) if n) or "nothing"


def written(path: Path, lines: Iterable[str]) -> None:
    """Write a file as a whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
    draft.replace(path)
