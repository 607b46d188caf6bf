"""Keeps the certificate: a run that does not leave it whole in every region fails, and its alarm tells.

An event is ``{"kind": "renew" | "show", "force": true | false}``; the schedule's, without a kind, is a renewal that is
not forced.
"""

import functools
import logging
import os
from datetime import datetime

from failover.certificates.renewing import Held
from failover.certificates.running import run
from failover.certificates.turn import Busy
from lambdas.certificate.metrics import embedded
from lambdas.certificate.settings import Settings
from lambdas.certificate.tools import Tools

log = logging.getLogger(__name__)


class UnknownEvent(Exception):
    """The event asks for what nobody does here."""


@functools.cache
def tools() -> Tools:
    """Read the settings once per process."""
    return Tools(settings=Settings.from_env(os.environ))


def handle(event: object, _context: object) -> dict[str, object]:
    """Look, and renew what is due.

    Raises:
        UnknownEvent: it is neither of the two kinds.
        NotRenewed, NotEverywhere: the certificate, or a region, is behind.
    """
    kind, forced = _asked(event)
    turn = tools().turn()
    look = tools().look(turn)
    if look.held:
        _measure(look.held, turn.time.now())
    if kind == "show":
        return look.told()
    try:
        report = run(tools().renewing(turn), turn, forced=forced)
    except Busy as busy:
        log.info("decided", extra={"action": "leave it", "reason": str(busy)})
        return {"renewed": False, "reason": str(busy), "busy": True}
    log.info("decided", extra={"action": "renewed" if report.renewed else "kept", "reason": report.reason})
    if report.renewed:
        _measure(report.held, turn.time.now())
    return report.told(turn.time.now())


def _asked(event: object) -> tuple[str, bool]:
    told = event if isinstance(event, dict) else {}
    kind, forced = told.get("kind", "renew"), told.get("force", False)
    if kind not in ("renew", "show") or not isinstance(forced, bool):
        raise UnknownEvent(
            f"kind {kind!r} and force {forced!r} are not known here; `lifeboat certificate` asks rightly"
        )
    return kind, forced


def _measure(held: Held, now: datetime) -> None:
    settings = tools().settings
    print(embedded(held.facts.days_left(now), settings.stack, settings.region, now))
