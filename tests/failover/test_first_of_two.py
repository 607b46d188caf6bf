"""A slow or failing answer does not keep a quick one back."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from failover.call_failed import Throttled, Unreachable
from failover.first_of_two import FirstOfTwo

FAILED, THROTTLED = Unreachable("us-east-1", "gone"), Throttled("us-west-2", "slow down")
LONG, DEADLINE = 30.0, 20.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def raises(error: Exception) -> Callable[[], str]:
    def call() -> str:
        raise error

    return call


def never_asked() -> str:
    raise AssertionError("asked for nothing")


def test_who_answers_in_time_is_the_only_one_asked(pool: ThreadPoolExecutor) -> None:
    assert FirstOfTwo(pool, LONG).answer(lambda: "first", never_asked) == "first"


def test_a_slow_first_is_overtaken(pool: ThreadPoolExecutor) -> None:
    heard = threading.Event()
    answer = FirstOfTwo(pool, 0.0).answer(lambda: "first" if heard.wait(DEADLINE) else "never", lambda: "second")
    heard.set()
    assert answer == "second"


def test_a_slow_first_that_is_quicker_than_the_second_is_heard(pool: ThreadPoolExecutor) -> None:
    asked, heard = threading.Event(), threading.Event()

    def second() -> str:
        asked.set()
        return "second" if heard.wait(DEADLINE) else "never"

    answer = FirstOfTwo(pool, 0.0).answer(lambda: "first" if asked.wait(DEADLINE) else "never", second)
    heard.set()
    assert answer == "first"


def test_a_failed_first_is_not_waited_for(pool: ThreadPoolExecutor) -> None:
    assert FirstOfTwo(pool, LONG).answer(raises(FAILED), lambda: "second") == "second"


def test_a_second_that_fails_leaves_time_to_the_first(pool: ThreadPoolExecutor) -> None:
    failed = threading.Event()

    def second() -> str:
        failed.set()
        raise THROTTLED

    answer = FirstOfTwo(pool, 0.0).answer(lambda: "first" if failed.wait(DEADLINE) else "never", second)
    assert answer == "first"


def test_if_both_fail_the_error_of_the_one_that_failed_first_is_raised(pool: ThreadPoolExecutor) -> None:
    with pytest.raises(Unreachable, match="gone"):
        FirstOfTwo(pool, LONG).answer(raises(FAILED), raises(THROTTLED))


def test_what_is_no_failed_call_ends_it(pool: ThreadPoolExecutor) -> None:
    with pytest.raises(KeyError):
        FirstOfTwo(pool, LONG).answer(raises(KeyError("table")), never_asked)
