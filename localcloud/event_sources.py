"""Lambda's calls about event source mappings: kept in moto, which would fire them inside the producer's call.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

import json
from collections.abc import Mapping
from typing import Protocol

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.deployed import Deployed, Functions, NoSuchFunction
from localcloud.gateway import Gateway
from localcloud.protocols import error
from localcloud.request import Request, Response

Asked = Mapping[str, object]


class Refused(Exception):
    """Lambda does not make or change such a mapping."""

    def __init__(self, message: str, code: str = "InvalidParameterValueException", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Source(Protocol):
    """One kind of event source."""

    def settled(self, region: str, asked: Asked) -> Asked:
        """Check a new mapping and fill in what was not said.

        Raises:
            Refused: Lambda does not accept it.
        """
        ...

    def check_change(self, asked: Asked) -> None:
        """Check what is to be changed of a mapping.

        Raises:
            Refused: Lambda does not accept it.
        """
        ...

    def begin(self, mapping: EventSourceMapping) -> None:
        """Read the source from now on, until the mapping is deleted."""
        ...


class EventSources:
    """Creates and changes mappings of the kinds of sources that there are, by the service in the source's ARN."""

    def __init__(self, gateway: Gateway, functions: Functions, sources: Mapping[str, Source]) -> None:
        self._gateway = gateway
        self._functions = functions
        self._sources = sources
        gateway.routes["lambda", "CreateEventSourceMapping"] = self._create
        gateway.routes["lambda", "UpdateEventSourceMapping"] = self._update

    def _create(self, request: Request) -> Response:
        """Create a mapping without telling moto's queue or table of it."""
        asked = json.loads(request.body or b"{}")
        try:
            source = self._source(str(asked.get("EventSourceArn", "")))
            settled = source.settled(request.region, asked)
            function = self._functions.get(request.region, asked["FunctionName"])
            mapping = self._keep(request.region, settled, function)
        except Refused as refused:
            return error(request, refused.status, refused.code, str(refused))
        except NoSuchFunction as missing:
            return error(request, 404, "ResourceNotFoundException", str(missing))
        source.begin(mapping)
        body = json.dumps(mapping.get_configuration()).encode()
        return Response(status=202, headers={"Content-Type": "application/json"}, body=body)

    def _keep(self, region: str, settled: Asked, function: Deployed) -> EventSourceMapping:
        known = {"RegionName": region, "AccountId": DEFAULT_ACCOUNT_ID, "FunctionArn": function.arn}
        mapping = EventSourceMapping({**settled, **known, "FunctionName": function.name})  # type: ignore[abstract]
        with self._gateway.lock("lambda"):
            kept = _backend(region)._event_source_mappings  # noqa: SLF001 moto's own way in would tie it to the source
            for other in kept.values():
                if (other.event_source_arn, other.function_arn) == (mapping.event_source_arn, function.arn):
                    words = f"provided mapping already exists. Please update or delete it: UUID {other.uuid}"
                    message = f"The event source arn ({other.event_source_arn}) and function ({function.name}) {words}"
                    raise Refused(message, "ResourceConflictException", 409)
            kept[mapping.uuid] = mapping
        return mapping

    def _update(self, request: Request) -> Response:
        asked = json.loads(request.body or b"{}")
        mapping = _backend(request.region).get_event_source_mapping(str(request.params["UUID"]))
        try:
            if mapping is not None:
                self._source(mapping.event_source_arn).check_change(asked)
        except Refused as refused:
            return error(request, refused.status, refused.code, str(refused))
        return self._gateway.moto(request)

    def _source(self, arn: str) -> Source:
        source = self._sources.get((arn.split(":")[2:3] or [""])[0])
        if source is None:
            raise Refused(f"{arn}: the embedded cloud maps SQS queues and DynamoDB streams only")
        return source


def exists(mapping: EventSourceMapping) -> bool:
    """Say whether a mapping has not been deleted."""
    return _backend(mapping.region).get_event_source_mapping(mapping.uuid) is mapping


def _backend(region: str) -> LambdaBackend:
    return lambda_backends[DEFAULT_ACCOUNT_ID][region]
