"""Proofs stand in a domain at Linode until they are taken away, whatever else is in it."""

import http.client
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from failover.certificates.exchange import NONE, Answer, NoAnswer
from failover.certificates.linode_proofs import PUBLISHED_SECONDS, LinodeProofs
from failover.certificates.proofs import ProofFailed, record_of
from localcloud.gateway import Gateway
from localcloud.latency import Latency, Profile
from localcloud.linode.account import OWNER
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.server import Server
from tests.failover.certificates.ground import NAMES, ZONE
from tests.localcloud.linode.bench import DELAYS, Bench

TEXTS = {record_of(name): f"text of {name}" for name in NAMES}


def plain(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
    """Send a request without TLS, which the embedded cloud has not."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    try:
        connection.request(method, f"{place.path}?{place.query}", body, dict(headers))
        answer = connection.getresponse()
        return Answer(status=answer.status, headers={}, body=answer.read())
    finally:
        connection.close()


def deaf(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
    raise NoAnswer(f"{method} {url} {body!r} {len(headers)}")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Gateway, Server]]:
    gateway = Gateway(MotoCloud(moto_app()), World(), latency=Latency(Profile(linode=DELAYS)))
    listening = Server(gateway)
    listening.start()
    yield gateway, listening
    listening.stop()


@pytest.fixture
def bench(server: tuple[Gateway, Server]) -> Bench:
    return Bench(server[0], server[1].endpoint)


def proofs(bench: Bench, token: str = OWNER, zone: str = ZONE) -> LinodeProofs:
    return LinodeProofs(plain, token, zone, f"{bench.endpoint}/v4")


def nothing(_seconds: float) -> None:
    """Wait for nobody."""


def records(bench: Bench, domain: int) -> dict[str, str]:
    listed = bench.get(f"/domains/{domain}/records")["data"]
    return {one["name"]: one["target"] for one in listed if one["type"] == "TXT"}


@pytest.fixture
def domain(bench: Bench) -> int:
    bench.domain("another.example")
    made = bench.domain(ZONE)
    bench.post(f"/domains/{made['id']}/records", type="TXT", name="", target="v=spf1 -all")
    return int(made["id"])


def test_they_are_published_beside_what_is_there_and_taken_away_again(bench: Bench, domain: int) -> None:
    waited: list[float] = []
    proofs(bench).publish(TEXTS, waited.append)
    assert waited == [PUBLISHED_SECONDS]
    wanted = {name.removesuffix(f".{ZONE}"): text for name, text in TEXTS.items()}
    assert records(bench, domain) == {"": "v=spf1 -all", **wanted}
    proofs(bench).remove(tuple(TEXTS))
    proofs(bench).remove(tuple(TEXTS))
    assert records(bench, domain) == {"": "v=spf1 -all"}


def test_those_of_a_run_that_was_killed_are_replaced(bench: Bench, domain: int) -> None:
    proofs(bench).publish(dict.fromkeys(TEXTS, "of a dead run"), nothing)
    proofs(bench).publish(TEXTS, nothing)
    assert set(records(bench, domain).values()) == {"v=spf1 -all", *TEXTS.values()}


def test_a_zone_that_is_not_there_is_named(bench: Bench, domain: int) -> None:
    with pytest.raises(ProofFailed, match=r"no domain shop\.test"):
        proofs(bench, zone="shop.test").publish(TEXTS, nothing)


def test_a_token_that_is_refused_is_told_and_not_shown(bench: Bench, domain: int) -> None:
    with pytest.raises(ProofFailed, match="401: Invalid Token") as failed:
        proofs(bench, token="stale-and-secret").publish(TEXTS, nothing)
    assert "stale" not in str(failed.value)


def test_silence_is_told() -> None:
    with pytest.raises(ProofFailed, match="Linode's API: GET"):
        LinodeProofs(deaf, OWNER, ZONE).remove(tuple(TEXTS))
