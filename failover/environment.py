"""What every Lambda of the control plane is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.canary import CanaryItem
from failover.protocol import Protocol, ProtocolError
from failover.sites import Sites


class Misconfigured(Exception):
    """A variable is missing or cannot be read; the function does nothing."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The variables that checker and orchestrator share, as values."""

    region: str
    stack: str
    control_table: str
    control_regions: tuple[str, ...]
    sites: Sites
    data_mode: str
    protocol: Protocol
    canary_table: str
    item_key: str
    item_value: str
    signals_topic_arn: str
    active_parameter: str

    def canary_item(self, of: str) -> CanaryItem:
        """Return the canary of one writer."""
        return CanaryItem(table=self.canary_table, item_id=f"{self.item_key}#{of}", healthy_status=self.item_value)


def required(environ: Mapping[str, str], name: str) -> str:
    """Return one variable.

    Raises:
        Misconfigured: it is missing or blank.
    """
    value = environ.get(name, "")
    if not value:
        raise Misconfigured(f"{name} is not set; deploy the function with `pulumi up`")
    return value


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Read what checker and orchestrator share.

    Raises:
        Misconfigured: naming the first variable that is missing or unreadable.
    """
    names = {
        "region": "AWS_REGION",
        "stack": "STACK",
        "control_table": "CONTROL_TABLE",
        "data_mode": "DATA_MODE",
        "canary_table": "PRIMARY_REGION_DDB_TABLE",
        "item_key": "HEALTH_CHECK_ITEM_KEY",
        "item_value": "HEALTH_CHECK_ITEM_VALUE",
        "signals_topic_arn": "SNS_TOPIC_ARN",
        "active_parameter": "ACTIVE_PARAMETER",
    }
    texts = {field: required(environ, name) for field, name in names.items()}
    sites = Sites(
        primary=required(environ, "PRIMARY_REGION_NAME"), secondary=required(environ, "SECONDARY_REGION_NAME")
    )
    regions = tuple(required(environ, "CONTROL_REGIONS").split(","))
    return Environment(sites=sites, control_regions=regions, protocol=_protocol(environ), **texts)


def _protocol(environ: Mapping[str, str]) -> Protocol:
    try:
        return Protocol.from_json(required(environ, "LIFEBOAT_PROTOCOL")).scaled()
    except (ProtocolError, ValueError, TypeError, KeyError) as error:
        raise Misconfigured(f"LIFEBOAT_PROTOCOL cannot be read: {error}") from error
