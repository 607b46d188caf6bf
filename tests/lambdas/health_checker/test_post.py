"""An observer's clients wait as long as its deadline lets them, and no longer."""

import random
import socket
from collections.abc import Iterator

import pytest

from failover.clock import SystemClock
from failover.protocol import Protocol
from lambdas.health_checker.post import Staff, build
from lambdas.health_checker.settings import Settings
from tests.socket_waits import recorded_waits

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


@pytest.mark.parametrize(
    ("protocol", "deadline_seconds"),
    [
        (Protocol(probe_deadline=2.5), 2.5),
        (Protocol(probe_deadline=0.5), 0.5),
        (Protocol(probe_deadline=2.9, time_scale=0.1), 0.29),
    ],
)
def test_each_call_of_a_turn_waits_as_long_as_the_scaled_deadline_and_no_longer(
    silent_region: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    protocol: Protocol,
    deadline_seconds: float,
) -> None:
    post, waits = staff(silent_region, protocol).post, recorded_waits(monkeypatch)
    probe, outside = post.watch.turn("us-east-1", "us-west-2", 1, PATIENCE_SECONDS, post.parameter.reads())
    assert "Timeout" in probe.reason
    assert all(isinstance(answer, Exception) for answer in outside.values())
    connect, read = min(waits), max(waits)
    assert set(waits) == {connect, read}
    assert connect + read == pytest.approx(deadline_seconds)
