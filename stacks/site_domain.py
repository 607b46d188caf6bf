"""The zone at Linode, if Linode answers for the application's name: the sites' own names, which never move."""

from collections.abc import Mapping

import pulumi

from infra.linode.site_domain import SiteDomain, SiteDomainArgs
from infra.site_addresses import SiteAddresses
from stacks.app_settings import AppSettings
from stacks.providers import Providers, at_linode
from stacks.settings import Settings


def build_site_domain(
    settings: Settings, app: AppSettings, providers: Providers, addresses: Mapping[str, SiteAddresses]
) -> list[pulumi.Output[int]]:
    """Declare the zone with a name for each site; return its number, and nothing if another answers for the name."""
    traffic = settings.traffic
    if traffic is None or traffic.provider != "linode":
        return []
    args = SiteDomainArgs(
        zone=traffic.zone,
        name=traffic.name,
        regions=app.sites,
        addresses=addresses,
        protect=settings.protect_data,
    )
    return [SiteDomain("site-domain", args, at_linode(providers)).domain_id]
