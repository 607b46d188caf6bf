"""A mapping of a stream as a program declares it."""

from typing import Any

import pytest

from evaluation import Value
from localcloud.create import Resources, Unsupported
from localcloud.front import Front
from tests.localcloud.create.test_create import registration
from tests.localcloud.deploying import ClientOf
from tests.localcloud.stream_bench import StreamBench

TYPE = "aws:lambda/eventSourceMapping:EventSourceMapping"


@pytest.fixture
def declared(mapped: StreamBench) -> dict[str, Value]:
    """Give the inputs of a mapping that reads a table's stream."""
    return {"eventSourceArn": mapped.stream, "functionName": mapped.name, "startingPosition": "LATEST"}


def made(front: Front, client: ClientOf, inputs: dict[str, Value]) -> dict[str, Any]:
    uuid, outputs = Resources(front.endpoint).create(registration(TYPE, inputs))
    assert outputs["uuid"] == uuid
    told: dict[str, Any] = client("lambda").get_event_source_mapping(UUID=uuid)
    return told


def test_all_settings_of_a_stream_are_passed_on(front: Front, client: ClientOf, declared: dict[str, Value]) -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:dead"
    more: dict[str, Value] = {
        "batchSize": 50,
        "parallelizationFactor": 4,
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 5,
        "maximumRecordAgeInSeconds": 3600,
        "maximumBatchingWindowInSeconds": 1,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "destinationConfig": {"onFailure": {"destinationArn": queue}},
        "filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT"]}'}]},
        "metricsConfig": {"metrics": ["EventCount"]},
    }
    told = made(front, client, {**declared, **more})
    assert (told["BatchSize"], told["ParallelizationFactor"], told["MaximumBatchingWindowInSeconds"]) == (50, 4, 1)
    assert (told["BisectBatchOnFunctionError"], told["MaximumRetryAttempts"]) == (True, 5)
    assert (told["MaximumRecordAgeInSeconds"], told["StartingPosition"]) == (3600, "LATEST")
    assert told["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    assert told["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    assert told["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_tumbling_windows_are_refused_by_name(front: Front, declared: dict[str, Value]) -> None:
    with pytest.raises(Unsupported, match="no tumbling windows"):
        Resources(front.endpoint).create(registration(TYPE, {**declared, "tumblingWindowInSeconds": 30}))
