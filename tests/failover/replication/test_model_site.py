"""The model of a site's table answers as moto does to all that replication asks of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from failover.replication.meetings import Rules
from failover.replication.shipments import Around
from failover.replication.source import Source
from failover.replication.writing import Changed, overtakes, put, unchanged
from tests.failover.replication.model_site import Item, ModelSite
from tests.failover.replication.records import HERE, THERE, change, item, stamp
from tests.failover.replication.test_versioned_writes import KEY, moto_table
from tests.failover.replication.two_sites import Kept

STATES: Mapping[str, Item | None] = {
    "nothing": None,
    "no stamp": item(),
    "an older one": item(stamp(3)),
    "the same": item(stamp(5)),
    "a newer one": item(stamp(7)),
    "the other site's": item(stamp(3, THERE)),
    "a tombstone": item(stamp(3, deleted=True)),
}
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "overtakes": overtakes(stamp(5)),
    "is unchanged": unchanged(stamp(3), there=True, key_name="id"),
    "is still without a stamp": unchanged(None, there=True, key_name="id"),
    "is still absent": unchanged(None, there=False, key_name="id"),
}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield ModelSite(), moto_table()


def outcome(table: Any, held: Item | None, act: Callable[[Any], object]) -> tuple[object, Any]:
    """Tell what came of an act upon what was held, and what is there after it."""
    table.delete_item(TableName="orders", Key=KEY)
    if held is not None:
        table.put_item(TableName="orders", Item=held)
    told: object = None
    try:
        act(table)
    except Changed as met:
        told = ("changed", met.item)
    except ClientError as error:
        told = (error.response["Error"]["Code"], error.response.get("Item"))
    return told, table.get_item(TableName="orders", Key=KEY).get("Item")


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_each_condition_meets_each_state_as_it_does_at_moto(tables: Any, condition: Mapping[str, Any]) -> None:
    seen = []
    for held in STATES.values():
        both = [
            outcome(table, held, lambda met: put(met, "orders", item(stamp(5)), dict(condition))) for table in tables
        ]
        assert both[0] == both[1], held
        seen.append(both[0])
    assert len({str(one[0]) for one in seen}) > 1


def test_settling_leaves_what_it_leaves_at_moto(tables: Any) -> None:
    for held in STATES.values():
        for last in (change(item(stamp(3)), item()), change(item(stamp(3)), None), change(None, item())):
            settle = partial(settled, Around(last=last, before=last.old_stamp))
            both = [outcome(table, held, settle) for table in tables]
            assert both[0] == both[1], held


def settled(around: Around, table: Any) -> None:
    source(table).settle(around)


def source(table: Any) -> Source:
    return Source(
        client=table,
        table="orders",
        key_name="id",
        here=HERE,
        rules=Rules(ttl_attribute="expires"),
        losers=Kept(),
        epoch_of=lambda _site: 1,
        tombstone_seconds=10,
    )


def test_a_tombstone_updated_around_the_client_lives_again_without_its_expiry(tables: Any) -> None:
    tombstone = item(stamp(3, deleted=True))
    revived = {**tombstone, "value": {"S": "x"}}
    around = Around(last=change(tombstone, revived), before=stamp(3, deleted=True))
    for table in tables:
        _, found = outcome(table, revived, partial(settled, around))
        assert "d" not in found["_lifeboat"]["M"]
        assert found.keys() == {"id", "value", "_lifeboat"}


def test_an_expiry_of_its_own_stays(tables: Any) -> None:
    tombstone = item(stamp(3, deleted=True))
    revived = {**tombstone, "value": {"S": "x"}, "expires": {"N": "10"}}
    around = Around(last=change(tombstone, revived), before=stamp(3, deleted=True))
    for table in tables:
        _, found = outcome(table, revived, partial(settled, around))
        assert found["expires"] == {"N": "10"}
