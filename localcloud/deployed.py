"""A function as it is deployed now, read from moto, with what moto drops kept beside it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.gateway import Gateway
from localcloud.request import Request, Response

DEFAULT_ATTEMPTS = 2
DEFAULT_AGE_SECONDS = 6 * 3600


class NoSuchFunction(Exception):
    """No function of that name is deployed in the region."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One function's code and settings at one moment."""

    region: str
    name: str
    arn: str
    role: str
    handler: str
    runtime: str
    archive: bytes
    timeout_seconds: float
    memory_mb: int
    reserved_concurrency: int | None
    environment: Mapping[str, str]
    logging: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Tell one deployment of code and settings from another."""
        told = [
            self.handler,
            self.runtime,
            self.memory_mb,
            sorted(self.environment.items()),
            sorted(self.logging.items()),
        ]
        return hashlib.sha256(self.archive + json.dumps(told).encode()).hexdigest()

    @property
    def log_group(self) -> str:
        """Return the name of the log group that the function writes to."""
        return self.logging.get("LogGroup", f"/aws/lambda/{self.name}")


@dataclass(frozen=True, kw_only=True)
class AsynchronousSettings:
    """How asynchronous invocations of a function are retried and where failures go."""

    maximum_retry_attempts: int = DEFAULT_ATTEMPTS
    maximum_age_seconds: float = DEFAULT_AGE_SECONDS
    on_failure: str = ""


class Functions:
    """Reads deployed functions; keeps the ``LoggingConfig`` that moto forgets."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._logging: dict[tuple[str, str], Mapping[str, str]] = {}
        for operation in ("CreateFunction", "UpdateFunctionConfiguration", "GetFunctionConfiguration"):
            gateway.routes["lambda", operation] = self._with_logging

    def get(self, region: str, name_or_arn: str) -> Deployed:
        """Read a function.

        Raises:
            NoSuchFunction: it is not there.
        """
        with self._gateway.lock("lambda"):
            function = self._find(region, name_or_arn)
            return Deployed(
                region=region,
                name=function.function_name,
                arn=function.function_arn,
                role=function.role,
                handler=function.handler or "",
                runtime=function.run_time or "",
                archive=function.code_bytes,
                timeout_seconds=float(function.timeout),
                memory_mb=int(function.memory_size),
                reserved_concurrency=_count(function.reserved_concurrency),
                environment=dict(function.environment_vars),
                logging=self._logging.get((region, function.function_name), {}),
            )

    def asynchronous(self, region: str, name: str) -> AsynchronousSettings:
        """Read a function's event invoke configuration, the newest one put."""
        with self._gateway.lock("lambda"):
            configs = self._find(region, name).event_invoke_config
            config = configs[-1].config if configs else {}
        on_failure = (config.get("DestinationConfig") or {}).get("OnFailure") or {}
        return AsynchronousSettings(
            maximum_retry_attempts=int(config.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS)),
            maximum_age_seconds=float(config.get("MaximumEventAgeInSeconds", DEFAULT_AGE_SECONDS)),
            on_failure=str(on_failure.get("Destination", "")),
        )

    def policy(self, region: str, name_or_arn: str) -> str:
        """Read a function's resource policy as JSON.

        Raises:
            NoSuchFunction: it is not there.
        """
        with self._gateway.lock("lambda"):
            statements = [_conditioned(one) for one in self._find(region, name_or_arn).policy.statements]
            return json.dumps({"Version": "2012-10-17", "Statement": statements})

    def url_auth_type(self, region: str, name: str) -> str:
        """Read how calls to a function's own address are authenticated; "" for a function without one.

        Raises:
            NoSuchFunction: it is not there.
        """
        with self._gateway.lock("lambda"):
            config = self._find(region, name).url_config
            return str(config.config.get("AuthType", "")) if config else ""

    def _find(self, region: str, name_or_arn: str) -> LambdaFunction:
        name = name_or_arn.split(":")[6] if name_or_arn.startswith("arn:") else name_or_arn.split(":", maxsplit=1)[0]
        try:
            return lambda_backends[DEFAULT_ACCOUNT_ID][region].get_function(name)
        except UnknownFunctionException as error:
            raise NoSuchFunction(f"no function {name} in {region}") from error

    def _with_logging(self, request: Request) -> Response:
        response = self._gateway.moto(request)
        asked = json.loads(request.body or b"{}")
        if response.status >= 300:
            return response
        described = json.loads(response.body)
        key = (request.region, described["FunctionName"])
        if "LoggingConfig" in asked:
            self._logging[key] = asked["LoggingConfig"]
        described["LoggingConfig"] = self._logging.get(key, {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{key[1]}"})
        return Response(status=response.status, headers=response.headers, body=json.dumps(described).encode())


def _conditioned(statement: Mapping[str, object]) -> Mapping[str, object]:
    """Put what AddPermission says of a function's address where Lambda puts it: into the statement's condition."""
    of_url = {
        "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
        "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    }
    conditions = {operator: {key: statement[name]} for name, (operator, key) in of_url.items() if name in statement}
    rest = {name: value for name, value in statement.items() if name not in of_url}
    return {**rest, "Condition": conditions} if conditions else rest


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))
