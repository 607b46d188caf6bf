"""When a CloudWatch alarm changes its state: a decision about values, without clock or store.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
EXTRA_PERIODS = 2
"""An alarm looks further back than it counts, so that late data is seen; AWS's examples show two periods."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        "GreaterThanThreshold": operator.gt,
        "GreaterThanOrEqualToThreshold": operator.ge,
        "LessThanThreshold": operator.lt,
        "LessThanOrEqualToThreshold": operator.le,
    }
)


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """How datapoints are judged; ``missing`` is breaching, notBreaching, ignore or missing."""

    comparison: str
    threshold: float
    datapoints_to_alarm: int
    missing: str = "missing"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A state and why; the reason is written for people."""

    state: State
    reason: str


def considered(datapoints: Sequence[float | None], periods: int) -> list[float | None]:
    """Choose what an alarm of so many evaluation periods counts, of all the periods that it looks at, oldest first.

    That is the newest ``periods`` datapoints that are there; only where there are fewer do missing ones fill up.
    """
    present = [value for value in datapoints if value is not None][-periods:]
    return [*present, *[None] * (periods - len(present))]


def judge(rule: AlarmRule, datapoints: Sequence[float | None], current: State) -> Judgement:
    """Judge the datapoints of the evaluation periods, oldest first; None is a period without data.

    Datapoints that are there always count. A missing one counts as breaching or as good if the alarm says so; else it
    does not count, and with none at all the alarm keeps its state (ignore) or has insufficient data (missing).
    """
    compare = COMPARISONS[rule.comparison]
    present = [value for value in datapoints if value is not None]
    if not present and rule.missing in ("ignore", "missing"):
        state: State = current if rule.missing == "ignore" else "INSUFFICIENT_DATA"
        return Judgement(state=state, reason=f"no datapoint in the last {len(datapoints)} periods")
    breaching = sum(compare(value, rule.threshold) for value in present)
    if rule.missing == "breaching":
        breaching += len(datapoints) - len(present)
    return _counted(rule, breaching, datapoints)


def _counted(rule: AlarmRule, breaching: int, datapoints: Sequence[float | None]) -> Judgement:
    shown = ", ".join("missing" if value is None else f"{value:g}" for value in datapoints)
    counts = f"{breaching} of {len(datapoints)} datapoints [{shown}]"
    reason = f"Threshold Crossed: {counts} breached {rule.comparison} {rule.threshold:g}"
    state: State = "ALARM" if breaching >= rule.datapoints_to_alarm else "OK"
    return Judgement(state=state, reason=f"{reason}; {rule.datapoints_to_alarm} make an alarm")
