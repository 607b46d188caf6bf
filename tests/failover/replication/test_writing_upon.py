"""A write that is meant for one version of an item is made upon that one, or not at all."""

from typing import Any

import pytest

from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import OutdatedEpoch, VersionedWrites, Write
from failover.replication.writing import Changed
from tests.failover.replication.model_site import ModelSite

KEY = {"id": {"S": "a"}}
WRITES = VersionedWrites(now=lambda: 1_000, ttl_attribute="expires", tombstone_seconds=60)


def write(value: str, *, epoch: int = 2) -> Write:
    item = {**KEY, "value": {"S": value}}
    return Write(verb="put", table="orders", request={"Item": item}, key=KEY, epoch=epoch, here="secondary")


def held(site: Any) -> Stamp:
    stamp = Stamp.of(site.items["a"])
    assert stamp is not None
    return stamp


@pytest.fixture
def site() -> Any:
    site: Any = ModelSite()
    WRITES.carry_out(site, write("won"))
    return site


def test_it_is_newer_than_what_it_was_meant_for(site: Any) -> None:
    before = held(site)
    WRITES.carry_out_upon(site, write("again"), before)
    assert site.items["a"]["value"] == {"S": "again"}
    assert held(site).version > before.version


def test_it_is_not_made_upon_another_version(site: Any) -> None:
    before = held(site)
    WRITES.carry_out(site, write("since"))
    with pytest.raises(Changed) as met:
        WRITES.carry_out_upon(site, write("again"), before)
    assert met.value.item == site.items["a"]
    assert site.items["a"]["value"] == {"S": "since"}


def test_it_is_not_made_upon_a_version_of_a_later_epoch(site: Any) -> None:
    with pytest.raises(OutdatedEpoch, match="is of epoch 2, the client's view of 1"):
        WRITES.carry_out_upon(site, write("again", epoch=1), held(site))
    assert site.items["a"]["value"] == {"S": "won"}
