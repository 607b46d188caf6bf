"""What the program declares, created by its types."""

from collections.abc import Iterator, Mapping

import pytest

from evaluation import Registration, Value, evaluate
from localcloud.create import Resources, Unsupported
from localcloud.create.creation import Creation
from localcloud.create.dynamodb import table
from localcloud.front import Front
from localcloud.latency import Profile
from localcloud.linode.cloud import Linode
from localcloud.timers import Timers
from tests.localcloud.conftest import ClientOf
from tests.stacks.registered import at, items


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


@pytest.fixture(scope="module")
def quiet_front() -> Iterator[Front]:
    """A front with Linode, whose jobs are timed, and no other machinery: no function that is created begins to run."""
    opened, timers = Front.open(Profile()), Timers()
    Linode(opened.gateway, timers)
    timers.start()
    yield opened
    timers.stop()
    opened.close()


def test_everything_that_a_stack_declares_is_created_with_all_its_inputs(quiet_front: Front) -> None:
    assert evaluate("prod", create=Resources(quiet_front.endpoint).create).outputs["stack"] == "prod"


def test_an_unknown_type_is_refused_by_name(front: Front) -> None:
    with pytest.raises(Unsupported, match="cannot create aws:ec2/instance:Instance; add a creator"):
        Resources(front.endpoint).create(registration("aws:ec2/instance:Instance", {}))


def test_an_input_that_would_be_left_out_is_refused_by_name(front: Front) -> None:
    inputs: dict[str, Value] = {"name": "fifo", "fifoTopic": True}
    with pytest.raises(Unsupported, match="fifoTopic"):
        Resources(front.endpoint).create(registration("aws:sns/topic:Topic", inputs))


def test_a_role_is_below_its_path(front: Front) -> None:
    inputs: dict[str, Value] = {"path": "/lifeboat/prod/", "assumeRolePolicy": "{}"}
    name, outputs = Resources(front.endpoint).create(registration("aws:iam/role:Role", inputs, "worker-role"))
    assert str(outputs["arn"]).endswith(f":role/lifeboat/prod/{name}")


def test_a_name_that_was_not_given_is_made_from_the_logical_one_the_same_in_every_run(front: Front) -> None:
    declared = registration("aws:sns/topic:Topic", {}, "my-topic")
    names = {str(Resources(front.endpoint).create(declared)[1]["name"]) for _ in range(2)}
    assert len(names) == 1
    assert names.pop().startswith("my-topic-")


class Recorder:
    """Keeps the calls that a creator makes."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Mapping[str, object]]] = []

    def __call__(
        self, _service: str, region: str, operation: str, parameters: Mapping[str, object]
    ) -> Mapping[str, object]:
        self.calls.append((region, operation, parameters))
        description = {"TableArn": "arn", "LatestStreamArn": f"arn of the stream in {region}"}
        return {"Table": description, "TableDescription": description}


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
    table(Creation.of(registration("aws:dynamodb/table:Table", inputs), recorder, "http://cloud"))
    [update] = [parameters for _, operation, parameters in recorder.calls if operation == "update_table"]
    assert update["MultiRegionConsistency"] == "STRONG"
    assert update["ReplicaUpdates"] == [{"Create": {"RegionName": "us-west-2"}}]
    assert update["GlobalTableWitnessUpdates"] == [{"Create": {"RegionName": "us-east-2"}}]


def test_eventual_replicas_are_added_one_by_one_and_each_gets_its_own_recovery() -> None:
    recorder = Recorder()
    replicas: Value = [replica("us-west-2", "EVENTUAL"), replica("eu-west-1", "EVENTUAL")]
    inputs: dict[str, Value] = {**TABLE, "replicas": replicas}
    table(Creation.of(registration("aws:dynamodb/table:Table", inputs), recorder, "http://cloud"))
    operations = [operation for _, operation, _ in recorder.calls]
    assert operations.count("update_table") == 2
    recovered = {region for region, operation, _ in recorder.calls if operation == "update_continuous_backups"}
    assert recovered == {"us-east-1", "us-west-2", "eu-west-1"}


def test_each_replica_tells_the_stream_that_is_its_own() -> None:
    inputs: dict[str, Value] = {**TABLE, "replicas": [replica("us-west-2", "EVENTUAL")]}
    _, outputs = table(Creation.of(registration("aws:dynamodb/table:Table", inputs), Recorder(), "http://cloud"))
    assert outputs["streamArn"] == "arn of the stream in us-east-1"
    [made] = items(outputs["replicas"])
    assert (at(made, "regionName"), at(made, "streamArn")) == ("us-west-2", "arn of the stream in us-west-2")


def test_a_created_table_answers_in_the_regions_of_its_replicas(front: Front, client: ClientOf) -> None:
    inputs: dict[str, Value] = {**TABLE, "name": "made", "replicas": [replica("us-west-2", "EVENTUAL")]}
    Resources(front.endpoint).create(registration("aws:dynamodb/table:Table", inputs))
    for region in ("us-east-1", "us-west-2"):
        assert client("dynamodb", region).describe_table(TableName="made")["Table"]["TableStatus"] == "ACTIVE"
