"""Linode is asked by a token that nobody else sees, and its silence is told apart from its no."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.enrolment.linode import Linode, LinodeDidNotAnswer
from tests.failover.enrolment.machines import OWN, told_of_linode

TOKEN = "a-token-of-linodes"


@dataclass
class Secrets:
    """Secrets Manager with one value, or the error that stands for it."""

    value: str | Exception = TOKEN

    def get_secret_value(self, **_given: str) -> dict[str, str]:
        if isinstance(self.value, Exception):
            raise self.value
        return {"SecretString": self.value}


@dataclass
class Api:
    """Linode's API in one answer."""

    status: int = 200
    body: bytes = field(default_factory=lambda: json.dumps(told_of_linode()).encode())
    seen: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(api: Api) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.seen.append((self.path, str(self.headers["Authorization"])))
            self.send_response(api.status)
            self.send_header("Content-Length", str(len(api.body)))
            self.end_headers()
            self.wfile.write(api.body)

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v4"
    server.shutdown()
    server.server_close()


def asking(url: str, secrets: Secrets | None = None) -> Linode:
    given: Any = secrets or Secrets()
    return Linode(url, "lifeboat/prod/linode-enrolment-token", given)


def test_an_instance_is_asked_for_by_number_with_the_token() -> None:
    api = Api()
    with serving(api) as url:
        found = asking(url, Secrets(f"{TOKEN}\n")).instance(7)
    assert found is not None
    assert OWN in found.addresses
    assert api.seen == [("/v4/linode/instances/7", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(("status", "reason"), [(403, "Unauthorized"), (404, "Not found")])
def test_an_instance_that_is_not_there_or_not_granted_to_the_tokens_user_is_none(status: int, reason: str) -> None:
    with serving(Api(status=status, body=json.dumps({"errors": [{"reason": reason}]}).encode())) as url:
        assert asking(url).instance(7) is None


@pytest.mark.parametrize(
    "api",
    [
        *(Api(status=status) for status in (302, 401, 429, 500)),
        Api(body=b"no JSON"),
        Api(body=b"[]"),
        Api(body=json.dumps(told_of_linode(id=8)).encode()),
        Api(body=json.dumps(told_of_linode(created=None)).encode()),
    ],
)
def test_any_other_answer_is_no_answer_and_never_tells_the_token(api: Api) -> None:
    with serving(api) as url, pytest.raises(LinodeDidNotAnswer) as told:
        asking(url).instance(7)
    assert TOKEN not in str(told.value)


def test_silence_is_no_answer() -> None:
    with serving(Api()) as url:
        pass
    with pytest.raises(LinodeDidNotAnswer, match="gave no answer"):
        asking(url).instance(7)


@pytest.mark.parametrize("value", ["", " ", "two\nlines", ClientError({"Error": {"Code": "AccessDenied"}}, "Get")])
def test_without_a_token_linode_is_not_asked(value: str | Exception) -> None:
    api = Api()
    with serving(api) as url, pytest.raises(LinodeDidNotAnswer, match="linode-enrolment-token"):
        asking(url, Secrets(value)).instance(7)
    assert api.seen == []
