"""What run time changes stays as run time left it, whatever Pulumi does afterwards (law 8)."""

from collections.abc import Mapping

import pytest

from ops.engine import Engine
from tests.engine.cloud import Cloud, Json
from tests.engine.workplace import STACK, Workplace

CONTROL = ("us-east-1", "us-east-2", "us-west-2")
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NOTIFIER_LOGS = "/aws/lambda/lifeboat-prod-notifier"


def fail_over(cloud: Cloud) -> dict[str, str]:
    """Write what a failover to the secondary leaves behind; return it as it is kept, by place."""
    parameter = f"/lifeboat/{STACK}/data/active-region"
    row: Mapping[str, Json] = {"tableName": f"lifeboat-{STACK}-control", "active": "secondary", "epoch": 2}
    before = cloud.contents()
    for region in CONTROL:
        cloud.put(region, "aws:ssm/parameter:Parameter", parameter, {"name": parameter, "value": "us-west-2"})
        cloud.put(region, "aws:dynamodb/tableItem:TableItem", f"lifeboat-{STACK}-control|tier#data", row)
        cloud.put(region, "aws:secretsmanager/secretVersion:SecretVersion", "slack|2", {"secretString": "told"})
    return {place: text for place, text in cloud.contents().items() if text != before.get(place)}


def test_a_second_up_changes_nothing_not_even_after_a_failover(workplace: Workplace) -> None:
    assert len(fail_over(workplace.cloud)) == 3 * len(CONTROL)
    before = workplace.cloud.contents()
    workplace.up("--expect-no-changes", f"--policy-pack={workplace.pack}")
    assert workplace.cloud.contents() == before


def test_drift_is_what_somebody_changed_and_not_what_a_failover_did(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_over(workplace.cloud)
    changed = workplace.cloud.get("us-west-2", LOG_GROUP, NOTIFIER_LOGS)
    assert changed is not None
    workplace.cloud.put("us-west-2", LOG_GROUP, NOTIFIER_LOGS, {**changed, "retentionInDays": 1})
    for name, value in workplace.environment().items():
        monkeypatch.setenv(name, value)
    proposed = Engine(stack=STACK, program=workplace.engine, project=workplace.project).proposed()
    # The account at Linode is one for all tests of a session, and those of test_linode.py have changed it.
    [found] = [one for one in proposed if "linode:index/" not in one.urn]
    assert (found.operation, found.urn.rpartition("::")[2]) == ("update", "notifier-aws-us-west-2-logs")
