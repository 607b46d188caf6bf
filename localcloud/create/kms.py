"""Keys that sign, and their replicas in other regions."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field

SETTINGS = ("description", "keyUsage", "multiRegion")


def key(creation: Creation) -> Created:
    """Create a key; what the provider calls the master key's spec, the API calls the key's."""
    spec = creation.text("customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    answer = creation.call("kms", "create_key", KeySpec=spec, **creation.given(*SETTINGS))
    id_ = field(answer, "KeyMetadata", "KeyId")
    return id_, {"keyId": id_, "arn": field(answer, "KeyMetadata", "Arn")}


def replica_key(creation: Creation) -> Created:
    """Replicate a key into the resource's region; the call is the key's own region's."""
    primary = creation.text("primaryKeyArn")
    answer = creation.call_in(
        primary.split(":")[3],
        "kms",
        "replicate_key",
        KeyId=primary.rpartition("/")[2],
        ReplicaRegion=creation.region,
        **creation.given("description"),
    )
    id_ = field(answer, "ReplicaKeyMetadata", "KeyId")
    return id_, {"keyId": id_, "arn": field(answer, "ReplicaKeyMetadata", "Arn")}


CREATORS: Mapping[str, Creator] = {
    "aws:kms/key:Key": key,
    "aws:kms/replicaKey:ReplicaKey": replica_key,
}
