"""What Prometheus reads of the applications; one place, so that no name means two things.

With several processes behind one address the client library keeps its numbers in ``PROMETHEUS_MULTIPROC_DIR``:
https://prometheus.github.io/client_python/multiprocess
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

requests = Histogram(
    "lifeboat_app_request_seconds", "Requests answered", ("service", "endpoint", "status"), buckets=SECONDS
)
webhooks = Counter("lifeboat_app_webhooks", "Webhooks by what became of them", ("outcome",))
events = Counter("lifeboat_app_events", "Events of the inbox by what became of them", ("outcome",))
waiting = Gauge(
    "lifeboat_app_inbox_waiting", "Events that wait in the inbox, as last seen", multiprocess_mode="mostrecent"
)


def page() -> bytes:
    """Return what all processes of this service have counted."""
    if not shared_folder():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def shared_folder() -> str:
    """Return where the processes of a service keep their numbers, "" if it is not set."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
