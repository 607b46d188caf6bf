"""Alarms stored through CloudWatch's API, judged on a clock that stands still."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from localcloud.alarms import Alarms
from localcloud.front import Front
from localcloud.metrics import Metric, Metrics
from tests.localcloud.conftest import ClientOf
from tests.localcloud.standing_still import StandingClock

TOPIC = "arn:aws:sns:us-east-1:123456789012:people"
ALL_CLEAR = "arn:aws:sns:us-east-1:123456789012:relieved"


class Bench:
    """One alarm a test, its publications kept."""

    def __init__(self, front: Front, client: ClientOf, time_scale: float = 1.0) -> None:
        self.clock = StandingClock()
        self.metrics = Metrics(front.gateway, self.clock.now)
        self.published: list[tuple[str, dict[str, object], str]] = []
        self.alarms = Alarms(front.gateway, self.metrics, self._publish, time_scale)
        self._client = client("cloudwatch")
        self._name = ""

    def _publish(self, topic: str, message: str, subject: str) -> None:
        told = json.loads(message)
        if told["AlarmName"] == self._name:
            self.published.append((topic, told, subject))

    def alarm(self, name: str, **more: object) -> None:
        self._name = name
        given = {
            "Namespace": "Test",
            "MetricName": name,
            "Dimensions": [{"Name": "Function", "Value": "f"}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [TOPIC],
            "OKActions": [ALL_CLEAR],
            **more,
        }
        self._client.put_metric_alarm(AlarmName=name, **given)

    def put(self, value: float, function: str = "f", at: datetime | None = None) -> None:
        metric = Metric(region="us-east-1", namespace="Test", name=self._name, dimensions=(("Function", function),))
        self.metrics.put(metric, value, at=at)

    def state_after(self, seconds: int) -> str:
        for _ in range(seconds):
            self.clock.seconds += 1
            self.alarms.tick()
        [found] = self._client.describe_alarms(AlarmNames=[self._name])["MetricAlarms"]
        return str(found["StateValue"])


@pytest.fixture(autouse=True)
def _no_alarms_of_others(client: ClientOf) -> Iterator[None]:
    yield
    cloudwatch = client("cloudwatch")
    cloudwatch.delete_alarms(AlarmNames=[one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]])


def test_an_alarm_that_goes_off_and_calms_down_tells_its_topics(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Errors", AlarmDescription="look at the log")
    assert bench.state_after(60) == "INSUFFICIENT_DATA"
    assert bench.state_after(60) == "OK"
    bench.put(1)
    assert bench.state_after(60) == "ALARM"
    assert bench.state_after(180) == "OK"
    assert [(topic, told["NewStateValue"]) for topic, told, _ in bench.published] == [
        (ALL_CLEAR, "OK"),
        (TOPIC, "ALARM"),
        (ALL_CLEAR, "OK"),
    ]
    told = bench.published[1][1]
    assert told["AlarmName"] == "Errors"
    assert told["AlarmDescription"] == "look at the log"
    assert told["OldStateValue"] == "OK"
    assert told["Region"] == "us-east-1"
    assert str(told["StateChangeTime"]).startswith("2026-03-01T12:0")
    assert "1 of 1 datapoints [1] breached" in str(told["NewStateReason"])


def test_silence_alarms_when_missing_data_breaches(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Heartbeats", ComparisonOperator="LessThanThreshold", EvaluationPeriods=3, TreatMissingData="breaching")
    for _ in range(5):
        bench.put(1)
        state = bench.state_after(60)
    assert state == "OK"
    assert [bench.state_after(60) for _ in range(6)] == ["OK", "OK", "OK", "OK", "ALARM", "ALARM"]


def test_a_datapoint_that_comes_after_its_period_was_judged_alarms_all_the_same(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Late")
    bench.state_after(120)
    began = bench.clock.now()
    assert bench.state_after(75) == "OK"
    bench.put(1, at=began)
    assert bench.state_after(60) == "ALARM"


@pytest.mark.parametrize(("periods", "expected"), [(1, "OK"), (5, "ALARM")])
def test_one_datapoint_of_several_alarms_even_if_it_is_told_after_later_good_ones(
    front: Front, client: ClientOf, periods: int, expected: str
) -> None:
    """A run that fails after three minutes counts for the minute in which it began; others have begun since."""
    bench = Bench(front, client)
    bench.alarm(f"Slow-{periods}", EvaluationPeriods=periods, DatapointsToAlarm=1)
    bench.state_after(60)
    began = bench.clock.now()
    for _ in range(4):
        bench.put(0)
        assert bench.state_after(60) == "OK"
    bench.put(1, at=began)
    assert bench.state_after(60) == expected
    for _ in range(5):
        bench.put(0)
        state = bench.state_after(60)
    assert state == "OK"


def test_only_the_alarms_own_dimensions_count(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Own")
    bench.state_after(120)
    bench.put(9, function="another")
    assert bench.state_after(60) == "OK"


@pytest.mark.parametrize(
    ("statistic", "threshold", "expected"),
    [("Sum", 6, "ALARM"), ("Maximum", 4, "OK"), ("Maximum", 3, "ALARM"), ("Minimum", 2, "OK"), ("Average", 2, "ALARM")],
)
def test_each_statistic_is_taken_over_one_period(
    front: Front, client: ClientOf, statistic: str, threshold: float, expected: str
) -> None:
    bench = Bench(front, client)
    bench.alarm(f"{statistic}-{threshold}", Statistic=statistic, Threshold=threshold)
    bench.state_after(120)
    for value in (1, 2, 3):
        bench.put(value)
    assert bench.state_after(60) == expected


def test_statistic_sets_put_by_callers_count_as_their_values(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Sets", Threshold=6)
    bench.state_after(120)
    values = {"SampleCount": 2, "Sum": 6, "Minimum": 2, "Maximum": 4}
    datum = {
        "MetricName": "Sets",
        "Dimensions": [{"Name": "Function", "Value": "f"}],
        "StatisticValues": values,
        "Timestamp": bench.clock.now() + timedelta(seconds=1),
    }
    client("cloudwatch").put_metric_data(Namespace="Test", MetricData=[datum])
    assert bench.state_after(60) == "ALARM"


def test_an_alarm_whose_actions_are_off_tells_nobody(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Quiet", ActionsEnabled=False)
    bench.state_after(120)
    bench.put(1)
    assert bench.state_after(60) == "ALARM"
    assert bench.published == []


def test_alarms_of_a_dark_region_stand_still(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Eclipsed")
    bench.state_after(120)
    bench.put(1)
    front.gateway.world.darken("us-east-1")
    for _ in range(60):
        bench.clock.seconds += 1
        bench.alarms.tick()
    front.gateway.world.restore()
    assert [told["NewStateValue"] for _, told, _ in bench.published] == ["OK"]


def test_scaled_time_shortens_the_period(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, time_scale=0.1)
    bench.alarm("Scaled")
    bench.state_after(12)
    bench.put(1)
    assert bench.state_after(6) == "ALARM"


def test_samples_older_than_any_alarm_looks_are_forgotten(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.alarm("Old")
    bench.put(1)
    metric = Metric(region="us-east-1", namespace="Test", name="Old", dimensions=(("Function", "f"),))
    since = bench.clock.now() - timedelta(hours=1)
    assert len(bench.metrics.samples(metric, since)) == 1
    bench.clock.seconds += 4 * 3600
    bench.metrics.forget_old()
    assert bench.metrics.samples(metric, since) == []
