"""Whether this host could serve, with the reasons; and whether the process is alive.

Readiness is the app tier's own: the inbox lies in DynamoDB, which is another tier and must not move this one, so that
its state is told and does not count.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Response, jsonify

from nodes.app import metrics, schema
from nodes.app.active import Active, ActiveUnknown, read_active
from nodes.app.database import Database, NotServing, Transaction
from nodes.app.draining import Draining
from nodes.app.inbox import INBOX_ERRORS, Inbox

DEPTH_SECONDS = 10.0  # a count reads all that waits, and several observers ask every three seconds


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What readiness is judged by; None is what could not be had."""

    draining: bool
    active: Active | None
    read_only: bool | None
    schema_version: int | None
    inbox_waiting: int | None
    expected_schema: int = schema.EXPECTED

    def reasons(self) -> list[str]:
        """Return why this host is not ready; a reader or a fenced host is, if it can read."""
        found = {
            "stopping": self.draining,
            "the database gives no answer": self.read_only is None,
            f"schema version is not {self.expected_schema}": self.schema_version not in (None, self.expected_schema),
            "the node agent has not said who serves": self.active is None,
            "writer by role, but the database is read-only": self._role == "writer" and self.read_only is True,
        }
        return [reason for reason, holds in found.items() if holds]

    def told(self) -> Mapping[str, object]:
        """Return it for the answer's body."""
        reasons = self.reasons()
        return {
            "ready": not reasons,
            "reasons": reasons,
            "role": self._role,
            "epoch": self.active.epoch if self.active else None,
            "site": self.active.site if self.active else None,
            "database": {None: "unreachable", True: "read-only", False: "writable"}[self.read_only],
            "schema_version": self.schema_version,
            "inbox_waiting": self.inbox_waiting,
        }

    @property
    def _role(self) -> str:
        return self.active.role if self.active else "unknown"


@dataclass
class Depth:
    """The depth of the inbox, counted anew only after a while; None if DynamoDB did not say."""

    inbox: Inbox
    clock: Callable[[], float] = time.monotonic
    counted: int | None = field(default=None, init=False)
    counted_at: float | None = field(default=None, init=False)

    def now(self) -> int | None:
        """Return it."""
        if self.counted_at is None or self.clock() - self.counted_at >= DEPTH_SECONDS:
            self.counted_at = self.clock()
            self.counted = self._count()
        return self.counted

    def _count(self) -> int | None:
        try:
            depth = self.inbox.depth()
        except INBOX_ERRORS:
            return None
        metrics.waiting.set(depth)
        return depth


class Health:
    """Looks at everything anew for each question, but for the depth of the inbox; ``depth`` is None without one."""

    def __init__(self, database: Database, active_file: Path, draining: Draining, depth: Depth | None) -> None:
        self._database = database
        self._active_file = active_file
        self._draining = draining
        self._depth = depth

    def seen(self) -> Seen:
        """Look."""
        read_only, version = self._of_database()
        return Seen(
            draining=self._draining.begun,
            active=self._active(),
            read_only=read_only,
            schema_version=version,
            inbox_waiting=self._depth.now() if self._depth else None,
        )

    def _active(self) -> Active | None:
        try:
            return read_active(self._active_file)
        except ActiveUnknown:
            return None

    def _of_database(self) -> tuple[bool | None, int | None]:
        try:
            with self._database.reading() as transaction:
                read_only = self._read_only(transaction)
                return read_only, schema.version(transaction)
        except NotServing:
            return None, None

    def _read_only(self, transaction: Transaction) -> bool:
        [(answer,)] = transaction.rows(self._database.engine.read_only_query)
        return str(answer) in ("1", "on")


def health(path: str, looks: Health) -> Blueprint:
    """Return the routes: readiness under ``path``, liveness under ``/livez``, ``/metrics``."""
    routes = Blueprint("health", __name__)

    @routes.get(path)
    def readiness() -> tuple[Response, int]:
        seen = looks.seen()
        return jsonify(seen.told()), 200 if not seen.reasons() else 503

    @routes.get("/livez")
    def liveness() -> Response:
        return jsonify(alive=True)

    @routes.get("/metrics")
    def counted() -> Response:
        return Response(metrics.page(), mimetype="text/plain")

    return routes
