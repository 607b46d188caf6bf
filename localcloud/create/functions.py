"""Lambda functions and what invokes them."""

from collections.abc import Mapping

from evaluation import Archive, Value
from localcloud.create.creation import Created, Creation, Creator, Unsupported, field

SETTINGS = ("handler", "runtime", "role", "timeout", "memorySize", "description", "architectures", "loggingConfig")
MAPPED = (
    "eventSourceArn",
    "functionName",
    "batchSize",
    "enabled",
    "functionResponseTypes",
    "scalingConfig",
    "maximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds",
    "maximumRetryAttempts",
    "bisectBatchOnFunctionError",
    "parallelizationFactor",
    "startingPosition",
    "filterCriteria",
    "metricsConfig",
)
PERMITTED = (
    "action",
    "principal",
    "sourceArn",
    "sourceAccount",
    "functionUrlAuthType",
    "invokedViaFunctionUrl",
)


def function(creation: Creation) -> Created:
    """Create a function from the archive that the program declares.

    Raises:
        Unsupported: its code is no archive.
    """
    code = creation.inputs.get("code")
    if not isinstance(code, Archive):
        raise Unsupported(f"{creation.registration.urn} has no archive as its code")
    variables = creation.block("environment").get("variables") or {}
    answer = creation.call(
        "lambda",
        "create_function",
        FunctionName=creation.name,
        Code={"ZipFile": code.zip_bytes()},
        Environment={"Variables": variables},
        **creation.given(*SETTINGS),
    )
    _reserve(creation)
    arn = field(answer, "FunctionArn")
    outputs: dict[str, Value] = {"name": creation.name, "arn": arn, "version": field(answer, "Version")}
    return creation.name, {**outputs, "qualifiedArn": f"{arn}:{outputs['version']}"}


def _reserve(creation: Creation) -> None:
    reserved = creation.inputs.get("reservedConcurrentExecutions")
    if isinstance(reserved, int) and reserved >= 0:
        creation.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=creation.name,
            ReservedConcurrentExecutions=reserved,
        )


def event_source_mapping(creation: Creation) -> Created:
    """Let a function read a queue or a stream.

    Raises:
        Unsupported: it asks for tumbling windows.
    """
    if creation.inputs.get("tumblingWindowInSeconds"):
        raise Unsupported(f"{creation.registration.urn}: the embedded cloud has no tumbling windows")
    answer = creation.call(
        "lambda",
        "create_event_source_mapping",
        DestinationConfig=_on_failure(creation.block("destinationConfig")),
        **creation.given(*MAPPED),
    )
    uuid = field(answer, "UUID")
    outputs: dict[str, Value] = {"uuid": uuid, "functionArn": field(answer, "FunctionArn"), "state": "Enabled"}
    return uuid, {**outputs, "arn": field(answer, "EventSourceMappingArn")}


def _on_failure(config: Mapping[str, Value]) -> dict[str, object] | None:
    """Spell a destination as the API does: the provider calls its ARN ``destinationArn`` for mappings only."""
    failure = config.get("onFailure")
    arn = failure.get("destinationArn") if isinstance(failure, dict) else None
    return {"OnFailure": {"Destination": arn}} if arn else None


def event_invoke_config(creation: Creation) -> Created:
    """Say how asynchronous invocations are retried."""
    name = creation.text("functionName")
    settings = creation.given("maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig")
    creation.call("lambda", "put_function_event_invoke_config", FunctionName=name, **settings)
    return name, {}


def permission(creation: Creation) -> Created:
    """Add a statement to a function's resource policy."""
    name = creation.text("function")
    statement = creation.text("statementId") or creation.registration.name
    creation.call(
        "lambda",
        "add_permission",
        FunctionName=name,
        StatementId=statement,
        **creation.given(*PERMITTED),
    )
    return statement, {"statementId": statement}


def function_url(creation: Creation) -> Created:
    """Give a function an address of its own: a path of this cloud's."""
    name = creation.text("functionName")
    creation.call(
        "lambda", "create_function_url_config", FunctionName=name, AuthType=creation.text("authorizationType")
    )
    return name, {"functionUrl": f"{creation.endpoint}/_lambda-url/{creation.region}/{name}/", "urlId": name}


CREATORS: Mapping[str, Creator] = {
    "aws:lambda/function:Function": function,
    "aws:lambda/eventSourceMapping:EventSourceMapping": event_source_mapping,
    "aws:lambda/permission:Permission": permission,
    "aws:lambda/functionUrl:FunctionUrl": function_url,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": event_invoke_config,
}
