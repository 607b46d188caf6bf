"""Serves one of the two services under gunicorn: `python -m nodes.app.serve web|api`.

A first SIGTERM ends readiness and nothing else, so that balancers look elsewhere; after ``APP_DRAIN_SECONDS``, or at
the second one, no request is accepted any more and those under way are finished. The signal goes to this process alone
(systemd: ``KillMode=mixed``): a worker that gets it accepts nothing from then on.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import boto3
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from prometheus_client.multiprocess import mark_process_dead

from nodes.app import metrics
from nodes.app.draining import Draining
from nodes.app.inbox import Inbox, mrsc_table
from nodes.app.log_lines import log_to_stderr
from nodes.app.service import Surroundings, rest, web
from nodes.app.settings import NotConfigured, Settings

FINISH_SECONDS = 15  # for requests under way; the slowest may wait for the inbox and the database
HUNG_SECONDS = 30
BACKLOG = 256


def inbox_of(settings: Settings) -> Inbox:
    """Open the inbox; once in each process, after it was forked."""
    table = mrsc_table(settings.inbox_table, settings.inbox_regions, boto3.Session())
    return Inbox(table, lambda: datetime.now(UTC), retention_days=settings.retention_days)


def _web(given: Surroundings) -> Flask:
    return web(given, inbox_of(given.settings))


SERVICES: Mapping[str, Callable[[Surroundings], Flask]] = {"web": _web, "api": rest}


class Server(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's first process, which lets its workers serve on for a while after a first SIGTERM."""

    def __init__(self, app: "Service") -> None:
        self._given = app.given
        super().__init__(app)

    def handle_term(self) -> None:
        """Begin to drain; the second time, stop."""
        if self._given.draining.begun:
            super().handle_term()
            return
        self._given.draining.begin()
        end = threading.Timer(self._given.settings.drain_seconds, lambda: self.SIG_QUEUE.put(signal.SIGTERM))
        end.daemon = True
        end.start()


class Service(BaseApplication):  # type: ignore[misc]
    """One service as gunicorn wants it."""

    def __init__(self, name: str, given: Surroundings) -> None:
        self._name = name
        self.given = given
        super().__init__()

    def load_config(self) -> None:
        """Say what of gunicorn's defaults does not fit."""
        settings = self.given.settings
        chosen = {
            "bind": settings.bind,
            "workers": settings.processes,
            "threads": settings.threads,
            "worker_class": "gthread",
            "timeout": HUNG_SECONDS,
            "graceful_timeout": FINISH_SECONDS,
            "backlog": BACKLOG,
            "control_socket_disable": True,
            "child_exit": _forget,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in each worker."""
        log_to_stderr()
        return SERVICES[self._name](self.given)

    def run(self) -> None:
        """Serve until a signal."""
        Server(self).run()


def _forget(_server: Arbiter, worker: Worker) -> None:
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def main(arguments: list[str]) -> int:
    """Serve; 2 if it is not said what."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: python -m nodes.app.serve {'|'.join(SERVICES)}", file=sys.stderr)
        return 2
    try:
        given = Surroundings(settings=Settings.from_env(os.environ), draining=Draining())
        _empty_counts()
    except NotConfigured as error:
        print(error, file=sys.stderr)
        return 1
    Service(arguments[0], given).run()
    return 0


def _empty_counts() -> None:
    folder = metrics.shared_folder()
    if not folder:
        raise NotConfigured("PROMETHEUS_MULTIPROC_DIR is not set; name a directory of this service alone")
    for path in Path(folder).glob("*.db"):
        path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
