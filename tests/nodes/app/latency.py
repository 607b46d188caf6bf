"""How long the receiver takes, from a signed delivery to its 200: `python -m tests.nodes.app.latency`.

Real gunicorn and real HTTP on loopback; the inbox's table is the model, which answers a write after ``--write-ms`` (150
by default: what a strongly consistent write of three regions is taken to cost). No figure of a cloud.
"""

import argparse
import math
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.nodes.app.deliveries import delivery
from tests.nodes.app.http import Served, served
from tests.nodes.app.servers import sql_server
from tests.nodes.app.surroundings import KEYS, model_server, place

SENDERS = 4
LIMIT_SECONDS = 1.0


def measured(web: Served, numbers: range) -> list[float]:
    """Deliver from several threads; return the seconds of each, in order of size.

    Raises:
        AssertionError: one was not answered 200.
    """
    seconds, left = list[float](), iter(numbers)
    senders = [threading.Thread(target=_send, args=(web, left, seconds)) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(seconds) == len(numbers), "a delivery was not taken"
    return sorted(seconds)


def _send(web: Served, numbers: Iterator[int], seconds: list[float]) -> None:
    for number in numbers:
        one = delivery(f"event-{number}", number)
        began = time.monotonic()
        if web.ask("POST", "/webhooks/shopify", one.body, one.headers).status != 200:
            return
        seconds.append(time.monotonic() - began)


def percentile(ordered: list[float], share: float) -> float:
    """Return the value that ``share`` of all do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def main() -> int:
    """Measure and tell; 1 if the limit was broken."""
    asked = argparse.ArgumentParser(prog="python -m tests.nodes.app.latency")
    asked.add_argument("--deliveries", type=int, default=1000)
    asked.add_argument("--write-ms", type=int, default=150)
    chosen = asked.parse_args()
    os.environ.update(KEYS)
    with model_server(chosen.write_ms) as endpoint, sql_server("postgresql") as server:
        os.environ["AWS_ENDPOINT_URL"] = endpoint
        with tempfile.TemporaryDirectory() as folder, place(server, Path(folder)) as site, served(site, "web") as web:
            measured(web, range(SENDERS * 4))  # connections to the inbox are made
            ordered = measured(web, range(1000, 1000 + chosen.deliveries))
    told = ", ".join(f"p{share:g} {percentile(ordered, share / 100) * 1000:.0f} ms" for share in (50, 95, 99, 100))
    print(f"{len(ordered)} deliveries by {SENDERS} senders, {chosen.write_ms} ms a write: {told}")
    return 0 if percentile(ordered, 0.99) <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(main())
