"""What a cold orchestrator takes to act: from the order given to its first conditional writes answered.

`python -m drills.cold_start`: each time its process is killed first, and the order moves the tier to the other site.
The first such write is the canary that tries the target, the second marks the tier's row: the new epoch.
Writes ``out/bench/cold-start.json``: ``{figure: {value, unit, beside}}`` with the median as the value.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from drills.events import EventLog
from drills.ground import SIMPLE, Ground, prepared
from drills.running import TIER
from failover.orders import Order, OrderKind
from failover.sites import other
from failover.tier import Phase, TierRow

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

OUT = Path("out/bench/cold-start.json")
RUNS = 10
LIMIT_SECONDS = 1.0
LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.1
CONDITIONAL = "UpdateItem"


class NeverMoved(Exception):
    """The order was not carried out in time."""


@dataclass(frozen=True, kw_only=True)
class ColdStart:
    """One start, in seconds from the order given."""

    first_conditional_write_seconds: float
    new_epoch_seconds: float


def measured(ground: Ground, region: str) -> ColdStart:
    """Order a move from a region's orchestrator that does not run, and let it end.

    Raises:
        NeverMoved: the tier is not at rest on the other site within a minute.
    """
    before = ground.control.row(TIER)
    ground.cloud.kills(region, _function(ground, region))
    newest = max((int(str(call["number"])) for call in ground.cloud.calls()), default=0)
    order = _move(before, ground).to_json().encode()
    client = cast("LambdaClient", ground.cloud.client("lambda", region, config=SIMPLE))
    given = time.monotonic()
    client.invoke(FunctionName=ground.stack.orchestrators[region], InvocationType="Event", Payload=order)
    _await_rest(ground, before.epoch + 1)
    canary, mark = _conditional_writes(ground, region, newest)[:2]
    return ColdStart(first_conditional_write_seconds=canary - given, new_epoch_seconds=mark - given)


def _function(ground: Ground, region: str) -> str:
    return ground.stack.orchestrators[region].rpartition(":")[2]


def _move(row: TierRow, ground: Ground) -> Order:
    return Order(
        id=str(uuid4()),
        kind=OrderKind.FAILOVER,
        tier=TIER,
        epoch=row.epoch,
        target=other(row.active),
        reason="how fast is a cold start?",
        by="bench",
        issued_at=ground.now(),
    )


def _await_rest(ground: Ground, epoch: int) -> None:
    """Wait until a plan is over and all observers have voted, so that nothing else starts meanwhile."""
    deadline = time.monotonic() + LONGEST_SECONDS
    electorate = ground.stack.tier.protocol.electorates[TIER]
    while True:
        seen = ground.control.snapshot(TIER, electorate)
        at_rest = seen.row.epoch >= epoch and seen.row.phase is Phase.STEADY and seen.row.step is None
        if at_rest and len(seen.votes) == len(electorate):
            return
        if time.monotonic() > deadline:
            raise NeverMoved(f"epoch {epoch} is not at rest after {LONGEST_SECONDS:.0f} s: {seen.row}")
        time.sleep(LOOK_SECONDS)


def _conditional_writes(ground: Ground, region: str, since: int) -> list[float]:
    caller = f"lambda.{region}.{_function(ground, region)}."
    calls = (call for call in ground.cloud.calls(since) if str(call["caller"]).startswith(caller))
    return [float(str(call["at"])) for call in calls if (call["operation"], call["status"]) == (CONDITIONAL, 200)]


def measure(runs: int) -> list[ColdStart]:
    """Measure in turn in every control region of one fresh cloud.

    A start before them is left out: the cloud reads its services' models at their first use. That it is not the
    function's time shows in the first starts of the other regions.
    """
    with TemporaryDirectory() as folder, prepared(EventLog(Path(folder) / "events.jsonl", time.monotonic), 1) as ground:
        _await_rest(ground, 1)
        regions = ground.stack.tier.control_regions
        measured(ground, regions[-1])
        return [measured(ground, regions[turn % len(regions)]) for turn in range(runs)]


def result(taken: Sequence[ColdStart]) -> dict[str, object]:
    """Return what the file holds; the limit is the first write's."""
    return {figure: _figure([asdict(one)[figure] for one in taken]) for figure in asdict(taken[0])}


def _figure(seconds: Sequence[float]) -> dict[str, object]:
    each = [round(one, 3) for one in seconds]
    beside = {"min": min(each), "max": max(each), "runs": len(each), "in_turn": each}
    return {"value": round(median(seconds), 3), "unit": "s", "beside": beside}


def main() -> int:
    """Measure, tell and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m drills.cold_start", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    taken = measure(parser.parse_args().runs)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result(taken), indent=2) + "\n")
    sys.stdout.write(OUT.read_text())
    return 0 if max(one.first_conditional_write_seconds for one in taken) <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
