"""Alarms of one region's replica of a global table: it sends late, or turns its callers away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from infra.aws.alarm import AlarmArgs, Metric, alarm
from infra.aws.topology import Topology

NAMESPACE = "AWS/DynamoDB"
LATE_MS = 10_000
LASTING_MINUTES = 3
THROTTLED = (
    "Callers of {table} are throttled here, which observers do not take for an outage. Look at the table's limits, at "
    "the account's, and for one key that all of them use."
)


@dataclass(frozen=True, kw_only=True)
class TableAlarmsArgs:
    """``receiving_region`` is where its changes arrive late, ``None`` if none can (mode ``mrsc``).

    ``table`` is the table's name in config, ``table_name`` in AWS; the topic is of the same region.
    """

    topology: Topology
    table: str
    table_name: str
    receiving_region: str | None
    alerts_arn: pulumi.Input[str]


class TableAlarms(pulumi.ComponentResource):
    """What DynamoDB says of a replica where it stands.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """

    def __init__(self, name: str, args: TableAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:TableAlarms", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        for verb in ("read", "write"):
            alarm(f"{name}-{verb}s-throttled", _throttled(args, verb), child)
        if args.receiving_region is not None:
            alarm(f"{name}-late", _late(args, args.receiving_region), child)
        self.register_outputs({})


def _throttled(args: TableAlarmsArgs, verb: str) -> AlarmArgs:
    metric = _metric(f"{verb.capitalize()}ThrottleEvents", {"TableName": args.table_name}, "Sum")
    return _lasting(args, f"{verb}s-throttled", metric, 1, THROTTLED.format(table=args.table))


def _late(args: TableAlarmsArgs, receiving_region: str) -> AlarmArgs:
    dimensions = {"TableName": args.table_name, "ReceivingRegion": receiving_region}
    said = (
        f"Changes of {args.table} reach {receiving_region} late: a failover now would lose what has not arrived. "
        "`lifeboat status`; then AWS Health of both regions."
    )
    return _lasting(args, "replication-late", _metric("ReplicationLatency", dimensions, "Maximum"), LATE_MS, said)


def _metric(name: str, dimensions: Mapping[str, str], statistic: Literal["Sum", "Maximum"]) -> Metric:
    return Metric(namespace=NAMESPACE, name=name, dimensions=dimensions, statistic=statistic)


def _lasting(args: TableAlarmsArgs, noun: str, metric: Metric, threshold: float, next_step: str) -> AlarmArgs:
    return AlarmArgs(
        alarm_name=args.topology.named(f"{args.table}-{noun}"),
        metric=metric,
        breaches_when="at_least",
        threshold=threshold,
        minutes=LASTING_MINUTES,
        silence_breaches=False,
        topic_arn=args.alerts_arn,
        next_step=next_step,
    )
