"""Errors are logged as JSON, reach people, and move nothing."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from failover import rows
from failover.tier import TierRow
from failover.votes import Verdict
from tests.cloud.breakage import canary_table_deleted, impatient_queue, orders_queue, silenced, unset
from tests.cloud.role_policies import RolePolicy, StatementOf
from tests.cloud.stage import TIER, Stage
from tests.cloud.told import errors, last_line, told_of
from tests.waiting import eventually

SOON_SECONDS = 15.0
ALARM_SECONDS = 60.0
NOTIFIER = "lifeboat-local-notifier"
NOBODY_LISTENS = "http://127.0.0.1:1/slack"


def counters(stage: Stage) -> dict[str, int]:
    return {vote.observer: vote.counter for vote in stage.snapshot().votes}


def have_voted_on(stage: Stage, since: dict[str, int], turns: int) -> bool:
    """Say whether every observer has voted so many more times."""
    now = counters(stage)
    return all(now.get(observer, 0) >= counter + turns for observer, counter in since.items())


def assert_nobody_calls_it_down(stage: Stage, row: TierRow) -> None:
    """Wait for twice the votes that would make a quorum turn, then see that none did, and that nothing moved."""
    since, turns = counters(stage), 2 * stage.protocol.fall
    eventually(lambda: have_voted_on(stage, since, turns), SOON_SECONDS, "votes go on")
    seen = stage.snapshot()
    assert (seen.row.epoch, seen.row.active, seen.row.plan_id) == (row.epoch, row.active, row.plan_id)
    assert Verdict.UNHEALTHY not in {vote.verdict for vote in seen.votes}


def assert_each_observer_pages(stage: Stage, since: int, *words: str) -> None:
    for region in stage.control_regions:
        said = (f"observer {region}", *words)
        eventually(partial(told_of, stage, since, *said), SOON_SECONDS, f"a page with {said}")


def blinded(policy: RolePolicy, table_arn: str) -> tuple[StatementOf, ...]:
    """Return a policy's statements without one region's table."""
    reduced = [{**one, "Resource": [arn for arn in one["Resource"] if arn != table_arn]} for one in policy.statements]
    return tuple(one for one in reduced if one["Resource"])


def test_a_revoked_permission_of_all_observers_is_paged_and_moves_nothing(stage: Stage) -> None:
    row, page, line = stage.row(), stage.last_page(), last_line(stage)
    canary = f"arn:aws:dynamodb:{stage.primary}:{stage.outputs['accountId']}:table/{stage.outputs['canaryTable']}"
    with ExitStack() as revoked:
        for region in stage.control_regions:
            policy = RolePolicy.of_function(stage, region, stage.observer)
            revoked.enter_context(policy.reduced_to(blinded(policy, canary)))
        assert_each_observer_pages(stage, page, "cannot probe", "AccessDenied")
        assert_nobody_calls_it_down(stage, row)
    for region in stage.control_regions:
        logged = [
            one for one in errors(stage, stage.observer, region, line) if one["message"] == "probe proved nothing"
        ]
        assert logged
        assert "AccessDenied" in logged[0]["detail"]


def test_a_deleted_canary_table_in_the_primary_is_paged_and_moves_nothing(stage: Stage) -> None:
    row, page = stage.row(), stage.last_page()
    # People were told within the hour that these observers cannot probe; a new incident is told at once.
    forget_incidents(stage)
    with canary_table_deleted(stage):
        assert_each_observer_pages(stage, page, "cannot probe", "ResourceNotFoundException")
        assert_nobody_calls_it_down(stage, row)


def forget_incidents(stage: Stage) -> None:
    for region in stage.control_regions:
        for incident in (f"{region}-cannot-probe-primary", f"{region}-cannot-vote-TierRowMissing"):
            delete(stage, {"pk": {"S": f"incident#{incident}"}, "sk": {"S": "incident"}})


def delete(stage: Stage, key: dict[str, Any]) -> Any:
    """Delete an item of the control table and return it."""
    client = stage.client("dynamodb", "us-east-2")
    answer = client.delete_item(TableName=stage.outputs["controlTable"], Key=key, ReturnValues="ALL_OLD")
    return answer.get("Attributes")


def test_a_lost_tier_row_is_paged_and_not_made_up(stage: Stage) -> None:
    page = stage.last_page()
    lost = delete(stage, rows.tier_key(TIER))
    try:
        assert_each_observer_pages(stage, page, "cannot vote", "TierRowMissing", "lifeboat arm")
        again = delete(stage, rows.tier_key(TIER))
    finally:
        stage.client("dynamodb", "us-east-2").put_item(TableName=stage.outputs["controlTable"], Item=lost)
    assert again is None


def canaries(stage: Stage, region: str) -> dict[str, int]:
    """Return the observers' canaries of one region: counter by name."""
    items = stage.client("dynamodb", region).scan(TableName=stage.outputs["canaryTable"], ConsistentRead=True)["Items"]
    counters = {item["id"]["S"]: int(item["counter"]["N"]) for item in items}
    return {name: counter for name, counter in counters.items() if name.rpartition("#")[2] in stage.control_regions}


def have_grown(stage: Stage, region: str, since: dict[str, int]) -> bool:
    now = canaries(stage, region)
    return all(now.get(name, 0) > counter for name, counter in since.items())


def test_lost_canaries_are_written_again_and_move_nothing(stage: Stage) -> None:
    row, lost = stage.row(), canaries(stage, stage.primary)
    for region in (stage.primary, stage.secondary):
        for name in lost:
            stage.client("dynamodb", region).delete_item(
                TableName=stage.outputs["canaryTable"], Key={"id": {"S": name}}
            )
    for region in (stage.primary, stage.secondary):
        eventually(partial(have_grown, stage, region, lost), SOON_SECONDS, f"every canary is in {region} again")
    assert len(lost) == len(stage.control_regions)
    assert_nobody_calls_it_down(stage, row)


def page_of(stage: Stage, name: str) -> str:
    """Return a page as the control plane publishes it, an incident of its own each time."""
    told = {"summary": f"{name} is tried", "reason": "a test", "next_step": "none", "by": "test", "severity": "warning"}
    page_id = f"{name}-{stage.last_call()}"
    return json.dumps({"schema": 1, "kind": "page", "id": page_id, "tier": TIER, "epoch": 1, **told})


def publish(stage: Stage, region: str, page: str) -> int:
    """Publish a page; return the number of the newest message that people had by then."""
    before = stage.last_page()
    stage.client("sns", region).publish(TopicArn=stage.outputs["signalsTopicArns"][region], Message=page)
    return before


def test_a_page_that_slack_does_not_take_still_reaches_the_people_on_the_alerts_topic(stage: Stage) -> None:
    region, line, secret = "us-west-2", last_line(stage), stage.outputs["slackWebhookSecret"]
    secrets = stage.client("secretsmanager", region)
    address = secrets.get_secret_value(SecretId=secret)["SecretString"]
    secrets.put_secret_value(SecretId=secret, SecretString=NOBODY_LISTENS)
    try:
        before = publish(stage, region, page_of(stage, "broken-slack"))
        (mail,) = eventually(lambda: told_of(stage, before, "broken-slack is tried"), SOON_SECONDS, "an e-mail")
    finally:
        secrets.put_secret_value(SecretId=secret, SecretString=address)
    assert (mail.channel, mail.region) == ("email", region)
    (logged,) = (one for one in errors(stage, NOTIFIER, region, line) if one["message"] == "slack failed")
    assert NOBODY_LISTENS not in json.dumps(logged)


def test_a_page_whose_incident_cannot_be_written_reaches_people_all_the_same(stage: Stage) -> None:
    region, line = "us-east-2", last_line(stage)
    policy = RolePolicy.of_function(stage, region, NOTIFIER)
    with policy.reduced_to(policy.without("NoteIncidents")):
        before = publish(stage, region, page_of(stage, "no-incident"))
        both = eventually(
            lambda: len(seen := told_of(stage, before, "no-incident is tried")) == 2 and seen, SOON_SECONDS, "both ways"
        )
    assert {one.channel for one in both or ()} == {"slack", "email"}
    assert "incident not written" in {one["message"] for one in errors(stage, NOTIFIER, region, line)}


@dataclass(frozen=True, kw_only=True)
class Troubles:
    """Slow troubles, one to a region and kind, all begun at once; people are told by alarms."""

    stage: Stage
    row: TierRow
    last_page: int
    last_line: int

    def alarm(self, name: str, region: str, channel: str = "slack") -> None:
        """Wait until people are told that a region's alarm went off."""

        def heard() -> bool:
            found = told_of(self.stage, self.last_page, f"lifeboat-local-{name}", "ALARM")
            return any((one.region, one.channel) == (region, channel) for one in found)

        eventually(heard, ALARM_SECONDS, f"{name} of {region} by {channel}")


UNKNOWN_EVENT_IN, NO_ENVIRONMENT_IN, POISON_IN = "us-east-1", "us-east-2", "us-west-2"
OBSERVING_IN, SILENT_IN = "us-east-1", ("us-east-2", "us-west-2")


@pytest.fixture(scope="module")
def troubles(whole_stage: Stage) -> Iterator[Troubles]:
    stage = whole_stage
    row = stage.set()
    begun = Troubles(stage=stage, row=row, last_page=stage.last_page(), last_line=last_line(stage))
    with ExitStack() as under_way:
        for region in SILENT_IN:
            under_way.enter_context(silenced(stage, region))
        under_way.enter_context(unset(stage, NO_ENVIRONMENT_IN, "CONTROL_TABLE"))
        under_way.enter_context(impatient_queue(stage, POISON_IN))
        invoke(stage, UNKNOWN_EVENT_IN, b'{"detail-type": "nothing that we know"}')
        invoke(stage, NO_ENVIRONMENT_IN, b"{}")
        poison(stage, POISON_IN, "not an order")
        yield begun


def invoke(stage: Stage, region: str, payload: bytes) -> None:
    stage.client("lambda", region).invoke(FunctionName=stage.orchestrator, InvocationType="Event", Payload=payload)


def poison(stage: Stage, region: str, body: str) -> None:
    stage.client("sqs", region).send_message(QueueUrl=orders_queue(stage, region), MessageBody=body)


def error_types(troubles: Troubles, region: str) -> set[str]:
    found = errors(troubles.stage, troubles.stage.orchestrator, region, troubles.last_line)
    return {str(one.get("errorType")) for one in found}


def test_an_unknown_event_is_logged_and_people_are_told(troubles: Troubles) -> None:
    troubles.alarm("orchestrator-errors", UNKNOWN_EVENT_IN)
    assert "UnknownOrder" in error_types(troubles, UNKNOWN_EVENT_IN)


def test_a_missing_variable_is_logged_and_people_are_told(troubles: Troubles) -> None:
    troubles.alarm("orchestrator-errors", NO_ENVIRONMENT_IN)
    found = errors(troubles.stage, troubles.stage.orchestrator, NO_ENVIRONMENT_IN, troubles.last_line)
    assert any("CONTROL_TABLE is not set" in str(one.get("errorMessage")) for one in found)


def test_a_message_that_nobody_can_handle_ends_in_the_dead_letters_and_people_are_told_directly(
    troubles: Troubles,
) -> None:
    troubles.alarm("orders-dead-letters", POISON_IN, "email")
    queues, url = troubles.stage.client("sqs", POISON_IN), orders_queue(troubles.stage, POISON_IN, "orders-dead")
    (dead,) = queues.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    assert dead["Body"] == "not an order"


@pytest.mark.minutes
def test_a_silent_observer_is_told_by_its_alarm_and_by_its_peers(troubles: Troubles) -> None:
    for region in SILENT_IN:
        troubles.alarm("observer-silent", region)
    troubles.alarm("peer-silent", OBSERVING_IN)


def test_a_lost_majority_of_observers_is_told_by_whoever_is_left(troubles: Troubles) -> None:
    troubles.alarm("quorum-lost", OBSERVING_IN)


def test_none_of_these_troubles_moved_anything(troubles: Troubles) -> None:
    now = troubles.stage.row()
    assert (now.epoch, now.active, now.plan_id) == (troubles.row.epoch, "primary", None)
