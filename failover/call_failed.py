"""Failed calls as the application sees them: what never arrived, what may have landed, what was throttled."""

from typing import cast

from botocore import exceptions
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from failover.failures import Failure, code_of, failure_of

CallError = BotoCoreError | ClientError | ResponseParserError
CALL_ERRORS = (BotoCoreError, ClientError, ResponseParserError)
NEVER_SENT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
CUT_SHORT = (exceptions.ConnectionError, HTTPClientError, IncompleteReadError, ChecksumError, ResponseParserError)


class CallFailed(Exception):
    """A call that got no final answer from the service; another attempt may do better."""

    may_have_landed = False

    def __init__(self, region: str, detail: str) -> None:
        super().__init__(f"{region}: {detail}")
        self.region = region


class Unreachable(CallFailed):
    """No connection was made, so nothing was sent."""


class RegionResting(Unreachable):
    """The breaker is open: the last calls to this region failed and it is not asked again just yet."""


class NoAnswer(CallFailed):
    """The request was sent and no whole answer came back: it may have been carried out."""

    may_have_landed = True


class ServerFailed(CallFailed):
    """The service answered with a 5xx. DynamoDB may have carried the request out all the same.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    """

    may_have_landed = True


class StillRunning(CallFailed):
    """A transaction with this ``ClientRequestToken`` is being carried out and has not ended yet.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """

    may_have_landed = True


class Cancelled(CallFailed):
    """A transaction lost to another one or was throttled, and may be tried again; nothing was done.

    The cause (``__cause__``) is boto3's ``TransactionCanceledException``.
    """


class Throttled(CallFailed):
    """The service turned the request away for its rate; nothing was done."""


class WriteConflict(CallFailed):
    """Another region's write, or a transaction, changed the item at the same time, and won; nothing was done.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    """


ANSWERS: dict[Failure, type[CallFailed]] = {
    Failure.BROKEN: ServerFailed,
    Failure.THROTTLED: Throttled,
    Failure.CONFLICT: WriteConflict,
}
PASSING = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
ANSWERED = (Throttled, WriteConflict, Cancelled, StillRunning)  # so the region is well


def told_apart(error: CallError, region: str) -> CallFailed:
    """Return the failure to act on.

    Raises:
        ClientError: the service's own refusal, such as a failed condition: no retry mends it.
        BotoCoreError: no request was made: bad parameters, missing credentials.
    """
    if isinstance(error, NEVER_SENT):
        return Unreachable(region, str(error))
    if isinstance(error, CUT_SHORT):
        return NoAnswer(region, str(error))
    if isinstance(error, ClientError) and (kind := _kind(error)):
        return kind(region, str(error))
    raise error


def _kind(error: ClientError) -> type[CallFailed] | None:
    code = code_of(error)
    if code == "TransactionInProgressException":
        return StillRunning
    return _cancelled(error) if code == "TransactionCanceledException" else ANSWERS.get(failure_of(error))


def _cancelled(error: ClientError) -> type[CallFailed] | None:
    """Tell a transaction that may be tried again from one that was refused.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    given = cast("list[dict[str, str]]", error.response.get("CancellationReasons", []))
    codes = {reason.get("Code", "None") for reason in given} - {"None"}
    return Cancelled if codes and codes <= PASSING else None
