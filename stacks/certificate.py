"""The certificate of the name that people use: its keeper in each control region."""

from failover.sites import SITES
from infra.aws.certificate import AcmeArgs, Certificate, CertificateArgs
from infra.aws.regional_function import FunctionLimits
from stacks.control import ControlOutputs
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of
from stacks.traffic import Zone
from stacks.traffic_settings import TrafficSettings

# Published proofs, an issuer that looks at them and takes its time, and tries of all that; a run ends by itself.
RUN_SECONDS = 420
MARGIN_SECONDS = 60
MEMORY_MB = 512


def build_certificates(settings: Settings, providers: Providers, control: ControlOutputs, zone: Zone | None) -> None:
    """Declare the keeper in each control region; without a name there is none.

    The certificate is for the name, and for the one of each site: balancers reach the other site by it. Without a zone
    of Route 53 the names are proved in a domain at Linode.

    Raises:
        ConfigError: a test authority is to sign where AWS is real.
    """
    traffic = settings.traffic
    if traffic is None:
        return
    traffic.certificates.require_for(settings.endpoint)
    for aws_region in settings.control.regions:
        args = CertificateArgs(
            topology=topology_of(settings),
            aws_region=aws_region,
            names=(traffic.name, *(traffic.site_name(site) for site in SITES)),
            acme=_acme(traffic, zone),
            signals_arn=control.signals_topic_arns[aws_region],
            limits=FunctionLimits(
                timeout_seconds=RUN_SECONDS + MARGIN_SECONDS,
                memory_mb=MEMORY_MB,
                log_retention_days=settings.functions.log_retention_days,
            ),
            margin_seconds=MARGIN_SECONDS,
        )
        Certificate(f"certificate-aws-{aws_region}", args, within(providers.aws[aws_region]))


def _acme(traffic: TrafficSettings, zone: Zone | None) -> AcmeArgs | None:
    chosen = traffic.certificates
    if chosen.issuer == "internal":
        return None
    zone_id = zone.id if zone else None
    return AcmeArgs(directory=chosen.directory, contact=chosen.contact, zone=traffic.zone, zone_id=zone_id)
