"""`lifeboat doctor` tells whether this machine can act, line by line, each with what to do about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError

from localcloud.faults import Fault
from ops.credentials import LOG_IN, not_let_in
from ops.findings import Level, account_finding, clock_finding, permission_finding
from tests.failover.model_table import refusal
from tests.ops.conftest import CONTROL_REGIONS, Ground, Orchestrators

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ANSWER = {"ResponseMetadata": {"HTTPHeaders": {"date": "Fri, 02 Jan 2026 03:04:05 GMT"}}}


def levels(document: Any) -> dict[str, str]:
    return {one["check"]: one["level"] for one in document["findings"]}


@pytest.mark.parametrize(
    ("skew", "level"), [(0, Level.OK), (29, Level.OK), (31, Level.WARN), (-299, Level.WARN), (301, Level.FAIL)]
)
def test_a_clock_that_aws_would_refuse_fails_and_one_that_misleads_warns(skew: int, level: Level) -> None:
    assert clock_finding({"us-east-2": ANSWER}, AT + timedelta(seconds=skew)).level is level


def test_a_refusal_tells_the_time_as_well_as_an_answer() -> None:
    refused: Any = refusal("InvalidSignatureException", "GetItem")
    refused.response["ResponseMetadata"]["HTTPHeaders"] = ANSWER["ResponseMetadata"]["HTTPHeaders"]
    assert clock_finding({"us-east-2": refused}, AT + timedelta(minutes=6)).level is Level.FAIL
    assert clock_finding({"us-east-2": TimeoutError()}, AT).level is Level.WARN


@pytest.mark.parametrize(
    ("answer", "level", "told"),
    [
        ({}, Level.OK, "allowed"),
        (refusal("ConditionalCheckFailedException", "UpdateItem"), Level.OK, "allowed"),
        (refusal("ParameterNotFound", "GetParameter"), Level.OK, "allowed"),
        (refusal("AccessDeniedException", "UpdateItem"), Level.FAIL, "denied"),
        (refusal("ResourceNotFoundException", "Invoke"), Level.FAIL, "not there"),
        (refusal("InternalServerError", "UpdateItem", status=500), Level.WARN, "could not be tried"),
    ],
)
def test_a_dry_call_is_allowed_unless_it_is_denied(answer: object, level: Level, told: str) -> None:
    found = permission_finding("dynamodb:UpdateItem on t", answer, Level.FAIL)
    assert (found.level, told in found.told) == (level, True)
    assert bool(found.next_step) == (level is not Level.OK)


def test_credentials_of_another_account_fail() -> None:
    assert account_finding("1", {"Account": "1", "Arn": "a"}).level is Level.OK
    assert account_finding("1", {"Account": "2", "Arn": "a"}).level is Level.FAIL
    assert account_finding("1", refusal("AccessDenied", "GetCallerIdentity")).level is Level.WARN


def test_each_line_is_told_and_what_is_denied_ends_with_one(ground: Ground, orchestrators: Orchestrators) -> None:
    ground.lifeboat("outputs", "--save")
    ground.front.gateway.faults.add(
        Fault(effect="error", status=400, code="AccessDeniedException", service="dynamodb", operation="BatchGetItem")
    )
    told = ground.document("doctor", code=1)
    found = levels(told)
    assert (found["clock"], found["credentials"], found["offline copy"], found["outputs"]) == ("ok", "ok", "ok", "ok")
    assert found[f"dynamodb:BatchGetItem on {ground.outputs['controlTable']}"] == "fail"
    assert found[f"dynamodb:PutItem on {ground.outputs['controlTable']}"] == "ok"
    assert all(one["next_step"] for one in told["findings"] if one["level"] != "ok")


def test_who_may_not_arm_may_still_move(ground: Ground, orchestrators: Orchestrators) -> None:
    ground.front.gateway.faults.add(
        Fault(effect="error", status=400, code="AccessDeniedException", service="dynamodb", operation="UpdateItem")
    )
    found = levels(ground.document("doctor"))
    assert found[f"dynamodb:UpdateItem on {ground.outputs['controlTable']}"] == "warn"


@pytest.mark.parametrize(
    ("answers", "about_credentials"),
    [
        ((), False),
        (({},), False),
        ((NoCredentialsError(),), True),
        ((refusal("ExpiredTokenException", "GetItem"), refusal("AccessDeniedException", "GetItem")), True),
        ((refusal("ExpiredTokenException", "GetItem"), {}), False),
        ((refusal("ExpiredTokenException", "GetItem"), ConnectTimeoutError(endpoint_url="x")), False),
        ((refusal("ResourceNotFoundException", "GetItem"),), False),
        ((refusal("InternalServerError", "GetItem", status=500),), False),
    ],
)
def test_only_answers_about_the_credentials_are_taken_for_such(
    answers: tuple[object, ...], about_credentials: bool
) -> None:
    assert not_let_in(answers) is about_credentials


@pytest.mark.parametrize("verb", [("status",), ("failover", "--dry-run"), ("doctor",)])
def test_credentials_that_are_not_let_in_are_not_taken_for_a_lost_majority(
    ground: Ground, verb: tuple[str, ...]
) -> None:
    ground.front.gateway.faults.add(Fault(effect="error", status=400, code="ExpiredTokenException", service="dynamodb"))
    told = str(ground.document(*verb, code=1))
    assert "control-majority-lost" not in told
    assert LOG_IN.split(";")[0] in told


def test_dry_calls_change_nothing(ground: Ground) -> None:
    def items() -> list[Any]:
        found = ground.client("dynamodb", "us-east-2").scan(TableName=ground.outputs["controlTable"])["Items"]
        return sorted(found, key=str)

    before = items()
    ground.lifeboat("doctor")
    assert items() == before


def test_a_dark_region_warns_and_nobody_left_fails(ground: Ground, orchestrators: Orchestrators) -> None:
    ground.front.gateway.world.darken("us-east-1", "reset")
    one_dark = levels(ground.document("doctor", code=0))
    assert (one_dark["control table in us-east-1"], one_dark["control table"]) == ("warn", "ok")
    for region in CONTROL_REGIONS:
        ground.front.gateway.world.darken(region, "reset")
    assert levels(ground.document("doctor", code=1))["control table"] == "fail"


def test_a_machine_without_credentials_is_told_so(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert levels(ground.document("doctor", code=1))["credentials"] == "fail"


def test_a_missing_orchestrator_fails(ground: Ground) -> None:
    assert levels(ground.document("doctor", code=1))["lambda:InvokeFunction in us-east-2"] == "fail"


def test_outputs_that_are_not_to_be_had_fail(ground: Ground) -> None:
    ground.saved.write_text("{}")
    assert levels(ground.document("doctor", code=1))["outputs"] == "fail"
