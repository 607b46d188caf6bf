"""Waiting for what happens elsewhere, with a deadline instead of a sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

LOOK_SECONDS = 0.02
T = TypeVar("T")


def seen_within(seconds: float, look: Callable[[], T]) -> T:
    """Look again and again until there is something to see or the time is over; return what was seen last."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return seen


def eventually(look: Callable[[], T], seconds: float, what: str) -> T:
    """Look again and again until there is something to see, and return that.

    Raises:
        AssertionError: there was nothing in time.
    """
    seen = seen_within(seconds, look)
    assert seen, f"not within {seconds:.2f} s: {what}"
    return seen
