"""A zone at Linode, with the name that each site always has. Where the application's own name points is run time's."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.site_addresses import SiteAddresses

# Such a name never moves, so it is kept for longer than the one that does.
STABLE_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class SiteDomainArgs:
    """``name`` is the application's, in or equal to ``zone``; ``regions`` and ``addresses`` are those of its sites.

    Raises:
        ValueError: the name is outside of the zone.
    """

    zone: str
    name: str
    regions: Mapping[str, str]
    addresses: Mapping[str, SiteAddresses]
    protect: bool

    def __post_init__(self) -> None:
        if not f".{self.name}".endswith(f".{self.zone}"):
            raise ValueError(f"{self.name} is not in the zone {self.zone}")

    def within_zone(self, site: str) -> str:
        """Return a site's name as the zone's records spell it."""
        return f"{site}.{self.name}".removesuffix(f".{self.zone}")


class SiteDomain(pulumi.ComponentResource):
    """The zone and the sites' records, each of which is excluded with its region."""

    domain_id: pulumi.Output[int]

    def __init__(self, name: str, args: SiteDomainArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:SiteDomain", name, {}, opts)
        self.domain_id = self._domain(name, args).id.apply(int)
        for site, address in args.addresses.items():
            self._records(args.within_zone(site), args.regions[site], address)
        self.register_outputs({"domain_id": self.domain_id})

    def _domain(self, name: str, args: SiteDomainArgs) -> linode.Domain:
        return linode.Domain(
            f"{name}-zone",
            domain=args.zone,
            type="master",
            # Every zone has this mailbox: https://www.rfc-editor.org/rfc/rfc2142#section-7.
            soa_email=f"hostmaster@{args.zone}",
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.protect),
        )

    def _records(self, within_zone: str, linode_region: str, address: SiteAddresses) -> None:
        self._record("a", within_zone, linode_region, address.ipv4)
        if address.ipv6 is not None:
            self._record("aaaa", within_zone, linode_region, address.ipv6)

    def _record(
        self, kind: str, within_zone: str, linode_region: str, target: pulumi.Input[str]
    ) -> linode.DomainRecord:
        return linode.DomainRecord(
            f"site-name-linode-{linode_region}-{kind}",
            domain_id=self.domain_id,
            record_type=kind.upper(),
            name=within_zone,
            target=target,
            ttl_sec=STABLE_TTL_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
