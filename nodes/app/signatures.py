"""Shopify's two signatures: over a webhook's raw body, and over the query that opens the app.

While a secret is rotated Shopify signs with the old one for up to an hour, so both are tried:
https://shopify.dev/docs/apps/build/authentication-authorization/client-secrets/rotate-revoke-client-credentials
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path

from nodes.app.secret_files import SecretUnusable, read_secrets

NAMES = ("current", "previous")


def signing_secrets(path: Path) -> tuple[bytes, ...]:
    """Read the secrets that count now: ``current``, and ``previous`` while rotating.

    Raises:
        SecretUnusable: the file cannot be used, or has no ``current``.
    """
    found = read_secrets(path)
    if "current" not in found:
        raise SecretUnusable(f"{path} has no 'current'")
    return tuple(found[name].encode() for name in NAMES if name in found)


def signed_body(secrets: tuple[bytes, ...], body: bytes, header: str) -> bool:
    """Say whether the body was signed with one of the secrets; each is compared in constant time."""
    try:
        given = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        return False
    return _any_matches(given, (hmac.digest(secret, body, hashlib.sha256) for secret in secrets))


def signed_query(secrets: tuple[bytes, ...], query: Mapping[str, str]) -> bool:
    """Say whether a query was signed: its other parameters in order, as Shopify's authorization demands.

    https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
    """
    told = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "hmac")
    given = query.get("hmac", "").encode()
    return _any_matches(given, (hmac.new(one, told.encode(), hashlib.sha256).hexdigest().encode() for one in secrets))


def _any_matches(given: bytes, expected: Iterable[bytes]) -> bool:
    """Compare with all of them, so that the time does not tell which one it was."""
    matches = [hmac.compare_digest(given, one) for one in expected]
    return any(matches)
