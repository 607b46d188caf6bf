"""An outbox outlives `kill -9` of a real process, wherever it hits."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from failover.outbox import CUT_OFF, Operation, Outbox
from failover.outbox_replay import Replayer
from tests.failover.outbox_process import anywhere, table
from tests.failover.stub_dynamodb import StubDynamoDB

WAIT_SECONDS = 60.0
NOBODY = "http://127.0.0.1:1"


@contextmanager
def process(do: str, path: Path, endpoint: str = NOBODY) -> Iterator["subprocess.Popen[str]"]:
    """Run a process with an outbox, and kill it."""
    keys = {"AWS_ACCESS_KEY_ID": "client", "AWS_SECRET_ACCESS_KEY": "none"}
    command = [sys.executable, "-m", "tests.failover.outbox_process", do, str(path)]
    environment = {**os.environ, **keys, "AWS_ENDPOINT_URL": endpoint}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


class Service:
    """Takes every write; when the third arrives it kills who sent it, and gives no answer."""

    def __init__(self) -> None:
        self.kill: Callable[[], None] = lambda: None
        self.taken = list[str]()
        self.hangs = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, _operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.taken.append(request.get("Item", request.get("Key"))["id"]["S"])
        if len(self.taken) == 3:
            self.kill()
            self.hangs.set()
            self.let_go.wait(WAIT_SECONDS)
        return {}


def test_every_write_that_a_killed_process_was_told_is_kept_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with process("write", path) as running:
        assert running.stdout
        told = [int(running.stdout.readline()) for _ in range(20)]
        running.kill()
        told += [int(line) for line in running.stdout.read().split()]
    with Outbox(path) as outbox:
        kept = set[int]()
        while one := outbox.after(max(kept, default=0), ["orders"]):
            kept.add(one.number)
        assert set(told) <= kept


@pytest.mark.parametrize(
    ("operation", "taken_in_all", "parked"),
    [("put_item", ["1", "2", "3", "3", "4"], []), ("update_item", ["1", "2", "3", "4"], ["3"])],
)
def test_a_replay_killed_around_a_write_repeats_it_only_if_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: Operation, taken_in_all: list[str], parked: list[str]
) -> None:
    path, service = tmp_path / "outbox.db", Service()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "client")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    with Outbox(path) as outbox, StubDynamoDB(service) as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stub.url)
        for name in "1234":
            outbox.add("orders", name, operation, requested(operation, name))
        with process("replay", path, stub.url) as running:
            service.kill = running.kill
            assert service.hangs.wait(WAIT_SECONDS)
        service.let_go.set()
        done = Replayer(outbox, [table(anywhere())]).replay()
        assert (service.taken, done.held, done.waiting) == (taken_in_all, True, 0)
        assert [(one.request["Key"]["id"]["S"], one.reason) for one in outbox.parked()] == [
            (name, CUT_OFF) for name in parked
        ]


def requested(operation: Operation, name: str) -> Mapping[str, Any]:
    key = {"id": {"S": name}}
    if operation == "put_item":
        return {"Item": key}
    value = {":one": {"N": "1"}}
    return {"Key": key, "UpdateExpression": "ADD visits :one", "ExpressionAttributeValues": value}
