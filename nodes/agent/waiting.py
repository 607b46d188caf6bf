"""How the agent draws its waits and how it is told to end, so that tests wait for nothing."""

from typing import Protocol


class Dice(Protocol):
    """Draws a number from 0 to 1."""

    def __call__(self) -> float: ...


class Stop(Protocol):
    """Waits so many seconds, or less if the agent is to end; says whether it is."""

    def wait(self, seconds: float) -> bool: ...
