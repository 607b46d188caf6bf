"""Application tables of any shape, in each replication mode."""

import functools
import json
from collections.abc import Mapping

import pytest

from evaluation import Evaluation, Registration, evaluate
from tests.conftest import Evaluate
from tests.stacks.changing import KEY
from tests.stacks.registered import ROLE_POLICY, TABLE, at, items, of_type, statements

EVERYTHING = {
    "partitionKey": {"name": "customer"},
    "sortKey": {"name": "at", "type": "N"},
    "globalIndexes": {
        "by-status": {"partitionKey": {"name": "status"}, "sortKey": {"name": "blob", "type": "B"}},
        "by-total": {"partitionKey": {"name": "total", "type": "N"}, "projection": "INCLUDE", "included": ["note"]},
    },
    "localIndexes": {"by-note": {"sortKey": {"name": "note"}, "projection": "KEYS_ONLY"}},
    "ttlAttribute": "expires",
    "encryptionKeyId": "mrk-1234abcd",
}


@pytest.fixture(scope="module")
def table() -> Registration:
    data = {"primaryRegion": "us-east-1", "secondaryRegion": "us-west-2", "tables": {"everything": EVERYTHING}}
    evaluation = evaluate("prod", config={"data": data}, preview=True)
    [found] = [one for one in of_type(evaluation, TABLE) if one.name == "everything-aws-us-east-1"]
    return found


def test_a_table_keeps_every_part_of_its_schema(table: Registration) -> None:
    attributes = {(at(one, "name"), at(one, "type")) for one in items(table.inputs["attributes"])}
    keys = {("customer", "S"), ("at", "N"), ("status", "S"), ("blob", "B"), ("total", "N"), ("note", "S")}
    assert attributes == keys
    indexes = {at(one, "name"): one for one in items(table.inputs["globalSecondaryIndexes"])}
    assert at(indexes["by-total"], "nonKeyAttributes") == ["note"]
    assert [at(one, "keyType") for one in items(at(indexes["by-status"], "keySchemas"))] == ["HASH", "RANGE"]
    assert at(table.inputs, "ttl") == {"attributeName": "expires", "enabled": True}
    assert (table.inputs["streamEnabled"], table.inputs["streamViewType"]) == (True, "NEW_AND_OLD_IMAGES")
    assert table.inputs["pointInTimeRecovery"] == {"enabled": True}


def test_each_copy_is_encrypted_with_its_own_regions_key(table: Registration) -> None:
    [replica] = items(table.inputs["replicas"])
    own = f"arn:aws:kms:us-east-1:111122223333:key/{EVERYTHING['encryptionKeyId']}"
    assert at(table.inputs, "serverSideEncryption", "kmsKeyArn") == own
    assert at(replica, "kmsKeyArn") == own.replace("us-east-1", "us-west-2")


def test_strong_tables_have_one_replica_and_a_witness_in_the_third_region(variant: Evaluate) -> None:
    evaluation = variant("mrsc")
    for table in data_tables(evaluation):
        [replica] = items(table.inputs["replicas"])
        places = (table.region, at(replica, "regionName"), at(table.inputs, "globalTableWitness", "regionName"))
        assert places == ("eu-west-1", "eu-central-1", "eu-west-2")
        assert at(replica, "consistencyMode") == "STRONG"


def test_streams_mode_is_two_plain_tables(variant: Evaluate) -> None:
    orders = [one for one in of_type(variant("streams"), TABLE) if one.inputs["name"] == "lifeboat-prod-orders"]
    assert {one.region for one in orders} == {"ap-northeast-1", "us-west-2"}
    assert not any("replicas" in one.inputs for one in orders)
    shapes = {json.dumps(dict(one.inputs), sort_keys=True) for one in orders}
    assert len(shapes) == 1


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_replicators_use_the_key_of_an_encrypted_table_in_both_regions_and_through_dynamodb_only(region: str) -> None:
    policies = streams_policies({"orders": {**KEY, "encryptionKeyId": "mrk-1234abcd"}, "plain": KEY})
    [use] = [one for one in policies[f"orders-replicator-aws-{region}"] if str(one["Action"]).count("kms:")]
    arn = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd"
    assert use["Resource"] == [arn, arn.replace("us-east-1", "us-west-2")]
    through = ["dynamodb.us-east-1.amazonaws.com", "dynamodb.us-west-2.amazonaws.com"]
    assert use["Condition"] == {"StringEquals": {"kms:ViaService": through}}
    assert "*" not in str(use["Action"])
    for table in ("plain", "canary"):
        assert not any("kms:" in str(one["Action"]) for one in policies[f"{table}-replicator-aws-{region}"])


@functools.cache
def evaluated(tables: str) -> Evaluation:
    data = {
        "primaryRegion": "us-east-1",
        "secondaryRegion": "us-west-2",
        "mode": "streams",
        "tables": json.loads(tables),
    }
    return evaluate("prod", config={"data": data})


def streams_policies(tables: Mapping[str, object]) -> dict[str, list[dict[str, object]]]:
    """Return each replicator's statements by its name."""
    found = [one for one in of_type(evaluated(json.dumps(tables)), ROLE_POLICY) if "replicator" in one.name]
    return {one.name.removesuffix("-carrier-policy"): statements(one) for one in found}


def test_eventual_tables_have_a_replica_and_no_witness(prod: Evaluation) -> None:
    for table in data_tables(prod):
        assert [at(one, "consistencyMode") for one in items(table.inputs["replicas"])] == ["EVENTUAL"]
        assert "globalTableWitness" not in table.inputs


def data_tables(evaluation: Evaluation) -> list[Registration]:
    """Return the application's tables and the canary."""
    found = [one for one in of_type(evaluation, TABLE) if not one.name.startswith(("control", "inbox", "losers"))]
    assert len(found) >= 2
    return found
