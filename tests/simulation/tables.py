"""The two kinds of global table: one that has one order of writes in three regions, and one that is local and late."""

import random
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tests.failover.model_table import Item, ModelDynamoDB, refusal
from tests.failover.wiring import SITES
from tests.simulation.hub import Hub
from tests.simulation.weather import Weather

DATA_REGIONS = (SITES.primary, SITES.secondary)
OTHER = {SITES.primary: SITES.secondary, SITES.secondary: SITES.primary}
Key = tuple[str, str, str]


class Mrsc:
    """The control table: every read and write takes part in one order; a region needs one of the two others for it.

    A write is under way for a while, and meets a conflict if another region's write of that item ended meanwhile
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html).
    """

    def __init__(self, hub: Hub, weather: Weather) -> None:
        self.table = ModelDynamoDB()
        self._hub, self._weather = hub, weather
        self._written: dict[str, tuple[float, str]] = {}

    def takes(self, operation: str) -> float:
        """Seconds from a request's arrival to its place in the order."""
        return (0.05 if "get" in operation else 0.08) * (0.5 + self._weather.dice.random())

    def serve(self, region: str, operation: str, params: Mapping[str, Any]) -> Any:
        """Carry an operation out at its place in the order.

        Raises:
            ClientError: a failed condition, a conflict, no majority.
        """
        if self._weather.faults and self._weather.alone(region):
            raise refusal("InternalServerError", operation, status=500)
        if operation == "update_item":
            self._meet(region, params["Key"]["pk"]["S"], operation)
        return getattr(self.table, operation)(**params)

    def _meet(self, region: str, key: str, operation: str) -> None:
        ended, by = self._written.get(key, (-1.0, region))
        if by != region and self._hub.now - ended < 0.04:
            raise refusal("ReplicatedWriteConflictException", operation)
        self._written[key] = (self._hub.now, region)


class Mrec:
    """The application's and the canaries' tables: each region its own, the last writer wins, replication in order.

    What is under way waits while the regions are cut from each other, and arrives afterwards.
    """

    def __init__(self, hub: Hub, weather: Weather, dice: random.Random, lag: float) -> None:
        self.lag = lag
        self.tables = {region: ModelDynamoDB() for region in DATA_REGIONS}
        self._hub, self._weather, self._dice = hub, weather, dice
        self._written: dict[str, dict[Key, tuple[float, str]]] = {region: {} for region in DATA_REGIONS}
        self._way: dict[str, deque[tuple[float, float, Key, Item]]] = {region: deque() for region in DATA_REGIONS}

    def serve(self, region: str, operation: str, params: Mapping[str, Any]) -> Any:
        """Carry an operation out in one region.

        Raises:
            ClientError: a failed condition.
        """
        self.catch_up(region)
        table = self.tables[region]
        answer = getattr(table, operation)(**params)
        if operation != "get_item":
            self._follow(region, params)
        return answer

    def _follow(self, region: str, params: Mapping[str, Any]) -> None:
        key = (params["TableName"], params.get("Key", params.get("Item"))["id"]["S"], "")
        now, way = self._hub.now, self._way[region]
        self._written[region][key] = (now, region)
        arrives = now + self.lag * (0.2 + 1.6 * self._dice.random())
        way.append((max(arrives, way[-1][0]) if way else arrives, now, key, self.tables[region].items[key]))

    def catch_up(self, region: str) -> None:
        """Let everything arrive in a region that is due there by now."""
        source, now = OTHER[region], self._hub.now
        way = self._way[source]
        if not way or way[0][0] > now or self._parted():
            return
        table, written = self.tables[region].items, self._written[region]
        while way and way[0][0] <= now:
            _, at, key, item = way.popleft()
            if (at, source) > written.get(key, (-1.0, "")):
                table[key], written[key] = item, (at, source)

    def _parted(self) -> bool:
        one, another = DATA_REGIONS
        parts = self._weather.parts
        return parts((one, another, "mrec")) or parts((another, one, "mrec"))

    def around(self, change: Callable[[], None]) -> None:
        """Let the weather change: what has arrived has arrived, and what waited is under way again."""
        for region in DATA_REGIONS:
            self.catch_up(region)
        parted = self._parted()
        change()
        if not parted:
            return
        for region, way in self._way.items():
            least = self._hub.now + self.lag * (0.2 + 1.6 * self._dice.random())
            self._way[region] = deque((max(arrives, least), *rest) for arrives, *rest in way)  # type: ignore[misc]
