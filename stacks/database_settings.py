"""The application's SQL database: who runs it, which engine, how changes are replicated inside a site."""

import re
from dataclasses import dataclass
from typing import Literal

from stacks.config_error import ConfigError
from stacks.config_section import Section

KEY = "lifeboat:app.database"
Engine = Literal["postgresql", "mariadb", "mysql"]
Operator = Literal["nodes", "managed"]
Replication = Literal["async", "sync", "semi-sync"]
# Who runs it, and which engines they have; https://techdocs.akamai.com/cloud-computing/docs/aiven-database-clusters
ENGINES: dict[Operator, tuple[Engine, ...]] = {"nodes": ("postgresql", "mariadb"), "managed": ("postgresql", "mysql")}
REPLICATIONS: dict[Engine, tuple[Replication, ...]] = {
    "postgresql": ("async", "sync"),
    "mariadb": ("async", "semi-sync"),
    "mysql": ("async",),
}
# A name in a database, a file and a URL alike.
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
# What Linode offers: `linode-cli databases engines`.
MANAGED_VERSIONS: dict[Engine, str] = {"postgresql": "17", "mysql": "8"}
VERSION = re.compile(r"[1-9]\d?")
# What somebody may look for with an operator that has no such thing.
ABSENT: dict[Operator, dict[str, str]] = {
    "nodes": {
        "version": "it is that of the image's packages: choose another lifeboat:app.image",
        "replicaRegion": "both sites have members already",
    },
    "managed": {
        "members": "a managed database is one cluster of 3 machines that Linode runs",
        "volumeGb": "a managed database's plan has its storage: choose another lifeboat:app.database.type",
        "replicaRegion": "Linode copies a managed database to no other region; operator nodes has members in both",
    },
}
PLAN = re.compile(r"g\d-[a-z]+-\d+(?:-s)?")


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """``members`` are the machines of each site, ``volume_gb`` the size of each one's volume; ``nodes`` has both.

    ``version`` is that of a managed database; other machines have what their image's packages have. A commit waits for
    one other member of its site in ``sync`` and ``semi-sync``; for the other site it never waits.
    """

    operator: Operator
    engine: Engine
    replication: Replication
    name: str
    type: str
    members: int
    volume_gb: int
    version: str | None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES[self.operator]:
            allowed = f"operator {self.operator} has {' and '.join(ENGINES[self.operator])}"
            raise ConfigError(f"{KEY}.engine", self.engine, allowed)
        if self.operator == "managed":
            self._check_managed()
        if self.replication not in REPLICATIONS[self.engine]:
            allowed = f"{self.engine} has {' and '.join(REPLICATIONS[self.engine])}"
            raise ConfigError(f"{KEY}.replication", self.replication, allowed)
        if self.replication != "async" and self.members < 3:
            allowed = f"{self.replication} takes 3: with 2, the loss of one would stop every commit"
            raise ConfigError(f"{KEY}.members", self.members, allowed)
        if not DATABASE_NAME.fullmatch(self.name):
            raise ConfigError(f"{KEY}.name", self.name, "it has 1-31 of a-z 0-9 _, a letter first")
        require_plan(f"{KEY}.type", self.type)

    def _check_managed(self) -> None:
        if self.replication != "async":
            allowed = "it must be left out with operator managed: Linode decides how a cluster replicates"
            raise ConfigError(f"{KEY}.replication", self.replication, allowed)
        if self.version is None or not VERSION.fullmatch(self.version):
            allowed = f"it must be a major version alone, as {self.engine} {MANAGED_VERSIONS[self.engine]}"
            raise ConfigError(f"{KEY}.version", self.version, allowed)

    @property
    def waits_for_neighbour(self) -> bool:
        """Whether a commit waits for another member of its site."""
        return self.replication != "async"


def require_plan(key: str, plan: str) -> None:
    """Check the form of a Linode plan.

    Raises:
        ConfigError: it is no plan's id.
    """
    if not PLAN.fullmatch(plan):
        raise ConfigError(key, plan, "it must be a Linode plan such as g6-standard-2 (`linode-cli linodes types`)")


def read_database(section: Section) -> DatabaseSettings:
    """Read ``lifeboat:app.database``."""
    with section:
        operator: Operator = section.choice("operator", ("nodes", "managed"), "nodes")
        _refuse_absent(section, operator)
        engine: Engine = section.choice("engine", ("postgresql", "mariadb", "mysql"), "postgresql")
        return DatabaseSettings(
            operator=operator,
            engine=engine,
            replication=section.choice("replication", ("async", "sync", "semi-sync"), "async"),
            name=section.text("name", "application"),
            type=section.text("type", "g6-dedicated-4"),
            members=section.whole("members", 2, 2, 5),
            volume_gb=section.whole("volumeGb", 100, 10, 16_384),
            version=section.optional_text("version") or MANAGED_VERSIONS.get(engine) if operator == "managed" else None,
        )


def _refuse_absent(section: Section, operator: Operator) -> None:
    for key, why in ABSENT[operator].items():
        section.refuse(key, f"with operator {operator} it must be left out: {why}")
