"""A shipment into the other site's table: written, known already, or one of two that did not know of each other."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from failover.replication.losers import Loser, Losers
from failover.replication.meetings import Meeting, Rules, meet
from failover.replication.shipments import Shipment, told, with_own
from failover.replication.stamps import Item, Stamp
from failover.replication.writing import Changed, Contended, overtakes, put, read, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_MEETINGS = 6


class Outcome(Enum):
    """What came of a shipment."""

    APPLIED = "applied"
    STALE = "stale"
    DIVERGED = "diverged"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Writes into one table of the other site."""

    client: "DynamoDBClient"
    table: str
    key_name: str
    rules: Rules
    losers: Losers

    def deliver(self, shipment: Shipment) -> Outcome:
        """Bring the last image to the table, unless what is there is newer.

        Raises:
            Contended: it changed again and again.
            BotoCoreError, ClientError: the table did not answer, or refused.
        """
        last = shipment.images[-1]
        if self.rules.excluded:
            return self._meet(shipment, read(self.client, self.table, shipment.key))
        try:
            put(self.client, self.table, last.item, overtakes(last.stamp))
        except Changed as met:
            return self._meet(shipment, met.item)
        return Outcome.APPLIED

    def _meet(self, shipment: Shipment, item: Item | None) -> Outcome:
        """Compare with what is there until it stays what it was while it is written over."""
        last = shipment.images[-1]
        for _ in range(MOST_MEETINGS):
            held = Stamp.of(item)
            meeting = meet(last.stamp, held)
            if meeting is Meeting.KNOWN:
                return Outcome.STALE
            if meeting is Meeting.LOSES:
                self._lost(shipment, held)
                return Outcome.DIVERGED
            try:
                self._overwrite(shipment, item, held, lost=meeting is Meeting.WINS)
            except Changed as met:
                item = met.item
            else:
                return Outcome.APPLIED if meeting is Meeting.FOLLOWS else Outcome.DIVERGED
        raise Contended(f"{self.table} {shipment.key}: changed {MOST_MEETINGS} times while it was being written")

    def _lost(self, shipment: Shipment, held: Stamp | None) -> None:
        """List every write of the shipment that what is held was not made upon."""
        for image in shipment.images:
            if held is None or not held.has_seen(image.stamp.version):
                self.losers.note(Loser(self.table, shipment.key, image.item, image.stamp, held))

    def _overwrite(self, shipment: Shipment, item: Item | None, held: Stamp | None, *, lost: bool) -> None:
        last = shipment.images[-1]
        if lost and item is not None and held is not None:
            self.losers.note(Loser(self.table, shipment.key, told(item, self.rules), held, last.stamp))
        condition = unchanged(held, there=bool(item), key_name=self.key_name)
        put(self.client, self.table, with_own(last, item, self.rules), condition)
