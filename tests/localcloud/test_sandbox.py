"""One function's process: what it sees, when it must end, and what is left of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from evaluation import ROOT
from localcloud.capture import LogEvent
from localcloud.layer import link_layer, unpack
from localcloud.runtime_api import Event
from localcloud.sandbox import Outcome, Sandbox
from localcloud.sandbox_process import SandboxSettings
from tests.localcloud.archives import archive
from tests.waiting import eventually

SOURCE = """
import logging, os, sys, threading, time
BORN = time.time()
def handle(event, context):
    return actions[event.get("do", "tell")](event, context)
def tell(event, context):
    time.sleep(event.get("seconds", 0))
    ends_at = time.time() + context.get_remaining_time_in_millis() / 1000
    return {"pid": os.getpid(), "environment": dict(os.environ), "started_at": BORN, "ends_at": ends_at}
def nap(event, context):
    print(os.getpid())
    time.sleep(event["seconds"])
def eat(event, context):
    eaten = bytearray(event["mb"] * 2**20)
    time.sleep(5)
def leave(event, context):
    os._exit(event["code"])
def need(event, context):
    __import__(event["module"])
def speak(event, context):
    print("printed")
    logging.getLogger("voice").warning("two\\nlines", extra={"fact": 7})
def begin(event, context):
    threading.Thread(target=count, daemon=True).start()
counted = []
def count():
    while True:
        counted.append(1)
        time.sleep(0.01)
def tally(event, context):
    seen = len(counted)
    while len(counted) < seen + 2:
        time.sleep(0.01)
actions = {name: globals()[name] for name in ("tell", "nap", "eat", "leave", "need", "speak", "begin", "tally")}
"""
Start = Callable[..., Sandbox]
STOPPED = "T"
ROUNDED_SECONDS = 0.01  # the deadline and what is left of it are told in whole milliseconds


class Lines(list[LogEvent]):
    """Keeps what a sandbox wrote."""

    @property
    def messages(self) -> list[str]:
        return [event.message for event in self]


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_layer(tmp_path_factory.mktemp("layer"))


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def start(tmp_path: Path, layer: Path, lines: Lines) -> Iterator[Start]:
    started: list[Sandbox] = []

    def make(source: str = SOURCE, memory_mb: int = 256, environment: Mapping[str, str] | None = None) -> Sandbox:
        settings = SandboxSettings(
            instance="1",
            handler="code.handle",
            archive=unpack(archive(source), tmp_path),
            layer=layer,
            homes=tmp_path,
            memory_mb=memory_mb,
            environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_REGION": "us-east-1", **(environment or {})},
        )
        started.append(Sandbox(settings, lines.append))
        return started[-1]

    yield make
    for sandbox in started:
        sandbox.close()


def run(sandbox: Sandbox, timeout_seconds: float = 10.0, **event: object) -> Outcome:
    payload = json.dumps(event).encode()
    return sandbox.run(
        Event(request_id="request-1", payload=payload, function_arn="arn:f", timeout_seconds=timeout_seconds)
    )


def answer(outcome: Outcome) -> Mapping[str, object]:
    told: Mapping[str, object] = json.loads(outcome.payload)
    return told


def test_a_function_that_overruns_its_timeout_is_killed(start: Start) -> None:
    sandbox = start()
    outcome = run(sandbox, timeout_seconds=0.3, do="nap", seconds=30)
    assert answer(outcome)["errorType"] == "Sandbox.Timedout"
    assert "timed out after 0.30 seconds" in str(answer(outcome)["errorMessage"])
    assert outcome.duration_ms >= 300
    assert not sandbox.process.alive


def test_the_time_to_start_does_not_count_as_the_functions_own(start: Start) -> None:
    outcome = run(start("import time\ntime.sleep(1.2)\n" + SOURCE), timeout_seconds=1.0, seconds=0.2)
    assert not outcome.failed
    assert outcome.init_ms > 1200
    told = answer(outcome)
    assert float(str(told["ends_at"])) - float(str(told["started_at"])) > 1.0 - ROUNDED_SECONDS


def test_a_function_that_outgrows_its_memory_is_killed(start: Start) -> None:
    sandbox = start(memory_mb=128)
    outcome = run(sandbox, do="eat", mb=300)
    assert answer(outcome)["errorType"] == "Runtime.OutOfMemory"
    assert outcome.max_memory_mb > 128
    assert not sandbox.process.alive


def test_a_function_that_ends_its_process_fails_with_the_exit_status(start: Start) -> None:
    outcome = run(start(), do="leave", code=3)
    assert answer(outcome)["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in str(answer(outcome)["errorMessage"])


def test_a_killed_sandbox_fails_its_invocation_and_takes_no_more(start: Start) -> None:
    sandbox = start()
    run(sandbox)
    sandbox.kill()
    outcome = run(sandbox)
    assert answer(outcome)["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in str(answer(outcome)["errorMessage"])


def test_a_warm_sandbox_answers_from_the_same_process_without_starting_again(start: Start) -> None:
    sandbox = start()
    first, second = run(sandbox), run(sandbox)
    assert answer(first)["pid"] == answer(second)["pid"]
    assert first.init_ms > 0
    assert second.init_ms == 0


def test_between_invocations_a_functions_threads_stand_still(start: Start) -> None:
    sandbox = start()
    run(sandbox, do="begin")
    eventually(lambda: states_of_threads(sandbox) == {STOPPED}, 20, "its threads stand still")
    assert not run(sandbox, do="tally").failed
    eventually(lambda: states_of_threads(sandbox) == {STOPPED}, 20, "its threads stand still again")


def states_of_threads(sandbox: Sandbox) -> set[str]:
    """Return what the kernel says of the process's threads."""
    threads = Path(f"/proc/{sandbox.process.pid}/task").iterdir()
    return {(thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in threads}


def test_the_poll_of_a_dead_process_takes_no_event_of_its_successor(start: Start) -> None:
    dead = start()
    run(dead)
    dead.kill()
    successor = start()
    assert [run(successor).failed for _ in range(5)] == [False] * 5


def test_a_function_sees_its_archive_and_the_layer_but_nothing_installed_here(start: Start) -> None:
    sandbox = start()
    assert not run(sandbox, do="need", module="boto3").failed
    for module in ("pulumi", "moto", "pytest", "localcloud", "failover", "ecdsa", "asn1crypto"):
        outcome = run(sandbox, do="need", module=module)
        assert answer(outcome)["errorType"] == "ModuleNotFoundError", module


def test_a_module_that_cannot_be_imported_fails_the_first_invocation(start: Start) -> None:
    outcome = run(start("import pulumi\n" + SOURCE))
    assert answer(outcome)["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'pulumi'" in str(answer(outcome)["errorMessage"])


def test_a_functions_environment_is_what_it_was_given_and_nothing_of_ours(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "secret")
    seen = answer(run(start(environment={"THEIRS": "1"})))["environment"]
    assert isinstance(seen, dict)
    assert seen["THEIRS"] == "1"
    assert "OURS" not in seen


def test_logged_records_stay_whole_and_keep_their_extra_fields(start: Start, lines: Lines) -> None:
    outcome = run(start(), do="speak")
    assert "printed" in lines.messages
    record = next(json.loads(message) for message in lines.messages if "fact" in message)
    assert (record["message"], record["fact"], record["level"]) == ("two\nlines", 7, "WARNING")
    assert "printed" in outcome.tail


OWNER = """
import sys
from pathlib import Path
from localcloud.layer import link_layer, unpack
from localcloud.runtime_api import Event
from localcloud.sandbox import Sandbox
from localcloud.sandbox_process import SandboxSettings
here = Path(sys.argv[1])
code = unpack((here / "code.zip").read_bytes(), here)
layer = link_layer(here / "layer")
settings = SandboxSettings(
    instance="1", handler="code.handle", archive=code, layer=layer, homes=here, memory_mb=256, environment={}
)
sandbox = Sandbox(settings, lambda event: print(event.message, flush=True))
nap = b'{"do": "nap", "seconds": 60}'
sandbox.run(Event(request_id="1", payload=nap, function_arn="a", timeout_seconds=90))
"""


def test_a_sandbox_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(archive(SOURCE))
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    try:
        os.kill(pid, 0)
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), 5, "the sandbox is gone")
