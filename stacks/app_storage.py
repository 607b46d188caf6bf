"""What keeps data in the application tier: the SQL database and the files, in both sites."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.linode.address_plan import pool_range
from infra.linode.database_firewall import APPLICATIONS
from infra.linode.database_members import DatabaseMembers, DatabaseMembersArgs
from infra.linode.file_copies import copies_inbound, copies_outbound
from infra.linode.file_storage import FileStorage, FileStorageArgs
from infra.linode.machine import MachineBirth
from infra.linode.managed_database import ManagedDatabase, ManagedDatabaseArgs
from infra.linode.naming import LinodeNaming
from infra.linode.reserved_addresses import ReservedAddresses, ReservedAddressesArgs
from infra.linode.role_firewall import FirewallRule
from stacks.app_settings import AppSettings
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of

Addresses = tuple[pulumi.Output[str], ...]
PRIMARY = "primary"
OTHER = {"primary": "secondary", "secondary": "primary"}


@dataclass(frozen=True, kw_only=True)
class StorageSite:
    """What the storage of a site stands on. ``birth`` is that of the database's pool, called as its engine.

    ``outbound`` is what every machine may reach.
    """

    linode_region: str
    vpc_id: pulumi.Input[int]
    subnet_id: pulumi.Input[int]
    birth: MachineBirth
    outbound: tuple[FirewallRule, ...]


@dataclass(frozen=True, kw_only=True)
class StorageOutputs:
    """By site: the database's machines (none if Linode runs it) and the buckets of files (none with rsync)."""

    database_machines: Mapping[str, tuple[pulumi.Output[int], ...]]
    files_buckets: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class FileCopies:
    """What a site's web servers need to fetch files from the other site's: an address each, and two rules."""

    addresses: Addresses
    inbound: tuple[FirewallRule, ...]
    outbound: tuple[FirewallRule, ...]


def build_storage(
    settings: Settings, app: AppSettings, providers: Providers, sites: Mapping[str, StorageSite]
) -> StorageOutputs:
    """Declare the database and the files."""
    opts = _at_linode(providers)
    if app.database.operator == "managed":
        _managed(settings, app, sites[PRIMARY], opts)
    return StorageOutputs(
        database_machines=_members(settings, app, sites, opts) if app.database.operator == "nodes" else {},
        files_buckets=_buckets(settings, app, opts) if app.files == "object-storage" else {},
    )


def build_file_copies(settings: Settings, app: AppSettings, providers: Providers) -> Mapping[str, FileCopies]:
    """Declare the addresses by which web servers of the sites fetch files from each other; none without rsync."""
    if app.files != "rsync":
        return {}
    addresses = _addresses(settings, app, "web", app.pools["web"].count, _at_linode(providers))
    return {site: _copies(own, addresses[OTHER[site]]) for site, own in addresses.items()}


def _copies(own: Addresses, peers: Addresses) -> FileCopies:
    return FileCopies(addresses=own, inbound=copies_inbound(peers), outbound=copies_outbound(peers))


def _members(
    settings: Settings, app: AppSettings, sites: Mapping[str, StorageSite], opts: pulumi.ResourceOptions
) -> Mapping[str, tuple[pulumi.Output[int], ...]]:
    addresses = _addresses(settings, app, "database", app.database.members, opts)
    found = {}
    for site, stands_on in sites.items():
        args = _members_args(settings, app, site, stands_on, addresses)
        found[site] = DatabaseMembers(f"database-linode-{stands_on.linode_region}", args, opts).machine_ids
    return found


def _members_args(
    settings: Settings, app: AppSettings, site: str, stands_on: StorageSite, addresses: Mapping[str, Addresses]
) -> DatabaseMembersArgs:
    return DatabaseMembersArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=site,
        linode_region=stands_on.linode_region,
        engine=app.database.engine,
        type=app.database.type,
        volume_gb=app.database.volume_gb,
        birth=stands_on.birth,
        subnet_id=stands_on.subnet_id,
        addresses=addresses[site],
        peers=addresses[OTHER[site]],
        outbound=stands_on.outbound,
        protect_data=settings.protect_data,
    )


def _addresses(
    settings: Settings, app: AppSettings, noun: str, count: int, opts: pulumi.ResourceOptions
) -> Mapping[str, Addresses]:
    found = {}
    for site, region in app.sites.items():
        args = ReservedAddressesArgs(
            naming=LinodeNaming(stack=settings.stack),
            site=site,
            linode_region=region,
            noun=noun,
            count=count,
            protect_data=settings.protect_data,
        )
        found[site] = ReservedAddresses(f"{noun}-addresses-linode-{region}", args, opts).addresses
    return found


def _managed(settings: Settings, app: AppSettings, stands_on: StorageSite, opts: pulumi.ResourceOptions) -> None:
    args = ManagedDatabaseArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=PRIMARY,
        linode_region=stands_on.linode_region,
        engine=app.database.engine,
        version=app.database.version or "",
        type=app.database.type,
        vpc_id=stands_on.vpc_id,
        subnet_id=stands_on.subnet_id,
        allowed=[pool_range(PRIMARY, pool) for pool in APPLICATIONS],
        protect_data=settings.protect_data,
    )
    ManagedDatabase(f"database-linode-{stands_on.linode_region}", args, opts)


def _buckets(settings: Settings, app: AppSettings, opts: pulumi.ResourceOptions) -> Mapping[str, str]:
    names = {site: topology_of(settings).files_bucket(region) for site, region in app.sites.items()}
    for site, region in app.sites.items():
        args = FileStorageArgs(bucket_name=names[site], linode_region=region, protect_data=settings.protect_data)
        FileStorage(f"files-linode-{region}", args, opts)
    return names


def _at_linode(providers: Providers) -> pulumi.ResourceOptions:
    return within(providers.linode) if providers.linode else pulumi.ResourceOptions()
