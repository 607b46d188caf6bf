"""Linode's API, as far as an enrolment asks it: one instance, by a token that may only read instances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import urllib3

from failover.enrolment.instance import Instance, UnreadableInstance
from failover.failures import AWS_ERRORS, code_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

DEADLINE_SECONDS: Final = 3.0


class LinodeDidNotAnswer(Exception):
    """Linode, or the secret with its token, did not take part. Never says the token."""


class Linode:
    """The token is read at each call, so that a new one counts at once; enrolments are rare."""

    def __init__(self, url: str, secret_name: str, secrets: SecretsManagerClient) -> None:
        self._url = url
        self._secret_name = secret_name
        self._secrets = secrets
        self._http = urllib3.PoolManager()

    def instance(self, linode_id: int) -> Instance | None:
        """Ask for an instance; None if the account has none of this number, or none that the token's user may see.

        A restricted user hears 403 of what he was not granted (https://techdocs.akamai.com/linode-api/reference/errors),
        whatever number a stranger names; that is no failure of this region's. A token that is worth nothing hears 401.

        https://techdocs.akamai.com/linode-api/reference/get-linode-instance

        Raises:
            LinodeDidNotAnswer: there was no answer within 3 s, or another one than the instance, 403 or 404.
        """
        headers = {"Authorization": f"Bearer {self._token()}", "Accept": "application/json"}
        timeout = urllib3.Timeout(total=DEADLINE_SECONDS)
        url = f"{self._url}/linode/instances/{linode_id}"
        try:
            answer = self._http.request("GET", url, headers=headers, timeout=timeout, retries=False, redirect=False)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise LinodeDidNotAnswer(f"Linode's API gave no answer: {type(error).__name__}") from None
        if answer.status in (403, 404):
            return None
        if answer.status != 200:
            raise LinodeDidNotAnswer(
                f"Linode's API answered {answer.status}; is the token in {self._secret_name} still valid?"
            )
        return _read(answer.data, linode_id)

    def _token(self) -> str:
        try:
            value = self._secrets.get_secret_value(SecretId=self._secret_name)
        except AWS_ERRORS as error:
            raise LinodeDidNotAnswer(f"{self._secret_name} could not be read: {code_of(error)}") from error
        token = value.get("SecretString", "").strip()
        if not token.isascii() or not token.isprintable() or not token:
            raise LinodeDidNotAnswer(f"{self._secret_name} holds no token; `lifeboat secret set` puts one there")
        return token


def _read(body: bytes, linode_id: int) -> Instance:
    try:
        found = Instance.of(json.loads(body))
    except (ValueError, TypeError, UnreadableInstance) as error:
        raise LinodeDidNotAnswer(f"Linode's answer cannot be read: {error}") from error
    if found.id != linode_id:
        raise LinodeDidNotAnswer(f"Linode was asked for {linode_id} and answered {found.id}")
    return found
