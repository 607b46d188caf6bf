"""The application tier: two sites on Linode, and the observer that watches both from a third region."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.linode.file_copies import FileCopies
from infra.linode.naming import LinodeNaming
from infra.linode.observer_node import POOL as OBSERVER
from infra.linode.observer_node import ObserverNode, ObserverNodeArgs
from infra.linode.site import PoolSize, Site, SiteArgs
from infra.site_addresses import SiteAddresses
from stacks.app_settings import AppSettings
from stacks.app_storage import StorageSite, build_file_copies, build_storage, database_ports
from stacks.births import birth_of
from stacks.linode_users import AccountEntities, build_linode_users
from stacks.providers import Providers, at_linode
from stacks.settings import Settings
from stacks.site_domain import build_site_domain

IN_SITES = ("balancer", "web", "api", "monitoring")

AppOutputs = dict[str, object]
"""What whoever looks things up at Linode must know; labels and tags follow from the stack's name and these."""


@dataclass(frozen=True, kw_only=True)
class App:
    """What other parts and people must know of the tier; ``addresses`` are by site, and none without the tier."""

    outputs: AppOutputs
    addresses: Mapping[str, SiteAddresses]


def build_app(settings: Settings, providers: Providers) -> App:
    """Declare both sites and the observer, if the stack has an application tier."""
    if settings.app is None:
        return App(outputs={}, addresses={})
    app = settings.app
    sites = build_sites(settings, app, providers)
    addresses = {name: site.addresses for name, site in sites.items()}
    networks = {name: _storage_site(site) for name, site in sites.items()}
    storage = build_storage(settings, app, providers, networks)
    entities = AccountEntities(
        sites=sites,
        databases=[machine for machines in storage.database_machines.values() for machine in machines],
        observer=_observer(settings, app, providers).machine,
        domain_ids=build_site_domain(settings, app, providers, addresses),
    )
    build_linode_users(app, providers, entities)
    return App(outputs={**_outputs(app), "filesBuckets": storage.files_buckets}, addresses=addresses)


def build_sites(settings: Settings, app: AppSettings, providers: Providers) -> Mapping[str, Site]:
    """Declare the two sites, alike."""
    copies = build_file_copies(settings, app, providers)
    return {
        site: Site(f"site-linode-{region}", _site(settings, app, site, copies.get(site)), at_linode(providers))
        for site, region in app.sites.items()
    }


def _site(settings: Settings, app: AppSettings, site: str, copies: FileCopies | None) -> SiteArgs:
    return SiteArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=site,
        linode_region=app.sites[site],
        ingress=app.ingress,
        database_ports=database_ports(app),
        servers={name: PoolSize(type=pool.type, count=pool.count) for name, pool in app.pools.items()},
        balancer_type=app.balancer_type,
        monitoring_type=app.monitoring_type,
        births={pool: birth_of(app, site, pool) for pool in IN_SITES},
        copies=copies,
        protect=settings.protect_data,
    )


def _storage_site(site: Site) -> StorageSite:
    return StorageSite(vpc_id=site.network.vpc_id, subnet_id=site.network.subnet_ids["database"])


def _observer(settings: Settings, app: AppSettings, providers: Providers) -> ObserverNode:
    region = app.observer_region
    args = ObserverNodeArgs(
        naming=LinodeNaming(stack=settings.stack),
        linode_region=region,
        type=app.observer_type,
        birth=birth_of(app, region, OBSERVER),
    )
    return ObserverNode(f"observer-linode-{region}", args, at_linode(providers))


def _outputs(app: AppSettings) -> AppOutputs:
    return {"sites": dict(app.sites), "observerRegion": app.observer_region, "ingress": app.ingress}
