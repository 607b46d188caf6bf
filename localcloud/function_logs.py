"""What functions log: always readable here, in CloudWatch Logs if their role allows it, and metrics if it does."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends

from localcloud.capture import LogEvent
from localcloud.deployed import Deployed
from localcloud.embedded_metrics import embedded_metrics
from localcloud.gateway import Gateway
from localcloud.metrics import Metrics
from localcloud.permissions import Permissions

KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class LoggedLine:
    """One event of one sandbox; ``stored`` says whether CloudWatch Logs took it."""

    number: int
    at_ms: int
    region: str
    function: str
    sandbox: str
    stored: bool
    message: str


class FunctionLogs:
    """Takes every sandbox's events."""

    def __init__(self, gateway: Gateway, permissions: Permissions, metrics: Metrics) -> None:
        self._gateway = gateway
        self._permissions = permissions
        self._metrics = metrics
        self._lock = threading.Lock()
        self._lines: deque[LoggedLine] = deque(maxlen=KEPT)
        self._last = 0

    def writer(self, function: Deployed, sandbox: str) -> Callable[[LogEvent], None]:
        """Return what takes the events of one sandbox."""

        def write(event: LogEvent) -> None:
            stored = self._store(function, sandbox, event)
            self._remember(function, sandbox, event, stored)
            if stored:
                for one in embedded_metrics(function.region, event.message):
                    self._metrics.put(one.metric, one.value, one.unit)

        return write

    def since(self, number: int, function: str | None = None) -> list[LoggedLine]:
        """Return the lines after the numbered one, oldest first, of one function or of all."""
        with self._lock:
            return [line for line in self._lines if line.number > number and function in (None, line.function)]

    def _remember(self, function: Deployed, sandbox: str, event: LogEvent, stored: bool) -> None:
        with self._lock:
            self._last += 1
            line = LoggedLine(
                number=self._last,
                at_ms=event.at_ms,
                region=function.region,
                function=function.name,
                sandbox=sandbox,
                stored=stored,
                message=event.message.rstrip("\n"),
            )
            self._lines.append(line)

    def _store(self, function: Deployed, sandbox: str, event: LogEvent) -> bool:
        """Write to the function's group as its role: the group must exist, and the role allow both calls."""
        group = function.log_group
        arn = f"arn:aws:logs:{function.region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}:log-stream:{sandbox}"
        allowed = all(
            self._permissions.role_allows(function.role, action, arn)
            for action in ("logs:CreateLogStream", "logs:PutLogEvents")
        )
        backend = logs_backends[DEFAULT_ACCOUNT_ID][function.region]
        with self._gateway.lock("logs"):
            if not allowed or group not in backend.groups:
                return False
            backend.ensure_log_stream(group, sandbox)
            record = {"timestamp": event.at_ms, "message": event.message.rstrip("\n")}
            backend.put_log_events(group, sandbox, [record])
        return True
