"""What a `RegionalTable` takes: the parameters of boto3's DynamoDB client under its names, less ``TableName``."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required, TypedDict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.literals import (
        ReturnValuesOnConditionCheckFailureType,
        ReturnValueType,
        SelectType,
    )
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef, WriteRequestTypeDef

    Attributes = Mapping[str, UniversalAttributeValueTypeDef]


class Expressions(TypedDict, total=False):
    """The names and values that expressions refer to."""

    ExpressionAttributeNames: Mapping[str, str]
    ExpressionAttributeValues: "Attributes"


class Condition(Expressions, total=False):
    """What every write may demand of the item as it is."""

    ConditionExpression: str
    ReturnValuesOnConditionCheckFailure: "ReturnValuesOnConditionCheckFailureType"


class Conditional(Condition, total=False):
    """What every write of one item may say."""

    ReturnValues: "ReturnValueType"


class PutItem(Conditional, total=False):
    """boto3's ``put_item`` less ``TableName``."""

    Item: "Required[Attributes]"


class UpdateItem(Conditional, total=False):
    """boto3's ``update_item`` less ``TableName``."""

    Key: "Required[Attributes]"
    UpdateExpression: Required[str]


class DeleteItem(Conditional, total=False):
    """boto3's ``delete_item`` less ``TableName``."""

    Key: "Required[Attributes]"


class Projection(TypedDict, total=False):
    """What every read may leave out."""

    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]


class GetItem(Projection, total=False):
    """boto3's ``get_item`` less ``TableName``."""

    Key: "Required[Attributes]"
    ConsistentRead: bool


class Paged(Expressions, total=False):
    """What ``query`` and ``scan`` have in common."""

    IndexName: str
    Select: "SelectType"
    Limit: int
    ConsistentRead: bool
    ExclusiveStartKey: "Attributes"
    ProjectionExpression: str
    FilterExpression: str


class Query(Paged, total=False):
    """boto3's ``query`` less ``TableName``."""

    KeyConditionExpression: Required[str]
    ScanIndexForward: bool


class Scan(Paged, total=False):
    """boto3's ``scan`` less ``TableName``."""

    Segment: int
    TotalSegments: int


class BatchGetItem(Projection, total=False):
    """One table's part of boto3's ``batch_get_item``, with any number of keys."""

    Keys: "Required[Sequence[Attributes]]"
    ConsistentRead: bool


class BatchWriteItem(TypedDict):
    """One table's part of boto3's ``batch_write_item``, with any number of requests."""

    RequestItems: "Sequence[WriteRequestTypeDef]"


class TransactedPut(Condition, total=False):
    """A put of a transaction; ``TableName`` only if it is another table of the tier."""

    TableName: str
    Item: "Required[Attributes]"


class TransactedUpdate(Condition, total=False):
    """An update of a transaction; ``TableName`` only if it is another table of the tier."""

    TableName: str
    Key: "Required[Attributes]"
    UpdateExpression: Required[str]


class TransactedDelete(Condition, total=False):
    """A delete of a transaction, or a check (whose condition boto3 demands); ``TableName`` as above."""

    TableName: str
    Key: "Required[Attributes]"


class TransactedWrite(TypedDict, total=False):
    """One of the four, as in boto3's ``TransactItems``."""

    Put: TransactedPut
    Update: TransactedUpdate
    Delete: TransactedDelete
    ConditionCheck: TransactedDelete


class TransactWriteItems(TypedDict, total=False):
    """boto3's ``transact_write_items``; a ``ClientRequestToken`` is made unless given."""

    TransactItems: Required[Sequence[TransactedWrite]]
    ClientRequestToken: str


class TransactedGet(Projection, total=False):
    """A read of a transaction; ``TableName`` only if it is another table of the tier."""

    TableName: str
    Key: "Required[Attributes]"


class TransactedRead(TypedDict):
    """As in boto3's ``TransactItems``."""

    Get: TransactedGet


class TransactGetItems(TypedDict):
    """boto3's ``transact_get_items``."""

    TransactItems: Sequence[TransactedRead]
