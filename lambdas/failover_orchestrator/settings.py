"""What the orchestrator is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Environment, read_environment, required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Zones and name are to report with, never to edit; blank while only data is declared.

    ``replicators`` are functions by the table that each carries; none where DynamoDB replicates.
    """

    environment: Environment
    primary_zone_id: str
    secondary_zone_id: str
    application_dns_name: str
    replicators: Mapping[str, str]

    def application(self) -> dict[str, str]:
        """Return what a report says of the application's name; nothing while only data is declared."""
        named = {
            "application": self.application_dns_name,
            "primary_zone": self.primary_zone_id,
            "secondary_zone": self.secondary_zone_id,
        }
        return {name: value for name, value in named.items() if value}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the function's variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        return cls(
            environment=read_environment(environ),
            primary_zone_id=environ.get("PRIMARY_REGION_HOSTED_ZONE_ID", ""),
            secondary_zone_id=environ.get("SECONDARY_REGION_HOSTED_ZONE_ID", ""),
            application_dns_name=environ.get("APPLICATION_DNS_NAME", ""),
            replicators=_replicators(environ),
        )


def _replicators(environ: Mapping[str, str]) -> dict[str, str]:
    tables = filter(None, environ.get("REPLICATED_TABLES", "").split(","))
    return {table: f"{required(environ, 'REPLICATOR')}-{table}" for table in tables}
