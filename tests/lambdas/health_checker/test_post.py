"""An observer's clients wait as long as its deadline lets them, and no longer."""

import random
import socket
import time
from collections.abc import Iterator

import pytest

from failover.clock import SystemClock
from failover.protocol import Protocol
from lambdas.health_checker.post import Staff, build
from lambdas.health_checker.settings import Settings

PATIENCE_SECONDS = 5.0


@pytest.fixture
def silent_region(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Every connection is taken and none is answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield environment


def staff(environment: dict[str, str], protocol: Protocol) -> Staff:
    settings = Settings.from_env({**environment, "LIFEBOAT_PROTOCOL": protocol.to_json()})
    return build(settings, SystemClock(), random.Random(1))  # noqa: S311 - jitter of retries


def seconds_of_silence(staff: Staff) -> float:
    """Take a turn that nobody answers, under a deadline that cuts nothing off; return how long its calls last."""
    began = time.monotonic()
    post = staff.post
    probe, outside = post.watch.turn("us-east-1", "us-west-2", PATIENCE_SECONDS, post.parameter.reads())
    assert "Timeout" in probe.reason
    assert all(isinstance(answer, Exception) for answer in outside.values())
    return time.monotonic() - began


def test_a_longer_deadline_gives_a_slow_region_more_time_to_answer(silent_region: dict[str, str]) -> None:
    assert seconds_of_silence(staff(silent_region, Protocol(probe_deadline=2.5))) >= 2.0


@pytest.mark.parametrize("protocol", [Protocol(probe_deadline=0.5), Protocol(probe_deadline=2.9, time_scale=0.1)])
def test_a_shorter_or_scaled_deadline_gives_it_less(silent_region: dict[str, str], protocol: Protocol) -> None:
    observer = staff(silent_region, protocol)
    assert min(seconds_of_silence(observer) for _ in range(3)) < 1.0  # the best of three: a busy machine adds its own
