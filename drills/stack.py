"""A stack as a drill knows it: by its outputs alone, like any operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drills.load_spec import LoadTable, Mode
from failover.data_tier import DataTierArgs
from failover.protocol import Protocol
from failover.sites import Sites

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOADED_TABLE = "orders"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """``orchestrators`` maps each control region to its function's ARN."""

    name: str
    tier: DataTierArgs
    mode: Mode
    application_tables: Mapping[str, str]
    canary_table: str
    orchestrators: Mapping[str, str]

    @property
    def health_checker(self) -> str:
        """The observers' function, the same name in each control region."""
        return f"lifeboat-{self.name}-health-checker"

    @property
    def probed_tables(self) -> tuple[str, ...]:
        """The application's tables and the canary's, which stands for them."""
        return (*self.application_tables.values(), self.canary_table)

    @property
    def far_control_regions(self) -> tuple[str, ...]:
        """The control regions that outlive the primary AWS region, the standby's first."""
        far = [region for region in self.tier.control_regions if region != self.tier.sites.primary]
        return tuple(sorted(far, key=lambda region: region != self.tier.sites.secondary))


def from_outputs(outputs: Mapping[str, Any]) -> Stack:
    """Read the stack's flat outputs.

    Raises:
        KeyError: an output is missing.
        ProtocolError: the stack's numbers are unsafe.
    """
    args = DataTierArgs(
        sites=Sites(primary=outputs["primaryRegion"], secondary=outputs["secondaryRegion"]),
        control_table=outputs["controlTable"],
        control_regions=tuple(outputs["controlRegions"]),
        protocol=Protocol.from_json(outputs["protocol"]),
    )
    return Stack(
        name=outputs["stack"],
        tier=args,
        mode=outputs["dataMode"],
        application_tables=outputs["applicationTables"],
        canary_table=outputs["canaryTable"],
        orchestrators=outputs["orchestratorFunctions"],
    )


def loaded_table(client: "DynamoDBClient", stack: Stack) -> LoadTable:
    """Return the application table that the load writes to, with the keys that it was made with."""
    name = stack.application_tables[LOADED_TABLE]
    keys = client.describe_table(TableName=name)["Table"]["KeySchema"]
    named = {key["KeyType"]: key["AttributeName"] for key in keys}
    return LoadTable(name=name, partition=named["HASH"], sort=named.get("RANGE"), mode=stack.mode)
