"""The bill: every declared resource is priced, or known to be free and why; anything else is an error."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from evaluation import Evaluation, Registration
from ops.forecast import linode
from ops.forecast.demand import FUNCTION, MAPPING, SCHEDULE, Demand, demand_of
from ops.forecast.dynamodb import table_usages
from ops.forecast.fees import alarm_usages, key_usages, mapping_usages, schedule_usages, secret_usages
from ops.forecast.functions import function_usages, log_usages
from ops.forecast.prices import Price, PriceTable
from ops.forecast.tiers import is_of_app_tier
from ops.forecast.traffic import CHECK, RECORD, ZONE, check_usages, zone_usages
from ops.forecast.usage import Load, Part, Unpriced, Usage

Usages = Callable[[Registration, Demand], Iterator[Usage]]
PRICED: Mapping[str, Usages] = {
    "aws:cloudwatch/logGroup:LogGroup": log_usages,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm_usages,
    "aws:dynamodb/table:Table": table_usages,
    MAPPING: mapping_usages,
    FUNCTION: function_usages,
    SCHEDULE: schedule_usages,
    "aws:kms/key:Key": key_usages,
    "aws:kms/replicaKey:ReplicaKey": key_usages,
    CHECK: check_usages,
    ZONE: zone_usages,
    "aws:secretsmanager/secret:Secret": secret_usages,
    **linode.PRICED,
}
FREE: Mapping[str, str] = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "IAM costs nothing",
    "aws:iam/role:Role": "IAM costs nothing",
    "aws:iam/rolePolicy:RolePolicy": "IAM costs nothing",
    "aws:kms/alias:Alias": "a name of its key",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "a setting of its function",
    "aws:lambda/functionUrl:FunctionUrl": "only its function's runs cost",
    "aws:lambda/permission:Permission": "a setting of its function",
    RECORD: "a part of its zone",
    "aws:s3/bucket:Bucket": "keeps a switch object, whose reads count with its health check, or for 90 days "
    "what could not be replicated: $5 a million, cents a GB",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "a setting of its bucket",
    "aws:s3/bucketNotification:BucketNotification": "a setting of its bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "a setting of its bucket",
    "aws:s3/bucketPolicy:BucketPolicy": "a setting of its bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "a setting of its bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "a setting of its bucket: switch objects are some hundred bytes",
    "aws:sns/topic:Topic": "only messages cost, $0.50 a million; an incident sends some dozens",
    "aws:sns/topicPolicy:TopicPolicy": "a setting of its topic",
    "aws:sns/topicSubscription:TopicSubscription": "only deliveries cost, e-mail $2 in 100,000, queues nothing",
    "aws:sqs/queue:Queue": "only requests cost: its mapping's polls are counted there, messages are a handful",
    "aws:sqs/queuePolicy:QueuePolicy": "a setting of its queue",
    "pulumi:providers:aws": "exists for the engine only",
    **linode.FREE,
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the bill."""

    usage: Usage
    price: Price

    @property
    def usd(self) -> float:
        """USD a month."""
        return self.usage.quantity * self.price.each


def itemised(registrations: Iterable[Registration], demand: Demand, prices: PriceTable) -> tuple[Item, ...]:
    """Return the lines that are not zero.

    Raises:
        Unpriced: a resource of a type that is neither priced nor known to be free.
        NoPrice: a region that the price table does not have.
    """
    return tuple(
        Item(usage=usage, price=prices.of(usage.meter, usage.region))
        for one in registrations
        if one.custom and one.type not in FREE
        for usage in _usages(one, demand)
        if usage.quantity
    )


def total(items: Iterable[Item], part: Part | None = None) -> float:
    """Add up USD a month, of one part or of all."""
    return sum(item.usd for item in items if part in (None, item.usage.part))


def bill(evaluation: Evaluation, load: Load, prices: PriceTable) -> tuple[Item, ...]:
    """Return a stack's lines under a load."""
    return itemised(evaluation.registrations, demand_of(evaluation, load), prices)


def free(registrations: Iterable[Registration]) -> dict[str, int]:
    """Count the declared resources that cost nothing, by type."""
    types = [one.type for one in registrations if one.type in FREE]
    return {type_: types.count(type_) for type_ in sorted(set(types))}


def _usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    if one.type not in PRICED:
        raise Unpriced(f"{one.name} is a {one.type}: give it a price or a reason to be free in ops/forecast/bill.py")
    for usage in PRICED[one.type](one, demand):
        yield replace(usage, part="app tier") if is_of_app_tier(one) else usage
