"""Data outlives mistakes, can be restored, and is encrypted."""

from collections.abc import Iterator, Mapping

from evaluation import Registration
from policy.declared import QUEUE, TABLE, TOPIC, Declared, at, items, lacks, number, text
from policy.rule import Finding, Level, Rule

# Stacks whose data may go: made and unmade with a drill.
EXPENDABLE = frozenset({"local"})
# What holds data, and the input that makes the cloud itself refuse to delete it, where there is one.
DATA: Mapping[str, str] = {
    TABLE: "deletionProtectionEnabled",
    "aws:rds/instance:Instance": "deletionProtection",
    "aws:rds/cluster:Cluster": "deletionProtection",
    "aws:ebs/volume:Volume": "",
    "aws:efs/fileSystem:FileSystem": "",
    "aws:s3/bucket:Bucket": "",
    "aws:s3/bucketV2:BucketV2": "",
    "linode:index/volume:Volume": "",
    "linode:index/databaseMysqlV2:DatabaseMysqlV2": "",
    "linode:index/databasePostgresqlV2:DatabasePostgresqlV2": "",
    "linode:index/objectStorageBucket:ObjectStorageBucket": "",
    # Beside what is declared a zone holds the record that run time moves.
    "linode:index/domain:Domain": "",
}
# An input that says the volume or database is encrypted, and the value of it.
ENCRYPTED: Mapping[str, tuple[str, object]] = {
    "aws:ebs/volume:Volume": ("encrypted", True),
    "aws:efs/fileSystem:FileSystem": ("encrypted", True),
    "aws:rds/instance:Instance": ("storageEncrypted", True),
    "aws:rds/cluster:Cluster": ("storageEncrypted", True),
    "linode:index/volume:Volume": ("encryption", "enabled"),
}


def unprotected_data(declared: Declared) -> Iterator[Finding]:
    """Find data that one mistaken `up` or `destroy` would delete."""
    for one in kept(declared):
        if not one.protect:
            yield Finding(resource=one, subject="protect", seen="is not protected")
        if not one.retain_on_delete:
            yield Finding(resource=one, subject="retain", seen="is deleted when it leaves the program")
        if DATA[one.type] and lacks(one.inputs, DATA[one.type]):
            yield Finding(resource=one, subject=DATA[one.type], seen=f"does not set {DATA[one.type]}")
        if one.inputs.get("forceDestroy") is True:
            yield Finding(resource=one, subject="forceDestroy", seen="is deleted with everything in it")
        for replica in items(one.inputs, "replicas"):
            if lacks(replica, "deletionProtectionEnabled"):
                region = at(replica, "regionName")
                yield Finding(resource=one, subject="replica", seen=f"does not protect its replica in {region}")


def unrecoverable_table(declared: Declared) -> Iterator[Finding]:
    """Find tables and replicas without point-in-time recovery: replication copies a mistake within a second."""
    for one in declared.of_type(TABLE):
        if expendable(one):
            continue
        if lacks(one.inputs, "pointInTimeRecovery", "enabled"):
            yield Finding(resource=one, seen="has no point-in-time recovery")
        for replica in items(one.inputs, "replicas"):
            if lacks(replica, "pointInTimeRecovery"):
                yield Finding(resource=one, seen=f"has no recovery in {at(replica, 'regionName')}", subject="replica")


def unrecoverable_database(declared: Declared) -> Iterator[Finding]:
    """Find databases of RDS without backups or a last snapshot."""
    for one in declared.of_type("aws:rds/instance:Instance", "aws:rds/cluster:Cluster"):
        if expendable(one):
            continue
        if not number(one, "backupRetentionPeriod"):
            yield Finding(resource=one, seen="keeps no backups")
        if one.inputs.get("skipFinalSnapshot") is True:
            yield Finding(resource=one, subject="skipFinalSnapshot", seen="is deleted without a last snapshot")


def unencrypted_table(declared: Declared) -> Iterator[Finding]:
    """Find tables under DynamoDB's own key, whose uses nobody can see or stop."""
    for one in declared.of_type(TABLE):
        if lacks(one.inputs, "serverSideEncryption", "enabled"):
            yield Finding(resource=one, seen="is not encrypted with a key of the account")


def unencrypted_queue(declared: Declared) -> Iterator[Finding]:
    """Find queues that keep messages in clear."""
    for one in declared.of_type(QUEUE):
        if lacks(one.inputs, "sqsManagedSseEnabled") and lacks(one.inputs, "kmsMasterKeyId"):
            yield Finding(resource=one, seen="is not encrypted")


def unencrypted_topic(declared: Declared) -> Iterator[Finding]:
    """Find topics that keep messages in clear."""
    for one in declared.of_type(TOPIC):
        if lacks(one.inputs, "kmsMasterKeyId"):
            yield Finding(resource=one, seen="is not encrypted")


def unencrypted_volume(declared: Declared) -> Iterator[Finding]:
    """Find volumes, file systems and databases that are not encrypted at rest."""
    for one in declared.of_type(*ENCRYPTED):
        name, value = ENCRYPTED[one.type]
        if one.inputs.get(name) != value:
            yield Finding(resource=one, seen=f"does not set {name}={value}")


def provisioned_table(declared: Declared) -> Iterator[Finding]:
    """Find tables that throttle when a failover doubles what they serve."""
    for one in declared.of_type(TABLE):
        if (text(one, "billingMode") or "PROVISIONED") == "PROVISIONED":
            yield Finding(resource=one, seen="has provisioned capacity")


def kept(declared: Declared) -> Iterator[Registration]:
    """Yield what holds data that must stay."""
    yield from (one for one in declared.of_type(*DATA) if not expendable(one))


def expendable(one: Registration) -> bool:
    """Say whether a resource is of a stack whose data may go."""
    return one.urn.split(":")[2] in EXPENDABLE


RULES = (
    Rule(
        id="unprotected-data",
        protects="No mistake in the program, and no typing error, deletes data.",
        remedy="set protect, retain_on_delete and the cloud's own deletion protection, on replicas too",
        check=unprotected_data,
    ),
    Rule(
        id="unrecoverable-table",
        protects="Items that were deleted by mistake can be had back as they were at any second of 35 days.",
        remedy="enable point-in-time recovery, or waive it with the reason why nobody needs yesterday's items",
        check=unrecoverable_table,
    ),
    Rule(
        id="unrecoverable-database",
        protects="A database can be restored.",
        remedy="set backup_retention_period and leave skip_final_snapshot false",
        check=unrecoverable_database,
    ),
    Rule(
        id="unencrypted-table",
        protects="Every use of the data's key is in CloudTrail, and the key can be taken away.",
        remedy="enable server_side_encryption with a key of the account",
        check=unencrypted_table,
    ),
    Rule(
        id="unencrypted-queue",
        protects="Messages at rest are encrypted.",
        remedy="set sqs_managed_sse_enabled or a KMS key",
        check=unencrypted_queue,
    ),
    Rule(
        id="unencrypted-topic",
        protects="Messages at rest are encrypted.",
        remedy="set kms_master_key_id to a key that the publishers may use",
        check=unencrypted_topic,
    ),
    Rule(
        id="unencrypted-volume",
        protects="Files and databases at rest are encrypted.",
        remedy="switch encryption on before data is in it: it cannot be changed later",
        check=unencrypted_volume,
    ),
    Rule(
        id="provisioned-table",
        protects="The table that serves both regions' clients after a failover does not throttle them.",
        remedy="set billing_mode to PAY_PER_REQUEST, or provision each replica for the load of both",
        check=provisioned_table,
        level=Level.ADVISORY,
    ),
)
