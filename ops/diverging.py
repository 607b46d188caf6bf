"""`lifeboat divergence`: what was acknowledged and lost, and what a person decides about it."""

import json
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from failover.clock import SystemClock
from failover.control_table import ControlTable
from failover.replication.completeness import Completeness, Verdict
from failover.replication.lost_writes import Judgement, LostWrite, State
from failover.tier import TierRow
from ops.asking import confirmed
from ops.decided import decided
from ops.deployed import Deployed, read_deployed, whoami
from ops.keeping import Keeper, Kept
from ops.lost_lines import line_of, told_of
from ops.lost_writes import Found, LostWrites, Seen
from ops.options import ChangeCall, verb
from ops.refusal import FAILED, REFUSED, end
from ops.replicators import CANARY, require_lists, tables_of

REVIEW = "lifeboat divergence"
WHOLE = "lifeboat verify"


class Listed(StrEnum):
    """Which entries are listed."""

    OPEN = "open"
    OURS = "ours"
    THEIRS = "theirs"
    ALL = "all"


class Keep(StrEnum):
    """What stays: what stands, or what lost to it."""

    OURS = "ours"
    THEIRS = "theirs"


STATES: Mapping[str, State] = {"open": State.OPEN, "ours": State.KEPT_OURS, "theirs": State.KEPT_THEIRS}


@dataclass(frozen=True, kw_only=True)
class DivergenceCall(ChangeCall):
    """What is listed, and what is decided about it."""

    state: Annotated[Listed, typer.Option(help="What was decided: nothing yet, ours or theirs is kept, all.")] = (
        Listed.OPEN
    )
    keep: Annotated[
        Keep | None, typer.Option(help="ours: what stands stays. theirs: the lost item is written again.")
    ] = None
    only: Annotated[str, typer.Option(metavar="VERSION", help="This lost version only, as it is listed.")] = ""
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the list as JSON, items whole.")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.keep and self.state is not Listed.OPEN:
            raise typer.BadParameter("--keep decides about what is open; leave --state out")


@dataclass(frozen=True, kw_only=True)
class Review:
    """What is there to decide."""

    deployed: Deployed
    control: ControlTable
    row: TierRow
    reader: LostWrites
    found: Found
    completeness: Completeness


@verb
def divergence(
    call: DivergenceCall,
    table: Annotated[
        str, typer.Argument(help="A table as config names it; without it, all whose losses are listed.")
    ] = "",
) -> None:
    """List acknowledged writes that a newer one of the other site stands in place of; --keep decides about them.

    One line each: the item, the lost version, the one that won, the attributes as lost -> as they stand, the state.
    `--keep theirs` writes the lost item again where what won still stands; where it does not, or where nothing is
    decided, an entry stays open for review. Of several lost versions of an item the newest is taken first.

    Examples:
      lifeboat divergence -s prod
      lifeboat divergence -s prod orders --state all --out lost.json
      lifeboat divergence -s prod orders --keep ours --reason 'INC-42: all test orders'
      lifeboat divergence -s prod --keep theirs --only VERSION --reason INC-42 --yes
    """
    deployed = read_deployed(call)
    require_lists(deployed)
    review = _review(call, deployed, _tables(deployed, table))
    chosen = [one for one in review.found.writes if _is_chosen(call, one)]
    seen = review.reader.beside(chosen, review.row.active)
    _keep_list(call, review, seen)
    if call.keep and not call.dry_run:
        _decide(call, review, chosen)
        return
    _list(call, review, seen)


def _tables(deployed: Deployed, table: str) -> list[str]:
    """Return physical names: all but the canary's, whose losses are nobody's, or the one that was named."""
    tables = tables_of(deployed)
    if not table:
        return [physical for name, physical in tables.items() if name != CANARY]
    if table not in tables:
        end(REFUSED, f"refused: {table!r} is no table whose losses are listed; there are {', '.join(tables)}")
    return [tables[table]]


def _review(call: DivergenceCall, deployed: Deployed, tables: list[str]) -> Review:
    control, snapshot = deployed.answering(call.tier)
    reader = LostWrites(deployed)
    found = reader.look(tables)
    return Review(
        deployed=deployed,
        control=control,
        row=snapshot.row,
        reader=reader,
        found=found,
        completeness=reader.completeness(snapshot.row, control),
    )


def _is_chosen(call: DivergenceCall, lost: LostWrite) -> bool:
    """Choose what is open, or as asked for; and what the same decision left half-marked when it was interrupted."""
    if call.only and lost.version != call.only:
        return False
    if call.keep and lost.half_marked:
        return lost.state is STATES[call.keep]
    return call.state is Listed.ALL or lost.state is STATES[call.state]


def _decide(call: DivergenceCall, review: Review, chosen: Sequence[LostWrite]) -> None:
    if not chosen:
        asked = f" of version {call.only}" if call.only else ""
        end(REFUSED, f"refused: nothing is open{asked}", f"{REVIEW} --state all")
    confirmed(call, f"{_meaning(call)} for {len(chosen)} lost writes. Go on?")
    noted = decided(review.deployed, call, "divergence")
    keeper = _keeper(call, review)
    outcomes = [keeper.keep(one) for one in chosen]
    noted(_summary(call, outcomes))
    _report(call, review, outcomes)


def _meaning(call: DivergenceCall) -> str:
    return "What stands stays" if call.keep is Keep.OURS else "The lost items are written again, as new versions,"


def _keeper(call: DivergenceCall, review: Review) -> Keeper:
    judgement = Judgement(state=STATES[str(call.keep)], by=whoami(), reason=call.reason, at=review.control.time.now())
    return Keeper(
        control=review.control,
        tier=call.tier,
        actives=review.reader.actives,
        entries=review.reader.entries,
        judgement=judgement,
        view_seconds=review.deployed.protocol.client_view,
        now=lambda: time.time_ns() // 1000,
        monotonic=SystemClock().monotonic,
    )


def _keep_list(call: DivergenceCall, review: Review, seen: Sequence[Seen]) -> None:
    if call.out:
        call.out.write_text(_json(_facts(review, seen)) + "\n", encoding="utf-8")


def _list(call: DivergenceCall, review: Review, seen: Sequence[Seen]) -> None:
    if call.as_json:
        typer.echo(_json(_facts(review, seen)))
        return
    for one in seen:
        typer.echo(line_of(one))
    if call.keep:
        typer.echo(f"would do: {_meaning(call)} for {len(seen)} lost writes")
    typer.echo(f"{len(seen)} listed; {_worth(review)}")


def _report(call: DivergenceCall, review: Review, outcomes: Sequence[Kept]) -> None:
    left = [one for one in outcomes if one.why]
    facts = {
        "kept": [told_of(one.lost) for one in outcomes if not one.why],
        "left": [{**told_of(one.lost), "why": one.why} for one in left],
        "unseen": review.found.unseen,
    }
    if not call.as_json:
        for one in left:
            typer.echo(f"left: {one.lost.table} {one.lost.version}: {one.why}")
    if left or review.found.unseen:
        end(FAILED, f"failed: {_summary(call, outcomes)}{_unseen(review)}", f"{REVIEW}, then the same command", facts)
    typer.echo(_json(facts) if call.as_json else _summary(call, outcomes))


def _summary(call: DivergenceCall, outcomes: Sequence[Kept]) -> str:
    left = sum(bool(one.why) for one in outcomes)
    return f"kept {call.keep}: {len(outcomes) - left}" + (f"; left in review: {left}" if left else "")


def _worth(review: Review) -> str:
    """Say whether the list is whole, and what to do if it is not."""
    seen, told = review.completeness, _unseen(review)
    if seen.verdict is Verdict.COMPLETE:
        return f"complete: {seen.why}" if not told else f"incomplete{told}"
    if seen.verdict is Verdict.INCOMPLETE:
        return f"incomplete: {seen.why}{told}; next: {WHOLE} -s {review.deployed.stack} TABLE"
    soon = "bring that region back soon; " if seen.verdict is Verdict.EXPIRING else ""
    return f"waiting: {seen.why}; {soon}it becomes incomplete at {seen.expires_at:%Y-%m-%d %H:%M} UTC{told}"


def _unseen(review: Review) -> str:
    away = ", ".join(review.found.unseen)
    return f"; {away} does not answer, and what only it lists is missing" if away else ""


def _facts(review: Review, seen: Sequence[Seen]) -> dict[str, object]:
    whole = review.completeness.verdict is Verdict.COMPLETE and not review.found.unseen
    return {
        "writes": [{**told_of(one.lost), "stands": one.stands, "differs": one.differs, "why": one.why} for one in seen],
        "complete": whole,
        "completeness": asdict(review.completeness),
        "unseen": review.found.unseen,
    }


def _json(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, default=_as_text, sort_keys=True)


def _as_text(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)
