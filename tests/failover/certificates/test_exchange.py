"""A request is over in time and answered whole, or there was no answer."""

import ssl
import time
from pathlib import Path

import pytest

from failover.certificates.exchange import LARGEST_BYTES, HttpsExchange, NoAnswer
from tests.failover.certificates.https_server import Manner, says, serving, silent, trickles

SECONDS = 0.5
FAR_TOO_LATE_SECONDS = 5.0
WHOLE = b"HTTP/1.1 418 No\r\nContent-Length: 5\r\nReplay-Nonce: n1\r\n\r\nwhole"


def test_any_status_is_an_answer(tmp_path: Path) -> None:
    with serving(tmp_path, says(WHOLE)) as served:
        answer = HttpsExchange(SECONDS, served.trust)("GET", served.url)
    assert (answer.status, answer.headers["replay-nonce"], answer.body) == (418, "n1", b"whole")


def test_an_answer_in_chunks_is_put_together(tmp_path: Path) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwho\r\n2\r\nle\r\n0\r\n\r\n"
    with serving(tmp_path, says(chunks)) as served:
        assert HttpsExchange(SECONDS, served.trust)("GET", served.url).body == b"whole"


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example.com/\r\nContent-Length: 0\r\n\r\n"
    with serving(tmp_path, says(moved)) as served:
        assert HttpsExchange(SECONDS, served.trust)("GET", served.url).status == 302


@pytest.mark.parametrize(
    "manner",
    [
        trickles,
        silent,
        says(b""),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut"),
        says(b"no HTTP at all\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\ncut"),
        says(b"HTTP/1.1 200 OK\r\n\r\nup to where?"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BYTES + 1) + b"x" * (LARGEST_BYTES + 1)),
    ],
    ids=["trickles", "silent", "closes", "cuts", "babbles", "cuts a chunk", "has no end", "is too long"],
)
def test_what_is_no_whole_answer_in_time_is_none(tmp_path: Path, manner: Manner) -> None:
    started = time.monotonic()
    with serving(tmp_path, manner) as served, pytest.raises(NoAnswer, match="localhost"):
        HttpsExchange(SECONDS, served.trust)("POST", served.url, b"{}")
    assert time.monotonic() - started < FAR_TOO_LATE_SECONDS


def test_a_stranger_is_not_trusted(tmp_path: Path) -> None:
    with serving(tmp_path, says(WHOLE)) as served, pytest.raises(NoAnswer, match="SSLCertVerificationError"):
        HttpsExchange(SECONDS, ssl.create_default_context())("GET", served.url)


@pytest.mark.parametrize("url", ["http://localhost/", "file:///etc/passwd", "localhost", "https://"])
def test_nothing_is_sent_but_by_https(url: str) -> None:
    with pytest.raises(NoAnswer, match="is no https:// address"):
        HttpsExchange(SECONDS)("GET", url)


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        HttpsExchange(SECONDS)("GET", "https://127.0.0.1:1/")
