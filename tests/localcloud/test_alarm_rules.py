"""When an alarm goes off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.alarm_rules import COMPARISONS, AlarmRule, State, considered, judge

HIGH, LOW, NONE = 5.0, 0.0, None


@pytest.mark.parametrize(
    ("needed", "missing", "datapoints", "current", "expected"),
    [
        (1, "missing", [HIGH], "OK", "ALARM"),
        (1, "missing", [LOW], "ALARM", "OK"),
        (2, "missing", [HIGH, LOW, HIGH], "OK", "ALARM"),
        (3, "missing", [HIGH, LOW, HIGH], "OK", "OK"),
        (3, "missing", [HIGH, HIGH, HIGH], "OK", "ALARM"),
        (1, "missing", [NONE, NONE], "OK", "INSUFFICIENT_DATA"),
        (2, "missing", [HIGH, NONE], "ALARM", "OK"),
        (1, "ignore", [NONE], "ALARM", "ALARM"),
        (1, "ignore", [NONE], "OK", "OK"),
        (1, "ignore", [NONE, LOW], "ALARM", "OK"),
        (3, "breaching", [NONE, NONE, NONE], "OK", "ALARM"),
        (3, "breaching", [NONE, LOW, NONE], "ALARM", "OK"),
        (2, "breaching", [NONE, LOW, HIGH], "OK", "ALARM"),
        (1, "notBreaching", [NONE, NONE], "ALARM", "OK"),
        (1, "notBreaching", [NONE, HIGH], "OK", "ALARM"),
        (2, "notBreaching", [NONE, HIGH], "OK", "OK"),
    ],
)
def test_an_alarm_goes_off_when_enough_datapoints_breach(
    needed: int, missing: str, datapoints: list[float | None], current: State, expected: State
) -> None:
    rule = AlarmRule(
        comparison="GreaterThanOrEqualToThreshold", threshold=1, datapoints_to_alarm=needed, missing=missing
    )
    assert judge(rule, datapoints, current).state == expected


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", {2.0}),
        ("GreaterThanOrEqualToThreshold", {1.0, 2.0}),
        ("LessThanThreshold", {0.0}),
        ("LessThanOrEqualToThreshold", {0.0, 1.0}),
    ],
)
def test_each_comparison_breaches_on_its_side_of_the_threshold(comparison: str, breaching: set[float]) -> None:
    rule = AlarmRule(comparison=comparison, threshold=1, datapoints_to_alarm=1)
    assert {value for value in (0.0, 1.0, 2.0) if judge(rule, [value], "OK").state == "ALARM"} == breaching


@pytest.mark.parametrize(
    ("datapoints", "counted"),
    [
        ([LOW, NONE, HIGH, NONE, HIGH], [LOW, HIGH, HIGH]),
        ([HIGH, HIGH, LOW, LOW, LOW], [LOW, LOW, LOW]),
        ([HIGH, LOW, LOW, LOW, NONE], [LOW, LOW, LOW]),
        ([NONE, NONE, NONE, NONE, LOW], [LOW, NONE, NONE]),
        ([HIGH, NONE, NONE, NONE, NONE], [HIGH, NONE, NONE]),
        ([NONE, NONE, NONE, NONE, NONE], [NONE, NONE, NONE]),
    ],
)
def test_the_newest_datapoints_that_are_there_count_before_missing_ones(
    datapoints: list[float | None], counted: list[float | None]
) -> None:
    assert considered(datapoints, periods=3) == counted


VALUES = st.lists(st.one_of(st.none(), st.floats(-10, 10)), min_size=1, max_size=6)


@given(VALUES, st.integers(1, 6), st.sampled_from(sorted(COMPARISONS)), st.floats(-10, 10))
def test_missing_data_that_breaches_alarms_whenever_missing_data_that_does_not_would(
    datapoints: list[float | None], needed: int, comparison: str, threshold: float
) -> None:
    def state(missing: str) -> State:
        rule = AlarmRule(comparison=comparison, threshold=threshold, datapoints_to_alarm=needed, missing=missing)
        return judge(rule, datapoints, "OK").state

    assert (state("notBreaching"), state("breaching")) != ("ALARM", "OK")
    if None not in datapoints:
        assert len({state(missing) for missing in ("missing", "ignore", "breaching", "notBreaching")}) == 1
