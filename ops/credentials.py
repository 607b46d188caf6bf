"""Whether AWS answered and would not let us in, which says nothing about what we asked for."""

from collections.abc import Iterable
from typing import Final

from botocore.exceptions import (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from failover.failures import code_of

LOG_IN: Final = "aws sso login, or export AWS_PROFILE=...; lifeboat doctor"
DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and STS's of the same kind
UNKNOWN_HERE: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
NOT_SIGNED = (CredentialRetrievalError, NoCredentialsError, PartialCredentialsError, SSOError, TokenRetrievalError)


def not_let_in(answers: Iterable[object]) -> bool:
    """Say whether every one of these answers is about the credentials; no answer at all is not."""
    asked = list(answers)
    return bool(asked) and all(map(_is_about_credentials, asked))


def _is_about_credentials(answer: object) -> bool:
    if not isinstance(answer, Exception):
        return False
    return isinstance(answer, NOT_SIGNED) or code_of(answer) in DENIED | UNKNOWN_HERE
