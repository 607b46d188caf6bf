"""The certificate of the name that people use: its keeper in each control region."""

from dataclasses import dataclass

import pulumi

from failover.sites import SITES
from infra.aws.certificate import AcmeArgs, Certificate, CertificateArgs
from infra.aws.regional_function import FunctionLimits
from stacks.certificate_settings import CertificateSettings
from stacks.control import ControlOutputs
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of

# Published proofs, an issuer that looks at them and takes its time, and tries of all that; a run ends by itself.
RUN_SECONDS = 420
MARGIN_SECONDS = 60
MEMORY_MB = 512


@dataclass(frozen=True, kw_only=True)
class CertifiedName:
    """``zone_id`` is that of a Route 53 zone; without it the zone is a domain at Linode."""

    name: str
    zone: str
    zone_id: pulumi.Input[str] | None
    certificates: CertificateSettings

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and the one of each site, which never moves: balancers reach the other site by it."""
        return (self.name, *(f"{site}.{self.name}" for site in SITES))


def build_certificates(
    settings: Settings, providers: Providers, control: ControlOutputs, certified: CertifiedName
) -> None:
    """Declare the keeper in each control region.

    Raises:
        ConfigError: a test authority is to sign where AWS is real.
    """
    certified.certificates.require_for(settings.endpoint)
    for aws_region in settings.control.regions:
        args = CertificateArgs(
            topology=topology_of(settings),
            aws_region=aws_region,
            names=certified.names,
            acme=_acme(certified),
            signals_arn=control.signals_topic_arns[aws_region],
            limits=FunctionLimits(
                timeout_seconds=RUN_SECONDS + MARGIN_SECONDS,
                memory_mb=MEMORY_MB,
                log_retention_days=settings.functions.log_retention_days,
            ),
            margin_seconds=MARGIN_SECONDS,
        )
        Certificate(f"certificate-aws-{aws_region}", args, within(providers.aws[aws_region]))


def _acme(certified: CertifiedName) -> AcmeArgs | None:
    chosen = certified.certificates
    if chosen.issuer == "internal":
        return None
    return AcmeArgs(directory=chosen.directory, contact=chosen.contact, zone=certified.zone, zone_id=certified.zone_id)
