"""A small program in the form of the application tier: two Linode regions with everything that has steps of its own.

It runs in the engine as a project's ``__main__.py`` and in evaluation as ``declare``. What tests change of it comes by
environment variables, whose names are the fields of ``Sample`` in capitals after ``SAMPLE_``.
"""

import os
from dataclasses import dataclass, fields
from typing import Self

import pulumi
import pulumi_linode as linode

REGIONS = ("us-ord", "us-sea")
PREFIX = "SAMPLE_"
WHAT_RUN_TIME_OWNS = ["image", "metadatas", "rootPass"]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a test may change between two deployments."""

    image: str = "linode/debian12"
    user_data: str = "I2Nsb3VkLWNvbmZpZwo="
    root_pass: str = "correct horse battery staple"
    tag: str = "first"
    create_timeout: str = "60s"

    @classmethod
    def told(cls) -> Self:
        """Read what the environment says otherwise."""
        names = [one.name for one in fields(cls)]
        return cls(**{name: os.environ[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in os.environ})


def declare() -> None:
    """Declare the zone, and a site in each region."""
    sample = Sample.told()
    provider = linode.Provider("linode", min_retry_delay_ms=50, event_poll_ms=100)
    options = pulumi.ResourceOptions(provider=provider)
    zone = linode.Domain(
        "zone", domain="example.com", type="master", soa_email="hostmaster@example.com", tags=[sample.tag], opts=options
    )
    for number, region in enumerate(REGIONS):
        _static_record(region, zone, options)
        _site(region, f"10.{number}.0.0/24", sample, options)


def _static_record(region: str, zone: linode.Domain, options: pulumi.ResourceOptions) -> None:
    linode.DomainRecord(
        f"record-linode-{region}",
        domain_id=zone.id.apply(int),
        record_type="TXT",
        name=region,
        target="lifeboat",
        ttl_sec=300,
        opts=options,
    )


def _site(region: str, block: str, sample: Sample, options: pulumi.ResourceOptions) -> None:
    subnet = _network(region, block, options)
    group = linode.PlacementGroup(
        f"group-linode-{region}",
        label=f"group-{region}",
        region=region,
        placement_group_type="anti_affinity:local",
        opts=options,
    )
    machine = _machine(region, group, subnet, sample, options)
    _firewall(region, machine, sample, options)
    _ingress(region, sample, options)
    linode.Volume(
        f"volume-linode-{region}", label=f"data-{region}", region=region, size=20, tags=[sample.tag], opts=options
    )


def _network(region: str, block: str, options: pulumi.ResourceOptions) -> linode.VpcSubnet:
    vpc = linode.Vpc(f"vpc-linode-{region}", label=f"net-{region}", region=region, opts=options)
    return linode.VpcSubnet(
        f"subnet-linode-{region}", vpc_id=vpc.id.apply(int), label="inner", ipv4=block, opts=options
    )


def _machine(
    region: str,
    group: linode.PlacementGroup,
    subnet: linode.VpcSubnet,
    sample: Sample,
    options: pulumi.ResourceOptions,
) -> linode.Instance:
    own = pulumi.ResourceOptions(
        ignore_changes=WHAT_RUN_TIME_OWNS,
        delete_before_replace=True,  # a label is one machine's at a time
        custom_timeouts=pulumi.CustomTimeouts(create=sample.create_timeout),
    )
    return linode.Instance(
        f"machine-linode-{region}",
        label=f"machine-{region}",
        region=region,
        type="g6-nanode-1",
        image=sample.image,
        root_pass=sample.root_pass,
        metadatas=[linode.InstanceMetadataArgs(user_data=sample.user_data)],
        interface_generation="legacy_config",
        interfaces=[
            linode.InstanceInterfaceArgs(purpose="public"),
            linode.InstanceInterfaceArgs(purpose="vpc", subnet_id=subnet.id.apply(int)),
        ],
        placement_group=linode.InstancePlacementGroupArgs(id=group.id.apply(int)),
        tags=[sample.tag],
        opts=pulumi.ResourceOptions.merge(options, own),
    )


def _firewall(region: str, machine: linode.Instance, sample: Sample, options: pulumi.ResourceOptions) -> None:
    rule = linode.FirewallInboundArgs(action="ACCEPT", label="https", protocol="TCP", ports="443", ipv4s=["0.0.0.0/0"])
    linode.Firewall(
        f"firewall-linode-{region}",
        label=f"guard-{region}",
        inbound_policy="DROP",
        outbound_policy="ACCEPT",
        inbounds=[rule],
        linodes=[machine.id.apply(int)],
        tags=[sample.tag],
        opts=options,
    )


def _ingress(region: str, sample: Sample, options: pulumi.ResourceOptions) -> None:
    balancer = linode.NodeBalancer(
        f"balancer-linode-{region}", label=f"ingress-{region}", region=region, tags=[sample.tag], opts=options
    )
    config = linode.NodeBalancerConfig(
        f"port-linode-{region}",
        nodebalancer_id=balancer.id.apply(int),
        port=443,
        protocol="tcp",
        proxy_protocol="v2",
        check_passive=False,
        opts=options,
    )
    linode.NodeBalancerNode(
        f"node-linode-{region}",
        nodebalancer_id=balancer.id.apply(int),
        config_id=config.id.apply(int),
        label=f"{sample.tag}-node",
        address="192.168.130.10:443",
        opts=options,
    )


if __name__ == "__main__":
    declare()
