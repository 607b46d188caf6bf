"""Deployed and armed, a stack is ready; whatever is broken then is named."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud import iam
from localcloud.cloud import OPERATOR
from localcloud.iam import Access
from tests.cloud.permissions import Used, access, loose, unneeded
from tests.cloud.role_policies import RolePolicy, StatementOf
from tests.cloud.stage import Stage, eventually
from tests.full_scale.looker import FUNCTION, Looker
from tests.localcloud.archives import archive

SOON_SECONDS = 90.0
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def looker(whole_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looker]:
    """Everything whole and armed; outputs are read from a file, as in an outage."""
    whole_stage.set()
    file = tmp_path_factory.mktemp("outputs") / "outputs.json"
    file.write_text(json.dumps(whole_stage.outputs, default=dict))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", whole_stage.cloud.endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", OPERATOR.format(region="us-east-2"))
        patch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
        yield Looker(stage=whole_stage, outputs=file)


def test_right_after_deploying_and_arming_everything_is_ready(looker: Looker) -> None:
    without_a_copy = {("outputs-copy", region) for region in looker.stage.control_regions}

    def ready() -> bool:
        exit_code, told = looker.look()
        named = {(one["check"], one["where"]) for one in told["checks"] if one["mark"] != "ok"}
        return exit_code == 0 and named <= without_a_copy

    eventually(ready, SOON_SECONDS, "the stack is ready")


@pytest.fixture(scope="module")
def roles(looker: Looker) -> dict[str, tuple[Used, ...]]:
    """What each look's role and its starter's were asked for, once every region has found the stack ready."""
    stage = looker.stage
    for region in stage.control_regions:
        eventually(lambda region=region: looker.invoke(region).get("ready"), SOON_SECONDS, f"{region} finds it ready")  # type: ignore[misc]
    decisions = stage.cloud.decisions()
    return {
        kind: tuple(_used(policy(stage, region), decisions) for region in stage.control_regions)
        for kind, policy in POLICIES.items()
    }


def _starter(stage: Stage, region: str) -> RolePolicy:
    schedule = stage.client("scheduler", region).get_schedule(Name=FUNCTION)
    return RolePolicy.of_role(stage, str(schedule["Target"]["RoleArn"]))


POLICIES: dict[str, Callable[[Stage, str], RolePolicy]] = {
    "look": lambda stage, region: RolePolicy.of_function(stage, region, FUNCTION),
    "starter": _starter,
}


def _used(policy: RolePolicy, decisions: list[dict[str, Any]]) -> Used:
    own = tuple(access(one["access"]) for one in decisions if one["role"] == policy.role_arn)
    return Used(policy=policy, accesses=own)


@pytest.mark.parametrize("kind", POLICIES)
def test_no_part_of_a_role_can_be_taken_away(roles: dict[str, tuple[Used, ...]], kind: str) -> None:
    assert all(role.suffices(role.policy.statements) for role in roles[kind])
    assert unneeded(roles[kind]) == []


def test_what_is_wider_than_a_name_has_its_reason(roles: dict[str, tuple[Used, ...]]) -> None:
    found = {one["Sid"] for role in roles["look"] for one in role.policy.statements if loose(one)}
    assert found == {
        "DescribeAccount",  # these calls take no resource
        "ListAlarms",  # nor do these name one
        "DescribeSecret",  # six characters of Secrets Manager's own
        "DescribeTables",  # a description is of no key
    }


FORBIDDEN = (
    ("dynamodb:UpdateItem", "dynamodb:us-east-2:{}:table/lifeboat-local-control"),
    ("dynamodb:PutItem", "dynamodb:us-east-2:{}:table/lifeboat-local-control"),
    ("dynamodb:GetItem", "dynamodb:us-east-1:{}:table/lifeboat-local-orders"),
    ("lambda:InvokeFunction", "lambda:us-west-2:{}:function:lifeboat-local-failover-orchestrator"),
    ("secretsmanager:GetSecretValue", "secretsmanager:us-east-2:{}:secret:lifeboat/local/slack-webhook-abcdef"),
    ("sqs:ReceiveMessage", "sqs:us-east-2:{}:lifeboat-local-orders-dead"),
    ("sns:Publish", "sns:us-east-2:{}:lifeboat-local-signals"),
    ("ssm:PutParameter", "ssm:us-east-2:{}:parameter/lifeboat/local/data/active-region"),
)


@pytest.mark.parametrize(("action", "resource"), FORBIDDEN)
def test_a_look_may_change_and_read_nothing_but_what_it_describes(
    roles: dict[str, tuple[Used, ...]], looker: Looker, action: str, resource: str
) -> None:
    place = looker.stage.control_regions.index("us-east-2")
    asked = Access(
        action=action,
        resource=f"arn:aws:{resource.format(ACCOUNT)}",
        context={"dynamodb:leadingkeys": ("tier#data",)} if action.startswith("dynamodb:") else {},
    )
    parsed = iam.parse(json.dumps({"Statement": list(roles["look"][place].policy.statements)}))
    assert iam.judge(parsed, asked) == "not mentioned"


def lose_the_secret(stage: Stage) -> None:
    secrets, name = stage.client("secretsmanager", "us-east-2"), stage.outputs["slackWebhookSecret"]
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name=name)


def disable_a_schedule(stage: Stage) -> None:
    schedules = stage.client("scheduler", "us-west-2")
    found = schedules.get_schedule(Name=stage.observer)
    kept = {name: found[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
    schedules.update_schedule(**kept, State="DISABLED")


def deploy_other_code(stage: Stage) -> None:
    functions = stage.client("lambda", "us-west-2")
    functions.update_function_code(FunctionName="lifeboat-local-notifier", ZipFile=archive("def handle(*_): pass\n"))


def remove_a_replica(stage: Stage) -> None:
    tables = stage.client("dynamodb", stage.primary)
    removed = [{"Delete": {"RegionName": stage.secondary}}]
    tables.update_table(TableName="lifeboat-local-sessions", ReplicaUpdates=removed)


def stop_recovery(stage: Stage) -> None:
    stage.client("dynamodb", stage.primary).update_continuous_backups(
        TableName="lifeboat-local-orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def bury_a_message(stage: Stage) -> None:
    queues = stage.client("sqs", "us-east-2")
    url = queues.get_queue_url(QueueName="lifeboat-local-orders-dead")["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody="an order that nobody could read")


def stop_reading_a_queue(stage: Stage) -> None:
    functions = stage.client("lambda", "us-east-1")
    (found,) = functions.list_event_source_mappings(FunctionName=stage.orchestrator)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=found["UUID"], Enabled=False)


def reserve_nothing(stage: Stage) -> None:
    stage.client("lambda", "us-east-1").put_function_concurrency(
        FunctionName="lifeboat-local-notifier", ReservedConcurrentExecutions=0
    )


def change_a_variable(stage: Stage) -> None:
    functions = stage.client("lambda", "us-east-1")
    told = functions.get_function_configuration(FunctionName="lifeboat-local-notifier")["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName="lifeboat-local-notifier", Environment={"Variables": {**told, "STACK": "prod"}}
    )


def delete_an_alarm(stage: Stage) -> None:
    stage.client("cloudwatch", "us-east-1").delete_alarms(AlarmNames=["lifeboat-local-observer-silent"])


def take_a_permission(stage: Stage) -> None:
    policy = RolePolicy.of_function(stage, "us-east-2", stage.orchestrator)
    put(stage, policy, policy.without("MoveTiers"))


def put(stage: Stage, policy: RolePolicy, statements: tuple[StatementOf, ...]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    role = policy.role_arn.rpartition("/")[2]
    stage.client("iam", "us-east-1").put_role_policy(RoleName=role, PolicyName=policy.name, PolicyDocument=document)


BREAKAGES: dict[tuple[str, str], tuple[Callable[[Stage], None], str]] = {
    ("secret", "us-east-2"): (lose_the_secret, "no current value"),
    ("schedules", "us-west-2"): (disable_a_schedule, "health-checker: DISABLED"),
    ("function-code", ""): (deploy_other_code, "notifier in us-west-2"),
    ("tables-active", "us-west-2"): (remove_a_replica, "lifeboat-local-sessions: ResourceNotFoundException"),
    ("table-recovery", "us-east-1"): (stop_recovery, "lifeboat-local-orders: no point-in-time recovery"),
    ("dead-letters", "us-east-2"): (bury_a_message, "orders: 1 dead letters"),
    ("event-sources", "us-east-1"): (stop_reading_a_queue, "failover-orchestrator: Disabled"),
    ("function-limits", "us-east-1"): (reserve_nothing, "notifier: reserved concurrency 0"),
    ("function-environment", ""): (change_a_variable, "notifier: STACK differ"),
    ("alarms", "us-east-1"): (delete_an_alarm, "observer-silent: missing"),
    ("rehearsal", "us-east-2"): (take_a_permission, "move the tier: AccessDeniedException"),
}


@pytest.fixture(scope="module")
def broken(looker: Looker, roles: dict[str, tuple[Used, ...]]) -> dict[tuple[str, str], str]:
    """One look after everything was broken, each thing by itself: what was seen, by check and place."""
    for breaks, _ in BREAKAGES.values():
        breaks(looker.stage)
    exit_code, told = looker.look()
    assert exit_code == 1
    return {(one["check"], one["where"]): one["seen"] for one in told["checks"] if one["mark"] != "ok"}


@pytest.mark.parametrize("place", BREAKAGES, ids=lambda place: " ".join(place).strip())
def test_what_was_broken_is_named(broken: dict[tuple[str, str], str], place: tuple[str, str]) -> None:
    assert BREAKAGES[place][1] in broken[place]


def test_a_replica_that_is_gone_is_missed_by_the_other(broken: dict[tuple[str, str], str]) -> None:
    assert broken["table-replicas", "us-east-1"] == "lifeboat-local-sessions: us-west-2 missing"


def test_people_read_what_is_wrong_and_what_to_do_next(looker: Looker, broken: dict[tuple[str, str], str]) -> None:
    told = looker.read("--all")
    assert told.startswith("not ready: ")
    for words in ("dead-letters", "then redrive or delete it", "tier-armed"):
        assert words in told
    assert "tier-armed" not in looker.read()


def test_the_scheduled_look_fails_says_why_and_counts(looker: Looker, broken: dict[tuple[str, str], str]) -> None:
    answer = looker.invoke("us-east-2")
    assert answer["errorType"] == "NotReady"
    assert "dead-letters us-east-2" in answer["errorMessage"]
    lines = [
        json.loads(str(one["message"])) for one in looker.stage.cloud.logs(FUNCTION) if one["region"] == "us-east-2"
    ]
    decided = [one for one in lines if one.get("message") == "decided"][-1]
    assert "dead-letters" in {one["check"] for one in decided["checks"]}
    assert [one for one in lines if "_aws" in one][-1]["ChecksFailed"] >= len(BREAKAGES) - 1


def test_a_dark_region_is_named_and_the_others_are_looked_at_all_the_same(
    looker: Looker, broken: dict[tuple[str, str], str]
) -> None:
    region = looker.stage.secondary  # of the data and of the control plane
    looker.stage.cloud.regions.darken(region, "blackhole")
    try:
        named = looker.named("fail")
    finally:
        looker.stage.cloud.regions.restore()
    assert ("function-limits", "us-east-1") in named
    assert [place for place in named if place[1] == region] == [("region", region)]
