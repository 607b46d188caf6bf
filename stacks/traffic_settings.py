"""The name that people use: who answers for it, and how it leads to one site or both."""

import re
from dataclasses import dataclass
from typing import Literal

from failover.sites import SITES
from stacks.certificate_settings import CertificateSettings, read_certificates
from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.config_section import Section

KEY = "lifeboat:traffic"
Authority = Literal["route53", "linode"]
Routing = Literal["failover", "weighted", "latency"]
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
FQDN = re.compile(rf"{LABEL}(?:\.{LABEL})+")
# A whole name has 253 characters, and the longest that follows from this one is where its certificate is proved.
LONGEST_NAME = 253 - len("_acme-challenge.secondary.")
WHOLE_NAME = (
    f"it must be a name such as shop.example.com, of a-z 0-9 - and dots, with at most {LONGEST_NAME} characters"
)
ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")
# Some resolvers keep a shorter one for longer, and all ask more often; a longer one outlasts the budget.
LEAST_TTL_SECONDS, LARGEST_TTL_SECONDS = 10, 60
# Linode keeps 30, 120, 300... (https://techdocs.akamai.com/linode-api/reference/post-domain-record).
LINODE_TTL_SECONDS = 30
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
LARGEST_WEIGHT = 255


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How often a site is answered, beside the other's weight; 0 is never, while the other answers."""

    primary: int
    secondary: int


@dataclass(frozen=True, kw_only=True)
class TrafficSettings:
    """One authority answers for ``name``, a name of ``zone``.

    ``zone_id`` is that of a Route 53 zone which the stack only refers to; without it the zone is declared. ``weights``
    are set in routing ``weighted`` only.
    """

    provider: Authority
    name: str
    zone: str
    zone_id: str | None
    routing: Routing
    both_sites_answer: bool
    weights: Weights | None
    ttl_seconds: int
    certificates: CertificateSettings

    def __post_init__(self) -> None:
        self._check_name()
        self._check_zone_id()
        self._check_ttl()
        self._check_routing()
        self._check_weights()

    def site_name(self, site: str) -> str:
        """Return the name that leads to one site for ever, whoever is active."""
        return f"{site}.{self.name}"

    def _check_name(self) -> None:
        for key, name in (("name", self.name), ("zone", self.zone)):
            if not FQDN.fullmatch(name) or len(name) > LONGEST_NAME:
                raise ConfigError(f"{KEY}.{key}", name, WHOLE_NAME)
        if self.name != self.zone and not self.name.endswith(f".{self.zone}"):
            raise ConfigError(
                f"{KEY}.name", self.name, f"it must be {self.zone} or inside it: that is lifeboat:traffic.zone"
            )
        site, _, rest = self.name.partition(".")
        if site in SITES:
            allowed = (
                f"it would be the stable name of the {site} site of {rest}, which never moves: it must begin otherwise"
            )
            raise ConfigError(f"{KEY}.name", self.name, allowed)

    def _check_zone_id(self) -> None:
        if self.zone_id is None:
            return
        if self.provider != "route53":
            raise ConfigError(f"{KEY}.zoneId", self.zone_id, f"only route53 has zones by such ids, not {self.provider}")
        if not ZONE_ID.fullmatch(self.zone_id):
            raise ConfigError(
                f"{KEY}.zoneId", self.zone_id, "it must be a hosted zone's id, such as Z0123456789ABCDEFGHIJ"
            )

    def _check_ttl(self) -> None:
        if self.provider == "linode" and self.ttl_seconds != LINODE_TTL_SECONDS:
            allowed = f"with provider linode, which keeps 30, 120, 300..., it must be {LINODE_TTL_SECONDS}"
            raise ConfigError(f"{KEY}.ttlSeconds", self.ttl_seconds, allowed)

    def _check_routing(self) -> None:
        if self.routing == "failover":
            return
        if self.provider != "route53":
            allowed = f"it must be failover with provider {self.provider}, which answers everybody alike"
            raise ConfigError(f"{KEY}.routing", self.routing, allowed)
        if not self.both_sites_answer:
            allowed = "it leads to both sites at once: it must be failover, unless you set bothSitesAnswer to true"
            raise ConfigError(f"{KEY}.routing", self.routing, allowed)

    def _check_weights(self) -> None:
        if self.weights and self.routing != "weighted":
            raise ConfigError(
                f"{KEY}.weights",
                self._shown(self.weights),
                f"only routing weighted has weights, not {self.routing}",
                IN_THE_FILE,
            )
        if self.weights and not self.weights.primary + self.weights.secondary:
            allowed = "one of them must be more than 0: with all at 0 Route 53 answers each as often as the other"
            raise ConfigError(f"{KEY}.weights", self._shown(self.weights), allowed, IN_THE_FILE)

    @staticmethod
    def _shown(weights: Weights) -> dict[str, int]:
        return {"primary": weights.primary, "secondary": weights.secondary}


def read_traffic(section: Section) -> TrafficSettings | None:
    """Read ``lifeboat:traffic``; without it no name is declared."""
    if not section.names():
        return None
    with section:
        routing: Routing = section.choice("routing", ("failover", "weighted", "latency"), "failover")
        return TrafficSettings(
            provider=section.choice("provider", ("route53", "linode"), "route53"),
            name=section.text("name"),
            zone=section.text("zone"),
            zone_id=section.optional_text("zoneId"),
            routing=routing,
            both_sites_answer=section.flag("bothSitesAnswer", False),
            weights=_weights(section) if routing == "weighted" or section.has("weights") else None,
            ttl_seconds=section.whole("ttlSeconds", 30, LEAST_TTL_SECONDS, LARGEST_TTL_SECONDS),
            certificates=read_certificates(section.section("certificates")),
        )


def _weights(section: Section) -> Weights:
    with section.section("weights") as weights:
        return Weights(
            primary=weights.whole("primary", 100, 0, LARGEST_WEIGHT),
            secondary=weights.whole("secondary", 100, 0, LARGEST_WEIGHT),
        )
