"""Each role may do what it must, on what is named, and no more."""

import json

import pytest

from evaluation import Evaluation, Registration
from policy.permissions import WRITES
from tests.conftest import Evaluate
from tests.stacks.registered import ROLE_POLICY, SECRET, items, of_type, statements, text


def test_an_observer_writes_its_own_vote_and_canary_only(stack: Evaluation) -> None:
    for policy in policies(stack, "health-checker"):
        keys = {str(s["Sid"]): keys_of(s) for s in statements(policy) if "Condition" in s}
        assert keys == {
            "ReadVotesAndRows": ["tier#*", "vote#*"],
            "WriteOwnVote": [f"vote#data#{policy.region}"],
            "ProbeOwnCanary": [f"health_check_id#{policy.region}"],
        }


@pytest.mark.parametrize("role", ["failover-orchestrator", "notifier"])
def test_votes_are_written_by_observers_only(stack: Evaluation, role: str) -> None:
    for policy in policies(stack, role):
        for statement in statements(policy):
            writes = WRITES.intersection(listed(statement["Action"]))
            assert not writes or not any(key.startswith("vote#") for key in keys_of(statement))


def test_only_services_take_the_roles_that_run(stack: Evaluation) -> None:
    taken = set()
    running = [one for one in of_type(stack, "aws:iam/role:Role") if not one.name.startswith("pipeline")]
    for role in running:
        [statement] = json.loads(text(role.inputs, "assumeRolePolicy"))["Statement"]
        taken.add((statement["Principal"]["Service"], str(statement.get("Condition", ""))))
    assert taken == {
        ("lambda.amazonaws.com", ""),
        ("scheduler.amazonaws.com", "{'StringEquals': {'aws:SourceAccount': '111122223333'}}"),
    }


def test_only_where_tables_have_replicators_may_an_orchestrator_ask_them_and_nobody_else(variant: Evaluate) -> None:
    asking = {
        mode: [one for policy in policies(variant(mode), "failover-orchestrator") for one in invoked_by(policy)]
        for mode in ("prod", "mrsc", "streams")
    }
    stack = variant("streams")
    sites = [text(stack.outputs, site) for site in ("primaryRegion", "secondaryRegion")]
    names = [f"arn:aws:lambda:{region}:111122223333:function:lifeboat-prod-stream-replicator-*" for region in sites]
    assert asking == {"prod": [], "mrsc": [], "streams": [names] * 3}


def invoked_by(policy: Registration) -> list[list[str]]:
    return [listed(one["Resource"]) for one in statements(policy) if "lambda:InvokeFunction" in listed(one["Action"])]


def test_an_orchestrator_reads_the_token_of_failovers_in_its_own_region_and_nobody_reads_another(
    stack: Evaluation,
) -> None:
    tokens = {one.region: one for one in of_type(stack, SECRET) if text(one.inputs, "name").endswith("failover-token")}
    readers = {
        (policy.region, resource)
        for policy in of_type(stack, ROLE_POLICY)
        for one in statements(policy)
        if "secretsmanager:GetSecretValue" in listed(one["Action"])
        for resource in listed(one["Resource"])
        if ":secret:lifeboat/prod/linode-" in resource
    }
    name, regions = "secret:lifeboat/prod/linode-failover-token", set(map(str, items(stack.outputs["controlRegions"])))
    assert readers == {(region, f"arn:aws:secretsmanager:{region}:111122223333:{name}") for region in regions}
    assert set(tokens) == regions


def test_a_replicator_marks_its_own_table_only(variant: Evaluate) -> None:
    found = 0
    for policy in of_type(variant("streams"), ROLE_POLICY):
        marking = [one for one in statements(policy) if "dynamodb:BatchWriteItem" in listed(one["Action"])]
        if "-replicator-" in policy.name and marking:
            [arn] = listed(marking[0]["Resource"])
            assert arn.split(":")[3] == policy.region
            found += 1
    assert found == 4


def policies(stack: Evaluation, role: str) -> list[Registration]:
    """Return the policies of a function's roles, of which each control region has one."""
    found = [one for one in of_type(stack, ROLE_POLICY) if one.name.startswith(f"{role}-aws")]
    assert len(found) == 3
    return found


def listed(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def keys_of(statement: dict[str, object]) -> list[str]:
    condition = statement.get("Condition")
    assert isinstance(condition, dict)
    return [key for operands in condition.values() for key in operands["dynamodb:LeadingKeys"]]
