"""Which write of an item is the newest: versions that two sites compare without comparing their clocks.

A version is (epoch, hybrid logical clock, origin), compared in that order. The clock is a time of day in microseconds
that never falls behind what the item already has, so a host that runs late is not overruled by what it has itself
replaced (Kulkarni et al., Logical Physical Clocks, https://cse.buffalo.edu/tech-reports/2014-04.pdf).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from failover.sites import SITES, Site

ATTRIBUTE = "_lifeboat"
Item = Mapping[str, Any]  # DynamoDB's own attribute values: {"id": {"S": "a"}}
TEXT = re.compile(r"([0-9]{10})-([0-9]{16})-(primary|secondary)")


class MalformedStamp(ValueError):
    """An item's reserved attribute holds what no release has written."""


@dataclass(frozen=True, order=True)
class Version:
    """One write of one item. ``clock`` is in microseconds."""

    epoch: int
    clock: int
    origin: Site

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read it back.

        Raises:
            MalformedStamp: it is no version.
        """
        match = TEXT.fullmatch(text)
        if match is None:
            raise MalformedStamp(f"{text!r} is no version")
        return cls(int(match[1]), int(match[2]), SITES[match[3]])

    def __str__(self) -> str:
        """Write it so that texts compare as versions do, in DynamoDB's conditions too."""
        return f"{self.epoch:010d}-{self.clock:016d}-{self.origin}"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What an item says of itself: its version, the other site's newest that it was made upon, whether it is gone."""

    version: Version
    seen: Version | None = None
    deleted: bool = False

    @classmethod
    def of(cls, item: Item | None) -> "Stamp | None":
        """Read an item's stamp; ``None`` where there is no item, or one that was written around the client.

        Raises:
            MalformedStamp: the reserved attribute is not ours.
        """
        attribute = item.get(ATTRIBUTE) if item else None
        if attribute is None:
            return None
        try:
            held = attribute["M"]
            seen = Version.parse(held["s"]["S"]) if "s" in held else None
            return cls(version=Version.parse(held["v"]["S"]), seen=seen, deleted="d" in held)
        except (KeyError, TypeError) as error:
            raise MalformedStamp(f"{ATTRIBUTE} is {attribute!r}") from error

    def attribute(self) -> dict[str, Any]:
        """Write it as an attribute's value; the origin stands by itself too, for conditions and filters."""
        held: dict[str, Any] = {"v": {"S": str(self.version)}, "o": {"S": self.version.origin}}
        if self.seen:
            held["s"] = {"S": str(self.seen)}
        if self.deleted:
            held["d"] = {"BOOL": True}
        return {"M": held}

    def has_seen(self, version: Version) -> bool:
        """Whether the item was made upon this version, or upon a later one of the same origin."""
        return self.newest_of(version.origin) >= version

    def newest_of(self, origin: Site) -> Version:
        """Return the newest version of one site that went into the item."""
        if self.version.origin == origin:
            return self.version
        return self.seen or Version(0, 0, origin)


def bare(item: Item, key_names: Iterable[str], ttl_attribute: str) -> bool:
    """Whether an item has no more than a tombstone has; one that says it is deleted and has was written upon since."""
    return item.keys() <= {*key_names, ATTRIBUTE, ttl_attribute}


def succeed(held: Stamp | None, *, epoch: int, now: int, origin: Site, deleted: bool = False) -> Stamp:
    """Stamp a write upon what is held: clock = max(now, held) + 1; ``now`` is a time of day in microseconds."""
    if held is None:
        return Stamp(version=Version(epoch, now + 1, origin), deleted=deleted)
    version = Version(epoch, max(now, held.version.clock) + 1, origin)
    seen = held.seen if held.version.origin == origin else held.version
    return Stamp(version=version, seen=seen, deleted=deleted)
