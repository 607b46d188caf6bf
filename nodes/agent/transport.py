"""POST of a small JSON object, under a deadline; any transport may take its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import urllib3

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 30.0  # the function may take 24 s and start cold


class NoAnswer(Exception):
    """Nobody answered, or not as the function does: ask in another region."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A status and the fields of a JSON object."""

    status: int
    fields: Mapping[str, object]


class Post(Protocol):
    """Sends a request to an address."""

    def __call__(self, url: str, fields: Mapping[str, object]) -> Reply: ...


class HttpPost:
    """Sends over HTTPS, with the machine's own certificate authorities."""

    def __init__(self) -> None:
        self._http = urllib3.PoolManager()
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, total=ANSWER_SECONDS)

    def __call__(self, url: str, fields: Mapping[str, object]) -> Reply:
        """Send one request, once.

        Raises:
            NoAnswer: no answer within 30 s, or one that is no JSON object.
        """
        headers, body = {"Content-Type": "application/json"}, json.dumps(fields).encode()
        try:
            answer = self._http.request(
                "POST", url, body=body, headers=headers, timeout=self._timeout, retries=False, redirect=False
            )
            found = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise NoAnswer(f"{url}: {type(error).__name__}") from None  # a whole error may hold what was answered
        if not isinstance(found, dict):
            raise NoAnswer(f"{url}: status {answer.status} without a JSON object")
        return Reply(status=answer.status, fields=found)
