import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.thresholds import Threshold, ThresholdError, judge, read

numbers = st.floats(min_value=-1e6, max_value=1e6)


@pytest.mark.parametrize(
    ("value", "held"),
    [(15, True), (15.0, True), (15.01, False), (0, True), (None, False)],
)
def test_a_limit_holds_up_to_its_end_and_never_for_what_was_not_measured(value: float | None, held: bool) -> None:
    assert Threshold(figure="detection_seconds", at_most=15).holds(value) is held


@given(least=numbers, span=st.floats(min_value=0, max_value=1e6), value=numbers)
def test_both_ends_count(least: float, span: float, value: float) -> None:
    threshold = Threshold(figure="x", at_least=least, at_most=least + span)
    assert threshold.holds(value) is (least <= value <= least + span)


def test_an_absent_figure_is_judged_as_not_measured() -> None:
    (judged,) = judge(read({"writes_lost": {"at_most": 0}}), {})
    assert not judged.held
    assert judged.words() == "writes_lost was not measured, expected at most 0"


@pytest.mark.parametrize("limits", [{"x": {}}, {"x": {"below": 3}}])
def test_a_limit_that_limits_nothing_is_refused(limits: dict[str, dict[str, float]]) -> None:
    with pytest.raises(ThresholdError, match="x"):
        read(limits)
