"""What of the canary's stream starts a replicator: all but observers' canaries that came from the other site."""

from collections.abc import Callable

import pytest

from evaluation import Evaluation, Registration
from failover.sites import Site
from lambdas.health_checker.settings import Settings as ObserverSettings
from localcloud.record_filters import wanted_by
from tests.conftest import Evaluate
from tests.failover.replication.model_site import Item
from tests.failover.replication.records import item, record, stamp
from tests.stacks.registered import FUNCTION, MAPPING, at, items, of_type, text

SITES = {"ap-northeast-1": "primary", "us-west-2": "secondary"}
ORIGINS: tuple[Site, Site] = ("primary", "secondary")
CANARY = "lifeboat-prod-stream-replicator-canary"


@pytest.fixture
def streams(variant: Evaluate) -> Evaluation:
    return variant("streams")


def observers(streams: Evaluation) -> set[str]:
    """Name the canaries that observers write, as their own code reads its environment."""
    found = set()
    for one in of_type(streams, FUNCTION):
        if text(one.inputs, "handler").startswith("lambdas.health_checker"):
            told = at(one.inputs, "environment", "variables")
            assert isinstance(told, dict)
            settings = ObserverSettings.from_env({**{k: str(v) for k, v in told.items()}, "AWS_REGION": one.region})
            assert settings.environment.data_mode == "streams", "or it would not stamp what it writes"
            found.add(settings.environment.canary_item(settings.observer).item_id)
    return found


def wanted(mapping: Registration) -> Callable[[Item | None, Item | None], bool]:
    """Return whether a mapping wants the record of a write."""
    filters = [{"Pattern": text(one, "pattern")} for one in items(at(mapping.inputs, "filterCriteria", "filters"))]
    matches = wanted_by({"Filters": filters})
    return lambda old, new: matches(record(old, new))


def mapping_of(streams: Evaluation, region: str) -> Registration:
    (found,) = (
        one for one in of_type(streams, MAPPING) if one.region == region and one.inputs["functionName"] == CANARY
    )
    return found


@pytest.mark.parametrize("region", sorted(SITES))
def test_an_observers_canary_starts_the_replicator_of_the_site_that_it_was_written_in(
    streams: Evaluation, region: str
) -> None:
    wants, here = wanted(mapping_of(streams, region)), SITES[region]
    for key in observers(streams):
        for origin in ORIGINS:
            written = stamp(7, origin)
            assert wants(None, item(written, key)) is (origin == here)
            assert wants(item(stamp(5), key), item(written, key)) is (origin == here)


@pytest.mark.parametrize("region", sorted(SITES))
def test_what_nobody_stamped_and_what_is_gone_starts_it(streams: Evaluation, region: str) -> None:
    wants = wanted(mapping_of(streams, region))
    for key in observers(streams):
        assert wants(None, item(None, key))
        assert wants(item(stamp(7, "secondary"), key), item(None, key))
        assert wants(item(stamp(7, "secondary"), key), None)
        assert wants(item(stamp(7, "primary"), key), None)


@pytest.mark.parametrize("region", sorted(SITES))
@pytest.mark.parametrize("key", ["health_check_id#orchestrator", "health_check_id#orchestrator-last", "a"])
def test_canaries_that_are_written_without_a_stamp_start_it_under_an_old_one(
    streams: Evaluation, region: str, key: str
) -> None:
    wants = wanted(mapping_of(streams, region))
    for origin in ORIGINS:
        held = stamp(7, origin)
        assert wants(item(held, key), item(held, key, counter={"N": "8"}))


def test_an_applications_table_starts_its_replicator_with_every_record(streams: Evaluation) -> None:
    """Who writes around the client leaves the other site's stamp there: no filter can tell it from that site's own."""
    others = [one for one in of_type(streams, MAPPING) if ":dynamodb:" in text(one.inputs, "eventSourceArn")]
    sifted = {text(one.inputs, "functionName") for one in others if one.inputs.get("filterCriteria")}
    assert len(others) == 4
    assert sifted == {CANARY}
