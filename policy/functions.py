"""Functions are started on time, read their queues once, never act on old orders, and leave a trace."""

from collections.abc import Iterator

from evaluation import UNKNOWN, Registration
from policy.declared import (
    FUNCTION,
    INVOKE_CONFIG,
    LOG_GROUP,
    MAPPING,
    QUEUE,
    SCHEDULE,
    SUBSCRIPTION,
    Declared,
    Place,
    at,
    items,
    lacks,
    number,
    place,
    places,
    text,
)
from policy.rule import Finding, Rule

EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
# AWS's advice for a queue that Lambda reads (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
VISIBILITY_TIMEOUTS = 6
# What both are when nothing is said.
VISIBILITY_SECONDS = 30
TIMEOUT_SECONDS = 3
LARGEST_EVENT_AGE_SECONDS = 60


def short_visibility(declared: Declared) -> Iterator[Finding]:
    """Find queues whose messages come back while a function may still be at them."""
    for mapping in declared.of_type(MAPPING):
        queue = _at(declared, QUEUE, place(text(mapping, "eventSourceArn")))
        reader = _at(declared, FUNCTION, (mapping.region, text(mapping, "functionName").rpartition(":")[2]))
        if queue and reader:
            hidden = number(queue, "visibilityTimeoutSeconds") or VISIBILITY_SECONDS
            runs = number(reader, "timeout") or TIMEOUT_SECONDS
            if hidden < VISIBILITY_TIMEOUTS * runs:
                seen = f"hides a message for {hidden:g} s, and {reader.name} may take {runs:g} s"
                yield Finding(resource=queue, subject=reader.name, seen=seen)


def whole_batch_again(declared: Declared) -> Iterator[Finding]:
    """Find queues of which one bad message brings the whole batch back."""
    for one in declared.of_type(MAPPING):
        responses = at(one.inputs, "functionResponseTypes")
        reports = responses == UNKNOWN or "ReportBatchItemFailures" in items(one.inputs, "functionResponseTypes")
        if ":sqs:" in text(one, "eventSourceArn") and not reports:
            yield Finding(resource=one, seen="does not let the function report single messages")


def slack_schedule(declared: Declared) -> Iterator[Finding]:
    """Find schedules that start late, or start again what is past. Silence means 185 attempts in a day."""
    for one in declared.of_type(SCHEDULE):
        if text(one, "flexibleTimeWindow", "mode") != "OFF":
            yield Finding(resource=one, subject="window", seen="starts somewhere within a window")
        if number(one, "target", "retryPolicy", "maximumRetryAttempts") != 0:
            yield Finding(resource=one, subject="retries", seen="starts again what failed, for up to a day")


def old_orders(declared: Declared) -> Iterator[Finding]:
    """Find functions that would be invoked again, or hours late. Silence means twice more, within six hours."""
    limits = {(one.region, text(one, "functionName")): one for one in declared.of_type(INVOKE_CONFIG)}
    for function in invoked_asynchronously(declared):
        limit = limits.get((function.region, text(function, "name")))
        if limit is None:
            yield Finding(resource=function, seen="is invoked asynchronously without limits")
        elif number(limit, "maximumRetryAttempts") != 0:
            yield Finding(resource=limit, subject="retries", seen="repeats an order that failed")
        elif not 0 < (number(limit, "maximumEventAgeInSeconds") or 0) <= LARGEST_EVENT_AGE_SECONDS:
            yield Finding(resource=limit, subject="age", seen="delivers orders that are old")


def no_dead_letters_of_invocations(declared: Declared) -> Iterator[Finding]:
    """Find functions whose failed asynchronous invocations are gone without a trace."""
    kept = {
        (one.region, text(one, "functionName"))
        for one in declared.of_type(INVOKE_CONFIG)
        if not lacks(one.inputs, "destinationConfig", "onFailure", "destination")
    }
    for one in invoked_asynchronously(declared):
        if lacks(one.inputs, "deadLetterConfig", "targetArn") and not kept.intersection(places(one)):
            yield Finding(resource=one, seen="drops what it fails to handle")


def endless_log(declared: Declared) -> Iterator[Finding]:
    """Find logs that are kept for ever, and functions that would make one."""
    for one in declared.of_type(LOG_GROUP):
        if not one.inputs.get("retentionInDays"):
            yield Finding(resource=one, seen="is kept for ever")
    for one in declared.of_type(FUNCTION):
        group = text(one, "loggingConfig", "logGroup") or f"/aws/lambda/{text(one, 'name')}"
        if at(one.inputs, "loggingConfig", "logGroup") != UNKNOWN and not declared.has(LOG_GROUP, (one.region, group)):
            yield Finding(resource=one, seen=f"writes to {group}, which Lambda will make without retention")


def invoked_asynchronously(declared: Declared) -> tuple[Registration, ...]:
    """Return the functions that a schedule, an event, a topic or another function starts without waiting."""
    started: set[Place] = {(one.region, text(one, "functionName")) for one in declared.of_type(INVOKE_CONFIG)}
    started |= {place(text(one, "target", "arn")) for one in declared.of_type(SCHEDULE)}
    started |= {place(text(one, "arn")) for one in declared.of_type(EVENT_TARGET)}
    to_functions = (one for one in declared.of_type(SUBSCRIPTION) if text(one, "protocol") == "lambda")
    started |= {place(text(one, "endpoint")) for one in to_functions}
    return tuple(one for one in declared.of_type(FUNCTION) if started.intersection(places(one)))


def _at(declared: Declared, type_: str, spot: Place) -> Registration | None:
    return next((one for one in declared.of_type(type_) if spot in places(one)), None)


RULES = (
    Rule(
        id="short-visibility",
        protects="A message is handled by one function at a time.",
        remedy=f"hide messages for at least {VISIBILITY_TIMEOUTS} times the reader's timeout",
        check=short_visibility,
    ),
    Rule(
        id="whole-batch-again",
        protects="What was handled is not handled again because of its neighbour.",
        remedy="set function_response_types to ReportBatchItemFailures",
        check=whole_batch_again,
    ),
    Rule(
        id="slack-schedule",
        protects="What must run every minute runs then, and an old start never runs late.",
        remedy="set flexible_time_window to OFF and maximum_retry_attempts to 0",
        check=slack_schedule,
    ),
    Rule(
        id="old-orders",
        protects="No order is carried out after the situation that it was given in.",
        remedy=f"declare a FunctionEventInvokeConfig: 0 retries, events of at most {LARGEST_EVENT_AGE_SECONDS} s",
        check=old_orders,
    ),
    Rule(
        id="no-dead-letters-of-invocations",
        protects="What could not be handled can be read by a person afterwards.",
        remedy="set a dead letter queue or an on-failure destination, or waive it with what does the work again",
        check=no_dead_letters_of_invocations,
    ),
    Rule(
        id="endless-log",
        protects="Logs cost what was decided, and what people wrote into them is gone when it should be.",
        remedy="declare the log group with retention_in_days before the function",
        check=endless_log,
    ),
)
