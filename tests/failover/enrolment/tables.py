"""The control table as tests of enrolment make it, and ways to break a call to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

CONTROL = "control"


def make_control_table(client: Any) -> None:
    """Make an empty one."""
    client.create_table(
        TableName=CONTROL,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )


def conflict() -> ClientError:
    """Return what a write meets that another region's is in the way of."""
    told: Any = {"Error": {"Code": "ReplicatedWriteConflictException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(told, "PutItem")


def no_answer() -> ReadTimeoutError:
    """Return what stands for an answer that never came."""
    return ReadTimeoutError(endpoint_url="https://dynamodb")


@dataclass
class Breaking:
    """A client whose named operations fail once each: before they act, or after."""

    client: Any
    before: dict[str, Exception] = field(default_factory=dict)
    after: dict[str, Exception] = field(default_factory=dict)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**given: Any) -> Any:
            if operation in self.before:
                raise self.before.pop(operation)
            answer = getattr(self.client, operation)(**given)
            if operation in self.after:
                raise self.after.pop(operation)
            return answer

        return call
