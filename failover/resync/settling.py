"""How one item is made alike at both sites: the next thing to do, decided from what they hold; it does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from failover.replication.markers import marker_in
from failover.replication.meetings import Rules
from failover.replication.stamps import Item, Stamp, bare
from failover.resync.digests import digest_of
from failover.sites import Site, other


class Act(StrEnum):
    """What is done at a site, or from it."""

    STAMP = "stamp"  # it was written around the client: it gets a version there
    RAISE = "raise"  # both have one version and not one value: it gets a newer version there, the other's is listed
    DELIVER = "deliver"  # it goes to the other site, by the rules of versions


@dataclass(frozen=True)
class Step:
    """An act, and the site that it is done at or from."""

    act: Act
    site: Site

    def __str__(self) -> str:
        """Say it to a person."""
        return f"deliver {self.site} to {other(self.site)}" if self.act is Act.DELIVER else f"{self.act} {self.site}"


Pair = Mapping[Site, Item | None]


def next_step(key: Item, pair: Pair, first: Site, rules: Rules, *, one_way: bool = False) -> Step | None:
    """Say what to do next about an item; ``None`` once the sites hold the same.

    Every step moves it on, so that the same question asked after each comes to an end. ``first`` is the site whose
    value stands where no version decides. ``one_way``: only that site's is brought to the other. A planned move's
    marker stays where it is.
    """
    if any(item and marker_in(item) for item in pair.values()):
        return None
    stamps = {site: Stamp.of(item) for site, item in pair.items()}
    there = [site for site in (first, other(first)) if pair[site]]
    if not there or (one_way and first not in there):
        return None
    without = [site for site in there if not _stamped(key, pair[site] or {}, stamps[site], rules)]
    if len(there) == 1:
        return Step(Act.STAMP if without else Act.DELIVER, there[0])
    if without:
        return _of_unstamped(pair, without, first, rules.excluded, one_way=one_way)
    return _by_versions(
        pair, {site: stamp for site, stamp in stamps.items() if stamp}, first, rules.excluded, one_way=one_way
    )


def _of_unstamped(pair: Pair, without: list[Site], first: Site, excluded: frozenset[str], *, one_way: bool) -> Step:
    """Give no version to a value that goes by itself: it is what the other site's version has already."""
    if not _alike(pair, excluded):
        return Step(Act.STAMP, without[0])
    if first in without and (one_way or len(without) == 2):
        return Step(Act.STAMP, first)
    return Step(Act.DELIVER, other(without[0]))


def _by_versions(
    pair: Pair, stamps: Mapping[Site, Stamp], first: Site, excluded: frozenset[str], *, one_way: bool
) -> Step | None:
    mine, theirs = stamps[first], stamps[other(first)]
    if mine.version == theirs.version:
        same = (mine.deleted and theirs.deleted) or _alike(pair, excluded)
        return None if same else Step(Act.RAISE, first)
    return Step(Act.DELIVER, first if one_way or mine.version > theirs.version else other(first))


def _stamped(key: Item, item: Item, stamp: Stamp | None, rules: Rules) -> bool:
    """Whether its stamp is its own: a tombstone that was written upon around the client still has the deletion's."""
    return stamp is not None and not (stamp.deleted and not bare(item, key, rules.ttl_attribute))


def _alike(pair: Pair, excluded: frozenset[str]) -> bool:
    one, two = (digest_of(item or {}, excluded) for item in pair.values())
    return one == two
