"""How long to wait before another attempt."""

from dataclasses import dataclass

MOST_DOUBLINGS = 30  # past any longest pause; a power without a bound overflows where attempts have none


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Full jitter: any pause below a ceiling that doubles with each failure.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    first_seconds: float
    longest_seconds: float

    def pause(self, failures: int, jitter: float) -> float:
        """Return the seconds to wait after so many failures before this one; ``jitter`` is 0 to 1."""
        return jitter * min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures, MOST_DOUBLINGS))
