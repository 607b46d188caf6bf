"""Whatever is broken in a deployed stack is named, each thing by itself; nothing is whole again afterwards."""

import json
from collections.abc import Callable

import pytest

from tests.cloud.role_policies import RolePolicy, StatementOf
from tests.cloud.stage import Stage
from tests.full_scale.looker import FUNCTION, Looker
from tests.localcloud.archives import archive


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
def broken(looker: Looker) -> dict[tuple[str, str], str]:
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
