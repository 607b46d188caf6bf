"""Whether the items in which two regions were found to differ are those that differ by the clients' logs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drills.accounting import Contents
from drills.recorder import Operation


@dataclass(frozen=True, kw_only=True)
class HeldAgainst:
    """How many items were found, how many were not though they differ, and how many though they do not."""

    found: int
    missed: int
    unfounded: int


def held_against(
    found: Iterable[str],
    operations: Iterable[Operation],
    before: Mapping[str, Contents],
    after: Mapping[str, Contents],
) -> HeldAgainst:
    """Hold the found keys against the logs; ``before`` and ``after`` are the regions' tables around the search.

    A key must be found if a write under it was acknowledged that one region has and another has not, before as well as
    after: what differs once only is on its way. It may be found if the regions differ under it after the search.
    """
    told = set(found)
    acknowledged = [(one.key, one.value) for one in operations if one.is_write and one.acknowledged]
    parted = {key for key, value in acknowledged if all(_is_parted(key, value, held) for held in (before, after))}
    differing = {key for held in after.values() for key in held if _differs(key, after)}
    return HeldAgainst(found=len(told), missed=len(parted - told), unfounded=len(told - differing))


def _is_parted(key: str, value: str, regions: Mapping[str, Contents]) -> bool:
    return len({value in held.get(key, ()) for held in regions.values()}) > 1


def _differs(key: str, regions: Mapping[str, Contents]) -> bool:
    return len({tuple(held.get(key, ())) for held in regions.values()}) > 1
