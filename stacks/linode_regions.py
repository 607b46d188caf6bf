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


def require_linode_region(key: str, region: str) -> None:
    """Check that a site can be built in a region.

    Raises:
        ConfigError: it is none of those that have everything.
    """
    if region not in LINODE_REGIONS:
        raise ConfigError(key, region, f"it must be one of {', '.join(sorted(LINODE_REGIONS))}")
