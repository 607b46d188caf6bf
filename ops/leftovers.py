"""What run time made and Pulumi does not know: items of the control and canary tables, and the SSM parameters."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3

from failover import aws_clients
from failover.failures import AWS_ERRORS, code_of
from failover.fan_out import ThreadFanOut
from failover.outside import ABSENT, ActiveParameter
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS
from ops.deployed import Deployed

DEADLINE_SECONDS: Final = 8.0
Key = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """What there is to remove; ``unseen`` says where nobody could look, and why."""

    control: tuple[Key, ...]
    canaries: Mapping[str, tuple[Key, ...]]
    parameters: tuple[str, ...]
    unseen: Mapping[str, str]

    def counts(self) -> dict[str, int]:
        """Count them by kind and place, for people."""
        kinds = Counter(f"control table: {key['pk'].split('#')[0]}" for key in self.control)
        canaries = {f"canaries in {region}": len(keys) for region, keys in self.canaries.items() if keys}
        return {**kinds, **canaries, **{f"parameter in {region}": 1 for region in self.parameters}}


class RunTimeValues:
    """One stack's, through a control region that answers."""

    def __init__(self, deployed: Deployed, region: str) -> None:
        self._control = _table(deployed.control_table, region)
        data_regions = (deployed.sites.primary, deployed.sites.secondary)
        self._canaries = {one: _table(deployed.canary_table, one) for one in data_regions}
        self._name = deployed.active_parameter
        self._parameters = {
            one: aws_clients.client("ssm", one, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
            for one in deployed.control_regions
        }

    def look(self) -> Leftovers:
        """List everything.

        Raises:
            BotoCoreError, ClientError: the control table does not answer.
        """
        canaries, unseen = {}, {}
        for region, table in self._canaries.items():
            try:
                canaries[region] = _keys(table, ("id",))
            except AWS_ERRORS as error:
                unseen[f"canaries in {region}"] = code_of(error)
        parameters = ActiveParameter(self._name, lambda: self._parameters, ThreadFanOut()).read_all(DEADLINE_SECONDS)
        unseen |= {
            f"parameter in {one}": code_of(seen) for one, seen in parameters.items() if isinstance(seen, Exception)
        }
        there = tuple(one for one, seen in parameters.items() if isinstance(seen, str) and seen != ABSENT)
        return Leftovers(control=_keys(self._control, ("pk", "sk")), canaries=canaries, parameters=there, unseen=unseen)

    def remove_items(self, keys: Iterable[Key]) -> None:
        """Remove items of the control table; one that is gone already is no error."""
        _delete(self._control, keys)

    def remove_outside(self, found: Leftovers) -> dict[str, str]:
        """Remove canaries and parameters; return what could not be, and why."""
        failed = {}
        for region, keys in found.canaries.items():
            try:
                _delete(self._canaries[region], keys)
            except AWS_ERRORS as error:
                failed[f"canaries in {region}"] = code_of(error)
        for region in found.parameters:
            try:
                self._parameters[region].delete_parameters(Names=[self._name])
            except AWS_ERRORS as error:
                failed[f"parameter in {region}"] = code_of(error)
        return failed


def _table(name: str, region: str) -> Any:
    config = aws_clients.fail_fast(connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    return boto3.resource("dynamodb", region_name=region, config=config).Table(name)


def _keys(table: Any, names: tuple[str, ...]) -> tuple[Key, ...]:
    pages = table.meta.client.get_paginator("scan").paginate(
        TableName=table.name,
        ConsistentRead=True,
        ProjectionExpression=", ".join(f"#{name}" for name in names),
        ExpressionAttributeNames={f"#{name}": name for name in names},
    )
    return tuple(item for page in pages for item in page["Items"])


def _delete(table: Any, keys: Iterable[Key]) -> None:
    with table.batch_writer() as batch:
        for key in keys:
            batch.delete_item(Key=key)
