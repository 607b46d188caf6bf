"""Canaries with stamps: as a replicator of ours wants them, and as the auditor of a global table does.

In mode `streams` what was written without a stamp gets one where it stands, and only the record that this makes is
shipped: every canary would be written twice at home. In mode `mrec` a stamp says which site wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failover.canary import PlainWrites, Writes
from failover.failures import AWS_ERRORS, Failure, failure_of, item_of
from failover.replication.stamps import ATTRIBUTE, MalformedStamp, Stamp, succeed
from failover.replication.versioned_table import EXPIRES, time_of_day
from failover.sites import Site, Sites

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a region's item was last known to hold. A stamp that cannot be read is written over."""

    stamp: Stamp | None = None
    readable: bool = True

    @classmethod
    def of(cls, item: Mapping[str, Any] | None) -> "Held":
        """Read an item, or what is not there."""
        try:
            return cls(stamp=Stamp.of(item))
        except MalformedStamp:
            return cls(readable=False)

    @property
    def epoch(self) -> int:
        """The epoch of what is held, 0 without a stamp."""
        return self.stamp.version.epoch if self.stamp else 0

    @property
    def condition(self) -> str:
        """The condition that it still is so; none where nobody can say what is there."""
        if not self.readable:
            return ""
        return "#lb.#lbv = :lbheld" if self.stamp else "attribute_not_exists(#lb)"


class StampedWrites:
    """One canary's stamps in both regions, as each region last told of its own.

    A write names the very version that it is made upon. Who has written since fails it, as a higher counter does; the
    answer shows the item, and the next write is made upon that. ``now`` gives the time of day in microseconds.
    """

    def __init__(self, sites: Sites, now: Callable[[], int]) -> None:
        self._sites = sites
        self._now = now
        self._held: dict[str, Held] = {}

    def update(self, client: "DynamoDBClient", region: str, request: Mapping[str, Any], epoch: int) -> None:
        """Carry out an update, with a stamp of the epoch, or of the later one that it is made upon.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused; or the item is another by now.
        """
        held = self._held.get(region, Held())
        stamp = succeed(held.stamp, epoch=max(epoch, held.epoch), now=self._now(), origin=_at(region, self._sites))
        try:
            client.update_item(**_stamped(request, held, stamp))
        except AWS_ERRORS as error:
            if failure_of(error) is Failure.CONDITION:
                self._held[region] = Held.of(item_of(error))
            raise
        self._held[region] = Held(stamp=stamp)

    def saw(self, region: str, item: Mapping[str, Any]) -> None:
        """Take what was read, if it is newer: an answer may have been on its way while a write landed."""
        held, found = self._held.get(region, Held()).stamp, Held.of(item).stamp
        if found is not None and (held is None or found.version > held.version):
            self._held[region] = Held(stamp=found)


class OverrulingWrites:
    """Stamps that are made upon nothing: the first canary of each move counts as overruling the old site's.

    That one is listed where it was overruled (failover/replication/audit.py): the new site's writes have come over to
    the old one, and so what they overrule there is listed. ``now`` gives the time of day in microseconds.
    """

    def __init__(self, sites: Sites, now: Callable[[], int]) -> None:
        self._sites = sites
        self._now = now

    def update(self, client: "DynamoDBClient", region: str, request: Mapping[str, Any], epoch: int) -> None:
        """Carry out an update, with a stamp of the epoch.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused; or the counter is as high already.
        """
        stamp = succeed(None, epoch=epoch, now=self._now(), origin=_at(region, self._sites))
        client.update_item(**_stamped(request, Held(readable=False), stamp))

    def saw(self, region: str, item: Mapping[str, Any]) -> None:
        """Need nothing of what is there."""


def last_canary_writes(mode: str, sites: Sites) -> Writes:
    """Return how the canary is written that ends an epoch, by how the data tables are replicated."""
    return StampedWrites(sites, time_of_day) if mode == "streams" else PlainWrites()


def observers_writes(mode: str, sites: Sites) -> Writes:
    """Return how an observer's canary is written, by how the data tables are replicated."""
    return OverrulingWrites(sites, time_of_day) if mode == "mrec" else last_canary_writes(mode, sites)


def _at(region: str, sites: Sites) -> Site:
    return "primary" if region == sites.primary else "secondary"


def _stamped(request: Mapping[str, Any], held: Held, stamp: Stamp) -> dict[str, Any]:
    """Set the stamp beside what the request sets; a tombstone's expiry is not the new canary's."""
    names, values = {"#lb": ATTRIBUTE}, {":lbstamp": stamp.attribute()}
    theirs, removing = request["ConditionExpression"], ""
    if held.stamp is not None:
        names, values = {**names, "#lbv": "v"}, {**values, ":lbheld": {"S": str(held.stamp.version)}}
    if held.stamp is not None and held.stamp.deleted:
        names, removing = {**names, "#lbt": EXPIRES}, " REMOVE #lbt"
    return {
        **request,
        "UpdateExpression": f"{request['UpdateExpression']}, #lb = :lbstamp{removing}",
        "ConditionExpression": f"({theirs}) AND ({held.condition})" if held.condition else theirs,
        "ExpressionAttributeNames": {**request["ExpressionAttributeNames"], **names},
        "ExpressionAttributeValues": {**request["ExpressionAttributeValues"], **values},
    }
