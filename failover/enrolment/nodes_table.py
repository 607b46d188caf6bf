"""Nodes' rows of the control table: consistent reads, and writes on condition that the row is as it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from failover import rows
from failover.clock import AwsTime, Clock
from failover.enrolment.node import (
    PREFIX,
    Approval,
    Node,
    Row,
    approval_values,
    generation_due,
    item_of_row,
    node_key,
    row_of,
)
from failover.failures import AWS_ERRORS, Failure, failure_of
from failover.tier import Value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.1


class ChangedMeanwhile(Exception):
    """The row is not what the write was conditional on: another request or a person was first."""


class NodesTable:
    """Calls raise botocore's errors once a few quick retries are spent; each attempt has the client's deadline."""

    def __init__(self, table: str, client: DynamoDBClient, clock: Clock) -> None:
        self._table = table
        self._client = client
        self._clock = clock
        self.time = AwsTime(clock)

    def read(self, node: int) -> Row | None:
        """Read a node's row, and with it AWS's time.

        Raises:
            MalformedRow: the row cannot be read.
        """
        answer = self._retried(
            lambda: self._client.get_item(TableName=self._table, Key=node_key(node), ConsistentRead=True)
        )
        self.time.observe(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return row_of(answer["Item"]) if "Item" in answer else None

    def admit(self, former: Row | None, node: Node) -> Node:
        """Write an enrolment where ``former`` was read; without an answer, the row itself says whether it was written.

        Raises:
            ChangedMeanwhile: somebody else wrote first.
        """
        for _ in range(ATTEMPTS):
            try:
                self._put(former, node)
            except AWS_ERRORS as error:
                if failure_of(error) is Failure.REFUSED:
                    raise
                found = self.read(node.id)
                if isinstance(found, Node) and found.enrolled == node.enrolled:
                    return found
                if found != former:
                    raise ChangedMeanwhile(f"node {node.id} was written by another request") from error
            else:
                return node
        raise ChangedMeanwhile(f"node {node.id}: {ATTEMPTS} attempts met a write in flight each time")

    def spend(self, node: Node, counter: int, roots: tuple[str, ...]) -> None:
        """Raise a node's counter, which spends the request that carries it, and note which roots the node has.

        Raises:
            ChangedMeanwhile: the counter was spent, or the node enrolled anew.
        """
        values: dict[str, Value] = {"counter": counter, "roots": ",".join(roots), "generation": node.generation}
        condition = "#generation = :generation AND #counter < :counter"
        self._update(node.id, values, condition, f"counter {counter} of node {node.id} was spent")

    def approve(self, row: Row | None, node: int, approval: Approval) -> None:
        """Let a machine enrol under another generation; ``row`` is what was read of it.

        Raises:
            ChangedMeanwhile: it enrolled since it was read.
        """
        values: dict[str, Value] = {**approval_values(approval), "generation": generation_due(row) - 1}
        condition = "#generation = :generation" if row else "attribute_not_exists(pk)"
        self._update(node, values, condition, f"node {node} has enrolled since it was read")

    def forget(self, node: int) -> None:
        """Delete a node's row: no session any more; harmless if there is none."""
        self._client.delete_item(TableName=self._table, Key=node_key(node))

    def all(self) -> tuple[Row, ...]:
        """Read every node, by id; a scan, so it is for people and for no function."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            ConsistentRead=True,
            FilterExpression="begins_with(pk, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": PREFIX}},
        )
        found = [row_of(item) for page in pages for item in page["Items"]]
        return tuple(sorted(found, key=lambda row: row.id))

    def _put(self, former: Row | None, node: Node) -> None:
        """Write a whole row; a row's generation and approval are what may change between two enrolments."""
        if former is None:
            self._client.put_item(
                TableName=self._table, Item=item_of_row(node), ConditionExpression="attribute_not_exists(pk)"
            )
            return
        former_values = {"generation": generation_due(former) - 1}
        if former.approval:
            former_values["approved_generation"] = former.approval.generation
        self._client.put_item(
            TableName=self._table,
            Item=item_of_row(node),
            ConditionExpression=" AND ".join(f"#{name} = :{name}" for name in former_values),
            ExpressionAttributeNames={f"#{name}": name for name in former_values},
            ExpressionAttributeValues=rows.to_item({f":{name}": value for name, value in former_values.items()}),
        )

    def _update(self, node: int, values: Mapping[str, Value], condition: str, otherwise: str) -> None:
        """Set a row's values on a condition.

        Raises:
            ChangedMeanwhile: it does not hold.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=node_key(node),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues=rows.to_item({f":{name}": value for name, value in values.items()}),
            )
        except AWS_ERRORS as error:
            if failure_of(error) is Failure.CONDITION:
                raise ChangedMeanwhile(otherwise) from error
            raise

    def _retried(self, call: Callable[[], T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return call()
            except AWS_ERRORS as error:
                if attempt == ATTEMPTS - 1 or failure_of(error) is Failure.REFUSED:
                    raise
                self._clock.sleep(PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")
