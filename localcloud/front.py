"""Puts the way into the embedded cloud together."""

import threading
from dataclasses import dataclass
from typing import Self

from moto import backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.dynamodb import DynamoDb
from localcloud.faults import FaultBook
from localcloud.gateway import Gateway
from localcloud.identify import REST_SERVICES
from localcloud.latency import Latency, Profile
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.rest_operations import operations
from localcloud.server import Server

USED = (
    "dynamodb",
    "awslambda",
    "sqs",
    "sns",
    "s3",
    "ssm",
    "secretsmanager",
    "iam",
    "kms",
    "logs",
    "cloudwatch",
    "scheduler",
    "sts",
)
"""moto's names of the services that a stack uses; the first touch of each costs up to 1.6 s of imports."""


@dataclass(frozen=True, kw_only=True)
class Front:
    """A gateway that listens, with DynamoDB's global tables behind it. Reset moto only once ``warming`` has ended."""

    gateway: Gateway
    dynamodb: DynamoDb
    server: Server
    warming: threading.Thread

    @classmethod
    def open(cls, profile: Profile, seed: int = 0, port: int = 0) -> Self:
        """Listen on a loopback port (0: any free one); ``seed`` decides what rates hit and how long delays are."""
        gateway = Gateway(MotoCloud(moto_app()), World(), latency=Latency(profile, seed), faults=FaultBook(seed))
        warming = threading.Thread(target=warm, name="warm", daemon=True)
        front = cls(gateway=gateway, dynamodb=DynamoDb(gateway), server=Server(gateway, port), warming=warming)
        front.server.start()
        warming.start()
        return front

    @property
    def endpoint(self) -> str:
        """Give the endpoint URL of every service in every region."""
        return self.server.endpoint

    def close(self) -> None:
        """Stop serving and replicating."""
        self.server.stop()
        self.dynamodb.replication.close()
        self.warming.join()


def warm() -> None:
    """Import the services' backends and read their models, so that nobody's first call waits for it."""
    for name in USED:
        backends.get_backend(name)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]
    for service in sorted(REST_SERVICES):
        operations(service)
