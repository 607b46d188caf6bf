"""Each role may do what it must, on what is named, and no more."""

import json
from collections.abc import Iterator

import pytest

from evaluation import Evaluation
from tests.stacks.registered import ROLE_POLICY, of_type, statements, text

# A `*` that narrows to what cannot be named beforehand.
WILDCARDS_WITH_REASON = {
    "WriteOwnLog": "Lambda makes up the names of log streams",
    "DescribeAccount": "the account's limits and a function's event sources are no resources",
    "ListAlarms": "alarms are described all at once, and may be judged as all of the region's",
}


def each_statement(evaluation: Evaluation) -> Iterator[tuple[str, dict[str, object]]]:
    for policy in of_type(evaluation, ROLE_POLICY):
        yield from ((policy.name, statement) for statement in statements(policy))


def test_every_statement_says_what_it_is_for(stack: Evaluation) -> None:
    for policy in of_type(stack, ROLE_POLICY):
        sids = [statement.get("Sid") for statement in statements(policy)]
        assert all(sids), policy.name
        assert len(set(sids)) == len(sids), policy.name


def test_no_statement_reaches_further_than_what_it_names(stack: Evaluation) -> None:
    for name, statement in each_statement(stack):
        assert not any("*" in action for action in listed(statement["Action"])), name
        wide = [arn for arn in listed(statement["Resource"]) if "*" in arn]
        assert not wide or statement["Sid"] in WILDCARDS_WITH_REASON, f"{name} {wide}"
        named = [arn for arn in listed(statement["Resource"]) if arn not in wide]
        assert all(arn.startswith("arn:aws:") and arn.count(":") >= 5 for arn in named)


def test_an_observer_writes_its_own_vote_and_canary_only(stack: Evaluation) -> None:
    for policy in of_type(stack, ROLE_POLICY):
        if policy.name.startswith("health-checker"):
            keys = {str(s["Sid"]): keys_of(s) for s in statements(policy) if "Condition" in s}
            assert keys == {
                "ReadVotesAndRows": ["tier#*", "vote#*"],
                "WriteOwnVote": [f"vote#data#{policy.region}"],
                "ProbeOwnCanary": [f"health_check_id#{policy.region}"],
            }


@pytest.mark.parametrize("role", ["failover-orchestrator", "notifier"])
def test_votes_are_written_by_observers_only(stack: Evaluation, role: str) -> None:
    for policy in of_type(stack, ROLE_POLICY):
        for statement in statements(policy) if policy.name.startswith(role) else []:
            writes = {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(listed(statement["Action"]))
            assert not writes or not any(key.startswith("vote#") for key in keys_of(statement))


def test_every_write_to_a_table_is_limited_to_named_keys(stack: Evaluation) -> None:
    for name, statement in each_statement(stack):
        if {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(listed(statement["Action"])):
            assert keys_of(statement), f"{name} {statement['Sid']}"


def test_only_services_take_roles(stack: Evaluation) -> None:
    taken = set()
    for role in of_type(stack, "aws:iam/role:Role"):
        [statement] = json.loads(text(role.inputs, "assumeRolePolicy"))["Statement"]
        taken.add((statement["Principal"]["Service"], str(statement.get("Condition", ""))))
    assert taken == {
        ("lambda.amazonaws.com", ""),
        ("scheduler.amazonaws.com", "{'StringEquals': {'aws:SourceAccount': '111122223333'}}"),
    }


def listed(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def keys_of(statement: dict[str, object]) -> list[str]:
    condition = statement.get("Condition")
    assert isinstance(condition, dict)
    return [key for operands in condition.values() for key in operands["dynamodb:LeadingKeys"]]
