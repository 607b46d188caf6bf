"""A function URL's event, format 2.0, and its answer.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from failover.enrolment.instance import canonical

HEADERS: Final = {"content-type": "application/json", "cache-control": "no-store"}


class NotFromUrl(Exception):
    """The event did not come through the function's URL."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What somebody sent, and from where: ``source`` is the address of the connection, which nobody can choose."""

    method: str
    source: str
    body: bytes
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP status, and the fields of a JSON object."""

    status: int
    fields: Mapping[str, object]

    def as_response(self) -> dict[str, object]:
        """Return what Lambda makes an HTTP answer of."""
        return {"statusCode": self.status, "headers": HEADERS, "body": json.dumps(self.fields)}


def read_call(event: object) -> Call:
    """Read the event.

    Raises:
        NotFromUrl: it lacks what every such event has.
    """
    try:
        told = _mapping(event)
        context = _mapping(told["requestContext"])
        http = _mapping(context["http"])
        return Call(
            method=str(http["method"]),
            source=canonical(str(http["sourceIp"])),
            body=_body(told),
            request_id=str(context["requestId"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotFromUrl(f"the event is none of a function URL: {error!r}") from error


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("an object is missing")
    return value


def _body(told: Mapping[str, object]) -> bytes:
    """Return the body; one that is said to be base64 and is none is passed on as it is, to be refused as malformed."""
    text = str(told.get("body") or "").encode()
    if told.get("isBase64Encoded") is not True:
        return text
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text
