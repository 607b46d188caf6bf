"""A database that Linode runs, in the primary site's region alone.

Linode replicates it inside its cluster and copies it to no other region: with the region the database is lost until
the region is back or a backup is restored by hand (https://techdocs.akamai.com/cloud-computing/docs/aiven-database-clusters).
Its root password and its authority's certificate are outputs that the provider marks secret, so they are in the
state, encrypted; nothing exports them.
"""

from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.naming import LinodeNaming

# One writer and two replicas: the largest cluster there is.
CLUSTER_SIZE = 3
# Four hours is the only length there is; days count from Monday, hours are UTC.
SUNDAY, HOUR, HOURS = 7, 4, 4


@dataclass(frozen=True, kw_only=True)
class ManagedDatabaseArgs:
    """``engine_id`` is `postgresql/17` or `mysql/8`; ``allowed`` are the private ranges of those who may connect.

    Nobody reaches it from outside of the VPC.
    """

    naming: LinodeNaming
    site: str
    linode_region: str
    engine_id: str
    type: str
    vpc_id: pulumi.Input[int]
    subnet_id: pulumi.Input[int]
    allowed: tuple[str, ...]
    protect_data: bool


class ManagedDatabase(pulumi.ComponentResource):
    """A cluster of PostgreSQL or of MySQL."""

    def __init__(self, name: str, args: ManagedDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:ManagedDatabase", name, {}, opts)
        cluster = self._postgresql if args.engine_id.startswith("postgresql/") else self._mysql
        cluster(name, args)
        self.register_outputs({})

    def _postgresql(self, name: str, args: ManagedDatabaseArgs) -> linode.DatabasePostgresqlV2:
        return linode.DatabasePostgresqlV2(
            f"{name}-cluster",
            label=args.naming.short_label(args.site, "database"),
            engine_id=args.engine_id,
            region=args.linode_region,
            type=args.type,
            cluster_size=CLUSTER_SIZE,
            allow_lists=list(args.allowed),
            private_network=linode.DatabasePostgresqlV2PrivateNetworkArgs(
                vpc_id=args.vpc_id, subnet_id=args.subnet_id, public_access=False
            ),
            updates=linode.DatabasePostgresqlV2UpdatesArgs(
                day_of_week=SUNDAY, hour_of_day=HOUR, duration=HOURS, frequency="weekly"
            ),
            opts=self._kept(args),
        )

    def _mysql(self, name: str, args: ManagedDatabaseArgs) -> linode.DatabaseMysqlV2:
        return linode.DatabaseMysqlV2(
            f"{name}-cluster",
            label=args.naming.short_label(args.site, "database"),
            engine_id=args.engine_id,
            region=args.linode_region,
            type=args.type,
            cluster_size=CLUSTER_SIZE,
            allow_lists=list(args.allowed),
            private_network=linode.DatabaseMysqlV2PrivateNetworkArgs(
                vpc_id=args.vpc_id, subnet_id=args.subnet_id, public_access=False
            ),
            updates=linode.DatabaseMysqlV2UpdatesArgs(
                day_of_week=SUNDAY, hour_of_day=HOUR, duration=HOURS, frequency="weekly"
            ),
            opts=self._kept(args),
        )

    def _kept(self, args: ManagedDatabaseArgs) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data)
