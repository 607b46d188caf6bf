"""Programs with data that can be lost or read."""

from functools import partial

import pulumi_aws as aws
import pulumi_linode as linode

from tests.policy.cases.case import Case, also, at_linode, within

KEPT = {"protect": True, "retain_on_delete": True}


def table(  # noqa: PLR0913 - each is one way to be careless
    *,
    protect: bool = True,
    retain: bool = True,
    deletion_protection: bool = True,
    replica_protection: bool = True,
    recovery: bool = True,
    replica_recovery: bool = True,
    encrypted: bool = True,
    billing_mode: str = "PAY_PER_REQUEST",
) -> None:
    replica = {
        "region_name": "us-west-2",
        "deletion_protection_enabled": replica_protection,
        "point_in_time_recovery": replica_recovery,
    }
    aws.dynamodb.Table(
        "orders-aws-us-east-1",
        hash_key="id",
        billing_mode=billing_mode,
        deletion_protection_enabled=deletion_protection,
        point_in_time_recovery={"enabled": recovery},
        server_side_encryption={"enabled": True} if encrypted else None,
        replicas=[replica],
        opts=also(within(), protect=protect, retain_on_delete=retain),
    )


def database(*, deletion_protection: bool = True, backup_days: int | None = 7, skip_snapshot: bool = False) -> None:
    aws.rds.Instance(
        "sql-aws-us-east-1",
        instance_class="db.t4g.micro",
        deletion_protection=deletion_protection,
        backup_retention_period=backup_days,
        skip_final_snapshot=skip_snapshot,
        opts=also(within(), **KEPT),
    )


def bucket(*, force_destroy: bool) -> None:
    aws.s3.Bucket("files-aws-us-east-1", force_destroy=force_destroy, opts=also(within(), **KEPT))


def volume(*, protect: bool = True, encryption: str = "enabled") -> None:
    linode.Volume(
        "data-linode-us-ord",
        label="data",
        region="us-ord",
        encryption=encryption,
        opts=also(at_linode(), protect=protect, retain_on_delete=True),
    )


def queue(*, encrypted: bool) -> None:
    aws.sqs.Queue("orders-aws-us-east-1", sqs_managed_sse_enabled=encrypted, opts=within())


def topic(key: str | None) -> None:
    aws.sns.Topic("signals-aws-us-east-1", kms_master_key_id=key, opts=within())


CASES = (
    *(
        Case(rule="unprotected-data", breaks=breaks, keeps=table, resource="orders-aws-us-east-1", says=says)
        for breaks, says in (
            (partial(table, protect=False), "is not protected"),
            (partial(table, deletion_protection=False), "does not set deletionProtectionEnabled"),
            (partial(table, replica_protection=False), "does not protect its replica in us-west-2"),
        )
    ),
    Case(
        rule="unprotected-data",
        breaks=partial(table, retain=False),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="is deleted when it leaves the program",
        shown_to_engines=False,
    ),
    Case(
        rule="unprotected-data",
        breaks=partial(database, deletion_protection=False),
        keeps=database,
        resource="sql-aws-us-east-1",
        says="does not set deletionProtection",
    ),
    Case(
        rule="unprotected-data",
        breaks=partial(bucket, force_destroy=True),
        keeps=partial(bucket, force_destroy=False),
        resource="files-aws-us-east-1",
        says="is deleted with everything in it",
    ),
    Case(
        rule="unprotected-data",
        breaks=partial(volume, protect=False),
        keeps=volume,
        resource="data-linode-us-ord",
        says="is not protected",
    ),
    Case(
        rule="unrecoverable-table",
        breaks=partial(table, recovery=False),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="has no point-in-time recovery",
    ),
    Case(
        rule="unrecoverable-table",
        breaks=partial(table, replica_recovery=False),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="has no recovery in us-west-2",
    ),
    Case(
        rule="unrecoverable-database",
        breaks=partial(database, backup_days=None),
        keeps=database,
        resource="sql-aws-us-east-1",
        says="keeps no backups",
    ),
    Case(
        rule="unrecoverable-database",
        breaks=partial(database, skip_snapshot=True),
        keeps=database,
        resource="sql-aws-us-east-1",
        says="without a last snapshot",
    ),
    Case(
        rule="unencrypted-table",
        breaks=partial(table, encrypted=False),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="is not encrypted with a key of the account",
    ),
    Case(
        rule="unencrypted-queue",
        breaks=partial(queue, encrypted=False),
        keeps=partial(queue, encrypted=True),
        resource="orders-aws-us-east-1",
        says="is not encrypted",
    ),
    Case(
        rule="unencrypted-topic",
        breaks=partial(topic, None),
        keeps=partial(topic, "alias/signals"),
        resource="signals-aws-us-east-1",
        says="is not encrypted",
    ),
    Case(
        rule="unencrypted-volume",
        breaks=partial(volume, encryption="disabled"),
        keeps=volume,
        resource="data-linode-us-ord",
        says="does not set encryption=enabled",
    ),
    Case(
        rule="provisioned-table",
        breaks=partial(table, billing_mode="PROVISIONED"),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="has provisioned capacity",
    ),
)
