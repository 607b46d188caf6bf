"""A clock for tests that wait for nothing."""

from dataclasses import dataclass, field


@dataclass
class HandClock:
    """Monotonic seconds that only the test moves, by setting ``now`` or by sleeping."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
