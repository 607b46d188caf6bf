"""The settings of a mapping whose source is a DynamoDB stream: what Lambda accepts, what it fills in.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import EventSourceMapping

from localcloud.record_filters import BadFilter, wanted_by
from localcloud.stream_batches import Limits

DEFAULTS: Mapping[str, object] = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "Enabled": True,
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
RANGES: Mapping[str, tuple[int, int]] = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
POSITIONS = ("TRIM_HORIZON", "LATEST")
KNOWN = frozenset({*DEFAULTS, "EventSourceArn", "FilterCriteria", "FunctionName", "MetricsConfig", "StartingPosition"})
IGNORED = frozenset({"Tags", "UUID"})
YOUNGEST_AGE_SECONDS = 60
DESTINATIONS = frozenset({"sns", "sqs", "s3"})
REPORTS = "ReportBatchItemFailures"


class InvalidSetting(ValueError):
    """A value that Lambda answers with InvalidParameterValueException."""


def check_new(asked: Mapping[str, object]) -> None:
    """Check a mapping that is to be created.

    Raises:
        InvalidSetting: a value is missing or wrong.
    """
    if asked.get("StartingPosition") is None:
        raise InvalidSetting("1 validation error detected: Value null at 'startingPosition' must not be null.")
    if asked["StartingPosition"] not in POSITIONS:
        raise InvalidSetting(f"Unsupported starting position for arn type: {asked['EventSourceArn']}")
    check(asked)


def check(asked: Mapping[str, object]) -> None:
    """Check the settings of a new mapping or those that are to be changed.

    Raises:
        InvalidSetting: a value is wrong.
    """
    if strange := sorted({name for name in asked if asked[name] is not None} - KNOWN - IGNORED):
        raise InvalidSetting(f"{', '.join(strange)} not supported for DynamoDB event sources.")
    for name in RANGES:
        _check_range(name, asked.get(name))
    _check_flags(asked)
    _check_destination(asked.get("DestinationConfig"))
    try:
        wanted_by(asked.get("FilterCriteria"))
    except BadFilter as bad:
        raise InvalidSetting(str(bad)) from bad


def limits(mapping: EventSourceMapping, time_scale: float, retention_seconds: float) -> Limits:
    """Read what holds for a mapping's batches now, in this cloud's seconds."""
    retries, age = _of(mapping.max_retry_attempts, -1), _of(mapping.max_record_age, -1)
    return Limits(
        batch_size=mapping.batch_size,
        window_seconds=_of(mapping.max_batch_window, 0) * time_scale,
        most_retries=None if retries < 0 else retries,
        oldest_seconds=None if age < 0 else age * time_scale,
        retention_seconds=retention_seconds,
        bisect=bool(mapping.bisect_on_error),
        reports=REPORTS in (mapping.function_response_types or ()),
    )


def lanes(mapping: EventSourceMapping) -> int:
    """Read how many batches of a shard are in flight at once."""
    return _of(mapping.parallelization_factor, 1)


def on_failure(mapping: EventSourceMapping) -> str:
    """Read the ARN that batches which are given up are sent to, "" if there is none."""
    return destination_of(mapping.destination_config)


def destination_of(config: Any) -> str:
    """Read the ARN in a ``DestinationConfig``."""
    return str(((config or {}).get("OnFailure") or {}).get("Destination") or "")


def _of(value: object, default: int) -> int:
    return default if value is None else int(str(value))


def _check_range(name: str, value: object) -> None:
    least, most = RANGES[name]
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidSetting(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    if name == "MaximumRecordAgeInSeconds" and 0 <= value < YOUNGEST_AGE_SECONDS:
        raise InvalidSetting(f"{name} must be -1 or at least {YOUNGEST_AGE_SECONDS}, not {value}.")
    if name == "TumblingWindowInSeconds" and value:
        raise InvalidSetting("the embedded cloud has no tumbling windows; leave TumblingWindowInSeconds out")


def _check_flags(asked: Mapping[str, object]) -> None:
    for name in ("BisectBatchOnFunctionError", "Enabled"):
        if not isinstance(asked.get(name), bool | None):
            raise InvalidSetting(f"{name} must be true or false, not {asked[name]!r}.")
    types = asked.get("FunctionResponseTypes")
    if types is not None and (not isinstance(types, list) or not set(types) <= {REPORTS}):
        raise InvalidSetting(f"FunctionResponseTypes can hold {REPORTS} only, not {types!r}.")


def _check_destination(config: object) -> None:
    """Refuse what cannot take a discarded batch: successes, FIFO queues and topics, other services."""
    if config is None:
        return
    if not isinstance(config, dict) or set(config) - {"OnFailure"}:
        raise InvalidSetting("DestinationConfig can hold OnFailure only for DynamoDB event sources.")
    arn = destination_of(config)
    if arn and (arn.split(":")[2:3] not in [[name] for name in DESTINATIONS] or arn.endswith(".fifo")):
        raise InvalidSetting(f"Invalid destination for DynamoDB event sources: {arn}")
