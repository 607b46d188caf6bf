"""Where reads and writes go follows the tier's row, for as long as an outage lasts: never one call's luck."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ConnectTimeoutError

from failover.client_view import ClientView
from failover.protocol import Protocol
from failover.read_answers import Freshness
from failover.regional_table import RegionalTable, TableOptions
from failover.write_grants import NoCurrentView
from tests.failover.clocks import HandClock
from tests.failover.two_regions import KEY, NEVER_SENT, Region, World

CONTROL = ("us-east-1", "us-east-2", "us-west-2")
FIRST = {"epoch": {"N": "1"}, "active": {"S": "primary"}, "phase": {"S": "steady"}}
SECOND = {"epoch": {"N": "2"}, "active": {"S": "secondary"}, "phase": {"S": "steady"}}


@dataclass
class Control:
    """A control region that answers with its row, or not at all."""

    row: Mapping[str, Any] | None = field(default_factory=lambda: FIRST)

    def get_item(self, **_request: object) -> Mapping[str, Any]:
        if self.row is None:
            raise ConnectTimeoutError(endpoint_url="http://control")
        return {"Item": self.row}


@dataclass
class Tier:
    """An application's table under a real view of three control regions."""

    clock: HandClock = field(default_factory=HandClock)
    control: Mapping[str, Control] = field(default_factory=lambda: {region: Control() for region in CONTROL})

    def __post_init__(self) -> None:
        self.views = ClientView(cast(Any, self.control), "control", Protocol(), clock=self.clock)
        self.primary, self.secondary = (Region(self.clock, answers=[{"Item": KEY}]) for _ in range(2))
        self.world = World(self.clock, self.primary, self.secondary, self.views)

    def table(self) -> RegionalTable:
        return self.world.table(options=TableOptions(pinned_after_seconds=30.0))

    def say(self, row: Mapping[str, Any] | None, *regions: str) -> None:
        for region in regions or CONTROL:
            self.control[region].row = row

    def later(self, seconds: float) -> None:
        self.clock.sleep(seconds)


@pytest.fixture
def tier() -> Tier:
    return Tier()


def test_after_a_failover_reads_and_writes_stay_at_the_new_site_though_the_old_one_answers_again(tier: Tier) -> None:
    table = tier.table()
    tier.primary.answers = [NEVER_SENT]
    tier.say(SECOND)
    assert table.put_item(Item=KEY).region == "us-west-2"
    tier.primary.answers = [{"Item": KEY}]
    for _ in range(20):
        tier.later(60.0)
        assert (table.put_item(Item=KEY).region, table.get_item(Key=KEY).region) == ("us-west-2",) * 2


def test_a_control_region_that_is_behind_does_not_bring_the_old_site_back(tier: Tier) -> None:
    table = tier.table()
    tier.say(SECOND)
    table.put_item(Item=KEY)
    tier.say(FIRST, "us-east-1")
    tier.say(None, "us-east-2", "us-west-2")
    tier.later(5.0)
    with pytest.raises(NoCurrentView):
        table.put_item(Item=KEY)
    assert table.get_item(Key=KEY).region == "us-west-2"


def test_without_any_view_for_long_reads_are_pinned_and_tell_its_age(tier: Tier) -> None:
    table = tier.table()
    tier.say(SECOND)
    table.put_item(Item=KEY)
    tier.say(None)
    tier.later(29.0)
    assert table.get_item(Key=KEY).served.freshness is Freshness.EVENTUAL
    tier.later(3600.0)
    served = table.get_item(Key=KEY).served
    assert (served.region, served.freshness) == ("us-west-2", Freshness.PINNED)
    assert served.view_seconds == pytest.approx(3629.0, abs=1.0)
    with pytest.raises(NoCurrentView):
        table.put_item(Item=KEY)


def test_a_newer_epoch_brings_reads_and_writes_back(tier: Tier) -> None:
    table = tier.table()
    tier.say(SECOND)
    table.put_item(Item=KEY)
    tier.say(None)
    tier.later(3600.0)
    tier.say({**FIRST, "epoch": {"N": "3"}})
    assert (table.put_item(Item=KEY).region, table.get_item(Key=KEY).region) == ("us-east-1",) * 2


def test_the_first_read_of_a_process_reads_the_row_itself(tier: Tier) -> None:
    tier.say(SECOND)
    assert tier.table().get_item(Key=KEY).region == "us-west-2"


def test_a_first_read_without_any_control_region_says_so(tier: Tier) -> None:
    tier.say(None)
    with pytest.raises(NoCurrentView, match="never read: no control region answered"):
        tier.table().get_item(Key=KEY)
