"""Deployed and armed, a stack is ready; looking takes no more rights than it needs."""

from collections.abc import Callable

import pytest

from localcloud.iam import Access
from tests.cloud.permissions import Used, item, loose, on, unneeded
from tests.cloud.role_policies import RolePolicy
from tests.cloud.stage import Stage
from tests.full_scale.looker import FUNCTION, Looker
from tests.waiting import eventually

SOON_SECONDS = 90.0


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
        kind: tuple(Used.of(policy(stage, region), decisions) for region in stage.control_regions)
        for kind, policy in POLICIES.items()
    }


def _starter(stage: Stage, region: str) -> RolePolicy:
    schedule = stage.client("scheduler", region).get_schedule(Name=FUNCTION)
    return RolePolicy.of_role(stage, str(schedule["Target"]["RoleArn"]))


POLICIES: dict[str, Callable[[Stage, str], RolePolicy]] = {
    "look": lambda stage, region: RolePolicy.of_function(stage, region, FUNCTION),
    "starter": _starter,
}


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
        "DescribeTables",  # a description is of no key, and a name for each table would outgrow the role
    }


# Asked of the look's role in us-east-2.
FORBIDDEN = (
    item("UpdateItem", "us-east-2", "control", "tier#data"),
    item("PutItem", "us-east-2", "control", "tier#data"),
    item("GetItem", "us-east-1", "orders", "tier#data"),
    on("lambda:InvokeFunction", "us-west-2", "function:lifeboat-local-failover-orchestrator"),
    on("secretsmanager:GetSecretValue", "us-east-2", "secret:lifeboat/local/slack-webhook-abcdef"),
    on("sqs:ReceiveMessage", "us-east-2", "lifeboat-local-orders-dead"),
    on("sns:Publish", "us-east-2", "lifeboat-local-signals"),
    on("ssm:PutParameter", "us-east-2", "parameter/lifeboat/local/data/active-region"),
)


@pytest.mark.parametrize("asked", FORBIDDEN, ids=lambda asked: asked.action)
def test_a_look_may_change_and_read_nothing_but_what_it_describes(
    roles: dict[str, tuple[Used, ...]], looker: Looker, asked: Access
) -> None:
    place = looker.stage.control_regions.index("us-east-2")
    assert not roles["look"][place].mentions(asked)
