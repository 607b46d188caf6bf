"""Calls of Linode's API as its provider makes them: each with a deadline, and again when it is told to wait.

The provider's client waits for as long as ``Retry-After`` says, and repeats what a busy Linode refuses
(https://github.com/linode/linodego/blob/main/retries.go). It goes on for hours; here there is a bound.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from evaluation import Value
from localcloud.linode.account import OWNER

Told: TypeAlias = Mapping[str, Value]
Wait: TypeAlias = Callable[[float], None]
"""Waits for so many seconds."""

CLOUD = "/_cloud"
DEPLOYER = "deployer.linode.pulumi.0"
ANSWER_SECONDS = 30.0
PATIENCE_SECONDS = 120.0
"""For how long in all a call is made again."""

PAUSE_SECONDS = 1.0
AGAIN = frozenset({429, 503})
BUSY = "busy."
PAGE = "page_size=500"


class CallFailed(Exception):
    """Linode did not do what it was asked; ``status`` 0: it gave no answer."""

    def __init__(self, call: str, status: int, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{call}: {status or 'no answer'}: {reason}")
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class LinodeApi:
    """The API at an embedded cloud, called as its owner; ``wait`` is how time passes between two tries."""

    def __init__(self, endpoint: str, wait: Wait = time.sleep) -> None:
        self._endpoint = endpoint
        self.wait = wait

    def get(self, path: str, wanted: Told | None = None) -> Told:
        """Get one thing, or a page of those that a filter wants."""
        return self._patiently("GET", path, None, {"X-Filter": json.dumps(wanted)} if wanted else {})

    def post(self, path: str, body: Told | None = None) -> Told:
        """Create something, or have something done."""
        return self._patiently("POST", path, body or {}, {})

    def put(self, path: str, body: Told) -> Told:
        """Change something."""
        return self._patiently("PUT", path, body, {})

    def delete(self, path: str) -> None:
        """Delete something; what is gone already is none the worse."""
        try:
            self._patiently("DELETE", path, None, {})
        except CallFailed as failed:
            if failed.status != 404:
                raise

    def tell_cloud(self, path: str, body: Told) -> None:
        """Tell the embedded cloud itself what no operation of Linode's API does."""
        self._patiently("POST", f"{CLOUD}/{path}", body, {})

    def list(self, path: str, wanted: Told | None = None) -> list[Told]:
        """Get the first page of a collection, with as many entries as a page may have."""
        found = self.get(f"{path}?{PAGE}", wanted)["data"]
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def _patiently(self, method: str, path: str, body: Told | None, headers: Mapping[str, str]) -> Told:
        """Make a call, again and again while Linode asks for patience.

        Raises:
            CallFailed: it is refused for good, or still after ``PATIENCE_SECONDS``.
        """
        waited = 0.0
        while True:
            try:
                return self._once(method, path, body, headers)
            except CallFailed as failed:
                pause = failed.retry_after_seconds
                if pause is None or waited + pause > PATIENCE_SECONDS:
                    raise
            self.wait(pause)
            waited += pause

    def _once(self, method: str, path: str, body: Told | None, headers: Mapping[str, str]) -> Told:
        sent = {"Authorization": f"Bearer {OWNER}", "Content-Type": "application/json", **headers}
        content = None if body is None else json.dumps(body).encode()
        base = self._endpoint if path.startswith(CLOUD) else f"{self._endpoint}/_from/{DEPLOYER}/v4"
        request = Request(f"{base}{path}", content, sent, method=method)  # noqa: S310 the cloud's own URL
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                told: Told = json.loads(answer.read() or b"{}")
        except HTTPError as error:
            raise _failed(f"{method} {path}", error) from error
        except (URLError, OSError) as error:
            doubt = "; it may have been carried out all the same" if method == "POST" else ""
            raise CallFailed(f"{method} {path}", 0, f"{error}{doubt}") from error
        return told


def _failed(call: str, error: HTTPError) -> CallFailed:
    reason = _reason(error.read())
    again = error.code in AGAIN or (error.code == 400 and reason.endswith(BUSY))
    pause = float(error.headers.get("Retry-After", PAUSE_SECONDS)) if again else None
    return CallFailed(call, error.code, reason, pause)


def _reason(body: bytes) -> str:
    """Read what Linode says is wrong: each reason with the field that it is about."""
    try:
        errors = json.loads(body)["errors"]
    except (ValueError, KeyError, TypeError):
        return "an answer that says no reason"
    return "; ".join(f"{each['field']}: {each['reason']}" if "field" in each else each["reason"] for each in errors)
