"""Carrying out what a person decided about lost writes: what stands stays, or the lost one is written again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failover.control_table import ControlTable
from failover.failures import AWS_ERRORS
from failover.replication.lost_writes import JudgedOtherwise, Judgement, LoserEntries, LostWrite, State, plain
from failover.replication.stamps import Item, Stamp
from failover.replication.versioned_writes import OutdatedEpoch, VersionedWrites, Write
from failover.replication.writing import Changed, read
from failover.sites import Site
from failover.tier import Phase, TierRow
from ops.replicators import Told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LeftInReview(Exception):
    """Nothing was written, and the entry stays open."""


@dataclass(frozen=True)
class Kept:
    """What became of one lost write; ``why`` is empty if it is done."""

    lost: LostWrite
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Active:
    """The site that may be written: its client, and what the replicators of its tables were told."""

    client: "DynamoDBClient"
    told: Mapping[str, Told]

    def standing(self, lost: LostWrite) -> Item | None:
        """Read what stands there now, consistently; a tombstone too."""
        return read(self.client, lost.table, lost.key)


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Carries one decision out, write by write. Each may be repeated; one that was interrupted goes on.

    ``now`` gives the time of day in microseconds, ``monotonic`` this host's seconds.
    """

    control: ControlTable
    tier: str
    actives: Mapping[Site, Active]
    entries: Mapping[str, LoserEntries]
    judgement: Judgement
    view_seconds: float
    now: Callable[[], int]
    monotonic: Callable[[], float]

    def keep(self, lost: LostWrite) -> Kept:
        """Do what was decided, then mark the entries: whoever finds them open does it again."""
        try:
            if self.judgement.state is State.KEPT_THEIRS and lost.state is State.OPEN:
                self._write_again(lost)
            for region in lost.states:
                self.entries[region].mark(lost, self.judgement)
        except (LeftInReview, OutdatedEpoch, JudgedOtherwise, *AWS_ERRORS) as why:
            return Kept(lost, " ".join(str(why).split()))
        return Kept(lost)

    def _write_again(self, lost: LostWrite) -> None:
        """Put the lost item where the one that won still stands; where it is back already, there is nothing to do.

        The row is read for each write, as a client would: an answer that comes when the view is too old proves nothing.
        """
        sent = self.monotonic()
        row = self.control.row(self.tier)
        if row.phase not in (Phase.STEADY, Phase.PREPARING):
            raise LeftInReview(f"the tier is {row.phase}: nobody may write")
        active = self.actives[row.active]
        standing, told = active.standing(lost), active.told[lost.table]
        wanted = wanted_of(lost, standing, told)
        if plain(standing) == wanted:
            return
        held = _winner(lost, standing)
        try:
            self._versioned(told).carry_out_upon(active.client, _write(lost, wanted, row), held)
        except Changed as met:
            raise LeftInReview(_changed(Stamp.of(met.item))) from met
        if self.monotonic() - sent > self.view_seconds:
            raise LeftInReview("the answer came too late to count; the same command finds out")

    def _versioned(self, told: Told) -> VersionedWrites:
        return VersionedWrites(now=self.now, ttl_attribute=told.ttl_attribute, tombstone_seconds=told.tombstone_seconds)


def wanted_of(lost: LostWrite, standing: Item | None, told: Told) -> Item | None:
    """Return what the lost write left, with the active site's own values of what does not leave its region."""
    left = plain(lost.item)
    if left is None:
        return None
    shared = {name: value for name, value in left.items() if name not in told.excluded}
    own = {name: value for name, value in (plain(standing) or {}).items() if name in told.excluded}
    return {**shared, **own}


def _winner(lost: LostWrite, standing: Item | None) -> Stamp:
    held = Stamp.of(standing)
    if held is None or str(held.version) != lost.winner:
        raise LeftInReview(_changed(held))
    return held


def _changed(held: Stamp | None) -> str:
    found = f"version {held.version}" if held else "an item without a version, or none"
    return f"what won no longer stands there, but {found}"


def _write(lost: LostWrite, wanted: Item | None, row: TierRow) -> Write:
    request: dict[str, Any] = {"Key": lost.key} if wanted is None else {"Item": wanted}
    return Write(
        verb="delete" if wanted is None else "put",
        table=lost.table,
        request=request,
        key=lost.key,
        epoch=row.epoch,
        here=row.active,
    )
