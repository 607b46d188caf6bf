"""What readiness looks for is what is declared: no more, no less, and in the regions where it is."""

import fnmatch
import re
from collections.abc import Callable, Mapping

import pytest

from evaluation import Archive, Evaluation
from failover.protocol import Protocol
from failover.readiness.function_checks import LANES, REPLICATOR_SECONDS
from failover.readiness.inventory import OWN_ALARM, REPLICATOR, SCHEDULES, Inventory
from failover.readiness.survey import LOOK_SECONDS, SPARE_SECONDS
from tests.conftest import Evaluate
from tests.stacks.registered import (
    ALARM,
    FUNCTION,
    MAPPING,
    QUEUE,
    ROLE_POLICY,
    SCHEDULE,
    SECRET,
    TABLE,
    TOPIC,
    at,
    named,
    of_type,
    statements,
)
from tests.stacks.registered import text as text_at

LARGEST_ENVIRONMENT_BYTES = 4096  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ARCHIVE_BYTES = 1_500_000


def inventory_of(stack: Evaluation) -> Inventory:
    return Inventory.from_json(text_at(stack.outputs, "inventory"))


@pytest.mark.parametrize(
    ("type_", "nouns_in"),
    [
        (FUNCTION, Inventory.functions_in),
        (ALARM, Inventory.alarms_in),
        (TOPIC, Inventory.topics_in),
        (QUEUE, Inventory.queues_in),
    ],
)
def test_every_name_that_is_looked_for_is_declared_and_every_declared_one_looked_for(
    stack: Evaluation, type_: str, nouns_in: Callable[[Inventory, str], tuple[str, ...]]
) -> None:
    inventory = inventory_of(stack)
    names = [(region, noun) for region in inventory.regions for noun in nouns_in(inventory, region)]
    assert of_the_data_tier(named(stack, type_)) == {(region, inventory.named(noun)) for region, noun in names}
    assert len(set(names)) == len(names)
    assert {region for region, _ in names} <= set(inventory.machine_regions)


def of_the_data_tier(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out who lets machines in and who keeps the certificate: both have alarms, and tables need neither."""
    return {(region, name) for region, name in found if not re.search("-enrolment|-certificate", name)}


def test_every_schedule_that_is_looked_for_is_declared_and_every_declared_one_looked_for(stack: Evaluation) -> None:
    inventory = inventory_of(stack)
    wanted = {(region, inventory.named(noun)) for region in inventory.control_regions for noun in SCHEDULES}
    assert of_the_data_tier(named(stack, SCHEDULE)) == wanted


def test_every_table_is_looked_for_where_it_is(stack: Evaluation) -> None:
    inventory = inventory_of(stack)
    wanted = {(region, name) for region in inventory.regions for name in inventory.tables_in(region)}
    assert named(stack, TABLE) == wanted


def test_what_is_expected_of_a_table_is_what_is_declared(stack: Evaluation) -> None:
    inventory = inventory_of(stack)
    for table in of_type(stack, TABLE):
        name = text_at(table.inputs, "name")
        assert inventory.recovers(name) == at(table.inputs, "pointInTimeRecovery", "enabled"), name
        assert inventory.protected == table.inputs["deletionProtectionEnabled"]
        replicas = [text_at(one, "regionName") for one in table.inputs.get("replicas", [])]  # type: ignore[union-attr]
        assert set(inventory.replicas_of(name, table.region)) == set(replicas), name


def test_values_that_are_looked_for_are_those_that_run_time_and_people_set(stack: Evaluation) -> None:
    inventory = inventory_of(stack)
    assert inventory.active_parameter == stack.outputs["activeParameter"]
    of_the_application = re.compile("/linode-|/acme-account|/site-certificate")
    of_people = {one for one in named(stack, SECRET) if not of_the_application.search(one[1])}
    assert {(region, inventory.secret) for region in inventory.control_regions} == of_people
    sources = {(one.region, text_at(one.inputs, "functionName")) for one in of_type(stack, MAPPING)}
    wanted = {(region, noun) for region in inventory.machine_regions for noun in inventory.sources_in(region)}
    assert sources == {(region, inventory.named(noun)) for region, noun in wanted}


def test_a_replicator_has_the_time_and_the_lanes_that_are_expected_of_one(variant: Evaluate) -> None:
    functions = [one for one in of_type(variant("streams"), FUNCTION) if REPLICATOR in text_at(one.inputs, "name")]
    assert len(functions) == 4
    assert all(int(str(one.inputs["timeout"])) >= REPLICATOR_SECONDS for one in functions)
    mappings = [
        one for one in of_type(variant("streams"), MAPPING) if REPLICATOR in text_at(one.inputs, "functionName")
    ]
    assert [one.inputs["parallelizationFactor"] for one in mappings] == [LANES] * 4


def test_a_look_may_see_each_thing_that_it_looks_for_and_nothing_more_than_its_kind(stack: Evaluation) -> None:
    inventory = inventory_of(stack)
    policies = [
        one for one in of_type(stack, ROLE_POLICY) if re.fullmatch(r"readiness-aws-[a-z0-9-]+\d-policy", one.name)
    ]
    assert len(policies) == 3
    for policy in policies:
        allowed = {resource for one in statements(policy) for resource in resources(one)}
        missing = [one for one in seen(inventory) if not any(fnmatch.fnmatchcase(one, arn) for arn in allowed)]
        assert missing == []
        stack_name = inventory.named("")
        other = [
            one.partition(stack_name)[0] + f"{stack_name}nobodys" for one in seen(inventory) if ":table/" not in one
        ]
        assert [one for one in other if any(fnmatch.fnmatchcase(one, arn) for arn in allowed)] == []


def seen(inventory: Inventory) -> list[str]:
    """Return the ARN of each thing that a look reads by its name."""
    account, named, regions = inventory.account_id, inventory.named, inventory.regions
    return [
        *(f"arn:aws:lambda:{r}:{account}:function:{named(one)}" for r in regions for one in inventory.functions_in(r)),
        *(f"arn:aws:sqs:{r}:{account}:{named(one)}" for r in regions for one in inventory.queues_in(r)),
        *(inventory.topic_arn(r, one) for r in regions for one in inventory.topics_in(r)),
        *(f"arn:aws:dynamodb:{r}:{account}:table/{one}" for r in regions for one in inventory.tables_in(r)),
    ]


def resources(statement: Mapping[str, object]) -> list[str]:
    found = statement["Resource"]
    assert isinstance(found, list)
    return [str(one) for one in found if one != "*"]


def test_every_look_expects_the_same_and_goes_by_the_stacks_times(stack: Evaluation) -> None:
    looks = [one for one in of_type(stack, FUNCTION) if text_at(one.inputs, "name").endswith("-readiness")]
    told = {tuple(sorted(at(one.inputs, "environment", "variables").items())) for one in looks}  # type: ignore[union-attr]
    assert [dict(one) for one in told] == [
        {"LIFEBOAT_INVENTORY": stack.outputs["inventory"], "LIFEBOAT_PROTOCOL": stack.outputs["protocol"]}
    ]
    assert sum(len(name) + len(str(value)) for name, value in told.pop()) < LARGEST_ENVIRONMENT_BYTES


def test_the_archives_are_small_and_the_same_everywhere(stack: Evaluation) -> None:
    looks = [one for one in of_type(stack, FUNCTION) if text_at(one.inputs, "name").endswith("-readiness")]
    archives = {one.inputs["code"].zip_bytes() for one in looks if isinstance(one.inputs["code"], Archive)}
    assert len(archives) == 1
    assert len(archives.pop()) <= LARGEST_ARCHIVE_BYTES


def test_a_look_has_time_for_its_deadlines_and_for_watching_the_votes(stack: Evaluation) -> None:
    protocol = Protocol.from_json(text_at(stack.outputs, "protocol")).scaled()
    watching = max(LOOK_SECONDS, protocol.vote_fresh + SPARE_SECONDS)
    looks = [one for one in of_type(stack, FUNCTION) if text_at(one.inputs, "name").endswith("-readiness")]
    assert len(looks) == 3
    assert all(int(str(one.inputs["timeout"])) >= watching + LOOK_SECONDS for one in looks)


def test_two_looks_in_a_row_that_fail_or_are_missing_are_told(stack: Evaluation) -> None:
    own = [one for one in of_type(stack, ALARM) if text_at(one.inputs, "name").endswith(OWN_ALARM)]
    assert len(own) == 3
    for one in own:
        asked = [one.inputs[name] for name in ("metricName", "statistic", "treatMissingData", "threshold")]
        assert asked == ["Errors", "Minimum", "breaching", 1]
        times = [one.inputs[name] for name in ("period", "evaluationPeriods", "datapointsToAlarm")]
        assert times == [3600, 2, 2]
