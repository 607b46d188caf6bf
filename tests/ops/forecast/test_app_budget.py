"""The application tier's times: the writer's lease is waited out whole, and the name moves meanwhile."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import Registration
from failover.protocol import Protocol, ProtocolError
from ops.forecast.app_budget import APP_BUDGET_SECONDS, names_move, writable_time
from ops.forecast.budget import recovery_time
from tests.ops.forecast.declaring import LINODE, check, declared, record

DOMAIN = declared(f"{LINODE}domain:Domain", "domain")
CALCULATED = check(type="CALCULATED", fqdn=None, requestInterval=None)


def test_the_defaults_promise_a_writable_database_after_twenty_one_seconds() -> None:
    steps = {step.name: step.seconds for step in writable_time(Protocol()).steps}
    assert steps == pytest.approx({"detect": 12, "fence": 0.5, "lease": 7.06, "promote": 0.5, "publish": 1})
    assert writable_time(Protocol()).seconds == pytest.approx(21.1, abs=0.05)
    assert writable_time(Protocol()).seconds <= APP_BUDGET_SECONDS


def test_both_tiers_detect_alike() -> None:
    numbers = Protocol(fall=4, probe_interval=2.5)
    assert writable_time(numbers).steps[0] == recovery_time(numbers).steps[0]


@given(lease=st.floats(5.1, 60), fence=st.floats(0.1, 1.0))
def test_the_lease_is_waited_out_on_the_slowest_clock_and_until_the_port_is_shut(lease: float, fence: float) -> None:
    numbers = Protocol(writer_lease=lease, writer_fence=fence)
    [wait] = [step for step in writable_time(numbers).steps if step.name == "lease"]
    assert wait.seconds == numbers.lease_wait() == pytest.approx(lease * 1.01 + fence)


@pytest.mark.parametrize("numbers", [{"writer_lease": 5.0}, {"writer_call": 1.5}, {"writer_renewal": 3.0}])
def test_a_lease_that_a_late_renewal_would_outlast_is_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ProtocolError, match="writer_renewal, twice writer_call, writer_fence"):
        replace(Protocol(), **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "seconds"),
    [
        ([check(), CALCULATED, record(ttl=10)], 12 + 1 + 12 + 10),
        ([check(), CALCULATED, record(ttl=30)], 12 + 1 + 12 + 30),
        ([check(), check(requestInterval=30), record(ttl=10)], 12 + 1 + 32 + 10),
        ([check(), record(ttl=10), record(ttl=300, failoverRoutingPolicies=None, healthCheckId=None)], 35),
        ([DOMAIN], 110),
    ],
)
def test_a_name_moves_by_the_slowest_check_and_its_time_to_live(declared: list[Registration], seconds: float) -> None:
    move = names_move(Protocol(), declared)
    assert move is not None
    assert move.promise.seconds == pytest.approx(seconds)


def test_what_an_api_has_to_publish_is_expected_and_not_guaranteed() -> None:
    by_api, by_checks = names_move(Protocol(), [DOMAIN]), names_move(Protocol(), [check(), record()])
    assert by_api is not None
    assert by_checks is not None
    assert (by_api.provider, by_api.guaranteed) == ("linode", False)
    assert (by_checks.provider, by_checks.guaranteed) == ("route53", True)


def test_where_no_name_is_declared_none_moves() -> None:
    assert names_move(Protocol(), [CALCULATED, declared("aws:route53/zone:Zone", "zone", "us-east-1")]) is None
