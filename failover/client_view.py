"""A client's view of its tier: who may be written to, and for how much longer (protocol.md 5)."""

import functools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from failover.clock import Clock, SystemClock
from failover.hedged_read import HedgedRead, NobodyAnswered
from failover.protocol import Protocol
from failover.rows import tier_key
from failover.sites import SITES, Site
from failover.tier import Phase
from failover.write_grants import Grant, Heard, NoCurrentView, NotWritable, TierMoving

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Read = tuple[Mapping[str, AttributeValueTypeDef], float]  # the row, and when its read was sent

log = logging.getLogger(__name__)

HEDGE_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True)
class View:
    """What the row said; ``sent_at`` is when the read that saw it was *sent*, in this host's monotonic seconds."""

    epoch: int
    active: Site
    phase: Phase
    sent_at: float

    def heard(self) -> Heard:
        """Say no more than reads need."""
        return Heard(active=self.active, epoch=self.epoch, at=self.sent_at)


@dataclass(frozen=True, kw_only=True)
class Open:
    """Writes may go to the view's active site; answers that arrive before ``until`` count."""

    until: float


@dataclass(frozen=True, kw_only=True)
class Closed:
    """No write may be sent, and why."""

    moving: bool
    reason: str


class RowUnread(Exception):
    """The tier's row could not be had; the view in hand goes on ageing."""


class ControlUnreachable(RowUnread):
    """No control region answered."""


class RowMissing(RowUnread):
    """The control table has no row for this tier: it was never initialised, or this is another stack's table."""


class RowMalformed(RowUnread):
    """The row holds something that this release does not know."""


def judge(view: View, now: float, protocol: Protocol) -> Open | Closed:
    """Say whether a write may be sent at ``now``, and until when its answer would count.

    A view read while `preparing` is good for ``preparing_view`` only. That is how clients acknowledge a `prepare`:
    once it has stood for ``client_wait()`` every live view is a short one, and the stop that follows has to wait out
    only ``prepared_wait()``. Each read is safe by itself: the row said so at or after ``sent_at``, so a mark that
    forbids the write came later than ``sent_at``, and whoever marked waits longer than the view lasts.

    ``protocol`` is already scaled.
    """
    if view.phase in (Phase.MOVING, Phase.HELD):
        return Closed(moving=True, reason=f"the tier is {view.phase.value} in epoch {view.epoch}")
    lasts = protocol.preparing_view if view.phase is Phase.PREPARING else protocol.client_view
    until = view.sent_at + lasts
    if now < until:
        return Open(until=until)
    return Closed(moving=False, reason=f"the newest view is {now - view.sent_at:.2f} s old, over {lasts:g} s")


def allow(view: View | None, now: float, seconds: float, protocol: Protocol) -> Grant | NotWritable:
    """Grant a write whose shortest attempt takes up to ``seconds``, or say why it may not be sent."""
    if view is None:
        return NoCurrentView("the tier's row was never read")
    standing = judge(view, now, protocol)
    if isinstance(standing, Closed):
        return (TierMoving if standing.moving else NoCurrentView)(standing.reason)
    if standing.until - now < seconds:
        return NoCurrentView(f"{standing.until - now:.2f} s left of the view, {seconds:g} s needed")
    return Grant(epoch=view.epoch, sites=(view.active,), until=standing.until, expires=True)


def newer(held: View | None, read: View) -> View:
    """Return the view to keep: the higher epoch, and within an epoch the read sent last."""
    if held is None or (held.epoch, held.sent_at) <= (read.epoch, read.sent_at):
        return read
    return held


def parse(item: "Mapping[str, AttributeValueTypeDef]", sent_at: float) -> View:
    """Read what a client needs of the tier's row, and no more: an attribute added later stops no client.

    Raises:
        RowMissing: there is no item.
        RowMalformed: one of the three is absent or of an unknown value.
    """
    if not item:
        raise RowMissing("the control table has no row for this tier; was the stack initialised?")
    try:
        active = SITES[item["active"]["S"]]
        return View(epoch=int(item["epoch"]["N"]), active=active, phase=Phase(item["phase"]["S"]), sent_at=sent_at)
    except (KeyError, ValueError, TypeError) as error:
        raise RowMalformed(f"cannot read epoch, active and phase from {dict(item)}: {error!r}") from error


class ClientView:
    """Keeps the newest view by polling from a daemon thread (``start``) or on demand; thread-safe.

    ``control`` holds one client per control region, each with a short timeout of its own and no retries;
    ``protocol`` is the stack's, unscaled; ``hedged`` makes the `HedgedRead`.
    """

    def __init__(
        self,
        control: "Mapping[str, DynamoDBClient]",
        table: str,
        protocol: Protocol,
        *,
        tier: str = "data",
        clock: Clock | None = None,
        hedged: "Callable[..., HedgedRead[Read]]" = HedgedRead,
    ) -> None:
        self._protocol = protocol.scaled()
        self._clock = clock or SystemClock()
        readers = {region: functools.partial(self._read, client, table, tier) for region, client in control.items()}
        self._row = hedged(readers, hedge_seconds=HEDGE_SECONDS * protocol.time_scale)
        self._refreshing = threading.Lock()  # only its holder sets the three below; anyone may read the view
        self._view: View | None = None
        self._tried_at = float("-inf")
        self._trouble: RowUnread | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to poll; returns at once, before the first view."""
        self._thread = threading.Thread(target=self._poll, name="client-view", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the polling; the view in hand ages out."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._row.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def newest(self) -> View:
        """Return the newest view of whatever age.

        Raises:
            NoCurrentView: none was ever read.
        """
        view = self._view
        if view is None:
            raise NoCurrentView("the tier's row was never read; is a control region reachable?")
        return view

    def heard(self) -> Heard:
        """Tell what the row said when it was last read, however long ago; read it if it never was.

        Raises:
            NoCurrentView: it never was, and nobody answers now.
        """
        trouble = self._trouble_reading() if self._view is None else None
        if trouble is not None and self._view is None:
            raise NoCurrentView(f"the tier's row was never read: {trouble}") from trouble
        return self.newest().heard()

    def refresh(self) -> View:
        """Read the row now; callers that wait for one another share one read sent after they asked.

        Raises:
            RowUnread: nobody answered, no row, or one that cannot be read.
        """
        asked_at = self._clock.monotonic()
        with self._refreshing:
            if self._tried_at < asked_at:
                self._try_to_read()
            if self._trouble is not None:
                raise self._trouble.with_traceback(None)
        return self.newest()

    def grant(self, seconds: float) -> Grant:
        """Allow a write whose shortest attempt takes up to ``seconds``, reading the row again if that may help.

        Raises:
            TierMoving: nobody may write now.
            NoCurrentView: no view lasts for another ``seconds``.
        """
        allowed = allow(self._view, self._clock.monotonic(), seconds, self._protocol)
        if isinstance(allowed, Grant):
            return allowed
        if self._too_new():
            raise allowed
        trouble = self._trouble_reading()
        allowed = allow(self._view, self._clock.monotonic(), seconds, self._protocol)
        if isinstance(allowed, Grant):
            return allowed
        raise type(allowed)(f"{allowed}: {trouble}" if trouble else str(allowed)) from trouble

    def _trouble_reading(self) -> RowUnread | None:
        """Read the row again; return what kept it from being read."""
        try:
            self.refresh()
        except RowUnread as error:
            log.warning("row unread", extra={"reason": str(error)})
            return error
        return None

    def _too_new(self) -> bool:
        """Say whether the view in hand is too new for a read to say more."""
        view = self._view
        return view is not None and self._clock.monotonic() - view.sent_at < self._protocol.moving_poll

    def _try_to_read(self) -> None:
        self._tried_at = self._clock.monotonic()
        try:
            item, sent_at = self._row.first_answer()
            read = parse(item, sent_at)
        except NobodyAnswered as error:
            self._trouble = ControlUnreachable(f"no control region answered: {error}")
        except RowUnread as error:
            self._trouble = error
        else:
            self._trouble = None
            self._view = newer(self._view, read)

    def _read(self, client: "DynamoDBClient", table: str, tier: str) -> "Read":
        sent_at = self._clock.monotonic()
        answer = client.get_item(TableName=table, Key=tier_key(tier), ConsistentRead=True)
        return answer.get("Item", {}), sent_at

    def _poll(self) -> None:
        while not self._stopped.is_set():
            began = self._clock.monotonic()
            try:
                interval = self._interval(self.refresh())
            except RowUnread as error:
                log.warning("row unread", extra={"reason": str(error)})
                interval = self._protocol.client_poll
            self._stopped.wait(max(0.0, interval - (self._clock.monotonic() - began)))

    def _interval(self, view: View) -> float:
        hurried = view.phase in (Phase.PREPARING, Phase.MOVING)
        return self._protocol.moving_poll if hurried else self._protocol.client_poll
