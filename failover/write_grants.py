"""What a write is allowed to do: where it may go, under which epoch, and until when."""

from dataclasses import dataclass
from typing import Protocol

from failover.clock import Clock
from failover.sites import Site, other


class NotWritable(Exception):
    """No write was sent. Keep it and try again later, or tell the user."""


class NoCurrentView(NotWritable):
    """The tier's row was not read recently enough to say who serves now, so writing would be guessing."""


class TierMoving(NotWritable):
    """The active site is being changed, or a stopped change awaits a person: nobody may write."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Leave to write, on the monotonic clock of the process that got it.

    ``sites`` are in order of preference. No attempt may run past ``until``; if ``expires``, an answer that arrives
    then acknowledges nothing either (protocol.md 5).
    """

    epoch: int | None
    sites: tuple[Site, ...]
    until: float
    expires: bool

    def honours(self, now: float) -> bool:
        """Say whether an answer that arrives now is an acknowledgement."""
        return not self.expires or now < self.until


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was last heard of the tier's row, however long ago; ``epoch`` and ``at`` are None for tables without one.

    ``at`` is when the read that saw it was sent, on the monotonic clock of the process.
    """

    active: Site
    epoch: int | None
    at: float | None

    def age(self, now: float) -> float | None:
        """Return its age in seconds; None if nothing has to be heard."""
        return None if self.at is None else now - self.at


class Views(Protocol):
    """Decides on each write, and says where reads go."""

    def grant(self, seconds: float) -> Grant:
        """Allow a write whose shortest attempt takes up to ``seconds``.

        Raises:
            NotWritable: with the reason and what to do.
        """
        ...

    def heard(self) -> Heard:
        """Tell which site served when last heard of: only a newer epoch names another.

        Raises:
            NoCurrentView: nothing was heard yet.
        """
        ...


class AnyRegion:
    """For ``mrsc`` tables: DynamoDB itself orders the writes of all regions, so no view is needed."""

    def __init__(self, home: Site, clock: Clock, *, deadline_seconds: float = 4.0) -> None:
        self._home = home
        self._clock = clock
        self._deadline_seconds = deadline_seconds

    def grant(self, seconds: float) -> Grant:
        """Allow the write at home first and then in the other region, for the whole deadline."""
        until = self._clock.monotonic() + max(seconds, self._deadline_seconds)
        return Grant(epoch=None, sites=(self._home, other(self._home)), until=until, expires=False)

    def heard(self) -> Heard:
        """Name home: the nearer region answers reads, and strongly consistent ones too."""
        return Heard(active=self._home, epoch=None, at=None)
