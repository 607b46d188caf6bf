"""Each role is sufficient for a failover, the way back, mending and a page, and has nothing that these do not need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from failover.decision import Action, decide
from failover.orders import Order, OrderKind
from localcloud.iam import Access
from tests.cloud.permissions import Used, item, loose, on, unneeded
from tests.cloud.role_policies import RolePolicy, StatementOf
from tests.cloud.stage import TIER, Stage
from tests.cloud.told import told_of
from tests.waiting import eventually

# What a role has for a plan that nobody carries out yet, the application tier's; tests/stacks holds it to its region.
AHEAD = ("ReadLinodeToken", "FlipTraffic", "TellAbsentSwitches")
KINDS = ("health-checker", "failover-orchestrator", "notifier", "scheduler")
SOON_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A recorded run; ``used`` holds each kind's roles, one for each control region in their order."""

    refused: tuple[Any, ...]
    log_lines: tuple[str, ...]
    used: dict[str, tuple[Used, ...]]


@pytest.fixture(scope="module")
def run(whole_stage: Stage) -> Run:
    stage = whole_stage
    stage.set()
    decided, logged = _last(stage.cloud.decisions()), _last(stage.cloud.logs())
    everything_that_roles_are_for(stage)
    decisions = stage.cloud.decisions(decided)
    return Run(
        refused=tuple(one for one in decisions if not one["allowed"]),
        log_lines=tuple(str(line["message"]) for line in stage.cloud.logs(since=logged)),
        used={
            kind: tuple(Used.of(_policy(stage, kind, region), decisions) for region in stage.control_regions)
            for kind in KINDS
        },
    )


def _last(numbered: list[dict[str, object]]) -> int:
    return max((int(str(one["number"])) for one in numbered), default=0)


def _policy(stage: Stage, kind: str, region: str) -> RolePolicy:
    if kind == "scheduler":
        return RolePolicy.of_scheduler(stage, region)
    return RolePolicy.of_function(stage, region, f"lifeboat-local-{kind}")


def everything_that_roles_are_for(stage: Stage) -> None:
    """Lose the primary, come back by an order that only the queue delivers, mend a value, tell people; watch on."""
    page, fires = stage.last_page(), _schedule_decisions(stage)
    stage.cloud.regions.darken(stage.primary)
    eventually(lambda: _rests_at(stage, "secondary"), SOON_SECONDS, "the failover is complete")
    stage.cloud.regions.restore()
    order_by_queue(stage, "us-east-2", OrderKind.FAILBACK)
    mend(stage)
    eventually(lambda: told_of(stage, page, "failback of data: primary is active"), SOON_SECONDS, "people know")
    eventually(lambda: _schedule_decisions(stage) > fires, SOON_SECONDS, "a schedule fires")


def _rests_at(stage: Stage, site: str) -> bool:
    row = stage.row()
    return row.active == site and row.step is None


def _schedule_decisions(stage: Stage) -> int:
    role = RolePolicy.of_scheduler(stage, stage.control_regions[-1]).role_arn
    return max((int(str(one["number"])) for one in stage.cloud.decisions() if one["role"] == role), default=0)


def order(stage: Stage, kind: OrderKind) -> Order:
    """Return a person's order that holds now."""
    row, now = stage.row(), stage.control.time.now()
    order_id = f"{kind}-{stage.last_call()}"
    return Order(id=order_id, kind=kind, tier=TIER, epoch=row.epoch, reason="a test", by="test", issued_at=now)


def order_by_queue(stage: Stage, region: str, kind: OrderKind) -> None:
    """Publish an order once the votes allow it, and again if it is refused; nobody invokes the orchestrator."""
    eventually(lambda: _done_by_queue(stage, region, kind), 3 * SOON_SECONDS, f"a {kind} is carried out")


def _done_by_queue(stage: Stage, region: str, kind: OrderKind) -> bool:
    eventually(lambda: _would_start(stage, order(stage, kind)), SOON_SECONDS, f"a {kind} is possible")
    given = order(stage, kind)
    stage.client("sns", region).publish(TopicArn=stage.outputs["signalsTopicArns"][region], Message=given.to_json())
    answer = eventually(lambda: stage.control.first_answer(given.id), SOON_SECONDS, f"an answer to {given.id}")
    return bool(answer and answer["outcome"] == "done")


def _would_start(stage: Stage, given: Order) -> bool:
    return decide(given, stage.snapshot(), stage.control.time.now(), stage.protocol).action is Action.START


def mend(stage: Stage) -> None:
    """Name another active region outside, everywhere, and wait until that is mended."""
    for region in stage.control_regions:
        name = stage.outputs["activeParameter"]
        stage.client("ssm", region).put_parameter(Name=name, Value="elsewhere", Type="String", Overwrite=True)
    eventually(lambda: set(stage.parameters().values()) == {stage.primary}, SOON_SECONDS, "every value is mended")


def test_no_role_lacks_a_permission(run: Run) -> None:
    assert run.refused == ()
    assert [line for line in run.log_lines if "AccessDenied" in line or "not authorized" in line] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_a_role_can_be_taken_away(run: Run, kind: str) -> None:
    assert all(role.suffices(role.policy.statements) for role in run.used[kind])
    assert [part for part in unneeded(run.used[kind]) if not part.startswith(AHEAD)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_statement_is_wider_than_its_purpose(run: Run, kind: str) -> None:
    found = {one["Sid"]: loose(one) for role in run.used[kind] for one in role.policy.statements}
    assert {sid: what for sid, what in found.items() if what} == {}


WIDER: tuple[Callable[[StatementOf], StatementOf], ...] = (
    lambda one: {**one, "Action": ["*"]},
    lambda one: {**one, "Action": [f"{one['Action'][0].partition(':')[0]}:*"]},
    lambda one: {**one, "Resource": ["*"]},
    lambda one: {**one, "Resource": [f"{one['Resource'][0].rpartition(':')[0]}:*"]},
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_statement_widened_to_a_wildcard_is_found(run: Run, kind: str) -> None:
    statements = run.used[kind][0].policy.statements
    log = {"WriteOwnLog"}  # its last wildcard is the one that is allowed
    missed = [
        (one["Sid"], number)
        for one in statements
        for number, wider in enumerate(WIDER)
        if not loose(wider(one)) and not (one["Sid"] in log and number == 3)
    ]
    assert missed == []


# Asked of the roles in us-east-2.
FORBIDDEN = {
    "health-checker": [
        item("UpdateItem", "us-east-2", "control", "vote#data#us-west-2"),
        item("UpdateItem", "us-east-2", "control", "tier#data"),
        item("BatchGetItem", "us-east-2", "control", "incident#any"),
        item("UpdateItem", "us-east-1", "canary", "health_check_id#us-west-2"),
        item("UpdateItem", "us-east-1", "orders", "health_check_id#us-east-2"),
        on("lambda:InvokeFunction", "us-west-2", "function:lifeboat-local-failover-orchestrator"),
        on("ssm:PutParameter", "us-east-2", "parameter/lifeboat/local/data/active-region"),
        on("sns:Publish", "us-east-2", "lifeboat-local-alerts"),
    ],
    "failover-orchestrator": [
        item("UpdateItem", "us-east-2", "control", "vote#data#us-east-2"),
        item("DeleteItem", "us-east-2", "control", "tier#data"),
        item("PutItem", "us-east-2", "control", "tier#data"),
        item("BatchWriteItem", "us-east-2", "control", "tier#data"),
        item("UpdateItem", "us-east-1", "canary", "health_check_id#us-east-1"),
        item("UpdateItem", "us-east-1", "orders", "health_check_id#orchestrator"),
        on("ssm:PutParameter", "us-east-2", "parameter/lifeboat/prod/data/active-region"),
        on("sqs:SendMessage", "us-east-2", "lifeboat-local-orders"),
    ],
    "notifier": [
        item("UpdateItem", "us-east-2", "control", "tier#data"),
        item("GetItem", "us-east-2", "control", "incident#any"),
        on("sns:Publish", "us-east-2", "lifeboat-local-signals"),
        on("sqs:ReceiveMessage", "us-east-2", "lifeboat-local-orders"),
        on("secretsmanager:GetSecretValue", "us-east-2", "secret:lifeboat/prod/slack-webhook-abcdef"),
    ],
    "scheduler": [on("lambda:InvokeFunction", "us-east-2", "function:lifeboat-local-failover-orchestrator")],
}


@pytest.mark.parametrize(("kind", "asked"), [(kind, asked) for kind, listed in FORBIDDEN.items() for asked in listed])
def test_a_role_may_not_touch_what_is_another_s(run: Run, kind: str, asked: Access) -> None:
    (role,) = (used for used in run.used[kind] if _is_of(used.policy, "us-east-2"))
    assert not role.mentions(asked)


def _is_of(policy: RolePolicy, region: str) -> bool:
    own = next(one for one in policy.statements if one["Sid"] in ("WriteOwnLog", "StartObserver"))
    return bool(own["Resource"][0].split(":")[3] == region)


@pytest.mark.parametrize("sid", ["ReadPlansAndVotes", "KeepJournals", "MoveTiers"])
def test_an_orchestrator_that_really_lost_a_statement_is_refused_and_moves_nothing(stage: Stage, sid: str) -> None:
    region, before, decided = "us-west-2", stage.row(), _last(stage.cloud.decisions())
    policy = RolePolicy.of_function(stage, region, stage.orchestrator)
    with policy.reduced_to(policy.without(sid)):
        payload = order(stage, OrderKind.FAILOVER).to_json().encode()
        answer = stage.client("lambda", region, 15.0).invoke(FunctionName=stage.orchestrator, Payload=payload)
    assert "AccessDenied" in answer["Payload"].read().decode()
    refused = [one for one in stage.cloud.decisions(decided) if not one["allowed"]]
    assert {one["role"] for one in refused} == {policy.role_arn}
    assert stage.row().epoch == before.epoch
