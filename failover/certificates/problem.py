"""What an ACME server says when it does not do what was asked, in its own words.

https://www.rfc-editor.org/rfc/rfc8555#section-6.7
"""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from failover.certificates.exchange import Answer

PREFIX: Final = "urn:ietf:params:acme:error:"
MOST_SAID: Final = 400
LONGEST_WAIT_SECONDS: Final = 60.0


class AcmeUnavailable(Exception):
    """The server gives no answer that means anything; the next run tries again."""


class AcmeRefused(Exception):
    """The server says no; ``kind`` is the problem's type, such as `rateLimited`, and ``detail`` its own words."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


def problem_of(answer: Answer) -> AcmeRefused:
    """Read the problem that an answer is."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = {}
    return described(told if isinstance(told, dict) else {}, f"HTTP {answer.status}")


def described(problem: Mapping[str, Any], otherwise: str) -> AcmeRefused:
    """Return a problem document as an exception, with what it says of each name."""
    parts = [problem, *(one for one in problem.get("subproblems") or () if isinstance(one, dict))]
    said = "; ".join(str(one["detail"]) for one in parts if one.get("detail"))
    return AcmeRefused(str(problem.get("type") or otherwise).removeprefix(PREFIX), said[:MOST_SAID] or otherwise)


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that a server asks to be left alone, up to a minute.

    A date is taken from the answer's own, never from this host's clock.
    """
    told = answer.headers.get("retry-after", "")
    if told.isdigit():
        return min(float(told), LONGEST_WAIT_SECONDS)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT_SECONDS)
