"""Where a stack's Pulumi state is kept, and calls to the services that keep it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from failover.aws_clients import fail_fast
from failover.failures import code_of

CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
ABSENT = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NoSuchPublicAccessBlockConfiguration",
        "NotFoundException",
        "OwnershipControlsNotFoundError",
        "ReplicationConfigurationNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)
"""The codes by which AWS says that something is not there."""
Answer = Mapping[str, Any]
Call = Callable[..., Answer]
"""Calls an operation: service, region, operation in snake_case, parameters by name."""


@dataclass(frozen=True, kw_only=True)
class StatePlace:
    """The names that the program gives (stacks/pipeline.py), so that roles and this command line agree."""

    stack: str
    account_id: str
    region: str
    bucket: str
    url: str
    replica_region: str
    replica_bucket: str
    key_alias: str
    replication_role: str

    @classmethod
    def of(cls, lifeboat: Mapping[str, Any]) -> Self:
        """Read it from the stack's outputs."""
        state = lifeboat["pipeline"]["state"]
        return cls(
            stack=lifeboat["stack"],
            account_id=lifeboat["accountId"],
            region=state["region"],
            bucket=state["bucket"],
            url=state["url"],
            replica_region=state["replicaRegion"],
            replica_bucket=state["replicaBucket"],
            key_alias=state["keyAlias"],
            replication_role=state["replicationRole"],
        )


class AwsCalls:
    """Calls AWS, each operation once, with the credentials of whoever runs this."""

    def __init__(self) -> None:
        self._config = fail_fast(connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        self._clients: dict[tuple[str, str], BaseClient] = {}

    def __call__(self, service: str, region: str, operation: str, **parameters: object) -> Answer:
        if (service, region) not in self._clients:
            made = boto3.client(service, region_name=region, config=self._config)  # type: ignore[call-overload]
            self._clients[service, region] = made
        answer: Answer = getattr(self._clients[service, region], operation)(**parameters)
        return answer


def found(call: Call, service: str, region: str, operation: str, **parameters: object) -> Answer | None:
    """Call; return nothing if what is asked for is not there."""
    try:
        return call(service, region, operation, **parameters)
    except ClientError as error:
        if code_of(error) in ABSENT:
            return None
        raise
