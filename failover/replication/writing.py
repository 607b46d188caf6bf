"""One item's write, on the condition that it still is what was seen."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from failover.failures import Failure, failure_of, item_of
from failover.replication.stamps import ATTRIBUTE, Item, Stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STAMP, VERSION, ORIGIN = "#lb", "#lb.#lbv", "#lb.#lbo"
NAMES = {"#lb": ATTRIBUTE, "#lbv": "v", "#lbo": "o"}


class Changed(Exception):
    """The item is no longer what the write was conditional on; ``item`` is what it is."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the item has changed")
        self.item = item


class Contended(Exception):
    """The item changed each time that it was about to be written."""


def unchanged(held: Stamp | None, *, there: bool, key_name: str) -> dict[str, Any]:
    """Return the condition that the item is as it was held: absent, without a stamp, or of that very version."""
    if held is not None:
        return of_version(held)
    if there:
        return _condition(
            f"attribute_exists(#lbk) AND attribute_not_exists({STAMP})", {"#lb": ATTRIBUTE, "#lbk": key_name}
        )
    return _condition("attribute_not_exists(#lbk)", {"#lbk": key_name})


def of_version(held: Stamp) -> dict[str, Any]:
    """Return the condition that the item is of that very version."""
    values = {":lbheld": {"S": str(held.version)}}
    return _condition(f"{VERSION} = :lbheld", {"#lb": ATTRIBUTE, "#lbv": "v"}, values)


def overtakes(stamp: Stamp) -> dict[str, Any]:
    """Return the condition that what is there, if anything, is older and of the same origin: then no read is needed."""
    condition = f"attribute_not_exists({STAMP}) OR ({VERSION} < :lbv AND {ORIGIN} = :lbo)"
    values = {":lbv": {"S": str(stamp.version)}, ":lbo": {"S": stamp.version.origin}}
    return _condition(condition, NAMES, values)


def _condition(expression: str, names: dict[str, str], values: dict[str, Any] | None = None) -> dict[str, Any]:
    more = {"ExpressionAttributeValues": values} if values else {}
    return {"ConditionExpression": expression, "ExpressionAttributeNames": names, **more}


def read(client: "DynamoDBClient", table: str, key: Item) -> Item | None:
    """Return what stands there now, consistently; a tombstone too.

    Raises:
        BotoCoreError, ClientError: the table did not answer, or refused.
    """
    return client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")


def put(client: "DynamoDBClient", table: str, item: Item, condition: dict[str, Any]) -> None:
    """Write the whole item if the condition holds.

    Raises:
        Changed: it does not.
        BotoCoreError, ClientError: the table did not take it.
    """
    try:
        client.put_item(TableName=table, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **condition)
    except ClientError as error:
        raise changed(error) from error


def changed(error: ClientError) -> Exception:
    """Tell a failed condition from what else may be wrong."""
    return Changed(item_of(error)) if failure_of(error) is Failure.CONDITION else error
