"""A call that failed is told by what one may do next."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from failover.failures import Failure, code_of, failure_of, item_of
from tests.failover.model_table import refusal

if TYPE_CHECKING:
    from botocore.exceptions import _ClientErrorResponseTypeDef as ClientErrorResponseTypeDef

# What services that we call say when they are asked too often, and when another write is in flight.
TOO_MANY = (
    *("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"),  # DynamoDB, SSM
    *("Throttling", "ThrottledException", "TooManyRequestsException"),  # SNS, SQS and Lambda
)
IN_FLIGHT = ("ReplicatedWriteConflictException", "TransactionConflictException")
LOST = ReadTimeoutError(endpoint_url="http://orders")


def bare(response: dict[str, Any]) -> ClientError:
    return ClientError(cast("ClientErrorResponseTypeDef", response), "PutItem")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LOST, Failure.UNREACHABLE),
        (EndpointConnectionError(endpoint_url="x"), Failure.UNREACHABLE),
        (ResponseParserError("cut short"), Failure.UNREACHABLE),
        *[(refusal(code, "PutItem"), Failure.THROTTLED) for code in TOO_MANY],
        *[(refusal(code, "PutItem"), Failure.CONFLICT) for code in IN_FLIGHT],
        (refusal("ThrottlingException", "PutItem", status=503), Failure.THROTTLED),
        (refusal("ConditionalCheckFailedException", "PutItem"), Failure.CONDITION),
        (refusal("InternalServerError", "PutItem", status=500), Failure.BROKEN),
        (refusal("ServiceUnavailable", "PutItem", status=503), Failure.BROKEN),
        (refusal("AccessDeniedException", "PutItem"), Failure.REFUSED),
        (refusal("ValidationException", "PutItem", status=499), Failure.REFUSED),
    ],
    ids=str,
)
def test_what_a_failure_allows_next(error: Exception, kind: Failure) -> None:
    assert failure_of(error) is kind


@pytest.mark.parametrize("response", [{}, {"Error": {}}, {"Error": {"Code": "Odd"}, "ResponseMetadata": {}}])
def test_an_answer_that_does_not_say_what_it_is_may_have_acted(response: dict[str, Any]) -> None:
    assert failure_of(bare(response)) is Failure.BROKEN


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refusal("AccessDeniedException", "PutItem"), "AccessDeniedException"),
        (bare({}), "Unknown"),
        (bare({"Error": {}}), "Unknown"),
        (LOST, "ReadTimeoutError"),
    ],
    ids=str,
)
def test_a_failure_is_named_by_its_code_or_its_exception(error: Exception, code: str) -> None:
    assert code_of(error) == code


def test_a_failed_condition_shows_the_item_that_stood_there() -> None:
    item = {"id": {"S": "order-1"}}

    assert item_of(refusal("ConditionalCheckFailedException", "PutItem", item)) == item
    assert item_of(refusal("ConditionalCheckFailedException", "PutItem")) is None
    assert item_of(bare({"Item": "garbled"})) is None
    assert item_of(LOST) is None
