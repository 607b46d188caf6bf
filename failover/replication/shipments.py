"""One item's changes of a batch as what must be done about them, in order: few writes for many."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from failover.replication.changes import Change
from failover.replication.meetings import Act, Rules, act_on
from failover.replication.stamps import Item, Stamp
from failover.sites import Site


@dataclass(frozen=True)
class Image:
    """An item as one write left it. A deleted one has its key and stamp only."""

    item: Item
    stamp: Stamp


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """Writes of one item, oldest first, each made upon the one before: the last of them stands for all."""

    key: Item
    images: Sequence[Image]


@dataclass(frozen=True, kw_only=True)
class Around:
    """Writes of one item around the client: the last of them, and the newest stamp that they may have taken away."""

    last: Change
    before: Stamp | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one item's changes ask for.

    ``overtaken`` are writes around the client that the other site's version came upon before they had a stamp, with
    that version's.
    """

    shipments: Sequence[Shipment]
    around: Around | None
    overtaken: Sequence[tuple[Change, Stamp]]
    left: int


def work_of(changes: Sequence[Change], here: Site, rules: Rules) -> Work:
    """Gather one item's changes, oldest first.

    Where the other site's version came in between, what was written here before it and after it are two shipments: the
    later writes were made upon the other site's, and cannot stand for the earlier ones, which may have lost to it.
    """
    acts = [(change, act_on(change, here, rules)) for change in changes]
    runs: list[list[Image]] = [[]]
    for change, act in acts:
        if act is Act.SHIP and change.new is not None and change.stamp is not None:
            runs[-1].append(Image(_shipped(change.new, change.stamp, rules), change.stamp))
        elif act is Act.LEAVE:
            runs.append([])
    return Work(
        shipments=[Shipment(key=changes[0].key, images=run) for run in runs if run],
        around=_around([change for change, act in acts if act is Act.MARK]),
        overtaken=[
            (change, after.stamp)
            for (change, act), (after, then) in pairwise(acts)
            if act is Act.MARK and then is Act.LEAVE and after.stamp is not None
        ],
        left=sum(act is Act.LEAVE for _, act in acts),
    )


def _around(changes: Sequence[Change]) -> Around | None:
    stamps = [stamp for change in changes for stamp in (change.old_stamp, change.stamp) if stamp is not None]
    before = max(stamps, key=lambda stamp: stamp.version, default=None)
    return Around(last=changes[-1], before=before) if changes else None


def _shipped(item: Item, stamp: Stamp, rules: Rules) -> Item:
    """Leave a tombstone its expiry, or the other site's would stay for ever."""
    kept = {rules.ttl_attribute: item[rules.ttl_attribute]} if stamp.deleted and rules.ttl_attribute in item else {}
    return {**told(item, rules), **kept} if kept else told(item, rules)


def told(item: Item, rules: Rules) -> Item:
    """Leave out what stays in its region."""
    return {name: value for name, value in item.items() if name not in rules.excluded} if rules.excluded else item


def with_own(incoming: Image, own: Item | None, rules: Rules) -> Item:
    """Leave a site its own values of what does not leave its region, unless the item is deleted."""
    if incoming.stamp.deleted or not own:
        return incoming.item
    return {**{name: value for name, value in own.items() if name in rules.excluded}, **incoming.item}
