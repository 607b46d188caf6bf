"""The settings of a mapping of a stream: what is refused, and what Lambda fills in."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.front import Front
from tests.localcloud.conftest import PATIENT, connect
from tests.localcloud.stream_bench import EAST, StreamBench

SETTINGS: list[tuple[dict[str, object], str]] = [
    ({"StartingPosition": None}, "startingPosition"),
    ({"StartingPosition": "AT_TIMESTAMP"}, "Unsupported starting position"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 10_001}, "BatchSize"),
    ({"MaximumBatchingWindowInSeconds": 301}, "MaximumBatchingWindowInSeconds"),
    ({"ParallelizationFactor": 11}, "ParallelizationFactor"),
    ({"ParallelizationFactor": 0}, "ParallelizationFactor"),
    ({"MaximumRetryAttempts": 10_001}, "MaximumRetryAttempts"),
    ({"MaximumRetryAttempts": -2}, "MaximumRetryAttempts"),
    ({"MaximumRetryAttempts": "3"}, "MaximumRetryAttempts"),
    ({"MaximumRecordAgeInSeconds": 59}, "at least 60"),
    ({"MaximumRecordAgeInSeconds": 604_801}, "MaximumRecordAgeInSeconds"),
    ({"TumblingWindowInSeconds": 30}, "no tumbling windows"),
    ({"BisectBatchOnFunctionError": "yes"}, "BisectBatchOnFunctionError"),
    ({"FunctionResponseTypes": ["Everything"]}, "FunctionResponseTypes"),
    ({"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:1:q"}}}, "OnFailure only"),
    ({"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:lambda:us-east-1:1:function:g"}}}, "destination"),
    ({"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:1:q.fifo"}}}, "destination"),
    ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "Invalid filter pattern"),
    ({"ScalingConfig": {"MaximumConcurrency": 2}}, "ScalingConfig not supported"),
]


@pytest.fixture
def unchecked(front: Front) -> Any:
    """Give a client that sends what an SDK would refuse to send."""
    return connect(front, "lambda", EAST, "client.us-east-1.test.0", PATIENT.merge(Config(parameter_validation=False)))


@pytest.mark.parametrize(("wrong", "word"), SETTINGS)
def test_a_wrong_setting_is_refused(mapped: StreamBench, unchecked: Any, wrong: dict[str, object], word: str) -> None:
    given = {"EventSourceArn": mapped.stream, "FunctionName": mapped.name, "StartingPosition": "LATEST", **wrong}
    with pytest.raises(ClientError, match=word) as refused:
        unchecked.create_event_source_mapping(**given)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    if "StartingPosition" not in wrong:
        uuid = mapped.map()
        with pytest.raises(ClientError, match=word):
            unchecked.update_event_source_mapping(UUID=uuid, **wrong)


@pytest.mark.parametrize("wrong", ["us-west-2:123456789012:table/{}", "us-east-1:123456789012:table/other"])
def test_a_stream_that_is_not_there_is_refused(mapped: StreamBench, wrong: str) -> None:
    arn = f"arn:aws:dynamodb:{wrong.format(mapped.table)}/stream/{mapped.stream.rpartition('/')[2]}"
    with pytest.raises(ClientError) as refused:
        mapped.client("lambda").create_event_source_mapping(
            EventSourceArn=arn, FunctionName=mapped.name, StartingPosition="LATEST"
        )
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.parametrize("wrong", ["arn:aws:dynamodb", "arn:aws:dynamodb:us-east-1:123456789012:table/t"])
def test_an_arn_of_no_stream_is_refused(mapped: StreamBench, wrong: str) -> None:
    with pytest.raises(ClientError, match="Stream not found"):
        mapped.client("lambda").create_event_source_mapping(
            EventSourceArn=wrong, FunctionName=mapped.name, StartingPosition="LATEST"
        )


def test_a_stream_of_another_region_is_refused(mapped: StreamBench) -> None:
    with pytest.raises(ClientError, match="is not in us-west-2"):
        mapped.client("lambda", "us-west-2").create_event_source_mapping(
            EventSourceArn=mapped.stream, FunctionName=mapped.name, StartingPosition="LATEST"
        )


def test_what_was_not_said_is_told_as_lambda_fills_it_in(mapped: StreamBench) -> None:
    uuid = mapped.map()
    told = mapped.client("lambda").get_event_source_mapping(UUID=uuid)
    assert (told["BatchSize"], told["ParallelizationFactor"], told["MaximumBatchingWindowInSeconds"]) == (100, 1, 0)
    assert (told["MaximumRetryAttempts"], told["MaximumRecordAgeInSeconds"]) == (-1, -1)
    assert told["BisectBatchOnFunctionError"] is False
    assert (told["StartingPosition"], told["State"]) == ("TRIM_HORIZON", "Enabled")
    mapped.change(uuid, MaximumRetryAttempts=3, BisectBatchOnFunctionError=True, BatchSize=7)
    (listed,) = mapped.client("lambda").list_event_source_mappings(EventSourceArn=mapped.stream)["EventSourceMappings"]
    assert (listed["MaximumRetryAttempts"], listed["BisectBatchOnFunctionError"], listed["BatchSize"]) == (3, True, 7)
