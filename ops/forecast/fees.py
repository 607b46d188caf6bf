"""What costs by being there: starts, polled queues, alarms, secrets, keys."""

from collections.abc import Iterator

from evaluation import Registration
from ops.forecast.demand import Demand, target_of
from ops.forecast.usage import SECONDS_A_MONTH, Unpriced, Usage

# Lambda keeps five long polls on an idle queue and may go down to two, but not where a maximum concurrency is set
# (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
POLLERS = 5
LONG_POLL_SECONDS = 20
SHORTEST_STANDARD_PERIOD_SECONDS = 60


def schedule_usages(one: Registration, demand: Demand) -> Iterator[Usage]:
    """Yield a schedule's starts."""
    starts = demand.runs[target_of(one)]
    yield _usage(one, "schedule-invocations", starts, f"{starts:,.0f} starts")


def mapping_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield the polls of an event source mapping on a queue, with or without messages; a table's stream has none.

    Raises:
        Unpriced: it reads something other than a queue or a table's stream.
    """
    if ":dynamodb:" in str(one.inputs["eventSourceArn"]):
        # https://aws.amazon.com/dynamodb/pricing/on-demand/: Lambda reads streams for nothing.
        return
    if ":sqs:" not in str(one.inputs["eventSourceArn"]):
        raise Unpriced(f"{one.name} reads {one.inputs['eventSourceArn']}; the forecast knows queues and streams only")
    polls = POLLERS * SECONDS_A_MONTH / LONG_POLL_SECONDS
    yield _usage(one, "queue-requests", polls, f"{POLLERS} pollers, one poll each {LONG_POLL_SECONDS} s")


def alarm_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield an alarm on one metric."""
    standard = float(str(one.inputs["period"])) >= SHORTEST_STANDARD_PERIOD_SECONDS
    yield _usage(one, "alarms" if standard else "high-resolution-alarms", 1, "one metric")


def secret_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a secret; it is read once a page, which costs nothing that shows."""
    yield _usage(one, "secrets", 1, "one secret")


def key_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a key, or its replica in another region, which costs as much."""
    yield _usage(one, "keys", 1, "one key")


def _usage(one: Registration, meter: str, quantity: float, why: str) -> Usage:
    return Usage(region=one.region, resource=one.name, part="control plane", meter=meter, quantity=quantity, why=why)
