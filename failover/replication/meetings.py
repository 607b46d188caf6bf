"""What to do with a change at its source, and with a version where it meets another: decisions, and nothing else."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from failover.replication.changes import Change
from failover.replication.stamps import Stamp
from failover.sites import Site


class Act(Enum):
    """What a change asks for."""

    SHIP = auto()  # it was stamped here: the other site must have it
    MARK = auto()  # written around the client: it gets a stamp here, whose own record is shipped
    LEAVE = auto()  # the other site's own, or nothing to tell it


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a table declares: ``excluded`` attributes stay in their region, expiry of items is told or not.

    An expiry that is not told leaves no tombstone: a write of an older epoch that arrives only after it has nothing to
    lose to. It is listed where it met the newer one, and stays where that has expired, until it is verified and mended.
    """

    ttl_attribute: str
    excluded: frozenset[str] = frozenset()
    expiry: Literal["ignore", "replicate"] = "ignore"


def act_on(change: Change, here: Site, rules: Rules) -> Act:
    """Say what a change at a site asks for.

    A tombstone's expiry is never told: the other site's expires by itself. A stamp of the other site that is new here
    was brought by its replicator; going on with it would send each change round in circles.
    """
    if change.new is None:
        tombstone = change.old_stamp is not None and change.old_stamp.deleted
        return Act.LEAVE if change.expired and (tombstone or rules.expiry == "ignore") else Act.MARK
    if not change.stamped or change.stamp is None:
        return Act.MARK
    return Act.SHIP if change.stamp.version.origin == here else Act.LEAVE


class Meeting(Enum):
    """What becomes of an incoming version."""

    FOLLOWS = auto()  # made upon what is held, or upon nothing: write it
    WINS = auto()  # the newer of two that did not know of each other: list what is held, then write it
    KNOWN = auto()  # held already, or part of what is held
    LOSES = auto()  # the older of two that did not know of each other: list it


def meet(incoming: Stamp, held: Stamp | None) -> Meeting:
    """Compare a version from the other site with what is held; both sites come to the same, in whatever order.

    An item without a stamp was written around the client, and gives way. Two deletions want the same: there is
    nothing to list, as when an item expires at both sites.
    """
    if held is None:
        return Meeting.FOLLOWS
    if held.has_seen(incoming.version):
        return Meeting.KNOWN
    agreed = incoming.deleted and held.deleted
    if incoming.version < held.version:
        return Meeting.KNOWN if agreed else Meeting.LOSES
    return Meeting.FOLLOWS if agreed or incoming.has_seen(held.version) else Meeting.WINS
