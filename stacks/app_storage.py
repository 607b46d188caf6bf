"""What keeps data in the application tier: the SQL database and the files, in both sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.linode.address_plan import pool_range
from infra.linode.database_members import DatabaseMembers, DatabaseMembersArgs
from infra.linode.database_rules import APPLICATIONS
from infra.linode.file_copies import FileCopies
from infra.linode.file_storage import FileStorage, FileStorageArgs
from infra.linode.machine import Machine
from infra.linode.managed_database import ManagedDatabase, ManagedDatabaseArgs
from infra.linode.naming import LinodeNaming
from infra.linode.ports import DATABASE, MANAGED_DATABASE
from infra.linode.reserved_addresses import Addresses, ReservedAddresses, ReservedAddressesArgs
from stacks.app_settings import AppSettings
from stacks.births import birth_of
from stacks.providers import Providers, at_linode
from stacks.settings import Settings
from stacks.topology import topology_of

PRIMARY = "primary"
OTHER = {"primary": "secondary", "secondary": "primary"}


@dataclass(frozen=True, kw_only=True)
class StorageSite:
    """The network that a site's storage is in: a VPC and its subnet for databases."""

    vpc_id: pulumi.Input[int]
    subnet_id: pulumi.Input[int]


@dataclass(frozen=True, kw_only=True)
class StorageOutputs:
    """By site: the database's machines (none if Linode runs it) and the buckets of files (none with rsync)."""

    database_machines: Mapping[str, Sequence[Machine]]
    files_buckets: Mapping[str, str]


def build_storage(
    settings: Settings, app: AppSettings, providers: Providers, sites: Mapping[str, StorageSite]
) -> StorageOutputs:
    """Declare the database and the files."""
    nodes = app.database.operator == "nodes"
    if not nodes:
        args = _managed(settings, app, sites[PRIMARY])
        ManagedDatabase(f"database-linode-{app.primary_region}", args, at_linode(providers))
    return StorageOutputs(
        database_machines=_members(settings, app, providers, sites) if nodes else {},
        files_buckets=_buckets(settings, app, providers) if app.files == "object-storage" else {},
    )


def build_file_copies(settings: Settings, app: AppSettings, providers: Providers) -> Mapping[str, FileCopies]:
    """Declare the addresses by which web servers of the sites fetch files from each other; none without rsync."""
    if app.files != "rsync":
        return {}
    found = _addresses(settings, app, providers, "web", app.pools["web"].count)
    return {site: FileCopies(addresses=own, peers=found[OTHER[site]]) for site, own in found.items()}


def database_ports(app: AppSettings) -> str:
    """Return the ports that servers reach their database by."""
    return str(DATABASE[app.database.engine]) if app.database.operator == "nodes" else MANAGED_DATABASE


def _members(
    settings: Settings, app: AppSettings, providers: Providers, sites: Mapping[str, StorageSite]
) -> Mapping[str, Sequence[Machine]]:
    addresses = _addresses(settings, app, providers, "database", app.database.members)
    return {
        site: DatabaseMembers(
            f"database-linode-{app.sites[site]}",
            _members_args(settings, app, site, network, addresses),
            at_linode(providers),
        ).machines
        for site, network in sites.items()
    }


def _members_args(
    settings: Settings, app: AppSettings, site: str, network: StorageSite, addresses: Mapping[str, Addresses]
) -> DatabaseMembersArgs:
    database = app.database
    return DatabaseMembersArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=site,
        linode_region=app.sites[site],
        engine=database.engine,
        type=database.type,
        volume_gb=database.volume_gb,
        birth=birth_of(app, site, database.engine),
        subnet_id=network.subnet_id,
        addresses=addresses[site],
        peers=addresses[OTHER[site]],
        protect_data=settings.protect_data,
    )


def _addresses(
    settings: Settings, app: AppSettings, providers: Providers, noun: str, count: int
) -> Mapping[str, Addresses]:
    """Declare both sites' addresses before either's machines: each site's firewall names the other's."""
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
        found[site] = ReservedAddresses(f"{noun}-addresses-linode-{region}", args, at_linode(providers)).addresses
    return found


def _managed(settings: Settings, app: AppSettings, network: StorageSite) -> ManagedDatabaseArgs:
    database = app.database
    return ManagedDatabaseArgs(
        naming=LinodeNaming(stack=settings.stack),
        site=PRIMARY,
        linode_region=app.primary_region,
        engine_id=f"{database.engine}/{database.version}",
        type=database.type,
        vpc_id=network.vpc_id,
        subnet_id=network.subnet_id,
        allowed=tuple(pool_range(PRIMARY, pool) for pool in APPLICATIONS),
        protect_data=settings.protect_data,
    )


def _buckets(settings: Settings, app: AppSettings, providers: Providers) -> Mapping[str, str]:
    names = {site: topology_of(settings).files_bucket(region) for site, region in app.sites.items()}
    for site, region in app.sites.items():
        args = FileStorageArgs(bucket_name=names[site], linode_region=region, protect_data=settings.protect_data)
        FileStorage(f"files-linode-{region}", args, at_linode(providers))
    return names
