"""Evaluates the alarms that moto stores, and acts when one changes its state."""

import json
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.alarm_rules import EXTRA_PERIODS, AlarmRule, Judgement, State, considered, judge
from localcloud.gateway import Gateway
from localcloud.metrics import Metric, Metrics, Sample

log = logging.getLogger(__name__)

STATISTICS: dict[str, Callable[[Sequence[Sample]], float]] = {
    "Sum": lambda samples: sum(sample.total for sample in samples),
    "SampleCount": lambda samples: sum(sample.count for sample in samples),
    "Average": lambda samples: sum(s.total for s in samples) / sum(s.count for s in samples),
    "Minimum": lambda samples: min(sample.smallest for sample in samples),
    "Maximum": lambda samples: max(sample.largest for sample in samples),
}
Publish = Callable[[str, str, str], None]
"""Takes a topic's ARN, a message and a subject."""


class Alarms:
    """Judges each alarm once per period, on whole periods; ``time_scale`` shortens the periods.

    A new alarm has insufficient data until as many periods as make an alarm have passed since it was made: the time
    before it existed says nothing.
    """

    def __init__(self, gateway: Gateway, metrics: Metrics, publish: Publish, time_scale: float) -> None:
        self._gateway = gateway
        self._metrics = metrics
        self._publish = publish
        self._time_scale = time_scale
        self._judged: dict[str, int] = {}
        self._made: dict[str, datetime] = {}

    def tick(self) -> None:
        """Judge every alarm whose period has just ended, in the regions that are up."""
        for region, alarm in list(self._alarms()):
            if self._gateway.world.up(region) and self._turn(alarm):
                judgement = self._judge(region, alarm)
                if judgement.state != alarm.state_value:
                    self._change(region, alarm, judgement)

    def _alarms(self) -> Iterator[tuple[str, Alarm]]:
        with self._gateway.lock("cloudwatch"):
            for region, backend in cloudwatch_backends[DEFAULT_ACCOUNT_ID].items():
                yield from [(str(region), alarm) for alarm in backend.alarms.values() if alarm.metric_name]

    def _turn(self, alarm: Alarm) -> bool:
        """Say whether a period has ended since the alarm was judged last, and enough have since it was made."""
        now, period = self._metrics.clock(), self._period(alarm)
        if alarm.alarm_arn not in self._made:
            self._made[alarm.alarm_arn] = now
            alarm.state_value = "INSUFFICIENT_DATA"
        number = math.floor(now.timestamp() / period)
        fresh = number != self._judged.get(alarm.alarm_arn, -1)
        self._judged[alarm.alarm_arn] = number
        first = self._made[alarm.alarm_arn].timestamp() + period * _to_alarm(alarm)
        return fresh and now.timestamp() >= first

    def _judge(self, region: str, alarm: Alarm) -> Judgement:
        rule = AlarmRule(
            comparison=alarm.comparison_operator,
            threshold=float(alarm.threshold),
            datapoints_to_alarm=_to_alarm(alarm),
            missing=alarm.treat_missing_data or "missing",
        )
        counted = considered(self._datapoints(region, alarm), int(alarm.evaluation_periods))
        return judge(rule, counted, cast(State, alarm.state_value))

    def _datapoints(self, region: str, alarm: Alarm) -> list[float | None]:
        """Return the statistic of each whole period that the alarm looks at, oldest first."""
        period = self._period(alarm)
        end = math.floor(self._metrics.clock().timestamp() / period) * period
        starts = [end - period * back for back in range(int(alarm.evaluation_periods) + EXTRA_PERIODS, 0, -1)]
        dimensions = tuple((str(one.name), str(one.value)) for one in alarm.dimensions)
        metric = Metric(region=region, namespace=alarm.namespace, name=alarm.metric_name, dimensions=dimensions)
        samples = self._metrics.samples(metric, datetime.fromtimestamp(starts[0], UTC))
        return [self._value(alarm, samples, datetime.fromtimestamp(start, UTC)) for start in starts]

    def _value(self, alarm: Alarm, samples: Sequence[Sample], start: datetime) -> float | None:
        end = start + timedelta(seconds=self._period(alarm))
        inside = [sample for sample in samples if start <= sample.at < end]
        return STATISTICS[alarm.statistic](inside) if inside else None

    def _period(self, alarm: Alarm) -> float:
        return float(alarm.period) * self._time_scale

    def _change(self, region: str, alarm: Alarm, judgement: Judgement) -> None:
        previous = alarm.state_value
        with self._gateway.lock("cloudwatch"):
            alarm.update_state(judgement.reason, "{}", judgement.state)
        log.info("alarm changed", extra={"alarm": alarm.name, "region": region, "state": judgement.state})
        message = json.dumps(_message(region, alarm, judgement, previous, self._metrics.clock()))
        for action in _actions(alarm) if alarm.actions_enabled else ():
            if action.split(":")[2] == "sns":
                self._publish(action, message, f'{judgement.state}: "{alarm.name}" in {region}')


def _to_alarm(alarm: Alarm) -> int:
    return int(alarm.datapoints_to_alarm or alarm.evaluation_periods)


def _actions(alarm: Alarm) -> Sequence[str]:
    """Return the actions of the state that the alarm is in now."""
    by_state = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    return by_state[alarm.state_value] or ()


def _message(region: str, alarm: Alarm, judgement: Judgement, previous: str, now: datetime) -> dict[str, object]:
    """Return what CloudWatch publishes.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": DEFAULT_ACCOUNT_ID,
        "AlarmConfigurationUpdatedTimestamp": f"{alarm.configuration_updated_timestamp:%Y-%m-%dT%H:%M:%S.000+0000}",
        "NewStateValue": judgement.state,
        "NewStateReason": judgement.reason,
        "StateChangeTime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}+0000",
        "Region": region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": previous,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions or ()),
        "InsufficientDataActions": list(alarm.insufficient_data_actions),
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "Statistic",
            "Statistic": alarm.statistic.upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"name": one.name, "value": one.value} for one in alarm.dimensions],
            "Period": int(alarm.period),
            "EvaluationPeriods": int(alarm.evaluation_periods),
            "DatapointsToAlarm": _to_alarm(alarm),
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": float(alarm.threshold),
            "TreatMissingData": alarm.treat_missing_data or "missing",
        },
    }
