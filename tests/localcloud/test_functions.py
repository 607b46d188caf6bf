"""Functions invoked through the front, by their API."""

import base64
import json
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.front import Front
from localcloud.functions import RegionDark, Runner, Running, Surroundings
from localcloud.leftovers import own_directory
from localcloud.machinery import Machinery
from localcloud.metrics import Metrics
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import LOGS, make_function, make_role
from tests.localcloud.gate import PASS, Gate
from tests.waiting import eventually

SOURCE = (
    PASS
    + """
import json, os
import boto3
def handle(event, context):
    if "fail" in event:
        raise ValueError(event["fail"])
    if "gate" in event:
        wait_at(event["gate"])
    if "table" in event:
        boto3.client("dynamodb").describe_table(TableName=event["table"])
    if "measure" in event:
        directive = {"Namespace": "Test", "Dimensions": [["Where"]], "Metrics": [{"Name": "Size", "Unit": "Count"}]}
        fields = {"Where": "here", "Size": event["measure"]}
        print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, **fields}))
    print("ran")
    return {"event": event, "key": os.environ["AWS_ACCESS_KEY_ID"], "variable": os.environ.get("VARIABLE")}
"""
)
PATIENT = Config(read_timeout=20, retries={"total_max_attempts": 1})


@pytest.fixture
def invoke(client: ClientOf, machinery: Machinery) -> ClientOf:
    def call(name: str, event: object = None, region: str = "us-east-1", **more: object) -> object:
        payload = json.dumps(event or {}).encode()
        return client("lambda", region, config=PATIENT).invoke(FunctionName=name, Payload=payload, **more)

    return call


def deploy(client: ClientOf, name: str, region: str = "us-east-1", **more: object) -> str:
    return make_function(client, name, SOURCE, make_role(client, f"{name}-role"), region, **more)


def test_an_invocation_answers_with_what_the_deployed_archive_returns(client: ClientOf, invoke: ClientOf) -> None:
    deploy(client, "plain", Environment={"Variables": {"VARIABLE": "given", "AWS_REGION": "mars-1"}})
    answer = invoke("plain", {"a": 1}, LogType="Tail")
    told = json.loads(answer["Payload"].read())
    assert told["event"] == {"a": 1}
    assert told["variable"] == "given"
    assert told["key"].startswith("lambda.us-east-1.plain.")
    assert "ran" in base64.b64decode(answer["LogResult"]).decode()
    assert "FunctionError" not in answer


def test_an_exception_is_a_function_error_and_counts_as_one(client: ClientOf, invoke: ClientOf) -> None:
    deploy(client, "failing")
    answer = invoke("failing", {"fail": "no"})
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"
    metrics = client("cloudwatch").list_metrics(
        Namespace="AWS/Lambda", Dimensions=[{"Name": "FunctionName", "Value": "failing"}]
    )
    assert {"Invocations", "Errors", "Duration"} <= {metric["MetricName"] for metric in metrics["Metrics"]}


def test_a_function_that_is_not_there_is_not_found(invoke: ClientOf) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        invoke("nowhere")


def test_a_dry_run_runs_nothing(client: ClientOf, invoke: ClientOf, machinery: Machinery) -> None:
    deploy(client, "dry")
    assert invoke("dry", InvocationType="DryRun")["StatusCode"] == 204
    assert not sandboxes_of(machinery, "dry")


def test_a_busy_function_gets_a_second_sandbox_unless_its_concurrency_is_reserved(
    client: ClientOf, invoke: ClientOf, machinery: Machinery, gate: Gate
) -> None:
    deploy(client, "limited")
    client("lambda").put_function_concurrency(FunctionName="limited", ReservedConcurrentExecutions=1)
    invoke("limited", {"gate": gate.path}, InvocationType="Event")
    eventually(lambda: sandboxes_of(machinery, "limited"), 20, "a sandbox")
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        invoke("limited")
    client("lambda").delete_function_concurrency(FunctionName="limited")
    assert "FunctionError" not in invoke("limited")
    assert len(sandboxes_of(machinery, "limited")) == 2


def test_new_code_runs_in_a_new_sandbox(client: ClientOf, invoke: ClientOf) -> None:
    deploy(client, "changed", Environment={"Variables": {"VARIABLE": "old"}})
    invoke("changed")
    client("lambda").update_function_configuration(
        FunctionName="changed", Environment={"Variables": {"VARIABLE": "new"}}
    )
    assert json.loads(invoke("changed")["Payload"].read())["variable"] == "new"


def test_a_function_may_do_what_its_role_allows_only(client: ClientOf, invoke: ClientOf) -> None:
    deploy(client, "bounded")
    told = json.loads(invoke("bounded", {"table": "any"})["Payload"].read())
    assert "AccessDeniedException" in told["errorMessage"]


def test_log_lines_reach_cloudwatch_logs_and_metrics_in_them_cloudwatch(client: ClientOf, invoke: ClientOf) -> None:
    deploy(client, "logging")
    invoke("logging", {"measure": 42})
    events = client("logs").filter_log_events(logGroupName="/aws/lambda/logging")["events"]
    assert "ran" in [event["message"] for event in events]
    found = client("cloudwatch").list_metrics(Namespace="Test", MetricName="Size")["Metrics"]
    assert [metric["Dimensions"] for metric in found] == [[{"Name": "Where", "Value": "here"}]]


@pytest.mark.parametrize("missing", LOGS["Action"])
def test_without_permission_nothing_is_logged_nor_measured(
    client: ClientOf, invoke: ClientOf, machinery: Machinery, missing: str
) -> None:
    name = f"silent-{missing.split(':')[1]}"
    rest = [action for action in LOGS["Action"] if action != missing]
    role = make_role(client, f"{name}-role", [{**LOGS, "Action": rest}])
    make_function(client, name, SOURCE, role)
    invoke(name, {"measure": 1})
    assert client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"] == []
    mine = machinery.logs.since(0, name)
    assert [line.message for line in mine if line.message == "ran"] == ["ran"]
    assert not any(line.stored for line in mine)


def test_nothing_new_runs_in_a_dark_region_and_what_runs_there_goes_on(
    front: Front, client: ClientOf, invoke: ClientOf, machinery: Machinery, gate: Gate
) -> None:
    deploy(client, "lost", region="us-west-2")
    invoke("lost", region="us-west-2")
    invoke("lost", {"gate": gate.path}, region="us-west-2", InvocationType="Event")
    invoke("lost", {"gate": gate.path}, region="us-west-2", InvocationType="Event")
    eventually(lambda: len(sandboxes_of(machinery, "lost")) == 2, 20, "two sandboxes")
    front.gateway.world.darken("us-west-2")
    with pytest.raises(RegionDark):
        machinery.runner.invoke("us-west-2", "lost", b"{}")
    assert ran(machinery) == 1
    gate.open()
    eventually(lambda: ran(machinery) == 3, 20, "three runs are over")


def sandboxes_of(machinery: Machinery, function: str) -> list[Running]:
    return [one for one in machinery.runner.sandboxes() if one.function == function]


def ran(machinery: Machinery) -> int:
    return len([line for line in machinery.logs.since(0, "lost") if line.message == "ran"])


def test_a_runner_that_was_closed_begins_nothing_any_more(
    front: Front, client: ClientOf, machinery: Machinery, tmp_path: Path
) -> None:
    name = "after-the-end"
    make_function(client, name, SOURCE, make_role(client, f"{name}-role"))
    surroundings = Surroundings(endpoint=front.endpoint, directory=own_directory(tmp_path))
    metrics, world = Metrics(front.gateway), front.gateway.world
    runner = Runner(machinery.runner.functions, machinery.logs, metrics, world, surroundings)
    runner.close()
    with pytest.raises(RegionDark, match="gone with its cloud"):
        runner.invoke("us-east-1", name, b"{}")
    assert runner.sandboxes() == []
