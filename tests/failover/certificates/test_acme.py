"""What an ACME server says that is no certificate is told in its own words, and asked again only where that helps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from failover.certificates.acme import ATTEMPTS, NONCES, AcmeClient
from failover.certificates.exchange import NONE, Answer, NoAnswer
from failover.certificates.jws import AccountKey
from failover.certificates.keys import PrivateKey
from failover.certificates.order import Authorization, Order, Step, next_step
from failover.certificates.problem import AcmeRefused, AcmeUnavailable, problem_of, retry_after

DIRECTORY = "https://acme.example.com/directory"
ENTRIES = {name: f"https://acme.example.com/{name}" for name in ("newNonce", "newAccount", "newOrder")}
LIMITED = {
    "type": "urn:ietf:params:acme:error:rateLimited",
    "detail": "too many certificates (5) already issued for this exact set of identifiers, retry after 2026-06-01",
}


def answer(status: int, told: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Answer(status=status, headers={"replay-nonce": "n", **named}, body=body)


@dataclass
class Server:
    """Answers by the URL's end: each in its turn, the last one for ever; an exception is raised."""

    answers: dict[str, list[Answer | Exception]]
    heard: list[str] = field(default_factory=list)

    def __call__(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
        name = url.rpartition("/")[2]
        assert bool(body) == bool(headers) == (method == "POST")
        self.heard.append(name)
        told = self.answers.get(name) or [answer(200, ENTRIES)]
        one = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(one, Exception):
            raise one
        return one


@dataclass
class Pauses:
    """Counts the seconds that were waited."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        if seconds:
            self.seconds.append(seconds)


def client(server: Server, pauses: Pauses | None = None) -> AcmeClient:
    made = AcmeClient(DIRECTORY, AccountKey(PrivateKey.generate()), server, pauses or Pauses())
    server.answers.setdefault("newAccount", [answer(201, {}, location="https://acme.example.com/account/1")])
    made.register("ops@example.com")
    return made


def test_a_rate_limit_is_told_in_the_servers_words_and_not_tried_again() -> None:
    server, pauses = Server({"newOrder": [answer(429, LIMITED, retry_after="3600")]}), Pauses()
    with pytest.raises(AcmeRefused) as refused:
        client(server, pauses).order(("shop.example.com",))
    assert refused.value.kind == "rateLimited"
    assert str(refused.value) == f"rateLimited: {LIMITED['detail']}"
    assert server.heard.count("newOrder") == 1
    assert pauses.seconds == []


def test_what_it_says_of_each_name_is_told() -> None:
    parts = [{"type": "x", "detail": "a.example.com is forbidden"}, {"type": "x", "detail": "b.example.com as well"}]
    problem = {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "some names", "subproblems": parts}
    server = Server({"newOrder": [answer(403, problem)]})
    with pytest.raises(
        AcmeRefused, match=r"rejectedIdentifier: some names; a\.example\.com is forbidden; b\.example\.com as well"
    ):
        client(server).order(("a.example.com", "b.example.com"))


def test_a_server_that_refuses_every_nonce_is_left_after_some() -> None:
    bad = answer(400, {"type": "urn:ietf:params:acme:error:badNonce", "detail": "no"})
    server = Server({"newOrder": [bad]})
    with pytest.raises(AcmeUnavailable, match="nonces in a row"):
        client(server).order(("shop.example.com",))
    assert server.heard.count("newOrder") == NONCES


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (NoAnswer("reset"), [2.0] * (ATTEMPTS - 1)),
        (answer(503, b"<html>", retry_after="7"), [7.0] * (ATTEMPTS - 1)),
        (answer(500, {"type": "urn:ietf:params:acme:error:serverInternal", "detail": "oops"}), [2.0] * (ATTEMPTS - 1)),
    ],
)
def test_a_server_that_is_not_well_is_asked_again_a_few_times(
    trouble: Answer | Exception, seconds: list[float]
) -> None:
    server, pauses = Server({"newOrder": [trouble]}), Pauses()
    with pytest.raises(AcmeUnavailable):
        client(server, pauses).order(("shop.example.com",))
    assert server.heard.count("newOrder") == ATTEMPTS
    assert pauses.seconds == seconds


@pytest.mark.parametrize("told", [b"<html>", [], {"newNonce": "x"}, "text"])
def test_what_is_no_directory_is_said_to_be_none(told: Any) -> None:
    with pytest.raises(AcmeUnavailable, match=r"ACME directory|no JSON object"):
        client(Server({"directory": [answer(200, told)]}))


@pytest.mark.parametrize(
    "told", [{}, {"status": "pending"}, {"status": "pending", "authorizations": 7, "finalize": ""}]
)
def test_what_is_no_order_is_said_to_be_none(told: Any) -> None:
    with pytest.raises(AcmeUnavailable, match="no order"):
        Order.parse("u", told, None)


@pytest.mark.parametrize("told", [{}, {"status": "pending", "identifier": {"value": "a"}, "challenges": [{}]}])
def test_what_is_no_authorization_is_said_to_be_none(told: Any) -> None:
    with pytest.raises(AcmeUnavailable, match="no authorization"):
        Authorization.parse(told, str)


def test_a_name_that_cannot_be_proved_by_dns_is_refused() -> None:
    told = {"status": "pending", "identifier": {"value": "a.example.com"}, "challenges": [{"type": "http-01"}]}
    with pytest.raises(AcmeRefused, match=r"a\.example\.com cannot be proved by dns-01"):
        Authorization.parse(told, str)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "5"}, 5),
        ({"retry_after": "86400"}, 60),
        ({"retry_after": "Mon, 01 Jun 2026 00:00:20 GMT", "date": "Mon, 01 Jun 2026 00:00:05 GMT"}, 15),
        ({"retry_after": "Mon, 01 Jun 2026 00:00:00 GMT", "date": "Mon, 01 Jun 2026 00:00:05 GMT"}, 0),
        ({"retry_after": "Mon, 01 Jun 2026 00:00:20 GMT"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(answer(503, {}, **headers)) == seconds


def test_a_problem_without_words_is_told_by_its_status() -> None:
    assert str(problem_of(answer(403, b"<html>"))) == "HTTP 403: HTTP 403"


@pytest.mark.parametrize(
    ("status", "proved", "step"),
    [
        ("pending", False, Step.PROVE),
        ("pending", True, Step.WAIT),
        ("ready", False, Step.FINALIZE),
        ("ready", True, Step.FINALIZE),
        ("processing", True, Step.WAIT),
        ("valid", True, Step.FETCH),
        ("valid", False, Step.FETCH),
        ("invalid", False, Step.GIVE_UP),
        ("invalid", True, Step.GIVE_UP),
        ("deactivated", False, Step.GIVE_UP),
    ],
)
def test_what_comes_next_with_an_order(status: str, proved: bool, step: Step) -> None:
    order = Order(url="u", status=status, authorizations=(), finalize="f", certificate="")
    assert next_step(order, proved=proved) is step
