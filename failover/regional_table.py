"""A DynamoDB table in two regions: writes follow the tier's epoch, nothing is acknowledged that might be undone.

The methods take the parameters of boto3's DynamoDB client under its names, less ``TableName``. What the service
refuses (``ConditionalCheckFailedException``, validation, permissions) is raised as boto3 raises it; everything else is
a class of `call_failed` or `write_grants`, or ``UncertainWrite``. No method returns None for a failure.
"""

import enum
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Required, TypedDict, TypeVar, Unpack

from botocore.exceptions import ClientError

from failover.call_failed import CallFailed, RegionResting
from failover.clock import Clock
from failover.region_calls import NoTime, RegionCalls
from failover.sites import Site, other
from failover.write_grants import Grant, NoCurrentView, Views

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.literals import ReturnValueType
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef

Which = Literal["active", "standby"]
Answer = TypeVar("Answer")

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.8
MOST_DOUBLINGS = 4
READ_SECONDS = 4.0


class Effect(enum.Enum):
    """What carrying a request out twice would do."""

    NONE = enum.auto()  # a read
    SAME = enum.auto()  # puts and deletes aim at a state
    TWICE = enum.auto()  # updates may count


class UncertainWrite(Exception):
    """The write may or may not have been carried out, or an unplanned failover may undo it. Nothing was promised."""

    def __init__(self, region: str, epoch: int | None, detail: str) -> None:
        super().__init__(f"{region}, epoch {epoch}: {detail}; read before writing it again")
        self.region = region
        self.epoch = epoch


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The write is done. ``epoch`` is None for tables that need no view; ``attributes`` if ``ReturnValues`` asked."""

    region: str
    epoch: int | None
    attributes: "Mapping[str, AttributeValueTypeDef]"


class Conditional(TypedDict, total=False):
    """What every write may say."""

    ConditionExpression: str
    ExpressionAttributeNames: Mapping[str, str]
    ExpressionAttributeValues: "Mapping[str, UniversalAttributeValueTypeDef]"
    ReturnValues: "ReturnValueType"


class PutItem(Conditional, total=False):
    """boto3's ``put_item`` less ``TableName``."""

    Item: "Required[Mapping[str, UniversalAttributeValueTypeDef]]"


class UpdateItem(Conditional, total=False):
    """boto3's ``update_item`` less ``TableName``."""

    Key: "Required[Mapping[str, UniversalAttributeValueTypeDef]]"
    UpdateExpression: Required[str]


class DeleteItem(Conditional, total=False):
    """boto3's ``delete_item`` less ``TableName``."""

    Key: "Required[Mapping[str, UniversalAttributeValueTypeDef]]"


class GetItem(TypedDict, total=False):
    """boto3's ``get_item`` less ``TableName``."""

    Key: "Required[Mapping[str, UniversalAttributeValueTypeDef]]"
    ConsistentRead: bool
    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]


class NoSuchItem(Exception):
    """The region that was asked has no item under this key."""


class RegionalTable:
    """Thread-safe. ``views`` decides on every write: a `ClientView`, or `AnyRegion` for an ``mrsc`` table."""

    def __init__(
        self,
        name: str,
        regions: Mapping[Site, RegionCalls],
        views: Views,
        *,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._regions = dict(regions)
        self._views = views
        self._clock = clock
        self._jitter = jitter
        self._shortest = max(calls.shortest for calls in regions.values())

    def put_item(self, **request: Unpack[PutItem]) -> Acknowledgement:
        """Write one item.

        Raises:
            NotWritable, CallFailed: it was not written.
            UncertainWrite: it may have been.
            ClientError: the service refused it.
        """
        return self._write(lambda client: client.put_item(TableName=self._name, **request).get("Attributes", {}))

    def delete_item(self, **request: Unpack[DeleteItem]) -> Acknowledgement:
        """Delete one item; raises like ``put_item``."""
        return self._write(lambda client: client.delete_item(TableName=self._name, **request).get("Attributes", {}))

    def update_item(self, **request: Unpack[UpdateItem]) -> Acknowledgement:
        """Update one item; raises like ``put_item``.

        An attempt that may have landed is not repeated: ``ADD`` or ``list_append`` would count twice.
        """
        return self._write(
            lambda client: client.update_item(TableName=self._name, **request).get("Attributes", {}), Effect.TWICE
        )

    def get_item(self, *, site: Which = "active", **request: Unpack[GetItem]) -> "Mapping[str, AttributeValueTypeDef]":
        """Read one item from the active site, or from the standby if asked.

        A plain read goes by the newest view, however old. ``ConsistentRead`` follows the rule of writes, or it could
        miss a write acknowledged elsewhere.

        Raises:
            NoSuchItem: that region has none.
            NotWritable: a consistent read without a current view, or no view at all.
            CallFailed: no final answer in time.
            ValueError: a consistent read of the standby.
            ClientError: the service refused.
        """
        grant = self._read_grant(site, request.get("ConsistentRead", False))
        answer, region = self._attempts(
            grant, lambda client: client.get_item(TableName=self._name, **request), Effect.NONE
        )
        if request.get("ConsistentRead", False) and not grant.honours(self._clock.monotonic()):
            raise NoCurrentView(f"the answer from {region} came after the view had expired")
        if "Item" not in answer:
            raise NoSuchItem(f"{self._name} in {region} has no item {dict(request['Key'])}")
        return answer["Item"]

    def _read_grant(self, site: Which, consistent: bool) -> Grant:
        if consistent and site == "standby":
            raise ValueError("the standby cannot answer consistently; read the active site or drop ConsistentRead")
        if consistent:
            return self._views.grant(self._shortest)
        active = self._views.active()
        chosen = active if site == "active" else other(active)
        return Grant(epoch=None, sites=(chosen,), until=self._clock.monotonic() + READ_SECONDS, expires=False)

    def _write(
        self, send: "Callable[[DynamoDBClient], Mapping[str, AttributeValueTypeDef]]", effect: Effect = Effect.SAME
    ) -> Acknowledgement:
        grant = self._views.grant(self._shortest)
        attributes, region = self._attempts(grant, send, effect)
        if not grant.honours(self._clock.monotonic()):
            raise UncertainWrite(region, grant.epoch, "the answer came after the client's view had expired")
        return Acknowledgement(region=region, epoch=grant.epoch, attributes=attributes)

    def _attempts(self, grant: Grant, send: "Callable[[DynamoDBClient], Answer]", effect: Effect) -> tuple[Answer, str]:
        """Try, with full jitter between, until an answer, a refusal, or no time for another attempt."""
        doubt: CallFailed | None = None
        for turn in itertools.count():
            calls = self._regions[grant.sites[turn % len(grant.sites)]]
            try:
                return calls.call(send, grant.until), calls.region
            except NoTime as error:
                raise self._final(NoCurrentView(str(error)), doubt, grant) from error
            except ClientError as refusal:
                if doubt is None:
                    raise
                raise UncertainWrite(
                    calls.region, grant.epoch, f"refused after an unanswered attempt, {doubt}"
                ) from refusal
            except CallFailed as failure:
                doubt = failure if failure.may_have_landed and effect is not Effect.NONE else doubt
                stop = (doubt is not None and effect is Effect.TWICE) or self._rests(failure, grant)
                if stop or not self._paused(turn, grant):
                    raise self._final(failure, doubt, grant) from failure
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    @staticmethod
    def _rests(failure: CallFailed, grant: Grant) -> bool:
        """Fail fast if the only region that may be asked is resting."""
        return isinstance(failure, RegionResting) and len(grant.sites) == 1

    def _paused(self, turn: int, grant: Grant) -> bool:
        """Sleep before another attempt; False, at once, if none would fit after it.

        Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        pause = self._jitter() * min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(turn, MOST_DOUBLINGS))
        if self._clock.monotonic() + pause + self._shortest > grant.until:
            return False
        self._clock.sleep(pause)
        return True

    @staticmethod
    def _final(failure: Exception, doubt: CallFailed | None, grant: Grant) -> Exception:
        return failure if doubt is None else UncertainWrite(doubt.region, grant.epoch, str(doubt))
