"""Two ways to break the clients' rule on purpose, to be seen doing damage; only drills and tests use them."""

import contextlib

from failover.client_view import ClientView, RowUnread, View
from failover.clock import Clock
from failover.write_grants import Grant, Heard, NoCurrentView

ATTEMPT_SECONDS = 4.0


class FirstView:
    """Keeps the first view for ever: the client that ignores epochs."""

    def __init__(self, views: ClientView, clock: Clock) -> None:
        self._views = views
        self._clock = clock
        self._first: View | None = None

    def grant(self, _seconds: float) -> Grant:
        """Allow every write, to the site that was active at the start."""
        return _lawless(self._view(), self._clock)

    def heard(self) -> Heard:
        """Tell what was heard at the start."""
        return self._view().heard()

    def _view(self) -> View:
        if self._first is None:
            self._first = _read(self._views)
        return self._first


class AgelessViews:
    """Reads the row now and then and believes it in between, whatever its age and phase, and if it is out of reach."""

    def __init__(self, views: ClientView, clock: Clock, *, reread_seconds: float, first_reread_after: float) -> None:
        self._views = views
        self._clock = clock
        self._reread_seconds = reread_seconds
        self._reread_at = clock.monotonic() + first_reread_after
        self._view: View | None = None

    def grant(self, _seconds: float) -> Grant:
        """Allow every write, to the site that was active when last looked."""
        return _lawless(self._believed(), self._clock)

    def heard(self) -> Heard:
        """Tell what was heard when last looked."""
        return self._believed().heard()

    def _believed(self) -> View:
        now = self._clock.monotonic()
        if self._view is None:
            self._view = _read(self._views)
        elif now >= self._reread_at:
            self._reread_at = now + self._reread_seconds
            with contextlib.suppress(NoCurrentView):
                self._view = _read(self._views)
        return self._view


def _read(views: ClientView) -> View:
    try:
        return views.refresh()
    except RowUnread as error:
        raise NoCurrentView(str(error)) from error


def _lawless(view: View, clock: Clock) -> Grant:
    return Grant(epoch=view.epoch, sites=(view.active,), until=clock.monotonic() + ATTEMPT_SECONDS, expires=False)
