"""What the application tier uses of Linode: machines, volumes, NodeBalancers, addresses, files, managed databases.

All of it costs by being there, powered on or not (https://www.linode.com/pricing/). What machines send beyond the
transfer that they include is told by the GB and not counted: no registration says how much that will be.
"""

from collections.abc import Iterable, Iterator, Mapping

from evaluation import Registration
from ops.forecast.demand import BUCKET, MACHINE, Demand
from ops.forecast.prices import Price
from ops.forecast.usage import HOURS_A_MONTH, Unpriced, Usage

LINODE = "linode:index/"
# Jakarta and Sao Paulo each have an allowance of their own; all other regions share one
# (https://techdocs.akamai.com/cloud-computing/docs/network-transfer-usage-and-costs).
REGIONS_WITH_OWN_TRANSFER = frozenset({"id-cgk", "br-gru"})
SHARED_TRANSFER = "regions that share it"
FREE: Mapping[str, str] = {
    f"{LINODE}domain:Domain": "Linode's name servers cost nothing beside machines",
    f"{LINODE}domainRecord:DomainRecord": "a part of its domain",
    f"{LINODE}firewall:Firewall": "firewalls cost nothing",
    f"{LINODE}firewallDevice:FirewallDevice": "firewalls cost nothing",
    f"{LINODE}instanceSharedIps:InstanceSharedIps": "the address is paid for where it is reserved",
    f"{LINODE}interface:Interface": "a part of its machine",
    f"{LINODE}nodeBalancerConfig:NodeBalancerConfig": "a port of its NodeBalancer",
    f"{LINODE}nodeBalancerNode:NodeBalancerNode": "a part of its NodeBalancer",
    f"{LINODE}placementGroup:PlacementGroup": "placement costs nothing",
    f"{LINODE}rdns:Rdns": "a name of an address",
    f"{LINODE}reservedIpAssignment:ReservedIpAssignment": "the address is paid for where it is reserved",
    f"{LINODE}user:User": "users cost nothing",
    f"{LINODE}vpc:Vpc": "VPCs cost nothing",
    f"{LINODE}vpcSubnet:VpcSubnet": "a part of its VPC",
    "pulumi:providers:linode": "exists for the engine only",
}


def machine_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a machine by its plan.

    Raises:
        Unpriced: it has Linode's backups, of which no price is known here.
    """
    if one.inputs.get("backupsEnabled"):
        raise Unpriced(f"{one.name} has Linode's backups; ops/forecast/linode.yaml has no price of them")
    yield _usage(one, f"linode-{one.inputs['type']}", 1, "one machine")


def volume_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a volume by its size."""
    gigabytes = float(str(one.inputs["size"]))
    yield _usage(one, "linode-volume", gigabytes, f"{gigabytes:g} GB")


def nodebalancer_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a NodeBalancer.

    Raises:
        Unpriced: it is of another type than the common one.
    """
    if (kind := one.inputs.get("type") or "common") != "common":
        raise Unpriced(f"{one.name} is a {kind} NodeBalancer; the forecast knows common ones only")
    yield _usage(one, "linode-nodebalancer", 1, "one NodeBalancer")


def address_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a reserved address, or one that a machine has beside its first; private ones are free."""
    hours = 0 if one.inputs.get("public") is False else HOURS_A_MONTH
    yield _usage(one, "linode-reserved-ipv4", hours, f"{hours} hours")


def bucket_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield a bucket's share of the one fee for all."""
    yield _usage(one, "linode-object-storage", 1 / demand.buckets, f"one of {demand.buckets} buckets of one account")


def database_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a managed database with all its nodes."""
    nodes = int(str(one.inputs.get("clusterSize") or 1))
    yield _usage(one, f"linode-database-{one.inputs['type']}-{nodes}", 1, f"a database of {nodes} nodes")


PRICED = {
    f"{LINODE}databaseMysqlV2:DatabaseMysqlV2": database_usages,
    f"{LINODE}databasePostgresqlV2:DatabasePostgresqlV2": database_usages,
    MACHINE: machine_usages,
    f"{LINODE}instanceIp:InstanceIp": address_usages,
    f"{LINODE}nodeBalancer:NodeBalancer": nodebalancer_usages,
    BUCKET: bucket_usages,
    f"{LINODE}reservedIp:ReservedIp": address_usages,
    f"{LINODE}volume:Volume": volume_usages,
}


def included_transfer(priced: Iterable[tuple[Usage, Price]]) -> dict[str, float]:
    """Add up the GB that may be sent in a month, by the allowance that regions share or have."""
    allowances: dict[str, float] = {}
    for usage, price in priced:
        pool = usage.region if usage.region in REGIONS_WITH_OWN_TRANSFER else SHARED_TRANSFER
        if price.transfer_gb:
            allowances[pool] = allowances.get(pool, 0.0) + usage.quantity * price.transfer_gb
    return allowances


def _usage(one: Registration, meter: str, quantity: float, why: str) -> Usage:
    region = str(one.inputs.get("region") or one.name.rpartition("linode-")[2])
    return Usage(region=region, resource=one.name, part="app tier", meter=meter, quantity=quantity, why=why)
