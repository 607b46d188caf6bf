"""Alarms that say what was seen and what to do about it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

MINUTE_SECONDS = 60
EMF_NAMESPACE = "Lifeboat"
READ_IT = "A message could not be handled. Read it in the dead-letter queue; redrive it later."


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric and how the values of one period become one."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: Literal["Sum", "Maximum", "Minimum"]


@dataclass(frozen=True, kw_only=True)
class AlarmArgs:
    """``minutes`` is how long it must last, in whole periods; ``next_step`` what the paged person reads.

    ``late_minutes`` is how late a value may be told: so much longer a look back goes.
    """

    alarm_name: str
    metric: Metric
    breaches_when: Literal["at_least", "less_than"]
    threshold: float
    minutes: int
    silence_breaches: bool
    topic_arn: pulumi.Input[str]
    next_step: str
    period_minutes: int = 1
    late_minutes: int = 0


def alarm(name: str, args: AlarmArgs, opts: pulumi.ResourceOptions) -> aws.cloudwatch.MetricAlarm:
    """Declare an alarm that tells one topic of its own region."""
    return aws.cloudwatch.MetricAlarm(
        name,
        name=args.alarm_name,
        alarm_description=args.next_step,
        namespace=args.metric.namespace,
        metric_name=args.metric.name,
        dimensions=args.metric.dimensions,
        statistic=args.metric.statistic,
        period=args.period_minutes * MINUTE_SECONDS,
        evaluation_periods=(args.minutes + args.late_minutes) // args.period_minutes,
        datapoints_to_alarm=args.minutes // args.period_minutes,
        threshold=args.threshold,
        comparison_operator=_operator(args),
        treat_missing_data="breaching" if args.silence_breaches else "notBreaching",
        alarm_actions=[args.topic_arn],
        opts=opts,
    )


def function_metric(
    name: str, function_name: pulumi.Input[str], statistic: Literal["Sum", "Minimum"] = "Sum"
) -> Metric:
    """Return a count that Lambda keeps of a function, one value for each run.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    return Metric(namespace="AWS/Lambda", name=name, dimensions={"FunctionName": function_name}, statistic=statistic)


def waiting_messages(queue_name: pulumi.Input[str]) -> Metric:
    """Return how many messages a queue holds."""
    dimensions = {"QueueName": queue_name}
    return Metric(
        namespace="AWS/SQS", name="ApproximateNumberOfMessagesVisible", dimensions=dimensions, statistic="Maximum"
    )


def observer_metric(name: str, stack: str, observer: str, statistic: Literal["Sum", "Maximum", "Minimum"]) -> Metric:
    """Return what an observer prints about its electorate, in CloudWatch's embedded metric format."""
    dimensions = {"Stack": stack, "Observer": observer}
    return Metric(namespace=EMF_NAMESPACE, name=name, dimensions=dimensions, statistic=statistic)


def errors_alarm(
    name: str, alarm_name: str, function_name: pulumi.Input[str], topic_arn: pulumi.Input[str], longest_seconds: int
) -> AlarmArgs:
    """Return the alarm for a function that fails; ``name`` is the function as people call it.

    An error is told when the run ends, but counts for the minute in which it began, which would be judged by then
    (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html): hence ``longest_seconds``, of a run.
    """
    return AlarmArgs(
        alarm_name=alarm_name,
        metric=function_metric("Errors", function_name),
        breaches_when="at_least",
        threshold=1,
        minutes=1,
        late_minutes=math.ceil(longest_seconds / MINUTE_SECONDS) + 1,
        silence_breaches=False,
        topic_arn=topic_arn,
        next_step=f"The {name} failed. Read its log group for the last error, then `lifeboat status`.",
    )


def throttles_alarm(
    name: str, alarm_name: str, function_name: pulumi.Input[str], topic_arn: pulumi.Input[str]
) -> AlarmArgs:
    """Return the alarm for a function that is not let run: the account's concurrency is spent."""
    return AlarmArgs(
        alarm_name=alarm_name,
        metric=function_metric("Throttles", function_name),
        breaches_when="at_least",
        threshold=1,
        minutes=1,
        silence_breaches=False,
        topic_arn=topic_arn,
        next_step=f"The {name} was throttled. Raise the account's Lambda concurrency in this region.",
    )


def dead_letters_alarm(
    alarm_name: str, queue_name: pulumi.Input[str], topic_arn: pulumi.Input[str], next_step: str = READ_IT
) -> AlarmArgs:
    """Return the alarm for messages that nobody could handle."""
    return AlarmArgs(
        alarm_name=alarm_name,
        metric=waiting_messages(queue_name),
        breaches_when="at_least",
        threshold=1,
        minutes=1,
        silence_breaches=False,
        topic_arn=topic_arn,
        next_step=next_step,
    )


def _operator(args: AlarmArgs) -> str:
    return {"at_least": "GreaterThanOrEqualToThreshold", "less_than": "LessThanThreshold"}[args.breaches_when]
