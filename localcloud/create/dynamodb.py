"""Tables, with their replicas and witness as the real provider makes them: by updates of the first table."""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created, Creation, Creator, field


def table(creation: Creation) -> Created:
    """Create a table, then its replicas, then what is set by calls of its own."""
    answer = creation.call("dynamodb", "create_table", **_definition(creation))
    _replicate(creation)
    for region in (creation.region, *(str(replica["regionName"]) for replica in creation.blocks("replicas"))):
        _settle(creation, region)
    return creation.name, {
        "name": creation.name,
        "arn": field(answer, "TableDescription", "TableArn"),
        **_streamed(answer["TableDescription"]),
        **_replicated(creation),
    }


def _streamed(description: object) -> dict[str, Value]:
    """Return the outputs of a table, or of a replica, with a stream."""
    names = {"streamArn": "LatestStreamArn", "streamLabel": "LatestStreamLabel"}
    found = description if isinstance(description, Mapping) else {}
    return {name: str(found[spelled]) for name, spelled in names.items() if spelled in found}


def _replicated(creation: Creation) -> dict[str, Value]:
    """Return the replicas with what each has of its own."""
    replicas = creation.blocks("replicas")
    regions = [str(replica["regionName"]) for replica in replicas]
    found = [
        creation.call_in(region, "dynamodb", "describe_table", TableName=creation.name)["Table"] for region in regions
    ]
    whole: list[Value] = [{**replica, **_streamed(one)} for replica, one in zip(replicas, found, strict=True)]
    return {"replicas": whole} if whole else {}


def _definition(creation: Creation) -> dict[str, object]:
    indexes = {
        "GlobalSecondaryIndexes": [_index(index) for index in creation.blocks("globalSecondaryIndexes")] or None,
        "LocalSecondaryIndexes": [_local_index(creation, one) for one in creation.blocks("localSecondaryIndexes")]
        or None,
    }
    return {
        "TableName": creation.name,
        "KeySchema": _keys(creation.text("hashKey"), creation.text("rangeKey")),
        "AttributeDefinitions": [
            {"AttributeName": one["name"], "AttributeType": one["type"]} for one in creation.blocks("attributes")
        ],
        "BillingMode": creation.text("billingMode") or "PROVISIONED",
        "StreamSpecification": _stream(creation),
        "SSESpecification": _encryption(creation.block("serverSideEncryption")),
        "DeletionProtectionEnabled": creation.inputs.get("deletionProtectionEnabled"),
        **indexes,
    }


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys


def _stream(creation: Creation) -> dict[str, object] | None:
    if not creation.inputs.get("streamEnabled"):
        return None
    return {"StreamEnabled": True, "StreamViewType": creation.text("streamViewType") or "NEW_AND_OLD_IMAGES"}


def _encryption(block: Mapping[str, Value]) -> dict[str, object] | None:
    if not block.get("enabled"):
        return None
    key = {"KMSMasterKeyId": block["kmsKeyArn"]} if block.get("kmsKeyArn") else {}
    return {"Enabled": True, "SSEType": "KMS", **key}


def _index(index: Mapping[str, Value]) -> dict[str, object]:
    schemas = index["keySchemas"]
    given = [schema for schema in schemas if isinstance(schema, dict)] if isinstance(schemas, list) else []
    keys = [{"AttributeName": schema["attributeName"], "KeyType": schema["keyType"]} for schema in given]
    return {"IndexName": index["name"], "KeySchema": keys, "Projection": _projection(index)}


def _local_index(creation: Creation, index: Mapping[str, Value]) -> dict[str, object]:
    keys = _keys(creation.text("hashKey"), str(index["rangeKey"]))
    return {"IndexName": index["name"], "KeySchema": keys, "Projection": _projection(index)}


def _projection(index: Mapping[str, Value]) -> dict[str, object]:
    included = index.get("nonKeyAttributes")
    return {"ProjectionType": index["projectionType"], **({"NonKeyAttributes": included} if included else {})}


def _replicate(creation: Creation) -> None:
    """Add strong replicas and the witness in one call, as MRSC demands, and eventual ones one by one."""
    replicas, name = creation.blocks("replicas"), creation.name
    created = [{"Create": {"RegionName": str(replica["regionName"])}} for replica in replicas]
    if any(replica.get("consistencyMode") == "STRONG" for replica in replicas):
        witness = creation.block("globalTableWitness").get("regionName")
        witnesses = [{"Create": {"RegionName": witness}}] if witness else None
        creation.call(
            "dynamodb",
            "update_table",
            TableName=name,
            ReplicaUpdates=created,
            MultiRegionConsistency="STRONG",
            GlobalTableWitnessUpdates=witnesses,
        )
        return
    for update in created:
        creation.call("dynamodb", "update_table", TableName=name, ReplicaUpdates=[update])


def _settle(creation: Creation, region: str) -> None:
    """Set time to live and point-in-time recovery, which a table cannot be created with."""
    ttl, recovery = creation.block("ttl"), creation.block("pointInTimeRecovery")
    if ttl.get("enabled"):
        specification = {"Enabled": True, "AttributeName": ttl["attributeName"]}
        creation.call_in(
            region, "dynamodb", "update_time_to_live", TableName=creation.name, TimeToLiveSpecification=specification
        )
    if recovery.get("enabled"):
        enabled = {"PointInTimeRecoveryEnabled": True}
        creation.call_in(
            region,
            "dynamodb",
            "update_continuous_backups",
            TableName=creation.name,
            PointInTimeRecoverySpecification=enabled,
        )


CREATORS: Mapping[str, Creator] = {"aws:dynamodb/table:Table": table}
