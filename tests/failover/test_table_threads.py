"""One table, its outbox and its replayer, shared by many threads over real connections."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from failover.clock import SystemClock
from failover.outbox import Outbox
from failover.outbox_replay import Replayer
from failover.queued_table import Queued, QueuedTable
from failover.regional_table import RegionalTable
from failover.table_metrics import PrometheusText
from failover.write_grants import AnyRegion, Grant, TierMoving
from tests.failover.outbox_process import anywhere, table
from tests.failover.stub_dynamodb import StubDynamoDB
from tests.waiting import eventually

THREADS, WRITES = 8, 25


class Service:
    """Keeps what it is told, by item and in order."""

    def __init__(self) -> None:
        self.written: dict[str, list[int]] = defaultdict(list)
        self._lock = threading.Lock()

    def __call__(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "PutItem":
            with self._lock:
                self.written[request["Item"]["id"]["S"]].append(int(request["Item"]["number"]["N"]))
            return {}
        return {"Item": {**request["Key"], "written": {"N": "1"}}}


class Flapping(AnyRegion):
    """The tier moves with every third write."""

    def __init__(self) -> None:
        super().__init__("primary", SystemClock(), deadline_seconds=60.0)
        self.calm = False
        self._asked = 0

    def grant(self, seconds: float) -> Grant:
        self._asked += 1
        if self._asked % 3 == 0 and not self.calm:
            raise TierMoving("moving")
        return super().grant(seconds)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()
    with StubDynamoDB(service) as stub:
        for name, value in {"ACCESS_KEY_ID": "client", "SECRET_ACCESS_KEY": "none", "ENDPOINT_URL": stub.url}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield service


def test_each_thread_gets_the_answer_to_its_own_call_and_all_are_counted(service: Service) -> None:
    metrics = PrometheusText()
    shared = table(anywhere(), metrics)

    def work(thread: int) -> None:
        for number in range(WRITES):
            shared.put_item(Item=item(f"order-{thread}", number))
            assert shared.get_item(Key=key(f"order-{thread}"))["id"] == {"S": f"order-{thread}"}

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    assert service.written == {f"order-{thread}": list(range(WRITES)) for thread in range(THREADS)}
    assert f'operation="put_item",region="us-east-1",outcome="answered"}} {THREADS * WRITES}\n' in metrics.text()


def test_while_the_tier_comes_and_goes_each_threads_writes_arrive_in_its_order(
    service: Service, tmp_path: Path
) -> None:
    views = Flapping()
    shared: RegionalTable = table(views)
    with Outbox(tmp_path / "outbox.db") as outbox:
        queued = QueuedTable(shared, outbox, key=("id",))

        def work(thread: int) -> int:
            ends = [queued.put_item(Item=item(f"order-{thread}", number)) for number in range(WRITES)]
            return sum(isinstance(end, Queued) for end in ends)

        with Replayer(outbox, [shared], every_seconds=0.01), ThreadPoolExecutor(THREADS) as pool:
            waited = sum(pool.map(work, range(THREADS)))
            views.calm = True
            eventually(lambda: outbox.depth().waiting == 0, 60, "all sent")
        assert outbox.parked() == []
    assert waited > THREADS
    assert service.written == {f"order-{thread}": list(range(WRITES)) for thread in range(THREADS)}


def key(name: str) -> Mapping[str, Any]:
    return {"id": {"S": name}}


def item(name: str, number: int) -> Mapping[str, Any]:
    return {**key(name), "number": {"N": str(number)}}
