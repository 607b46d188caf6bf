"""What the program declares, created by its types."""

from collections.abc import Mapping

import pytest

from evaluation import Registration, Value, evaluate
from localcloud.create import CREATORS, Resources, Unsupported
from localcloud.create.creation import Creation
from localcloud.create.dynamodb import table
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf


def registration(type_: str, inputs: dict[str, Value], name: str = "logical") -> Registration:
    return Registration(
        urn=f"urn:pulumi:local::lifeboat::{type_}::{name}",
        type=type_,
        name=name,
        parent="",
        provider="",
        region="us-east-1",
        inputs=inputs,
        secret_paths=(),
        dependencies=(),
        property_dependencies={},
        protect=False,
        ignore_changes=(),
        retain_on_delete=False,
        custom=True,
    )


@pytest.mark.parametrize("stack", ["local", "staging", "prod"])
def test_every_type_that_a_stack_declares_can_be_created(stack: str) -> None:
    declared = {one.type for one in evaluate(stack, preview=True).registrations if one.custom}
    assert {type_ for type_ in declared if not type_.startswith("pulumi:providers:")} <= set(CREATORS)


def test_an_unknown_type_is_refused_by_name(front: Front) -> None:
    with pytest.raises(Unsupported, match="cannot create aws:ec2/instance:Instance; add a creator"):
        Resources(front.endpoint).create(registration("aws:ec2/instance:Instance", {}))


def test_a_name_that_was_not_given_is_the_logical_one(front: Front) -> None:
    id_, outputs = Resources(front.endpoint).create(registration("aws:sns/topic:Topic", {}, "my-topic"))
    assert id_ == outputs["arn"] == "arn:aws:sns:us-east-1:123456789012:my-topic"


class Recorder:
    """Keeps the calls that a creator makes."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Mapping[str, object]]] = []

    def __call__(
        self, _service: str, region: str, operation: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        self.calls.append((region, operation, parameters))
        return {"TableDescription": {"TableArn": "arn"}}


TABLE: dict[str, Value] = {
    "name": "t",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
    "billingMode": "PAY_PER_REQUEST",
    "pointInTimeRecovery": {"enabled": True},
    "streamEnabled": True,
}


def replica(region: str, mode: str) -> Value:
    return {"regionName": region, "consistencyMode": mode}


def test_strong_replicas_and_their_witness_are_added_in_one_call() -> None:
    recorder = Recorder()
    witness: Value = {"regionName": "us-east-2"}
    inputs: dict[str, Value] = {**TABLE, "replicas": [replica("us-west-2", "STRONG")], "globalTableWitness": witness}
    table(Creation(registration=registration("aws:dynamodb/table:Table", inputs), call_service=recorder))
    [update] = [parameters for _, operation, parameters in recorder.calls if operation == "update_table"]
    assert update["MultiRegionConsistency"] == "STRONG"
    assert update["ReplicaUpdates"] == [{"Create": {"RegionName": "us-west-2"}}]
    assert update["GlobalTableWitnessUpdates"] == [{"Create": {"RegionName": "us-east-2"}}]


def test_eventual_replicas_are_added_one_by_one_and_each_gets_its_own_recovery() -> None:
    recorder = Recorder()
    replicas: Value = [replica("us-west-2", "EVENTUAL"), replica("eu-west-1", "EVENTUAL")]
    inputs: dict[str, Value] = {**TABLE, "replicas": replicas}
    table(Creation(registration=registration("aws:dynamodb/table:Table", inputs), call_service=recorder))
    operations = [operation for _, operation, _ in recorder.calls]
    assert operations.count("update_table") == 2
    recovered = {region for region, operation, _ in recorder.calls if operation == "update_continuous_backups"}
    assert recovered == {"us-east-1", "us-west-2", "eu-west-1"}


def test_a_created_table_answers_in_the_regions_of_its_replicas(front: Front, client: ClientOf) -> None:
    inputs: dict[str, Value] = {**TABLE, "name": "made", "replicas": [replica("us-west-2", "EVENTUAL")]}
    Resources(front.endpoint).create(registration("aws:dynamodb/table:Table", inputs))
    for region in ("us-east-1", "us-west-2"):
        assert client("dynamodb", region).describe_table(TableName="made")["Table"]["TableStatus"] == "ACTIVE"
