"""What replication costs by itself, and how fast one lane is: `python -m tests.failover.replication.own_cpu`."""

import json
import multiprocessing
import random
import socketserver
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import boto3

from failover.aws_clients import fail_fast
from failover.clock import SystemClock
from failover.replication.delivery import Delivery
from failover.replication.lane import AT_ONCE, Lane, Tools
from failover.replication.meetings import Rules
from failover.replication.source import Source
from failover.replication.stamps import Stamp, Version
from tests.failover.replication.two_sites import AtOnce, Kept, marker_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RECORDS = 10_000
BATCH = 1_000
ANSWER_SECONDS = 0.07
FOREVER = 1e12
RULES = Rules(ttl_attribute="expires")


class Instant:
    """A client that takes everything at once."""

    def put_item(self, **_asked: object) -> dict[str, Any]:
        return {}


def record(number: int, key: int, clock: int) -> dict[str, Any]:
    """Make an insert of 1 KB, as Lambda hands it out."""
    stamp = Stamp(version=Version(1, 1_700_000_000_000_000 + clock, "primary"))
    item = {
        "id": {"S": f"order-{key}"},
        "total": {"N": "129.95"},
        "text": {"S": "x" * 900},
        "_lifeboat": stamp.attribute(),
    }
    told = {"Keys": {"id": item["id"]}, "NewImage": item, "SequenceNumber": f"{number:021d}"}
    return {"eventName": "INSERT", "dynamodb": {**told, "ApproximateCreationDateTime": 1_700_000_000.0}}


def batches(count: int, per_key: int, size: int = BATCH) -> list[list[dict[str, Any]]]:
    records = [record(number, number // per_key, number) for number in range(count)]
    return [json.loads(json.dumps(records[start : start + size])) for start in range(0, count, size)]


def lane(client: Any, pool: Executor) -> Lane:
    kept = Kept()
    return Lane(
        Tools(
            here="primary",
            rules=RULES,
            delivery=Delivery(client=client, table="orders", key_name="id", rules=RULES, losers=kept),
            source=Source(
                client=client,
                table="orders",
                key_name="id",
                here="primary",
                rules=RULES,
                losers=kept,
                epoch_of=lambda _site: 1,
                tombstone_seconds=86_400,
            ),
            dead_letters=kept,
            markers=marker_table(client, "primary"),
            pool=pool,
            clock=SystemClock(),
            jitter=random.random,
        )
    )


def own_cpu(per_key: int, pool: Executor) -> float:
    """Return microseconds of this process's CPU a record, from parsed JSON to a client that answers at once."""
    mine, work = lane(Instant(), pool), batches(RECORDS, per_key)
    began = time.process_time()
    for batch in work:
        report = mine.carry(batch, FOREVER)
        assert not report.failed
        assert report.counts["applied"] == len(batch)
    return (time.process_time() - began) / RECORDS * 1e6


class Answer(BaseHTTPRequestHandler):
    """Takes any put after a round trip between regions."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(ANSWER_SECONDS)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(port: Connection) -> None:
    with Server(("127.0.0.1", 0), Answer) as server:
        port.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def endpoint() -> Iterator[str]:
    """Run the far region in a process of its own."""
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(its,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{mine.recv()}"
    process.terminate()
    process.join()


def client(url: str) -> "DynamoDBClient":
    config = fail_fast(connect_seconds=1.0, read_seconds=3.0, connections=AT_ONCE)
    return boto3.client(
        "dynamodb",
        "us-west-2",
        endpoint_url=url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=config,
    )


def one_by_one(dynamodb: "DynamoDBClient", records: list[dict[str, Any]]) -> None:
    """Carry over as the obvious first version does."""
    for one in records:
        dynamodb.put_item(TableName="orders", Item=one["dynamodb"]["NewImage"])


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return seconds by the clock on the wall, and of this process's CPU."""
    wall, cpu = time.monotonic(), time.process_time()
    act()
    return time.monotonic() - wall, time.process_time() - cpu


def throughput(url: str, pool: Executor) -> Mapping[str, float]:
    """Return items a second of one lane and of the obvious version, and CPU a put of each."""
    dynamodb = client(url)
    mine, (first, *work) = lane(dynamodb, pool), batches(6 * BATCH, 1)
    mine.carry(first, FOREVER)
    wall, cpu = timed(lambda: [mine.carry(batch, FOREVER) for batch in work])
    alone_wall, alone_cpu = timed(lambda: one_by_one(dynamodb, first[:100]))
    return {
        "one lane, items/s": len(work) * BATCH / wall,
        "one lane, CPU us an item": cpu / len(work) / BATCH * 1e6,
        "one put at a time, items/s": 100 / alone_wall,
        "boto3, CPU us a put": alone_cpu / 100 * 1e6,
    }


def main() -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool, endpoint() as url:
        figures = {
            "own CPU, distinct items, us a record": own_cpu(1, pool),
            "own CPU, four records an item, us a record": own_cpu(4, pool),
            "own CPU without threads, us a record": own_cpu(1, AtOnce()),
            **throughput(url, pool),
        }
    for name, value in figures.items():
        print(f"{name:45} {value:9.1f}")


if __name__ == "__main__":
    main()
