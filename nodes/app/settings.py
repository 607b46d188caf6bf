"""What the applications are told by their environment: addresses, names and paths, never a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

EngineName = Literal["postgresql", "mariadb"]
ENGINE_NAMES: tuple[EngineName, ...] = ("postgresql", "mariadb")


class NotConfigured(Exception):
    """A variable is missing or cannot be read; nothing is started. docs/applications.md has all of them."""


class Address(NamedTuple):
    """Where a database listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``host:port``; an IPv6 host stands in brackets.

        Raises:
            ValueError: it is none.
        """
        host, colon, port = text.rpartition(":")
        if not host or not colon or not port.isdecimal():
            raise ValueError(f"{text!r} is no host:port")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where everything is. ``inbox_regions`` are the regions of the inbox's `mrsc` table, the nearer one first."""

    engine: EngineName
    database: str
    read_address: Address
    credentials: Path
    active_file: Path
    inbox_table: str
    inbox_regions: tuple[str, str]
    webhook_secrets: Path
    api_tokens: Path
    retention_days: int
    body_seconds: float
    bind: str
    processes: int
    threads: int
    drain_seconds: float
    worker_metrics_port: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment.

        Raises:
            NotConfigured: naming the first variable that is missing or wrong.
        """
        read = Variables(environ)
        return cls(
            engine=read.engine("APP_DATABASE_ENGINE"),
            database=read.text("APP_DATABASE_NAME"),
            read_address=read.address("APP_DATABASE_READ_ADDRESS"),
            credentials=Path(read.text("APP_DATABASE_CREDENTIALS")),
            active_file=Path(read.text("APP_ACTIVE_FILE", "/run/lifeboat/active.json")),
            inbox_table=read.text("APP_INBOX_TABLE"),
            inbox_regions=read.two("APP_INBOX_REGIONS"),
            webhook_secrets=Path(read.text("APP_WEBHOOK_SECRETS")),
            api_tokens=Path(read.text("APP_API_TOKENS")),
            retention_days=read.count("APP_INBOX_RETENTION_DAYS", "7"),
            body_seconds=float(read.count("APP_BODY_SECONDS", "2")),  # of the five that Shopify waits
            bind=read.text("APP_BIND", "127.0.0.1:8080"),
            processes=read.count("APP_PROCESSES", "2"),
            threads=read.count("APP_THREADS", "8"),
            drain_seconds=float(read.count("APP_DRAIN_SECONDS", "5")),
            worker_metrics_port=read.count("APP_WORKER_METRICS_PORT", "9108"),
        )


class Variables:
    """Reads one variable at a time; each method raises `NotConfigured`, naming it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str = "") -> str:
        """Return a variable, or what it is when unset."""
        found = self._environ.get(name, "") or default
        if not found:
            raise NotConfigured(f"{name} is not set")
        return found

    def count(self, name: str, default: str) -> int:
        """Return a whole number, at least 0."""
        found = self.text(name, default)
        if not found.isdecimal():
            raise NotConfigured(f"{name} is {found!r}, not a whole number")
        return int(found)

    def address(self, name: str) -> Address:
        """Return a ``host:port``."""
        try:
            return Address.parse(self.text(name))
        except ValueError as error:
            raise NotConfigured(f"{name}: {error}") from error

    def engine(self, name: str) -> EngineName:
        """Return the kind of database."""
        found = self.text(name)
        for engine in ENGINE_NAMES:
            if found == engine:
                return engine
        raise NotConfigured(f"{name} is {found!r}, not one of {', '.join(ENGINE_NAMES)}")

    def two(self, name: str) -> tuple[str, str]:
        """Return two names with a comma between."""
        parts = [part.strip() for part in self.text(name).split(",")]
        if len(parts) != 2 or not all(parts):
            raise NotConfigured(f"{name} must name two regions, the nearer one first: us-east-1,us-west-2")
        return parts[0], parts[1]
