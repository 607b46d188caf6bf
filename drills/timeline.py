"""The drill as it happens: one line for each event and, on a terminal, one line that says how things stand."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from drills.events import Event, Source, injected_at
from drills.narrative import is_trouble, tell
from drills.recent import Recent
from drills.recorder import Operation

STYLES: Mapping[Source, str] = {
    "drill": "bold",
    "row": "magenta",
    "vote": "cyan",
    "step": "blue",
    "fault": "bold red",
    "order": "bold",
    "page": "yellow",
    "measured": "green",
}


@dataclass
class Standing:
    """How things stand now, kept up from events and operations. All times are of the monotonic clock."""

    started: float
    injected: float | None = None
    stage: str = "starting"
    phase: str = "unknown"
    active: str = "nobody"
    epoch: str = "-"
    lag_seconds: float = 0.0
    recent: Recent = field(default_factory=Recent)

    def take(self, event: Event) -> None:
        """Remember what one event changes."""
        if event.source == "row":
            self.phase, self.active, self.epoch = event.text("phase"), event.text("active"), event.text("epoch")
        elif event.source == "lag":
            self.lag_seconds = event.number("seconds") or 0.0
        elif event.source == "drill" and event.text("state") == "begun":
            self.stage = event.text("name")
        elif self.injected is None:
            self.injected = injected_at((event,))

    def count(self, operation: Operation) -> None:
        """Remember one operation of a client that goes by the epochs."""
        if operation.cooperates:
            self.recent.add(operation)

    def success_percent(self, site: str, now: float) -> float | None:
        """Return the share of this site's last operations that succeeded; None when it made none."""
        own = [operation.acknowledged for operation in self.recent.at(now) if operation.site == site]
        return 100 * sum(own) / len(own) if own else None

    def clock(self, at: float) -> str:
        """Return the moment as seconds since t0, or, before any fault, since the drill began (in parentheses)."""
        if self.injected is None:
            return f"({at - self.started:5.1f})"
        return f"{at - self.injected:+7.1f}"


def line(event: Event, standing: Standing) -> str:
    """Return the plain line of one event: when, what kind, what."""
    return f"{standing.clock(event.at)}  {event.source:<6} {tell(event)}"


def status(standing: Standing, now: float) -> str:
    """Return the one line that says how things stand."""
    clients = "  ".join(f"{site} clients {_percent(standing, site, now)}" for site in ("primary", "secondary"))
    tier = f"epoch {standing.epoch} {standing.active} {standing.phase}"
    return f"{standing.clock(now)}  {standing.stage} | {tier} | {clients} | lag {standing.lag_seconds:.1f} s"


def _percent(standing: Standing, site: str, now: float) -> str:
    percent = standing.success_percent(site, now)
    return "  -  " if percent is None else f"{percent:4.0f}%"


class Timeline:
    """Prints events as they come. Without a terminal (a pipe, CI) only the plain lines, no status line."""

    def __init__(self, console: Console, monotonic: Callable[[], float]) -> None:
        self._console = console
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self.standing = Standing(started=monotonic())
        self._live = Live(console=console, get_renderable=self._status, refresh_per_second=5, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, event: Event) -> None:
        """Take one event into the status line and print it; lag, which changes all the time, is the status line's."""
        with self._lock:
            self.standing.take(event)
            if event.source == "lag":
                return
            style = STYLES[event.source] if event.source != "vote" or is_trouble(event) else "dim"
            said = escape(line(event, self.standing))
            self._console.print(f"[{style}]{said}[/]", highlight=False, soft_wrap=True)

    def count(self, operation: Operation) -> None:
        """Take one operation of the load into the success rates."""
        with self._lock:
            self.standing.count(operation)

    def _status(self) -> Text:
        with self._lock:
            return Text(status(self.standing, self._monotonic()), style="reverse", overflow="ellipsis", no_wrap=True)
