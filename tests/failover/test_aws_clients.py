"""Clients give up on time and try once."""

import socket
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from failover.aws_clients import attempt_within, client
from tests.socket_waits import recorded_waits

SESSION = boto3.Session(aws_access_key_id="client.us-east-1.test.0", aws_secret_access_key="embedded")


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Accept connections and never answer, as a black hole behind a load balancer does."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield server


def test_a_client_waits_on_its_sockets_as_long_as_it_was_told_to(
    silent_server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = recorded_waits(monkeypatch)
    dynamodb = client("dynamodb", "us-east-1", connect_seconds=7.0, read_seconds=11.0, session=SESSION)
    with pytest.raises(ReadTimeoutError):
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    assert waits == [7.0, 11.0]


def test_a_call_into_silence_is_sent_once(silent_server: socket.socket) -> None:
    dynamodb = client("dynamodb", "us-east-1", read_seconds=0.2, session=SESSION)
    with pytest.raises(ReadTimeoutError):
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    silent_server.settimeout(0.3)
    silent_server.accept()[0].close()
    with pytest.raises(TimeoutError):
        silent_server.accept()


def test_an_attempt_fits_into_its_deadline_and_connects_in_a_quarter_of_it() -> None:
    assert attempt_within(1.5) == pytest.approx((0.3, 1.2))
    connect, read = attempt_within(0.29)
    assert connect + read <= 0.29
    assert connect <= 0.29 / 4
