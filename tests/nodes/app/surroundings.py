"""What an application of a test is given: a migrated database, an inbox, secrets, the agent's file."""

import contextlib
import functools
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from failover.clock import Clock, SystemClock
from failover.regional_table import RegionalTable
from nodes.app.active import Active, Role
from nodes.app.database import Database
from nodes.app.inbox import Inbox, mrsc_table
from nodes.app.inbox_worker import InboxWorker
from nodes.app.schema import migrate
from nodes.app.service import time_of_day_ms
from nodes.app.settings import Settings
from tests.nodes.app.servers import PASSWORD, USER, SqlServer

REGIONS = ("us-east-1", "us-east-1")  # one table behind both regions, as a strongly consistent one is
SECRET, PREVIOUS = "current-secret", "previous-secret"
TOKEN = "token-of-the-warehouse"
NUMBERS = itertools.count()
KEYS = {"AWS_ACCESS_KEY_ID": "application", "AWS_SECRET_ACCESS_KEY": "embedded"}


@contextlib.contextmanager
def moto_server() -> Iterator[str]:
    """Serve moto's DynamoDB; gives its endpoint."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextlib.contextmanager
def model_server(write_ms: int = 0) -> Iterator[str]:
    """Serve the model of an inbox's table from a process of its own; gives its endpoint."""
    command = [sys.executable, "-m", "tests.nodes.app.model_inbox", str(write_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout
        try:
            yield running.stdout.readline().strip()
        finally:
            running.kill()


@dataclass(kw_only=True)
class Place:
    """One site: its settings, and what a test changes of it. ``AWS_ENDPOINT_URL`` is set by whoever makes it."""

    settings: Settings
    server: SqlServer

    @property
    def database(self) -> Database:
        return Database(self.settings)

    @functools.cached_property
    def table(self) -> RegionalTable:
        return mrsc_table(self.settings.inbox_table, self.settings.inbox_regions, boto3.Session())

    def inbox(self, now: datetime | None = None) -> Inbox:
        return Inbox(self.table, lambda: now or datetime.now(UTC), retention_days=self.settings.retention_days)

    def worker(self, clock: Clock | None = None, inbox: Inbox | None = None) -> InboxWorker:
        active_file, clock = self.settings.active_file, clock or SystemClock()
        return InboxWorker(inbox or self.inbox(), self.database, active_file, clock, time_of_day_ms)

    def admin(self, statement: str) -> list[tuple[object, ...]]:
        """Carry out a statement as nobody's application would."""
        return list(self.server.admin(statement, self.settings.database))

    def acts_as(self, role: Role, *, term: int = 1) -> None:
        """Write the agent's file, by a rename."""
        host, port = self.server.address
        active = Active(
            tier="app",
            epoch=1,
            term=term,
            site="primary",
            role=role,
            writer=f"{host}:{port}",
            written_at=datetime.now(UTC),
        )
        new = self.settings.active_file.with_suffix(".new")
        new.write_text(active.to_json())
        new.replace(self.settings.active_file)

    def environment(self) -> Mapping[str, str]:
        """Return the variables that say all this to a process."""
        settings = self.settings
        host, port = settings.read_address
        return {
            "APP_DATABASE_ENGINE": settings.engine,
            "APP_DATABASE_NAME": settings.database,
            "APP_DATABASE_READ_ADDRESS": f"{host}:{port}",
            "APP_DATABASE_CREDENTIALS": str(settings.credentials),
            "APP_ACTIVE_FILE": str(settings.active_file),
            "APP_INBOX_TABLE": settings.inbox_table,
            "APP_INBOX_REGIONS": ",".join(settings.inbox_regions),
            "APP_WEBHOOK_SECRETS": str(settings.webhook_secrets),
            "APP_API_TOKENS": str(settings.api_tokens),
            "APP_BIND": settings.bind,
            "APP_PROCESSES": str(settings.processes),
            "APP_BODY_SECONDS": f"{settings.body_seconds:.0f}",
            "APP_DRAIN_SECONDS": f"{settings.drain_seconds:.0f}",
            "APP_WORKER_METRICS_PORT": str(settings.worker_metrics_port),
        }

    def with_settings(self, **changes: object) -> "Place":
        return replace(self, settings=replace(self.settings, **changes))  # type: ignore[arg-type]


@contextlib.contextmanager
def place(server: SqlServer, folder: Path) -> Iterator[Place]:
    """Make a site whose host is the writer: a database and an inbox of its own, in a folder of its own."""
    name = f"shop{os.getpid()}_{next(NUMBERS)}"
    server.create(name)
    made = Place(settings=_settings(server, folder, name), server=server)
    made.acts_as("writer")
    migrate(made.database, 0)
    try:
        yield made
    finally:
        server.drop(name)


def _settings(server: SqlServer, folder: Path, name: str) -> Settings:
    return Settings(
        engine=server.engine,
        database=name,
        read_address=server.address,
        credentials=kept(folder / "credentials", {"user": USER, "password": PASSWORD}),
        active_file=folder / "active.json",
        inbox_table=name,
        inbox_regions=REGIONS,
        webhook_secrets=kept(folder / "webhook", {"current": SECRET, "previous": PREVIOUS}),
        api_tokens=kept(folder / "tokens", {"warehouse": TOKEN}),
        retention_days=7,
        body_seconds=2.0,
        bind="127.0.0.1:0",
        processes=2,
        threads=4,
        drain_seconds=1.0,
        worker_metrics_port=0,
    )


def kept(path: Path, secrets: Mapping[str, str], mode: int = 0o400) -> Path:
    """Write a file of secrets."""
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(json.dumps(secrets))
    path.chmod(mode)
    return path


def create_table(name: str) -> None:
    """Make an inbox's table where ``AWS_ENDPOINT_URL`` says; the model needs none."""
    keys = {"box": "HASH", "event": "RANGE"}
    boto3.client("dynamodb", REGIONS[0]).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],  # type: ignore[typeddict-item]
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
