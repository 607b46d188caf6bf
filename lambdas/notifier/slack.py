"""Slack, by an incoming webhook whose address is a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import urllib3

from failover.failures import AWS_ERRORS, code_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

DEADLINE_SECONDS = 3.0


class NotSetUp(Exception):
    """The secret has no value: nobody wants Slack, or nobody has set it yet."""


class NotPosted(Exception):
    """Slack, or the secret, did not take part. Never says the address."""


class Slack:
    """Posts texts; the address is read at each post, so that a new one counts at once."""

    def __init__(
        self, secret_name: str, secrets: SecretsManagerClient, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._secret_name = secret_name
        self._secrets = secrets
        self._timeout = urllib3.Timeout(total=deadline_seconds)
        self._http = urllib3.PoolManager()

    def post(self, text: str) -> None:
        """Post one text.

        Raises:
            NotSetUp: there is no address.
            NotPosted: no 2xx within the deadline.
        """
        address = self._address()
        body = json.dumps({"text": text}).encode()
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._http.request(
                "POST", address, body=body, headers=headers, timeout=self._timeout, retries=False, redirect=False
            )
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            # The error's own text holds the address, and that is the secret.
            raise NotPosted(f"Slack gave no answer: {type(error).__name__}") from None
        if not 200 <= answer.status < 300:
            raise NotPosted(f"Slack answered {answer.status}; is the webhook in {self._secret_name} still valid?")

    def _address(self) -> str:
        try:
            value = self._secrets.get_secret_value(SecretId=self._secret_name)
        except AWS_ERRORS as error:
            if code_of(error) == "ResourceNotFoundException":
                raise NotSetUp(
                    f"{self._secret_name} has no value; put the address into it in Secrets Manager"
                ) from error
            raise NotPosted(f"{self._secret_name} could not be read: {code_of(error)}") from error
        return value.get("SecretString", "").strip()
