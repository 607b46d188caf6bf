"""What went wrong with a call to AWS, told apart by what one may do next."""

from collections.abc import Mapping
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

AWS_ERRORS = (BotoCoreError, ClientError, ResponseParserError)  # the last: an answer that was cut or garbled
THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
CONFLICTS = frozenset({"ReplicatedWriteConflictException", "TransactionConflictException"})


class Failure(StrEnum):
    """How a call failed."""

    UNREACHABLE = "unreachable"  # no answer: it may have acted
    BROKEN = "broken"  # a 5xx: it may have acted
    THROTTLED = "throttled"  # it did not act; later it may
    CONFLICT = "conflict"  # another write was in flight; it did not act
    CONDITION = "condition"  # it answered that the condition does not hold
    REFUSED = "refused"  # it will never act on this: permission, name, shape


def code_of(error: Exception) -> str:
    """Return AWS's error code, or the exception's name where no answer came."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def failure_of(error: object) -> Failure:
    """Tell apart what came in place of an answer.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    """
    if not isinstance(error, ClientError):
        return Failure.UNREACHABLE
    code = code_of(error)
    if code in THROTTLES:
        return Failure.THROTTLED
    if code in CONFLICTS:
        return Failure.CONFLICT
    if code == "ConditionalCheckFailedException":
        return Failure.CONDITION
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    return Failure.BROKEN if status >= 500 else Failure.REFUSED


def item_of(error: Exception) -> Mapping[str, object] | None:
    """Return the item that a failed condition was answered with, if it was asked for."""
    response: Mapping[str, object] = error.response if isinstance(error, ClientError) else {}
    item = response.get("Item")
    return item if isinstance(item, Mapping) else None
