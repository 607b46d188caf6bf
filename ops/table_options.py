"""The options that verbs about one application table share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from failover.sites import SITES
from ops.options import ChangeCall, StackCall

SITE_HELP = "Copy from primary or secondary; the active site if not said."


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a table is read. What the stack's outputs say of its replication goes before what is said here."""

    segments: Annotated[int, typer.Option(min=1, max=1000, help="How many parts of a table are read at once.")] = 8
    rate: Annotated[
        float | None, typer.Option(min=1.0, metavar="ITEMS_PER_SECOND", help="Read no faster, all segments together.")
    ] = None
    checkpoint: Annotated[
        Path | None, typer.Option(help="Keeps how far it has come; in the user's state folder if not said.")
    ] = None
    excluded: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Attributes that stay in their region, with commas between.")
    ] = None
    ttl_attribute: Annotated[str, typer.Option(help="By which items expire, if the table does not say.")] = ""


@dataclass(frozen=True, kw_only=True)
class Settling(Reading):
    """What gives versions to items, and keeps what they overrule."""

    losers_table: Annotated[str, typer.Option(help="Where overruled writes are listed, in both data regions.")] = ""
    tombstone_days: Annotated[int, typer.Option(min=1, help="How long a deletion stays known.")] = 30


@dataclass(frozen=True, kw_only=True)
class VerifyCall(Reading, StackCall):
    """What `verify` is told."""

    out: Annotated[Path | None, typer.Option(help="A file for the differences, one JSON document a line.")] = None
    lag: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="How long a write may take to the other site.")
    ] = 5.0


@dataclass(frozen=True, kw_only=True)
class BackfillCall(Settling, ChangeCall):
    """What `backfill` is told."""

    source: Annotated[str, typer.Option("--from", metavar="SITE", help=SITE_HELP)] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.source and self.source not in SITES:
            raise typer.BadParameter(f"--from {self.source!r} is no site; there are {', '.join(SITES)}")


@dataclass(frozen=True, kw_only=True)
class RepairCall(Settling, ChangeCall):
    """What `repair` is told."""

    differences: Annotated[
        Path | None, typer.Option(help="What `verify --out` wrote; without it, the tables are compared first.")
    ] = None
    lag: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="How long a write may take to the other site.")
    ] = 5.0
