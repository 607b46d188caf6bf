"""Waiting for what happens on other threads, with a deadline instead of a sleep."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Ask again and again until it holds or the time is over; gives what it was last."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
