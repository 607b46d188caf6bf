"""The budget is the protocol's own arithmetic, and says itself which setting breaks it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.protocol import Protocol
from ops.forecast.budget import BUDGET_SECONDS, Limit, limits, recovery_point, recovery_time

SETTINGS = ("fall", "probe_interval", "probe_deadline", "client_view", "client_margin", "moving_poll")
protocols = st.builds(
    Protocol,
    probe_interval=st.floats(2.0, 3.9),
    probe_deadline=st.floats(0.5, 1.9),
    fall=st.integers(1, 4),
    client_view=st.floats(2.5, 8.0),
    client_margin=st.floats(0.1, 1.0),
)


def limit_of(protocol: Protocol, setting: str) -> Limit:
    return next(one for one in limits(protocol) if one.setting == setting)


def test_the_defaults_promise_the_design_documents_nineteen_seconds() -> None:
    steps = {step.name: step.seconds for step in recovery_time(Protocol()).steps}
    said = {"detect": 12, "mark": 0.5, "wait": 4.5, "publish": 0.5, "client poll": 0.5, "verify": 1}
    assert steps == pytest.approx(said)
    assert recovery_time(Protocol()).seconds == pytest.approx(19)


@given(protocols)
def test_the_wait_is_the_one_that_the_orchestrator_makes(protocol: Protocol) -> None:
    [wait] = [step for step in recovery_time(protocol).steps if step.name == "wait"]
    assert wait.seconds == protocol.client_wait()


@pytest.mark.parametrize("setting", SETTINGS)
@given(protocol=protocols)
def test_a_setting_at_its_limit_fills_the_budget_and_over_it_breaks_it(setting: str, protocol: Protocol) -> None:
    limit, grain = limit_of(protocol, setting), 1.0 if setting == "fall" else 0.01
    at, over = (recovery_time(as_if(protocol, setting, limit.largest + more)).seconds for more in (0, grain))
    assert at <= BUDGET_SECONDS + 1e-9
    assert over > BUDGET_SECONDS
    assert limit.holds == (recovery_time(protocol).seconds <= BUDGET_SECONDS + 1e-9) or limit.value == limit.largest


def as_if(protocol: Protocol, setting: str, value: float) -> Protocol:
    """Set a value that the protocol itself may refuse: the budget's limit can lie beyond an inequality."""
    copy = replace(protocol)
    object.__setattr__(copy, setting, value)
    return copy


def test_the_limits_name_every_setting_that_the_time_is_made_of() -> None:
    before = recovery_time(Protocol()).seconds
    moved = {
        name for name in vars(Protocol()) if name != "electorates" and recovery_time(raised(name)).seconds != before
    }
    assert moved == {one.setting for one in limits(Protocol())} == set(SETTINGS)


def raised(setting: str) -> Protocol:
    return as_if(Protocol(), setting, getattr(Protocol(), setting) + 1)


@pytest.mark.parametrize(
    ("setting", "value"), [("fall", 4), ("probe_interval", 3.9), ("client_view", 6.0), ("client_margin", 2.0)]
)
def test_a_setting_that_breaks_the_budget_is_named(setting: str, value: float) -> None:
    assert not limit_of(replace(Protocol(), **{setting: value}), setting).holds  # type: ignore[arg-type]


@pytest.mark.parametrize(("mode", "seconds"), [("mrec", 11), ("streams", 11), ("mrsc", 0)])
def test_what_may_be_missing_depends_on_the_mode(mode: str, seconds: float) -> None:
    assert recovery_point(mode, Protocol()).seconds == seconds


@given(st.floats(0.5, 60))
def test_what_may_be_missing_grows_with_the_lag_that_is_allowed(max_lag: float) -> None:
    grown = recovery_point("mrec", Protocol(max_lag=max_lag)).seconds - recovery_point("mrec", Protocol()).seconds
    assert grown == pytest.approx(max_lag - Protocol().max_lag)
