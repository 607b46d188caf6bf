"""The application tier: two sites on Linode, and the observer that watches both from a third region."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.linode.naming import LinodeNaming
from infra.linode.observer_node import POOL as OBSERVER
from infra.linode.observer_node import ObserverNode, ObserverNodeArgs
from infra.linode.site import PoolSize, Site, SiteArgs
from infra.site_addresses import SiteAddresses
from stacks.app_settings import AppSettings
from stacks.births import birth_of
from stacks.providers import Providers, at_linode
from stacks.settings import Settings

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
    sites = build_sites(settings, settings.app, providers)
    _observer(settings, settings.app, providers)
    return App(outputs=_outputs(settings.app), addresses={name: site.addresses for name, site in sites.items()})


def build_sites(settings: Settings, app: AppSettings, providers: Providers) -> Mapping[str, Site]:
    """Declare the two sites, alike."""
    return {
        site: Site(f"site-linode-{region}", _site(settings, app, site, region), at_linode(providers))
        for site, region in app.sites.items()
    }


def _site(settings: Settings, app: AppSettings, site: str, linode_region: str) -> SiteArgs:
    return SiteArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=site,
        linode_region=linode_region,
        ingress=app.ingress,
        engine=app.database.engine,
        servers={name: PoolSize(type=pool.type, count=pool.count) for name, pool in app.pools.items()},
        balancer_type=app.balancer_type,
        monitoring_type=app.monitoring_type,
        births={pool: birth_of(app, site, pool) for pool in IN_SITES},
        protect=settings.protect_data,
    )


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
