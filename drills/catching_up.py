"""What only some experiments measure: figures that a stage wrote down, and how fast a backlog went down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from drills.events import Event


@dataclass(frozen=True, kw_only=True)
class Level:
    """How many records waited at a moment, in seconds of the events' clock."""

    at: float
    records: float

    def rate(self, later: "Level") -> float:
        """Return how many records a second it went down by until later."""
        return (self.records - later.records) / (later.at - self.at) if later.at > self.at else 0.0


def measured(events: Iterable[Event]) -> dict[str, int | float]:
    """Return the figures that stages wrote down; of one that was written twice, the last."""
    written = [(name, event.facts[name]) for event in events if event.source == "measured" for name in event.facts]
    return {name: value for name, value in written if isinstance(value, int | float)}


def catching_up(events: Sequence[Event]) -> Mapping[str, float]:
    """Return how long a backlog took to go, from when its target took some of it again, and the records a second.

    Nothing where there was no backlog, or where it was not seen to be gone.
    """
    levels = [_level(events, figure) for figure in ("records_behind", "records_at_recovery", "records_left")]
    if None in levels:
        return {}
    behind, recovered, left = (level for level in levels if level is not None)
    return {
        "catch_up_seconds": left.at - behind.at,
        "records_per_second": behind.rate(left),
        "throttled_records_per_second": behind.rate(recovered),
        "recovered_records_per_second": recovered.rate(left),
    }


def _level(events: Sequence[Event], figure: str) -> Level | None:
    found = [(event.at, event.number(figure)) for event in events if event.source == "measured"]
    return next((Level(at=at, records=records) for at, records in found if records is not None), None)
