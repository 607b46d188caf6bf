"""What the auditor is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import read_own_site, required
from failover.sites import Site


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
        region, sites = read_own_site(environ)
        return cls(
            region=region,
            here=sites.at(region),
            losers_table=required(environ, "LOSERS_TABLE"),
            dead_letter_bucket=required(environ, "DEAD_LETTER_BUCKET"),
            function=required(environ, "AWS_LAMBDA_FUNCTION_NAME"),
        )
