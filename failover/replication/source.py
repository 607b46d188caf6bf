"""What is done to an item where its change comes from, if that was made around the client.

It gets a stamp, and the record that this makes is what is shipped. Writers around the client can take a stamp away, and
whoever writes next may be stamped with an earlier clock than the other site has seen: so whatever stands there is put
above what the item was stamped with before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from failover.replication.changes import Change
from failover.replication.losers import Loser, Losers
from failover.replication.meetings import Rules
from failover.replication.shipments import Around
from failover.replication.stamps import ATTRIBUTE, Item, Stamp, bare, succeed
from failover.replication.writing import Changed, Contended, changed, put, read, unchanged
from failover.sites import Site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MICROSECONDS = 1_000_000
MOST_ATTEMPTS = 6
EpochOf = Callable[[Site], int | None]
"""Gives the epoch that a site's writes belong to; ``None`` while the other site is active."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One table of the site that changes come from, ``here``."""

    client: "DynamoDBClient"
    table: str
    key_name: str
    here: Site
    rules: Rules
    losers: Losers
    epoch_of: EpochOf
    tombstone_seconds: int

    def settle(self, around: Around) -> None:
        """Stamp what stands there, or its absence, and list the last write if the other site's stands in its place.

        Raises:
            Contended: it changed again and again.
            BotoCoreError, ClientError: a table did not answer, or refused.
        """
        change, stamp = around.last, self._stamp(around)
        item: Item | None = read(self.client, self.table, change.key)
        for _ in range(MOST_ATTEMPTS):
            held = Stamp.of(item)
            self._list_if_overtaken(change, stamp, held)
            if held is not None and (around.before is None or held.version > around.before.version):
                return
            try:
                self._write(change, stamp, item, held)
            except Changed as met:
                item = met.item
            else:
                return
        raise Contended(f"{self.table} {change.key}: changed {MOST_ATTEMPTS} times while it was being stamped")

    def _stamp(self, around: Around) -> Stamp:
        """Succeed what the item was; a site that is not active writes in the epoch of what it wrote over."""
        epoch = self.epoch_of(self.here)
        if epoch is None or (around.before is not None and around.before.version.epoch > epoch):
            epoch = around.before.version.epoch if around.before else 0
        return succeed(around.before, epoch=epoch, now=_moment(around.last), origin=self.here)

    def _list_if_overtaken(self, change: Change, stamp: Stamp, held: Stamp | None) -> None:
        """One of this site speaks for itself, as does one that kept the other's stamp and stands.

        A record that comes again has the stamp it was given, and was seen.
        """
        if held is None or held.version.origin == self.here or held == change.stamp or held.has_seen(stamp.version):
            return
        self.overtaken(change, held)

    def overtaken(self, change: Change, by: Stamp) -> None:
        """List a write that the other site's came upon before it had a stamp.

        Raises:
            BotoCoreError, ClientError: it could not be listed.
        """
        self.losers.note(Loser(self.table, change.key, change.new, None, by))

    def _write(self, change: Change, stamp: Stamp, item: Item | None, held: Stamp | None) -> None:
        if not item:
            self._bury(change, stamp)
        elif held is None:
            self._set(change.key, stamp, None)
        else:
            above = max(stamp.version.clock, held.version.clock)
            revived = held.deleted and not bare(item, change.key, self.rules.ttl_attribute)
            deleted = held.deleted and not revived
            raised = succeed(held, epoch=stamp.version.epoch, now=above, origin=self.here, deleted=deleted)
            self._set(change.key, raised, held, without=self._inherited(change, item) if revived else "")

    def _inherited(self, change: Change, item: Item) -> str:
        """Name the expiry that an item, made by an update of a tombstone around the client, still has from it."""
        ttl, tombstone = self.rules.ttl_attribute, change.old or {}
        return ttl if ttl in item and item[ttl] == tombstone.get(ttl) else ""

    def _bury(self, change: Change, stamp: Stamp) -> None:
        expires = {"N": str(int(change.at) + self.tombstone_seconds)}
        attribute = replace(stamp, deleted=True).attribute()
        tombstone = {**change.key, ATTRIBUTE: attribute, self.rules.ttl_attribute: expires}
        put(self.client, self.table, tombstone, unchanged(None, there=False, key_name=self.key_name))

    def _set(self, key: Item, stamp: Stamp, held: Stamp | None, *, without: str = "") -> None:
        condition = unchanged(held, there=True, key_name=self.key_name)
        removing, names = (" REMOVE #lbt", {"#lbt": without}) if without else ("", {})
        values = {**condition.get("ExpressionAttributeValues", {}), ":lbstamp": stamp.attribute()}
        try:
            self.client.update_item(
                TableName=self.table,
                Key=key,
                UpdateExpression=f"SET #lb = :lbstamp{removing}",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ConditionExpression=condition["ConditionExpression"],
                ExpressionAttributeNames={**condition["ExpressionAttributeNames"], **names},
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            raise changed(error) from error


def _moment(change: Change) -> int:
    """Return a change's time in microseconds, the same each time that it comes: records know whole seconds only."""
    return int(change.at * MICROSECONDS) + int(change.sequence) % MICROSECONDS
