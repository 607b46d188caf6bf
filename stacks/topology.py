"""Where the settings put the control plane, in the words that infra uses."""

from infra.aws.topology import Topology
from stacks.settings import Settings


def topology_of(settings: Settings) -> Topology:
    """Return the stack's topology."""
    return Topology(
        stack=settings.stack,
        account_id=settings.account_id,
        control_regions=settings.control.regions,
        primary_region=settings.data.primary_region,
        secondary_region=settings.data.secondary_region,
    )
