"""One shard's ten lanes side by side, a process each as in Lambda: `python -m tests.failover.replication.ten_lanes`.

Against a target of DynamoDB's shape that answers in the lane's own process, which shows what replication can do; and
over HTTP with boto3, whose own work on a call ten lanes of this machine share a few processors for.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from failover.replication.lane import AT_ONCE
from infra.aws.stream_replicator import BATCH, LANES
from tests.failover.replication.own_cpu import ANSWER_SECONDS, FOREVER, batches, client, endpoint, lane

MUCH, LITTLE = 5_000, 1_000
Client = Callable[[], Any]


class Distant:
    """A client that takes everything after a round trip between regions."""

    def put_item(self, **_asked: object) -> dict[str, Any]:
        time.sleep(ANSWER_SECONDS)
        return {}


@dataclass(frozen=True)
class Run:
    """One lane's share: when it began and ended on the machine's monotonic clock, and its CPU, in seconds."""

    began: float
    ended: float
    cpu: float


def carry(make: Client, records: int, mine: Connection) -> None:
    """Carry a first batch over, say so, and the rest when told to."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        carrier, (first, *work) = lane(make(), pool), batches(records + BATCH, 1, BATCH)
        assert not carrier.carry(first, FOREVER).failed
        mine.send(None)
        mine.recv()
        began, cpu = time.monotonic(), time.process_time()
        assert not any(carrier.carry(batch, FOREVER).failed for batch in work)
        mine.send(Run(began, time.monotonic(), time.process_time() - cpu))


def side_by_side(make: Client, records: int) -> Sequence[Run]:
    """Run all lanes at the same time, each carrying ``records``, and return what each took."""
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(LANES)]
    lanes = [spawn.Process(target=carry, args=(make, records, its), daemon=True) for _, its in pipes]
    for process in lanes:
        process.start()
    for told in ("ready", "go"):
        for mine, _ in pipes:
            mine.recv() if told == "ready" else mine.send(None)
    runs = [mine.recv() for mine, _ in pipes]
    for process in lanes:
        process.join()
    return runs


def told(name: str, runs: Sequence[Run], records: int) -> str:
    """Say how many items a second all lanes carried, and what one costs."""
    carried = len(runs) * records
    seconds = max(run.ended for run in runs) - min(run.began for run in runs)
    cpu = sum(run.cpu for run in runs)
    rate, each, cores = carried / seconds, cpu / carried * 1e6, cpu / seconds
    return f"{name:28} {rate:8.0f} items/s, {each:6.0f} us of CPU an item, {cores:.2f} of {os.cpu_count()} processors"


def main() -> None:
    print(told("target in the same process", side_by_side(Distant, MUCH), MUCH))
    with endpoint() as url:
        print(told("boto3, over HTTP", side_by_side(partial(client, url), LITTLE), LITTLE))


if __name__ == "__main__":
    main()
