"""Programs whose functions run late, twice, or without a trace."""

from functools import partial

import pulumi_aws as aws

from tests.policy.cases.case import ACCOUNT, Case, function, within

WORKER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker"
DEAD = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"


def reader(*, visibility: int | None = 60, single: bool = True) -> None:
    here = within()
    worker = function("worker", here, timeout=10)
    queue = aws.sqs.Queue("orders-aws-us-east-1", name="orders", visibility_timeout_seconds=visibility, opts=here)
    aws.lambda_.EventSourceMapping(
        "take-aws-us-east-1",
        event_source_arn=queue.arn,
        function_name=worker.name,
        function_response_types=["ReportBatchItemFailures"] if single else None,
        opts=here,
    )


def schedule(*, window: str = "OFF", attempts: int | None = 0) -> None:
    target = {"arn": WORKER, "role_arn": f"arn:aws:iam::{ACCOUNT}:role/start"}
    retry = {} if attempts is None else {"retry_policy": {"maximum_retry_attempts": attempts}}
    aws.scheduler.Schedule(
        "start-aws-us-east-1",
        schedule_expression="rate(1 minute)",
        flexible_time_window={"mode": window},
        target={**target, **retry},
        opts=within(),
    )


def subscriber(*, attempts: int | None = 0, age: int = 60, on_failure: str | None = DEAD, limits: bool = True) -> None:
    here = within()
    worker = function("worker", here)
    aws.sns.TopicSubscription(
        "start-aws-us-east-1",
        topic=f"arn:aws:sns:us-east-1:{ACCOUNT}:signals",
        protocol="lambda",
        endpoint=WORKER,
        opts=here,
    )
    if limits:
        aws.lambda_.FunctionEventInvokeConfig(
            "limits-aws-us-east-1",
            function_name=worker.name,
            maximum_retry_attempts=attempts,
            maximum_event_age_in_seconds=age,
            destination_config={"on_failure": {"destination": on_failure}} if on_failure else None,
            opts=here,
        )


def by_event(*, dead_letters: bool) -> None:
    here = within()
    function("worker", here, dead_letter_config={"target_arn": DEAD} if dead_letters else None)
    aws.cloudwatch.EventTarget("start-aws-us-east-1", rule="hourly", arn=WORKER, opts=here)


def log(*, days: int | None = 30, group: str = "/aws/lambda/worker") -> None:
    here = within()
    aws.cloudwatch.LogGroup("logs-aws-us-east-1", name=group, retention_in_days=days, opts=here)
    function("worker", here)


CASES = (
    Case(
        rule="short-visibility",
        breaks=partial(reader, visibility=59),
        keeps=reader,
        resource="orders-aws-us-east-1",
        says="hides a message for 59 s, and worker-aws-us-east-1 may take 10 s",
    ),
    Case(
        rule="short-visibility",
        breaks=partial(reader, visibility=None),
        keeps=reader,
        resource="orders-aws-us-east-1",
        says="hides a message for 30 s",
    ),
    Case(
        rule="whole-batch-again",
        breaks=partial(reader, single=False),
        keeps=reader,
        resource="take-aws-us-east-1",
        says="report single messages",
    ),
    Case(
        rule="slack-schedule",
        breaks=partial(schedule, window="FLEXIBLE"),
        keeps=schedule,
        resource="start-aws-us-east-1",
        says="starts somewhere within a window",
    ),
    Case(
        rule="slack-schedule",
        breaks=partial(schedule, attempts=None),
        keeps=schedule,
        resource="start-aws-us-east-1",
        says="starts again what failed",
    ),
    Case(
        rule="old-orders",
        breaks=partial(subscriber, limits=False),
        keeps=subscriber,
        resource="worker-aws-us-east-1",
        says="is invoked asynchronously without limits",
    ),
    Case(
        rule="old-orders",
        breaks=partial(subscriber, attempts=None),
        keeps=subscriber,
        resource="limits-aws-us-east-1",
        says="repeats an order that failed",
    ),
    Case(
        rule="old-orders",
        breaks=partial(subscriber, age=3600),
        keeps=subscriber,
        resource="limits-aws-us-east-1",
        says="delivers orders that are old",
    ),
    Case(
        rule="no-dead-letters-of-invocations",
        breaks=partial(subscriber, on_failure=None),
        keeps=subscriber,
        resource="worker-aws-us-east-1",
        says="drops what it fails to handle",
    ),
    Case(
        rule="no-dead-letters-of-invocations",
        breaks=partial(by_event, dead_letters=False),
        keeps=partial(by_event, dead_letters=True),
        resource="worker-aws-us-east-1",
        says="drops what it fails to handle",
    ),
    Case(
        rule="endless-log",
        breaks=partial(log, days=None),
        keeps=log,
        resource="logs-aws-us-east-1",
        says="is kept for ever",
    ),
    Case(
        rule="endless-log",
        breaks=partial(log, group="/aws/lambda/other"),
        keeps=log,
        resource="worker-aws-us-east-1",
        says="writes to /aws/lambda/worker, which Lambda will make without retention",
    ),
)
