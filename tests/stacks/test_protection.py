"""Data outlives mistakes, and run time's values are nobody's resource."""

from evaluation import Evaluation, evaluate
from tests.stacks.registered import TABLE, of_type

# The identity of what holds data: a change here is a change of live, protected resources and needs `aliases`.
PROTECTED_IN_PROD = {
    "aws:dynamodb/table:Table::canary-aws-us-east-1",
    "aws:dynamodb/table:Table::control-aws-us-east-2-table",
    "aws:dynamodb/table:Table::orders-aws-us-east-1",
    "aws:dynamodb/table:Table::sessions-aws-us-east-1",
}
# Each of these would hold a value that run time moves (law 8).
RUN_TIME_OWNS = {
    "aws:dynamodb/tableItem:TableItem",
    "aws:route53/record:Record",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:ssm/parameter:Parameter",
}


def test_the_protected_resources_are_those_on_record(prod: Evaluation) -> None:
    assert {f"{one.type}::{one.name}" for one in prod.registrations if one.protect} == PROTECTED_IN_PROD


def test_every_table_is_protected_in_each_of_three_ways(stack: Evaluation) -> None:
    for table in of_type(stack, TABLE):
        assert (table.protect, table.retain_on_delete, table.inputs["deletionProtectionEnabled"]) == (True, True, True)
        replicas = table.inputs.get("replicas", [])
        assert isinstance(replicas, list)
        assert all(isinstance(one, dict) and one["deletionProtectionEnabled"] for one in replicas), table.name


def test_without_protection_a_drill_can_clean_up() -> None:
    local = evaluate("local", preview=True)
    tables = of_type(local, TABLE)
    assert tables
    assert {(one.protect, one.retain_on_delete, one.inputs["deletionProtectionEnabled"]) for one in tables} == {
        (False, False, False)
    }


def test_no_resource_holds_what_run_time_moves(stack: Evaluation) -> None:
    assert {one.type for one in stack.registrations} & RUN_TIME_OWNS == set()
    assert [one.name for one in stack.registrations if one.ignore_changes] == []


def test_no_secret_is_config_or_input(stack: Evaluation) -> None:
    assert [one.name for one in stack.registrations if one.secret_paths] == []
