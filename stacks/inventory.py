"""What the settings declare, as the readiness checks expect to find it."""

from collections.abc import Mapping

from failover.readiness.inventory import Inventory
from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.settings import Settings
from stacks.topology import topology_of

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ENVIRONMENT_BYTES = 4096


def told_to_a_look(settings: Settings) -> Mapping[str, str]:
    """Return the variables of the function that looks at readiness.

    Raises:
        ConfigError: the names of the tables are more than Lambda keeps.
    """
    told = {
        "LIFEBOAT_INVENTORY": inventory_of(settings).to_json(),
        "LIFEBOAT_PROTOCOL": settings.protocol.to_json(),
    }
    size = sum(len(name) + len(value) for name, value in told.items())
    if size > LARGEST_ENVIRONMENT_BYTES:
        allowed = (
            f"their names make a function's variables {size} bytes, and Lambda keeps {LARGEST_ENVIRONMENT_BYTES} bytes"
        )
        remedy = f"{IN_THE_FILE}: shorter names, fewer tables, or a stack for each half"
        raise ConfigError("lifeboat:data.tables", f"{len(settings.data.tables)} tables", allowed, remedy)
    return told


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
        unlisted=tuple(named(name) for name, table in data.tables.items() if table.lost_writes == "unlisted"),
        inbox=settings.app is not None,
    )
