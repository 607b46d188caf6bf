"""What a service may want to count of its calls, and the plainest way to hand it to Prometheus."""

import threading
from collections import Counter, defaultdict
from typing import Protocol

from failover.acknowledgement import UncertainWrite
from failover.call_failed import CALL_ERRORS, CallFailed
from failover.failures import code_of


class Metrics(Protocol):
    """Called on the caller's thread for each operation: it must be quick and thread-safe, and must not raise."""

    def called(self, operation: str, region: str, outcome: str, seconds: float) -> None:
        """Take one operation with all its attempts; ``region`` is "" if none was asked."""
        ...

    def outbox(self, waiting: int, parked: int, size: int, oldest_seconds: float) -> None:
        """Take what an outbox holds: writes, parked ones, bytes in all, the age of the oldest one waiting."""
        ...


class NoMetrics:
    """Counts nothing."""

    def called(self, operation: str, region: str, outcome: str, seconds: float) -> None: ...

    def outbox(self, waiting: int, parked: int, size: int, oldest_seconds: float) -> None: ...


def outcome_of(error: Exception) -> str:
    """Name how an operation failed: AWS's code, or the class."""
    return code_of(error) if isinstance(error, CALL_ERRORS) else type(error).__name__


def region_of(error: Exception) -> str:
    """Name the region that an operation failed in, "" if that is not known."""
    return error.region if isinstance(error, CallFailed | UncertainWrite) else ""


class PrometheusText:
    """Keeps counts and sums of seconds, and writes them as Prometheus reads them.

    https://prometheus.io/docs/instrumenting/exposition_formats/
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = Counter[tuple[str, str, str]]()
        self._seconds = defaultdict[tuple[str, str, str], float](float)
        self._outbox: dict[str, float] = {}

    def called(self, operation: str, region: str, outcome: str, seconds: float) -> None:
        """Count one operation."""
        with self._lock:
            self._calls[operation, region, outcome] += 1
            self._seconds[operation, region, outcome] += seconds

    def outbox(self, waiting: int, parked: int, size: int, oldest_seconds: float) -> None:
        """Keep what the outbox holds now."""
        with self._lock:
            self._outbox = {"waiting": waiting, "parked": parked, "bytes": size, "oldest_seconds": oldest_seconds}

    def text(self) -> str:
        """Return the page to serve under ``/metrics``."""
        with self._lock:
            calls, seconds, outbox = dict(self._calls), dict(self._seconds), dict(self._outbox)
        lines = ["# TYPE lifeboat_table_operation_seconds summary"]
        for labels, count in sorted(calls.items()):
            told = ",".join(f'{name}="{value}"' for name, value in zip(LABELS, labels, strict=True))
            lines.append(f"lifeboat_table_operation_seconds_count{{{told}}} {count}")
            lines.append(f"lifeboat_table_operation_seconds_sum{{{told}}} {seconds[labels]:.6f}")
        for name, value in outbox.items():
            lines += [f"# TYPE lifeboat_outbox_{name} gauge", f"lifeboat_outbox_{name} {value:g}"]
        return "\n".join(lines) + "\n"


LABELS = ("operation", "region", "outcome")
