"""What was seen during a drill: one flat, timed record for each change, on disk as JSON lines."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from drills.whole_lines import whole_lines

Source = Literal["drill", "row", "vote", "step", "fault", "order", "page", "lag", "measured"]
SOURCES: tuple[str, ...] = get_args(Source)
Fact = str | int | float | bool | None
Listener = Callable[["Event"], None]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change. ``at`` is ``time.monotonic()`` of this machine in seconds, the clock of the load's log too."""

    at: float
    source: Source
    facts: Mapping[str, Fact]

    def text(self, name: str) -> str:
        """Return a fact as words, empty when it is absent or null."""
        value = self.facts.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> float | None:
        """Return a fact as a number; None when it is absent, null or not a number."""
        value = self.facts.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def to_json(self) -> str:
        """Return one line without its end."""
        return json.dumps({"at": self.at, "source": self.source, **self.facts}, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Event":
        """Read one line of the log.

        Raises:
            ValueError: not JSON, or a source that nobody writes.
        """
        facts = json.loads(line)
        at, source = float(facts.pop("at")), facts.pop("source")
        if source not in SOURCES:
            raise ValueError(f"source is {source!r}, expected one of {', '.join(SOURCES)}")
        return cls(at=at, source=source, facts=facts)


class EventLog:
    """Appends events to one file and tells the listeners. Threads may share it; a line is whole or absent."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with every event written from now on, in the writer's thread."""
        self._listeners.append(listener)

    def write(self, source: Source, at: float | None = None, **facts: Fact) -> Event:
        """Record one change, now unless ``at`` says when."""
        with self._lock:
            event = Event(at=self.monotonic() if at is None else at, source=source, facts=facts)
            self._file.write(event.to_json() + "\n")
        for listener in tuple(self._listeners):
            listener(event)
        return event

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record that a stage of the drill begins and how it ends."""
        self.write("drill", name=name, state="begun")
        try:
            yield
        except BaseException as error:
            self.write("drill", name=name, state="failed", detail=str(error))
            raise
        self.write("drill", name=name, state="succeeded")

    def close(self) -> None:
        """Give the file back; nothing can be recorded any more."""
        self._file.close()


def read_events(path: Path) -> tuple[Event, ...]:
    """Return the log's events, oldest first. A last line cut short by a kill is left out."""
    return tuple(sorted(map(Event.from_json, whole_lines(path)), key=lambda event: event.at))


def injected_at(events: tuple[Event, ...]) -> float | None:
    """Return t0, when the first fault began that the drill is about; None before that. A prelude is not."""
    begun = (event for event in events if event.source == "fault" and event.text("state") == "begun")
    return next((event.at for event in begun if not event.facts.get("prelude")), None)


def ordered_at(events: tuple[Event, ...], kind: str = "") -> float | None:
    """Return when the last order of a kind (of any without one) was given: those before it were refused."""
    given = [event.at for event in events if event.source == "order" and kind in ("", event.text("kind"))]
    return given[-1] if given else None
