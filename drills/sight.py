"""What is known right now, kept up from events and from the load's log, and waiting until it is as it should be."""

import threading
from collections.abc import Callable, Sequence

from drills.events import Event
from drills.recent import Recent
from drills.recorder import Operation
from failover.sites import Site


class NeverHappened(Exception):
    """What a stage waited for did not come in time; the message says what was seen instead."""


class Sight:
    """The newest row, votes and lags, and the load's last operations. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._row: Event | None = None
        self._votes: dict[str, Event] = {}
        self._lags: dict[str, Event] = {}
        self._pages: list[Event] = []
        self._recent = Recent()

    def take(self, event: Event) -> None:
        """Remember one event."""
        with self._changed:
            if event.source == "row":
                self._row = event
            elif event.source == "vote":
                self._votes[event.text("observer")] = event
            elif event.source == "lag":
                self._lags[event.text("from")] = event
            elif event.source == "page":
                self._pages.append(event)
            elif event.source == "fault" and event.text("state") == "begun":
                self._pages.clear()
            self._changed.notify_all()

    def count(self, operation: Operation) -> None:
        """Remember one operation of the load."""
        with self._changed:
            self._recent.add(operation)
            self._changed.notify_all()

    def wait_until(self, holds: Callable[[], bool], what: str, within_seconds: float) -> None:
        """Return as soon as ``holds``.

        Raises:
            NeverHappened: it did not within that time.
        """
        with self._changed:
            if not self._changed.wait_for(holds, timeout=within_seconds):
                raise NeverHappened(f"{what}: not within {within_seconds:g} s; {self.told()}")

    @property
    def epoch(self) -> int:
        """The tier's epoch, 0 before the first look."""
        return int(self._row.number("epoch") or 0) if self._row else 0

    @property
    def active(self) -> Site:
        """The site that the row names; the primary before the first look."""
        return "secondary" if self._row and self._row.text("active") == "secondary" else "primary"

    @property
    def standing(self) -> tuple[int, str, str]:
        """The row's epoch, active site and phase."""
        return (self.epoch, self.active, self._row.text("phase") if self._row else "")

    @property
    def at_rest(self) -> bool:
        """Whether no plan is under way."""
        return self._row is not None and self._row.text("phase") == "steady" and not self._row.text("step")

    @property
    def owner_region(self) -> str:
        """The region of the orchestrator that owns the plan under way, empty without one."""
        return self._row.text("owner").partition("/")[0] if self._row else ""

    def paged(self, words: str) -> bool:
        """Whether a page since the last fault began has these words."""
        return any(words in page.text("summary") for page in self._pages)

    def serves(self, site: Site, epoch: int) -> bool:
        """Whether the site is active, steady and published in this epoch, its plan finished."""
        row = self._row
        if row is None or row.text("step"):
            return False
        return (row.text("active"), row.text("phase"), row.number("epoch")) == (site, "steady", epoch)

    def calling_healthy(self, *, fact: str = "verdict") -> Sequence[str]:
        """Return the observers whose fresh vote about the active site, in this epoch, has "healthy" as that fact."""
        return [
            observer
            for observer, vote in self._votes.items()
            if vote.text(fact) == "healthy"
            and vote.text("site") == self.active
            and vote.number("epoch") == self.epoch
            and not vote.facts.get("silent")
        ]

    def knowing_the_lag(self) -> set[str]:
        """Return the observers whose vote says how far the standby is behind."""
        return {observer for observer, vote in self._votes.items() if not vote.facts.get("lag_unknown")}

    def reason(self, observer: str) -> str:
        """Return why an observer's newest vote says what it says, empty before its first."""
        vote = self._votes.get(observer)
        return vote.text("reason") if vote else ""

    def waiting(self) -> float:
        """Return how many replicated changes wait for delivery, in all directions together."""
        return sum(lag.number("waiting") or 0 for lag in self._lags.values())

    def longest_wait(self) -> float:
        """Return for how many seconds the oldest undelivered change of any direction has waited."""
        return max((lag.number("seconds") or 0.0 for lag in self._lags.values()), default=0.0)

    def writes(self, site: Site) -> tuple[int, int]:
        """Count the writes of a site's cooperating clients in the last two seconds: acknowledged, and all."""
        recent = self._recent.at(self._monotonic())
        own = [one for one in recent if one.site == site and one.is_write and one.cooperates]
        return sum(one.acknowledged for one in own), len(own)

    def told(self) -> str:
        """Return what is seen now, for whoever waited in vain."""
        votes = ", ".join(f"{observer} {vote.text('verdict')}" for observer, vote in sorted(self._votes.items()))
        row = self._row
        tier = f"epoch {self.epoch}, {row.text('active')} {row.text('phase')}" if row else "no tier row"
        told = f"; people were told: {'; '.join(page.text('summary') for page in self._pages)}" if self._pages else ""
        return f"{tier}; votes: {votes or 'none'}; {self.waiting():g} changes wait for delivery{told}"
