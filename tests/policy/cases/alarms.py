"""Programs with alarms that nobody hears or that see nothing."""

import json
from functools import partial

import pulumi_aws as aws

from tests.policy.cases.case import ACCOUNT, Case, function, within

SIGNALS = f"arn:aws:sns:us-east-1:{ACCOUNT}:signals"


def alarm(
    *actions: str, watches: str = "worker", enabled: bool | None = None, description: str | None = "Read the log."
) -> None:
    here = within()
    aws.sns.Topic("signals-aws-us-east-1", name="signals", opts=here)
    function("worker", here)
    aws.cloudwatch.MetricAlarm(
        "errors-aws-us-east-1",
        comparison_operator="GreaterThanOrEqualToThreshold",
        evaluation_periods=1,
        namespace="AWS/Lambda",
        metric_name="Errors",
        dimensions={"FunctionName": watches},
        alarm_actions=list(actions),
        actions_enabled=enabled,
        alarm_description=description,
        opts=here,
    )


def queue(*, dead_letters: bool = True, watched: str = "dead") -> None:
    here = within()
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
    aws.sqs.Queue("dead-aws-us-east-1", name="dead", opts=here)
    orders = aws.sqs.Queue(
        "orders-aws-us-east-1",
        name="orders",
        redrive_policy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}) if dead_letters else None,
        opts=here,
    )
    aws.lambda_.EventSourceMapping("take-aws-us-east-1", event_source_arn=orders.arn, function_name="worker", opts=here)
    aws.cloudwatch.MetricAlarm(
        "dead-letters-aws-us-east-1",
        comparison_operator="GreaterThanOrEqualToThreshold",
        evaluation_periods=1,
        dimensions={"QueueName": watched},
        opts=here,
    )


CASES = (
    Case(
        rule="unheard-alarm",
        breaks=alarm,
        keeps=partial(alarm, SIGNALS),
        resource="errors-aws-us-east-1",
        says="tells nobody",
    ),
    Case(
        rule="unheard-alarm",
        breaks=partial(alarm, SIGNALS, SIGNALS.replace("us-east-1", "us-west-2")),
        keeps=partial(alarm, SIGNALS),
        resource="errors-aws-us-east-1",
        says="in another region than its own us-east-1",
    ),
    Case(
        rule="unheard-alarm",
        breaks=partial(alarm, f"{SIGNALS}-gone"),
        keeps=partial(alarm, SIGNALS),
        resource="errors-aws-us-east-1",
        says="signals-gone, which is not declared",
    ),
    Case(
        rule="unheard-alarm",
        breaks=partial(alarm, SIGNALS, enabled=False),
        keeps=partial(alarm, SIGNALS, enabled=True),
        resource="errors-aws-us-east-1",
        says="has its actions switched off",
    ),
    Case(
        rule="blind-alarm",
        breaks=partial(alarm, SIGNALS, watches="warker"),
        keeps=partial(alarm, SIGNALS),
        resource="errors-aws-us-east-1",
        says="watches warker, which is not in us-east-1",
    ),
    Case(
        rule="mute-alarm",
        breaks=partial(alarm, SIGNALS, description=None),
        keeps=partial(alarm, SIGNALS),
        resource="errors-aws-us-east-1",
        says="does not say what to do",
    ),
    Case(
        rule="lost-message",
        breaks=partial(queue, dead_letters=False),
        keeps=queue,
        resource="orders-aws-us-east-1",
        says="has no dead letters",
    ),
    Case(
        rule="lost-message",
        breaks=partial(queue, watched="orders"),
        keeps=queue,
        resource="orders-aws-us-east-1",
        says="has dead letters, dead, without an alarm",
    ),
)
