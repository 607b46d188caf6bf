"""How a run over a table goes on: a bar for a person who watches, a line now and then for a log."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from failover.clock import Clock
from failover.resync.segments import Watcher

LINE_EVERY_SECONDS = 10.0


class Speed(ProgressColumn):
    """Items a second."""

    def render(self, task: Task) -> Text:
        """Say how fast it goes of late."""
        return Text(f"{task.speed or 0:,.0f} items/s")


class Lines:
    """Says every ten seconds how far it is; thread-safe."""

    def __init__(self, what: str, total: int, clock: Clock) -> None:
        self._what = what
        self._total = total
        self._clock = clock
        self._lock = threading.Lock()
        self._began = self._said = clock.monotonic()
        self._items = 0

    def __call__(self, items: int) -> None:
        """Count items more."""
        with self._lock:
            self._items += items
            now = self._clock.monotonic()
            if now - self._said < LINE_EVERY_SECONDS:
                return
            self._said = now
            speed = self._items / (now - self._began)
            typer.echo(f"{self._what}: {self._items:,} of some {self._total:,} items, {speed:,.0f} a second", err=True)


@contextmanager
def watching(what: str, total: int, clock: Clock) -> Iterator[Watcher]:
    """Show on standard error how a run goes on. ``total`` is a guess: DynamoDB counts every six hours."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(what, total, clock)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Speed(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total or None)
        yield lambda items: progress.advance(task, items)
