"""Encryption keys and their aliases."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field


def key(creation: Creation) -> Created:
    """Create a key."""
    given = creation.given("description", "policy", "multiRegion")
    answer = creation.call("kms", "create_key", **given)
    key_id = field(answer, "KeyMetadata", "KeyId")
    return key_id, {"keyId": key_id, "arn": field(answer, "KeyMetadata", "Arn")}


def alias(creation: Creation) -> Created:
    """Name a key."""
    creation.call("kms", "create_alias", AliasName=creation.name, TargetKeyId=creation.text("targetKeyId"))
    return creation.name, {"name": creation.name}


CREATORS: Mapping[str, Creator] = {"aws:kms/key:Key": key, "aws:kms/alias:Alias": alias}
