"""What the auditor is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Misconfigured, required
from failover.sites import Site, Sites


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One region: whose writes are looked for is the site ``here``."""

    region: str
    here: Site
    losers_table: str
    dead_letter_bucket: str
    function: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the function's variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        sites = Sites(primary=required(environ, "PRIMARY_REGION"), secondary=required(environ, "SECONDARY_REGION"))
        region = required(environ, "AWS_REGION")
        if region not in (sites.primary, sites.secondary):
            raise Misconfigured(f"AWS_REGION is {region!r}, not one of the sites; deploy with `pulumi up`")
        return cls(
            region=region,
            here="primary" if region == sites.primary else "secondary",
            losers_table=required(environ, "LOSERS_TABLE"),
            dead_letter_bucket=required(environ, "DEAD_LETTER_BUCKET"),
            function=required(environ, "AWS_LAMBDA_FUNCTION_NAME"),
        )
