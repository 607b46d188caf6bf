"""What is broken for a while, and put right when its block ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.cloud.stage import Stage


@contextmanager
def canary_table_deleted(stage: Stage) -> Iterator[None]:
    """Delete the primary's replica; bring it back with what the standby holds."""
    dynamodb, table, region = stage.client("dynamodb", stage.secondary), stage.outputs["canaryTable"], stage.primary
    dynamodb.update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": region}}])
    try:
        yield
    finally:
        dynamodb.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": region}}])


@contextmanager
def silenced(stage: Stage, region: str) -> Iterator[None]:
    """Stop a region's observer and what starts it."""
    schedules = stage.client("scheduler", region)
    found = schedules.get_schedule(Name=stage.observer)
    kept = {name: found[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
    schedules.update_schedule(**kept, State="DISABLED")
    stage.cloud.kills(region, stage.observer)
    try:
        yield
    finally:
        schedules.update_schedule(**kept, State="ENABLED")


@contextmanager
def unset(stage: Stage, region: str, variable: str) -> Iterator[None]:
    """Take a variable from the orchestrator's environment."""
    functions = stage.client("lambda", region)
    found = functions.get_function_configuration(FunctionName=stage.orchestrator)["Environment"]["Variables"]
    less = {name: value for name, value in found.items() if name != variable}
    functions.update_function_configuration(FunctionName=stage.orchestrator, Environment={"Variables": less})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=stage.orchestrator, Environment={"Variables": found})


def orders_queue(stage: Stage, region: str, name: str = "orders") -> str:
    return str(stage.client("sqs", region).get_queue_url(QueueName=f"lifeboat-local-{name}")["QueueUrl"])


@contextmanager
def impatient_queue(stage: Stage, region: str) -> Iterator[None]:
    """Let a message that failed come back at once: minutes of waiting prove nothing more."""
    queues, url = stage.client("sqs", region), orders_queue(stage, region)
    usual = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        yield
    finally:
        queues.set_queue_attributes(QueueUrl=url, Attributes=usual)
        queues.purge_queue(QueueUrl=orders_queue(stage, region, "orders-dead"))
