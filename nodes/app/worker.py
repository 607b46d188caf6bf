"""The process that works off the inbox: `python -m nodes.app.worker`; `aside` lists what needs a person.

It looks every half second, and works only where the host is the writer. SIGTERM lets it finish the event that it is at.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from prometheus_client import start_http_server

from failover.clock import SystemClock
from nodes.app.database import Database, NotServing
from nodes.app.inbox import INBOX_ERRORS, Inbox
from nodes.app.inbox_worker import InboxWorker
from nodes.app.log_lines import log_to_stderr
from nodes.app.serve import inbox_of
from nodes.app.service import time_of_day_ms
from nodes.app.settings import NotConfigured, Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
LONGEST_REST_SECONDS = 5.0
LIST, RETURN = "aside", "return"


def work(
    worker: InboxWorker, retention_days: int, stop: threading.Event, *, look_seconds: float = LOOK_SECONDS
) -> None:
    """Work until told to stop; rest longer while nothing can be done."""
    rest_seconds = look_seconds
    while not stop.wait(rest_seconds):
        try:
            worker.run_once(stop.is_set)
            worker.tidy(retention_days)
            rest_seconds = look_seconds
        except (NotServing, *INBOX_ERRORS) as error:
            rest_seconds = min(LONGEST_REST_SECONDS, rest_seconds * 2)
            log.warning("waiting", extra={"reason": str(error)})


def worker_of(settings: Settings, inbox: Inbox) -> InboxWorker:
    """Make a worker of the settings."""
    return InboxWorker(inbox, Database(settings), settings.active_file, SystemClock(), time_of_day_ms)


def list_aside(inbox: Inbox) -> int:
    """Print what was set aside: key, topic, shop, why."""
    for one in inbox.aside():
        print(f"{one.event.key}  {one.event.topic}  {one.event.shop}  {one.reason}")
    return 0


def put_back(inbox: Inbox, key: str) -> int:
    """Let one event that was set aside be tried again; 1 if there is none by this key."""
    found = [one for one in inbox.aside() if one.event.key == key]
    for one in found:
        inbox.put_back(one)
    print(f"{len(found)} put back")
    return 0 if found else 1


def main(arguments: list[str]) -> int:
    """Work, or do what the arguments say; 2 if nobody knows what they mean."""
    match arguments:
        case []:
            return _with_inbox(_work)
        case [word] if word == LIST:
            return _with_inbox(lambda _settings, inbox: list_aside(inbox))
        case [word, key] if word == RETURN:
            return _with_inbox(lambda _settings, inbox: put_back(inbox, key))
    print(f"usage: python -m nodes.app.worker [{LIST} | {RETURN} KEY]", file=sys.stderr)
    return 2


def _with_inbox(act: Callable[[Settings, Inbox], int]) -> int:
    try:
        settings = Settings.from_env(os.environ)
    except NotConfigured as error:
        print(error, file=sys.stderr)
        return 1
    return act(settings, inbox_of(settings))


def _work(settings: Settings, inbox: Inbox) -> int:
    log_to_stderr()
    start_http_server(settings.worker_metrics_port, addr="127.0.0.1")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    work(worker_of(settings, inbox), settings.retention_days, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
