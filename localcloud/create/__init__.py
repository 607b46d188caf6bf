"""Makes declared resources real: each by the API calls that its provider would make, through the gateway."""

import threading
import time
from collections.abc import Mapping
from functools import partial

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from evaluation import Registration
from localcloud.create import (
    cloudwatch,
    dynamodb,
    functions,
    iam,
    kms,
    route53,
    s3,
    scheduler,
    secretsmanager,
    sns,
    sqs,
)
from localcloud.create.creation import Created, Creation, Creator, Unsupported
from localcloud.create.linode import PREFIX, LinodeResources, NotCreated
from localcloud.create.linode.api import Wait

__all__ = ["CREATORS", "Created", "NotCreated", "Resources", "Unsupported"]

CREATORS: Mapping[str, Creator] = {
    **cloudwatch.CREATORS,
    **dynamodb.CREATORS,
    **functions.CREATORS,
    **iam.CREATORS,
    **kms.CREATORS,
    **route53.CREATORS,
    **s3.CREATORS,
    **scheduler.CREATORS,
    **secretsmanager.CREATORS,
    **sns.CREATORS,
    **sqs.CREATORS,
}
WITHOUT_EFFECT = frozenset(
    {"region", "tags", "tagsAll", "sqsManagedSseEnabled", "recoveryWindowInDays", "deletionWindowInDays"}
)
"""Inputs that change nothing that a program could notice here."""

CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=16, parameter_validation=False)


class Resources:
    """Creates resources in one embedded cloud; evaluation calls it from several threads at once.

    ``wait`` is how time passes until something at Linode is ready, or takes calls again.
    """

    def __init__(self, endpoint: str, wait: Wait = time.sleep) -> None:
        self._endpoint = endpoint
        self._linode = LinodeResources(endpoint, wait)
        self._session = boto3.Session()
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], BaseClient] = {}

    def create(self, registration: Registration) -> Created:
        """Create one resource; return its id and the outputs that its provider would compute.

        Raises:
            Unsupported: there is no creator for its type, or it does not carry out an input.
            NotCreated: Linode refuses.
        """
        if registration.type.startswith(PREFIX):
            return self._linode.create(registration)
        creator = CREATORS.get(registration.type)
        if creator is None:
            raise Unsupported(
                f"{registration.urn}: the embedded cloud cannot create {registration.type}; "
                "add a creator for it in localcloud/create"
            )
        creation = Creation.of(registration, self._call, self._endpoint)
        id_, outputs = creator(creation)
        if ignored := set(creation.inputs.unread()) - WITHOUT_EFFECT:
            raise Unsupported(f"{registration.urn} sets {sorted(ignored)}, which the embedded cloud would leave out")
        return id_, {**registration.inputs, **outputs}

    def _call(
        self, service: str, region: str, operation: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        answer: Mapping[str, object] = getattr(self._client(service, region), operation)(**parameters)
        return answer

    def _client(self, service: str, region: str) -> BaseClient:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._made(service, region)
            return self._clients[service, region]

    def _made(self, service: str, region: str) -> BaseClient:
        make = partial(self._session.client, region_name=region, endpoint_url=self._endpoint, config=CONFIG)
        client: BaseClient = make(
            service,
            aws_access_key_id=f"deployer.{region}.pulumi.0",
            aws_secret_access_key="embedded",  # noqa: S106 any value will do
        )
        return client
