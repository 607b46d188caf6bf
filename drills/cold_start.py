"""What a cold orchestrator takes to act: from the order given to its first conditional write answered.

`python -m drills.cold_start`: each time its process is killed first, and the order moves the tier to the other site.
Writes ``out/bench/cold-start.json``: ``{value, unit, beside}`` with the median as the value. Times are the cloud's own.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from drills.events import EventLog
from drills.ground import SIMPLE, TIER, Ground, prepared
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


def measured(ground: Ground, region: str) -> float:
    """Order a move from a region's orchestrator that does not run; return the seconds to its first conditional write.

    Raises:
        NeverMoved: the tier is not at rest on the other site within a minute.
    """
    before = ground.control.row(TIER)
    ground.cloud.kills(region, _function(ground, region))
    newest = max((int(str(call["number"])) for call in ground.cloud.calls()), default=0)
    order = _move(before, ground)
    client = cast("LambdaClient", ground.cloud.client("lambda", region, config=SIMPLE))
    given = time.monotonic()
    client.invoke(
        FunctionName=ground.stack.orchestrators[region], InvocationType="Event", Payload=order.to_json().encode()
    )
    _await_rest(ground, before.epoch + 1)
    return _first_write(ground, region, newest) - given


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
    deadline = time.monotonic() + LONGEST_SECONDS
    while (row := ground.control.row(TIER)).epoch < epoch or row.phase is not Phase.STEADY or row.step:
        if time.monotonic() > deadline:
            raise NeverMoved(f"epoch {epoch} is not at rest after {LONGEST_SECONDS:.0f} s: {row}")
        time.sleep(LOOK_SECONDS)


def _first_write(ground: Ground, region: str, since: int) -> float:
    caller = f"lambda.{region}.{_function(ground, region)}."
    calls = (call for call in ground.cloud.calls(since) if str(call["caller"]).startswith(caller))
    return next(float(str(call["at"])) for call in calls if (call["operation"], call["status"]) == (CONDITIONAL, 200))


def measure(runs: int) -> list[float]:
    """Measure in turn in every control region of one fresh cloud."""
    with TemporaryDirectory() as folder, prepared(EventLog(Path(folder) / "events.jsonl", time.monotonic), 1) as ground:
        regions = ground.stack.tier.control_regions
        return [measured(ground, regions[turn % len(regions)]) for turn in range(runs)]


def main() -> int:
    """Measure, tell and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m drills.cold_start", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    taken = measure(parser.parse_args().runs)
    beside = {"min": round(min(taken), 3), "max": round(max(taken), 3), "runs": len(taken), "limit": LIMIT_SECONDS}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"value": round(median(taken), 3), "unit": "s", "beside": beside}, indent=2) + "\n")
    sys.stdout.write(f"cold start to first conditional write: {OUT.read_text()}")
    return 0 if max(taken) <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
