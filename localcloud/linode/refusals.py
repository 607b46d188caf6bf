"""Errors as the API tells them: ``{"errors": [{"reason", "field"}]}``.

https://techdocs.akamai.com/linode-api/reference/errors
"""

import json
from collections.abc import Mapping

from localcloud.request import Response

JSON_TYPE = "application/json"
RETRY_SECONDS = 15
"""What a refusal that a fault throws in tells its caller to wait."""


class Refused(Exception):
    """The API does not do what it was asked."""

    def __init__(
        self, status: int, reason: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.field = field
        self.headers = headers or {}

    def response(self) -> Response:
        """Give the answer that tells it."""
        told = {"reason": self.reason} | ({"field": self.field} if self.field else {})
        body = json.dumps({"errors": [told]}).encode()
        return Response(status=self.status, body=body, headers={"Content-Type": JSON_TYPE, **self.headers})


def invalid(reason: str, field: str | None = None) -> Refused:
    """Give the refusal of what was sent."""
    return Refused(400, reason, field)


def not_found() -> Refused:
    """Give the refusal for what is not there, or not the account's."""
    return Refused(404, "Not found")


def too_many(seconds: int, headers: Mapping[str, str] | None = None) -> Refused:
    """Give the refusal of one call too many, with the whole seconds to wait."""
    return Refused(429, "Too many requests", headers={"Retry-After": str(seconds), **(headers or {})})
