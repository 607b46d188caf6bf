"""The durable record of a plan: an entry before each effect, completed after it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from failover import rows
from failover.control_table import ControlTable
from failover.tier import TierRow

ENTRIES_PER_COUNTER: Final = 10


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One step as its owner saw it; times are AWS time."""

    plan_id: str
    number: int
    step: str
    owner: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str | None = None
    detail: str | None = None

    def item(self) -> rows.Item:
        """Return the entry as an item of the control table."""
        return {**rows.journal_key(self.plan_id, self.number, self.owner), **self.content()}

    def content(self) -> rows.Item:
        """Return the item without its key."""
        ended = self.finished_at.isoformat() if self.finished_at else None
        times = {"started_at": self.started_at.isoformat(), "finished_at": ended}
        said = {"step": self.step, "owner": self.owner, "outcome": self.outcome, "detail": self.detail}
        return rows.to_item({**times, **said})


class Journal:
    """One owner's entries of one plan. A successor numbers from the row's counter on, so that none is overwritten."""

    def __init__(self, plan_id: str, owner: str, control: ControlTable) -> None:
        self._plan_id = plan_id
        self._owner = owner
        self._control = control
        self._number = 0
        self._open: Entry | None = None

    def open(self, step: str, row: TierRow) -> None:
        """Note that a step begins that has no effect on the tier; written together with what comes after it."""
        self._open = self._next(step, row)

    def begin(self, step: str, row: TierRow) -> None:
        """Write that the step begins; in the same round trip, that the one before is done."""
        entry = self._next(step, row)
        self._control.write_entries([*self._closed("done", None), entry.item()])
        self._open = entry

    def note(self, detail: str) -> None:
        """Add what the open step found; written when it ends."""
        if self._open:
            self._open = replace(self._open, detail=detail)

    def end(self, outcome: str, detail: str | None = None) -> None:
        """Complete the open entry."""
        if closed := self._closed(outcome, detail):
            self._control.write_entries(closed)
        self._open = None

    def answer(self, outcome: str, detail: str) -> None:
        """Write what whoever gives the same order again is told."""
        said = replace(self._entry("answer"), outcome=outcome, detail=detail, finished_at=self._control.time.now())
        item = {**rows.answer_key(self._plan_id), **said.content()}
        self._control.write_entries([*self._closed("done", None), item])
        self._open = None

    def _next(self, step: str, row: TierRow) -> Entry:
        self._number = max(self._number + 1, row.owner_counter * ENTRIES_PER_COUNTER)
        return self._entry(step)

    def _entry(self, step: str) -> Entry:
        now = self._control.time.now()
        return Entry(plan_id=self._plan_id, number=self._number, step=step, owner=self._owner, started_at=now)

    def _closed(self, outcome: str, detail: str | None) -> list[rows.Item]:
        if self._open is None:
            return []
        now = self._control.time.now()
        return [replace(self._open, finished_at=now, outcome=outcome, detail=detail or self._open.detail).item()]
