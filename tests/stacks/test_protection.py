"""Data outlives mistakes, and run time's values are nobody's resource."""

from evaluation import Evaluation, committed
from tests.stacks.registered import TABLE, of_type

# The identity of what holds data: a change here is a change of live, protected resources and needs `aliases`.
PROTECTED_IN_PROD = {
    "aws:dynamodb/table:Table::losers-aws-us-east-1-table",
    "aws:dynamodb/table:Table::losers-aws-us-west-2-table",
    "aws:s3/bucket:Bucket::dead-records-aws-us-east-1-bucket",
    "aws:s3/bucket:Bucket::dead-records-aws-us-west-2-bucket",
    "aws:route53/zone:Zone::traffic-aws-us-east-2-zone",
    "aws:s3/bucket:Bucket::switch-aws-us-east-1-bucket",
    "aws:s3/bucket:Bucket::switch-aws-us-east-2-bucket",
    "aws:s3/bucket:Bucket::switch-aws-us-west-2-bucket",
    "aws:dynamodb/table:Table::canary-aws-us-east-1",
    "aws:dynamodb/table:Table::control-aws-us-east-2-table",
    "aws:dynamodb/table:Table::inbox-aws-us-east-2-table",
    "aws:dynamodb/table:Table::orders-aws-us-east-1",
    "aws:dynamodb/table:Table::sessions-aws-us-east-1",
    "linode:index/nodeBalancer:NodeBalancer::ingress-linode-us-ord-nodebalancer",
    "linode:index/nodeBalancer:NodeBalancer::ingress-linode-us-sea-nodebalancer",
    "linode:index/instance:Instance::postgresql-1-linode-us-ord-instance",
    "linode:index/instance:Instance::postgresql-1-linode-us-sea-instance",
    "linode:index/instance:Instance::postgresql-2-linode-us-ord-instance",
    "linode:index/instance:Instance::postgresql-2-linode-us-sea-instance",
    "linode:index/objectStorageBucket:ObjectStorageBucket::files-linode-us-ord-bucket",
    "linode:index/objectStorageBucket:ObjectStorageBucket::files-linode-us-sea-bucket",
    "linode:index/reservedIp:ReservedIp::database-1-linode-us-ord-address",
    "linode:index/reservedIp:ReservedIp::database-1-linode-us-sea-address",
    "linode:index/reservedIp:ReservedIp::database-2-linode-us-ord-address",
    "linode:index/reservedIp:ReservedIp::database-2-linode-us-sea-address",
    "linode:index/volume:Volume::database-1-linode-us-ord-volume",
    "linode:index/volume:Volume::database-1-linode-us-sea-volume",
    "linode:index/volume:Volume::database-2-linode-us-ord-volume",
    "linode:index/volume:Volume::database-2-linode-us-sea-volume",
}


def test_the_protected_resources_are_those_on_record(prod: Evaluation) -> None:
    assert {f"{one.type}::{one.name}" for one in prod.registrations if one.protect} == PROTECTED_IN_PROD


def test_without_protection_a_drill_can_clean_up() -> None:
    local = committed("local", preview=True)
    tables = of_type(local, TABLE)
    assert tables
    assert {(one.protect, one.retain_on_delete, one.inputs["deletionProtectionEnabled"]) for one in tables} == {
        (False, False, False)
    }
