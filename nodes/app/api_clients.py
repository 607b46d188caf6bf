"""Who may call the API: bearer tokens from a file of secrets, ``{"name of the client": "token"}``."""

import hmac
from pathlib import Path

from nodes.app.secret_files import read_secrets


class Unauthorized(Exception):
    """The request bears no token that is known."""


def client_of(tokens: Path, authorization: str) -> str:
    """Return the name of the client that an ``Authorization`` header is of.

    Raises:
        Unauthorized: of nobody.
        SecretUnusable: the tokens cannot be read.
    """
    kind, _, token = authorization.partition(" ")
    found = [name for name, known in read_secrets(tokens).items() if _same(known, token.strip())]
    if kind.lower() != "bearer" or not found:
        raise Unauthorized("a bearer token is needed")
    return found[0]


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogateescape"))
