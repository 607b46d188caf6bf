"""What only the deployed form shows: real gunicorn, real HTTP, signals, bodies that come slowly."""

import json
import os
import signal
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from nodes.app.serve import main
from tests.nodes.app.deliveries import delivery
from tests.nodes.app.http import Served, served
from tests.nodes.app.surroundings import TOKEN, Place
from tests.waiting import eventually

PATH = "/webhooks/shopify"


def ids(place: Place) -> list[str]:
    return sorted(one.event.event_id for one in place.inbox().waiting())


def test_a_webhook_is_in_the_inbox_when_it_is_answered(one_site: Place) -> None:
    one = delivery()
    with served(one_site, "web") as web:
        assert web.ask("POST", PATH, one.body, one.headers).status == 200
        assert ids(one_site) == ["event-1"]
        counted = web.get("/metrics").body.decode()
    assert 'lifeboat_app_webhooks_total{outcome="taken"} 1.0' in counted
    assert 'endpoint="webhooks.take",service="web",status="200"' in counted


def head(length: int, one_id: str, *more: str) -> bytes:
    lines = {**delivery(one_id).headers, "Host": "shop", "Content-Length": str(length)}
    told = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), *more]
    return "\r\n".join([*told, "", ""]).encode()


def test_a_body_that_trickles_is_cut_off_at_the_deadline_and_not_taken(one_site: Place) -> None:
    body = delivery("slow").body
    with served(one_site, "web") as web, closing(web.connection()) as connection:
        connection.sendall(head(len(body), "slow"))
        connection.settimeout(0.1)
        began, answered = time.monotonic(), b""
        for byte in body:
            connection.sendall(bytes([byte]))
            try:
                answered = connection.recv(4096)
            except TimeoutError:
                continue
            break
        assert answered.startswith(b"HTTP/1.1 408")
        assert 1.9 < time.monotonic() - began < 10.0
        assert ids(one_site) == []


def test_a_long_body_is_refused_by_its_announced_length(one_site: Place) -> None:
    with served(one_site, "web") as web, closing(web.connection()) as connection:
        connection.sendall(head(2_000_001, "long"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_body_in_chunks_is_taken_up_to_the_same_length(one_site: Place) -> None:
    with served(one_site, "web") as web:
        one = delivery("chunked")
        status = {}
        for name, pieces in {"whole": [one.body], "long": [b" " * 500_000] * 5}.items():
            with closing(HTTPConnection("127.0.0.1", web.port, timeout=30)) as connection:
                connection.request("POST", PATH, iter(pieces), dict(one.headers), encode_chunked=True)
                status[name] = connection.getresponse().status
    assert status == {"whole": 200, "long": 413}


def test_a_server_told_to_stop_is_not_ready_and_still_answers(one_site: Place) -> None:
    with served(one_site.with_settings(drain_seconds=60.0), "web") as web:
        assert web.get("/healthz").status == 200
        web.stop()
        eventually(lambda: web.get("/healthz").status == 503, 30.0, "readiness is gone")
        assert json.loads(web.get("/healthz").body)["reasons"] == ["stopping"]
        one = delivery("while-draining")
        assert web.ask("POST", PATH, one.body, one.headers).status == 200


def test_a_server_that_has_drained_finishes_what_it_began_and_ends(one_site: Place) -> None:
    one = delivery("begun")
    place = one_site.with_settings(drain_seconds=1.0, body_seconds=30.0)
    with served(place, "web") as web, closing(web.connection()) as connection:
        connection.sendall(head(len(one.body), "begun", "Expect: 100-continue"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 Continue")
        web.stop()
        eventually(lambda: not answers_soon(web), 30.0, "new requests are not answered any more")
        connection.sendall(one.body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        assert web.process.wait(30.0) == 0
    assert ids(one_site) == ["begun"]


def answers_soon(web: Served) -> bool:
    """Its workers hold the socket until they end, so that who connects late is not refused, but waits for nothing."""
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=2.0)) as connection:
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False


def test_a_killed_worker_is_replaced(one_site: Place) -> None:
    with served(one_site, "web") as web:
        before = web.workers
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        eventually(lambda: len(web.workers) == 2 and not set(web.workers) & set(before), 30.0, "two new workers")
        eventually(web.answers, 30.0, "they answer")


def test_the_api_creates_and_lists_an_order(one_site: Place) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "one", "Content-Type": "application/json"}
    order = {"shop": "s", "number": "1", "total": "5.00", "currency": "EUR", "customer": "Ada"}
    with served(one_site, "api") as api:
        assert api.ask("POST", "/api/orders", json.dumps(order).encode(), headers).status == 201
        listed = json.loads(api.get("/api/orders", headers).body)
        health = json.loads(api.get("/api/health").body)
    assert [one["number"] for one in listed["orders"]] == ["1"]
    assert (health["ready"], health["role"], health["database"]) == (True, "writer", "writable")


@pytest.mark.parametrize("missing", ["PROMETHEUS_MULTIPROC_DIR", "APP_INBOX_TABLE"])
def test_a_service_that_is_not_told_where_things_are_does_not_start(
    one_site: Place, missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**one_site.environment(), "PROMETHEUS_MULTIPROC_DIR": "counts"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    assert main(["web"]) == 1
    assert missing in capsys.readouterr().err
