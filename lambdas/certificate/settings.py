"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.certificates.renewal import INTERNAL, acme_issuer
from failover.environment import Misconfigured, required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``names`` begin with the one that people use; what only ACME needs is empty for the internal issuer.

    ``zone_id`` is Route 53's; empty if the zone is Linode's, to which the token in ``linode_secret`` is the way.
    """

    region: str
    stack: str
    control_table: str
    control_regions: tuple[str, ...]
    names: tuple[str, ...]
    secret: str
    account_secret: str
    directory: str
    contact: str
    zone: str
    zone_id: str
    linode_secret: str
    run_seconds: float

    @property
    def internal(self) -> bool:
        """Whether a throw-away authority signs."""
        return not self.directory

    @property
    def issuer(self) -> str:
        """What the issuer's certificates are told by."""
        return INTERNAL if self.internal else acme_issuer(self.directory)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            Misconfigured: one is missing, or a test authority is to sign where AWS is real.
        """
        issuer = required(environ, "CERTIFICATE_ISSUER")
        if issuer == INTERNAL and not environ.get("AWS_ENDPOINT_URL"):
            raise Misconfigured("CERTIFICATE_ISSUER is internal, which only the embedded cloud may use")
        return cls(
            region=required(environ, "AWS_REGION"),
            stack=required(environ, "STACK"),
            control_table=required(environ, "CONTROL_TABLE"),
            control_regions=tuple(required(environ, "CONTROL_REGIONS").split(",")),
            names=tuple(required(environ, "CERTIFICATE_NAMES").split(",")),
            secret=required(environ, "CERTIFICATE_SECRET"),
            account_secret=environ.get("ACME_ACCOUNT_SECRET", ""),
            directory="" if issuer == INTERNAL else required(environ, "ACME_DIRECTORY"),
            contact=environ.get("ACME_CONTACT", ""),
            zone=environ.get("ZONE", ""),
            zone_id=environ.get("HOSTED_ZONE_ID", ""),
            linode_secret=environ.get("LINODE_DNS_SECRET", ""),
            run_seconds=float(required(environ, "RUN_SECONDS")),
        )
