"""What the settings declare, as the readiness checks expect to find it."""

from failover.readiness.inventory import Inventory
from stacks.settings import Settings
from stacks.topology import topology_of


def inventory_of(settings: Settings) -> Inventory:
    """Return the stack's inventory."""
    data, named = settings.data, topology_of(settings).named
    return Inventory(
        stack=settings.stack,
        account_id=settings.account_id,
        control_regions=settings.control.regions,
        primary_region=data.primary_region,
        secondary_region=data.secondary_region,
        mode=data.mode,
        tables={named(name): table.point_in_time_recovery for name, table in data.tables.items()},
        protected=settings.protect_data,
        secret=settings.alerting.slack_webhook_secret,
    )
