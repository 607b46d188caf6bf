"""A real ACME server gives certificates for names that the zone proves, whatever happens on the way."""

import base64
import json
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from failover.certificates.exchange import NONE, Answer, Exchange, NoAnswer
from failover.certificates.facts import facts_of
from failover.certificates.proofs import Pause, ProofRecords
from failover.certificates.renewing import Report
from failover.certificates.running import NotRenewed
from failover.certificates.turn import Busy
from tests.failover.certificates import pebble
from tests.failover.certificates.ground import NAMES, REGIONS, Ground
from tests.failover.certificates.pebble import Pebble

pytestmark = pytest.mark.skipif(not pebble.pebble(), reason=f"pebble is missing: {pebble.INSTALL}")


class Killed(BaseException):
    """The process is gone: nothing of its own comes after it."""


@dataclass
class Way:
    """The way to a server, which loses answers; ``fate`` says what becomes of a request by its number and URL."""

    way: Exchange
    fate: Callable[[int, str], str] = lambda _number, _url: "arrives"
    urls: list[str] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)

    def __call__(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
        self.urls.append(url)
        self.accounts |= _accounts(body)
        fate = self.fate(len(self.urls), url)
        if fate == "killed":
            raise Killed
        if fate == "503":
            return Answer(status=503, headers={"retry-after": "1"}, body=b"<html>busy</html>")
        answer = self.way(method, url, body, headers)
        if fate == "lost":
            raise NoAnswer("the answer was lost")
        return answer


def _accounts(body: bytes | None) -> set[str]:
    """Return the account that a request names, if any."""
    protected = json.loads(body)["protected"] if body else "e30"
    header = json.loads(base64.urlsafe_b64decode(f"{protected}=="))
    return {header["kid"]} if "kid" in header else set()


@dataclass
class DeadHands:
    """Records that nobody takes away any more."""

    records: ProofRecords

    def publish(self, texts: Mapping[str, str], pause: Pause) -> None:
        self.records.publish(texts, pause)

    def remove(self, names: tuple[str, ...]) -> None:
        raise Killed(*names)


def test_an_order_gives_a_certificate_for_all_names_to_every_region(
    ground: Ground, server: Pebble, tmp_path: Path
) -> None:
    report = ground.run(ground.acme(server.directory, server.exchange()))
    values = ground.values()
    assert (report.renewed, report.reason) == (True, "there is no certificate yet")
    assert set(values) == set(REGIONS)
    assert len({value.to_json() for value in values.values()}) == 1
    (tmp_path / "roots.pem").write_text(server.roots())
    (tmp_path / "chain.pem").write_text(values["us-east-1"].chain)
    for name in NAMES:
        options = ["-verify_hostname", name, "-CAfile", "roots.pem", "-untrusted", "chain.pem", "chain.pem"]
        ran = subprocess.run(["openssl", "verify", *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr


def test_the_file_that_machines_get_is_one_that_openssl_serves(ground: Ground, server: Pebble, tmp_path: Path) -> None:
    ground.run(ground.acme(server.directory, server.exchange()))
    (tmp_path / "site.pem").write_text(ground.values()["us-west-2"].pem())
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tmp_path / "site.pem")


def test_the_proofs_are_gone_when_the_order_is_over(ground: Ground, server: Pebble) -> None:
    ground.run(ground.acme(server.directory, server.exchange()))
    assert ground.proofs_in_dns() == {}


def test_a_fresh_certificate_is_left_alone_and_a_forced_run_replaces_it(ground: Ground, server: Pebble) -> None:
    issuer = ground.acme(server.directory, server.exchange())
    first = ground.run(issuer)
    assert not ground.run(issuer).renewed
    again = ground.run(issuer, forced=True)
    assert again.renewed
    assert again.held.facts.serial != first.held.facts.serial


def test_all_orders_are_made_by_one_account(ground: Ground, server: Pebble) -> None:
    first, second = (Way(server.exchange()) for _ in range(2))
    ground.run(ground.acme(server.directory, first))
    ground.run(ground.acme(server.directory, second), forced=True)
    assert len(first.accounts) == 1
    assert first.accounts == second.accounts


def test_a_name_that_the_zone_does_not_prove_fails_in_the_servers_words(ground: Ground, tmp_path: Path) -> None:
    with (
        pebble.dns(dict) as nowhere,
        pebble.running(tmp_path, nowhere) as server,
        pytest.raises(NotRenewed) as failed,
    ):
        ground.run(ground.acme(server.directory, server.exchange()))
    said = str(failed.value)
    assert said.startswith("AcmeRefused: ")
    assert any(f"{name}: " in said for name in NAMES)
    assert "_acme-challenge." in said or "TXT" in said
    assert ground.values() == {}
    assert ground.row()["outcome"] == f"failed: {said}"


def test_refused_nonces_are_replaced(ground: Ground, dns: str, tmp_path: Path) -> None:
    with pebble.running(tmp_path, dns, PEBBLE_WFE_NONCEREJECT="30") as server:
        assert ground.run(ground.acme(server.directory, server.exchange())).renewed


@pytest.mark.parametrize("fate", ["lost", "503"])
def test_every_third_answer_that_fails_delays_an_order_and_does_not_end_it(
    ground: Ground, server: Pebble, fate: str
) -> None:
    way = Way(server.exchange(), lambda number, _url: fate if number % 3 == 0 else "arrives")
    assert ground.run(ground.acme(server.directory, way)).renewed
    assert len(ground.values()) == len(REGIONS)


def test_a_server_that_never_answers_ends_the_run_and_leaves_the_turn_free(ground: Ground, server: Pebble) -> None:
    way = Way(server.exchange(), lambda _number, url: "503" if "finalize" in url else "arrives")
    with pytest.raises(NotRenewed, match="AcmeUnavailable"):
        ground.run(ground.acme(server.directory, way))
    assert "owner" not in ground.row()
    assert ground.run(ground.acme(server.directory, server.exchange())).renewed


@contextmanager
def killed_at(ground: Ground, server: Pebble, place: str) -> Iterator[None]:
    """Have us-east-1 die when it comes to a place of its order."""
    way = Way(server.exchange(), lambda _number, url: "killed" if place in url else "arrives")
    with pytest.raises(Killed):
        ground.run(ground.acme(server.directory, way, DeadHands(ground.proofs())), turn=ground.turn("us-east-1"))
    yield


@pytest.mark.parametrize("place", ["order-plz", "authZ", "chalZ", "finalize-order", "my-order", "certZ"])
def test_a_run_killed_in_the_middle_is_taken_over_by_another_region(ground: Ground, server: Pebble, place: str) -> None:
    with killed_at(ground, server, place):
        assert str(ground.row()["owner"]).startswith("us-east-1/")
        turn = ground.turn("us-west-2")
        report = ground.run(ground.acme(server.directory, server.exchange()), turn=turn)
    assert report.renewed
    assert {facts_of(value).serial for value in ground.values().values()} == {report.held.facts.serial}
    assert str(ground.row()["ended_by"]).startswith("us-west-2/")
    assert ground.proofs_in_dns() == {}


def test_while_one_region_works_another_leaves_it_alone(ground: Ground, server: Pebble) -> None:
    with ThreadPoolExecutor(1) as pool:
        others: list[Future[Report]] = []

        def fate(_number: int, url: str) -> str:
            if "finalize-order" in url and not others:
                issuer = ground.acme(server.directory, server.exchange())
                others.append(pool.submit(ground.run, issuer, turn=ground.turn("us-west-2")))
            return "arrives"

        report = ground.run(ground.acme(server.directory, Way(server.exchange(), fate)))
        with pytest.raises(Busy, match="us-east-1/"):
            others[0].result()
    assert {facts_of(value).serial for value in ground.values().values()} == {report.held.facts.serial}
