"""Each role may do what it must, on what is named, and no more."""

import json

import pytest

from evaluation import Evaluation, Registration
from policy.permissions import WRITES
from tests.stacks.registered import ROLE_POLICY, of_type, statements, text


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
