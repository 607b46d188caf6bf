"""A node's metrics: exporters on loopback, and a Prometheus agent that sends on what they tell.

https://prometheus.io/docs/prometheus/2.42/configuration/configuration/. Debian's exporter of PostgreSQL leaves out
replication, so it is given queries of ours.
"""

from dataclasses import dataclass
from typing import Final

from nodes.rendering import MachineFile, render


@dataclass(frozen=True, kw_only=True)
class Target:
    """Somebody on loopback that tells metrics."""

    name: str
    port: int
    path: str = "/metrics"


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """A program that tells the metrics of another. ``credential`` is a file with what it needs to log in, if any."""

    name: str
    program: str
    port: int
    arguments: tuple[str, ...]
    environment: tuple[str, ...] = ()
    credential: str | None = None

    @property
    def target(self) -> Target:
        """Where it listens."""
        return Target(name=self.name, port=self.port)


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Whose metrics are sent where. ``collector`` takes Prometheus' remote writes, from who shows a certificate."""

    site: str
    pool: str
    node: str
    targets: tuple[Target, ...]
    collector: str
    authorities: str = "/etc/lifeboat/tls/authorities.pem"
    certificate: str = "/etc/lifeboat/tls/node.pem"
    key: str = "/etc/lifeboat/tls/node.key"


HAPROXY: Final = Target(name="haproxy", port=8404)
NODE: Final = Exporter(
    name="node",
    program="/usr/bin/prometheus-node-exporter",
    port=9100,
    arguments=("--web.listen-address=127.0.0.1:9100",),
)
POSTGRESQL: Final = Exporter(
    name="postgresql",
    program="/usr/bin/prometheus-postgres-exporter",
    port=9187,
    arguments=("--web.listen-address=127.0.0.1:9187", "--extend.query-path=/etc/lifeboat/postgres-queries.yml"),
    environment=("DATA_SOURCE_NAME=user=metrics host=/run/postgresql dbname=postgres sslmode=disable",),
)
MARIADB: Final = Exporter(
    name="mariadb",
    program="/usr/bin/prometheus-mysqld-exporter",
    port=9104,
    arguments=(
        "--web.listen-address=127.0.0.1:9104",
        "--config.my-cnf=/run/credentials/lifeboat-metrics-mariadb.service/settings",
    ),
    credential="/etc/lifeboat/secrets/metrics.cnf",
)


def exporter_unit(exporter: Exporter) -> MachineFile:
    """Return the unit of an exporter."""
    name = f"lifeboat-metrics-{exporter.name}.service"
    return MachineFile(path=f"/etc/systemd/system/{name}", text=render("service-exporter.service.j2", exporter))


def sending_files(metrics: Metrics) -> tuple[MachineFile, MachineFile]:
    """Return what Prometheus scrapes and where it sends that, and its unit."""
    configuration = render("prometheus.yml.j2", metrics)
    unit = render("service-prometheus.service.j2", metrics)
    return (
        MachineFile(path="/etc/lifeboat/prometheus.yml", text=configuration),
        MachineFile(path="/etc/systemd/system/lifeboat-prometheus.service", text=unit),
    )


def postgresql_queries(metrics: Metrics) -> MachineFile:
    """Return the queries that PostgreSQL's exporter is given."""
    return MachineFile(path="/etc/lifeboat/postgres-queries.yml", text=render("postgres-queries.yml.j2", metrics))
