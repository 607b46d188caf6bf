"""Linode's core regions with all that a site needs: VPCs, placement groups, metadata, NodeBalancers, object storage.

Source: https://techdocs.akamai.com/cloud-computing/docs/regions-and-availability-overview; a region that Linode opens
later is added here.
"""

from stacks.config_error import ConfigError

LINODE_REGIONS = frozenset(
    {
        "br-gru",
        "de-fra-2",
        "es-mad",
        "fr-par",
        "gb-lon",
        "id-cgk",
        "in-bom-2",
        "in-maa",
        "it-mil",
        "jp-osa",
        "jp-tyo-3",
        "nl-ams",
        "se-sto",
        "sg-sin-2",
        "us-iad",
        "us-lax",
        "us-mia",
        "us-ord",
        "us-sea",
    }
)

# Where an address can be shared between machines, by BGP. The guide lists data centres, and the list grows: add one
# when the guide names it, since nothing but a failing balancer would show that it is not served.
# https://techdocs.akamai.com/cloud-computing/docs/configure-failover-on-a-compute-instance
IP_SHARING_REGIONS = LINODE_REGIONS - {"de-fra-2", "gb-lon", "in-bom-2", "jp-tyo-3", "sg-sin-2"}


def require_ip_sharing(key: str, region: str) -> None:
    """Check that balancers of a region can share an address.

    Raises:
        ConfigError: they cannot, as far as is known.
    """
    if region not in IP_SHARING_REGIONS:
        shared = ", ".join(sorted(IP_SHARING_REGIONS))
        allowed = f"ingress keepalived shares an address, as is known of {shared}; elsewhere take ingress nodebalancer"
        raise ConfigError(key, region, allowed)


def require_linode_region(key: str, region: str) -> None:
    """Check that a site can be built in a region.

    Raises:
        ConfigError: it is none of those that have everything.
    """
    if region not in LINODE_REGIONS:
        raise ConfigError(key, region, f"it must be one of {', '.join(sorted(LINODE_REGIONS))}")
