"""Tables are read no faster than was said, and asked again while they are busy."""

import pytest
from botocore.exceptions import ConnectTimeoutError

from failover.resync.rate import PATIENCE_SECONDS, Bucket, Patience, Stopped
from tests.failover.model_table import refusal
from tests.failover.wire import VirtualClock


def failing(error: Exception, times: int) -> tuple[list[int], object]:
    calls: list[int] = []

    def call() -> str:
        calls.append(len(calls))
        if len(calls) <= times:
            raise error
        return "answer"

    return calls, call


@pytest.mark.parametrize("pages", [[10] * 30, [100, 1, 199], [300]])
def test_what_was_read_is_paid_for_before_more_is_read(pages: list[int]) -> None:
    clock = VirtualClock()
    bucket = Bucket(100.0, clock)
    for page in pages:
        bucket.spend(page)
    assert clock.now - 1000 == pytest.approx((300 - pages[-1]) / 100)


def test_time_in_which_nothing_was_read_is_not_saved_up() -> None:
    clock = VirtualClock()
    bucket = Bucket(100.0, clock)
    clock.sleep(60)
    for _ in range(3):
        bucket.spend(100)
    assert clock.now - 1060 == pytest.approx(2)


def test_without_a_rate_nobody_waits() -> None:
    clock = VirtualClock()
    Bucket(None, clock).spend(10**9)
    assert clock.now == 1000


@pytest.mark.parametrize("error", [refusal("ThrottlingException", "Scan"), ConnectTimeoutError(endpoint_url="x")])
def test_a_call_is_made_again_until_it_is_answered(error: Exception) -> None:
    calls, call = failing(error, 4)
    assert Patience(VirtualClock(), lambda: 1.0)(call) == "answer"  # type: ignore[arg-type]
    assert len(calls) == 5


def test_patience_ends_after_a_minute() -> None:
    clock = VirtualClock()
    _, call = failing(refusal("ThrottlingException", "Scan"), 10**6)
    with pytest.raises(Exception, match="ThrottlingException"):
        Patience(clock, lambda: 1.0)(call)  # type: ignore[arg-type]
    assert PATIENCE_SECONDS <= clock.now - 1000 <= PATIENCE_SECONDS + 5


def test_what_will_never_be_answered_is_not_asked_again() -> None:
    calls, call = failing(refusal("AccessDeniedException", "Scan"), 10)
    with pytest.raises(Exception, match="AccessDenied"):
        Patience(VirtualClock(), lambda: 1.0)(call)  # type: ignore[arg-type]
    assert len(calls) == 1


def test_nothing_is_asked_any_more_once_it_was_stopped() -> None:
    calls, call = failing(ValueError(), 0)
    patience = Patience(VirtualClock(), lambda: 1.0)
    patience.stopped.set()
    with pytest.raises(Stopped):
        patience(call)  # type: ignore[arg-type]
    assert calls == []
