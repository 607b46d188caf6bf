"""What goes wrong between places, and how long messages are under way."""

import random
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from tests.failover.wiring import REGIONS

NEAR_SECONDS, FAR_SECONDS = 0.003, 0.03
ANYWHERE: tuple[str, ...] = ()
Way = tuple[str, str, str]  # from a place to a region's service


class How(StrEnum):
    """What becomes of a call that meets a fault."""

    BLACKHOLE = "blackhole"
    REFUSED = "refused"
    REPLY_LOST = "reply lost"
    ERRORS = "errors"
    THROTTLED = "throttled"
    SLOW = "slow"
    LATE = "late"
    TARDY = "tardy"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Calls from these places to these regions' services go wrong; nothing named means all of them."""

    what: str
    how: How
    places: tuple[str, ...] = ANYWHERE
    regions: tuple[str, ...] = ANYWHERE
    services: tuple[str, ...] = ANYWHERE

    def meets(self, way: Way) -> bool:
        """Whether a call from there to there goes wrong."""
        place, region, service = way
        return (
            (not self.places or place in self.places)
            and (not self.regions or region in self.regions)
            and (not self.services or service in self.services)
        )


def eyes(region: str) -> str:
    """Name the place where a region's observer stands; what it sees may differ from what others there see."""
    return f"eyes.{region}"


def dark(region: str, how: How) -> list[Fault]:
    """A region is lost: nobody reaches it, and what runs in it reaches nobody."""
    return [
        Fault(what=f"{region} is dark", how=how, regions=(region,)),
        Fault(what=f"{region} is dark inside", how=how, places=_inside(region)),
    ]


def parted(region: str, others: tuple[str, ...], how: How) -> list[Fault]:
    """A region and others do not reach each other; inside it everything works."""
    return [
        Fault(what=f"{region} is cut off", how=how, places=_inside(region), regions=others),
        Fault(what=f"{region} cannot be reached", how=how, places=_inside(*others), regions=(region,)),
    ]


def _inside(*regions: str) -> tuple[str, ...]:
    return (*regions, *map(eyes, regions))


@dataclass
class Weather:
    """The faults of the moment, and the delays that are always there."""

    dice: random.Random
    loss: float
    tail: float
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.change(self.faults)

    def change(self, faults: list[Fault]) -> None:
        """Have these faults, and no others, from now on; what they mean for a way is worked out once."""
        self.faults = faults
        self.between, self.parts, self.alone = cache(self._between), cache(self._parts), cache(self._alone)

    def _between(self, way: Way) -> Fault | None:
        """Return the first fault that such a call meets."""
        return next((fault for fault in self.faults if fault.meets(way)), None)

    def _parts(self, way: Way) -> bool:
        """Whether nothing at all arrives."""
        fault = self.between(way)
        return fault is not None and fault.how in (How.BLACKHOLE, How.REFUSED)

    def _alone(self, region: str) -> bool:
        """Whether the control table's replica in a region reaches neither of the others."""
        parts = self.parts
        return all(parts((region, one, "mrsc")) or parts((one, region, "mrsc")) for one in REGIONS if one != region)

    def there_and_back(self, usual: float) -> tuple[float, float]:
        """Seconds that a message and its answer are under way; one in a while takes far longer."""
        dice, tail = self.dice.random, self.tail
        there = usual * (0.7 + dice())
        back = usual * (0.7 + dice())
        if tail:
            there += 2.0 * dice() if dice() < tail else 0.0
            back += 2.0 * dice() if dice() < tail else 0.0
        return there, back
