"""Runs deployed functions: one sandbox per event at a time, with AWS's metrics and log lines around it."""

import functools
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from localcloud.caller import Caller
from localcloud.capture import LogEvent
from localcloud.deployed import Deployed, Functions
from localcloud.function_logs import FunctionLogs
from localcloud.layer import link_layer, unpack
from localcloud.metrics import Metric, Metrics
from localcloud.pool import Pool, Throttled
from localcloud.regions import World
from localcloud.runtime_api import Event
from localcloud.sandbox import Outcome, Sandbox
from localcloud.sandbox_process import SandboxSettings
from localcloud.starts import Starts


class RegionDark(Exception):
    """Nothing runs in the region now."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where sandboxes live and what they may reach; ``directory`` is this cloud's own and goes with it."""

    endpoint: str
    directory: Path


@dataclass(frozen=True, kw_only=True)
class Running:
    """A sandbox that has a process."""

    region: str
    function: str
    sandbox: str
    pid: int


class Runner:
    """Invokes functions, in the region in which they are deployed."""

    def __init__(
        self, functions: Functions, logs: FunctionLogs, metrics: Metrics, world: World, surroundings: Surroundings
    ) -> None:
        self.functions = functions
        self._logs = logs
        self._metrics = metrics
        self._world = world
        self._surroundings = surroundings
        self._layer = link_layer(surroundings.directory / "layer")
        self._lock = threading.Lock()
        self._starts = Starts()
        self._pools: dict[tuple[str, str], Pool] = {}
        self._numbers = itertools.count(1)
        self._closed = False

    def invoke(self, region: str, name: str, payload: bytes, request_id: str | None = None) -> Outcome:
        """Run a function and wait for its end.

        Raises:
            NoSuchFunction: it is not deployed there.
            RegionDark: the region is lost.
            Throttled: its reserved concurrency is used up.
        """
        if not self._world.up(region):
            raise RegionDark(f"{region} is dark")
        function = self.functions.get(region, name)
        invoked_at = self._metrics.clock()
        try:
            outcome = self._run(function, payload, request_id or str(uuid.uuid4()))
        except Throttled:
            self.count(function, "Throttles")
            raise
        self._measure(function, outcome, invoked_at)
        return outcome

    def kill(self, caller: Caller) -> None:
        """Kill the sandbox that a request came from, if it is one."""
        if caller.is_lambda:
            self.kill_all({"region": caller.region, "function": caller.name, "sandbox": caller.instance})

    def kill_all(self, wanted: Mapping[str, str]) -> int:
        """Kill the sandboxes whose region, function and sandbox are as wanted; return how many."""
        killed = 0
        for running, sandbox in self._all():
            if wanted.items() <= asdict(running).items():
                sandbox.kill()
                killed += 1
        return killed

    def sandboxes(self) -> list[Running]:
        """Return all sandboxes, idle ones included."""
        return [running for running, _ in self._all()]

    def close(self) -> None:
        """End every sandbox, and let none begin any more."""
        self._closed = True
        for _, sandbox in self._all():
            sandbox.close()

    def _all(self) -> list[tuple[Running, Sandbox]]:
        with self._lock:
            pools = list(self._pools.items())
        return [(_running(*key, sandbox), sandbox) for key, pool in pools for sandbox in pool.all()]

    def count(
        self, function: Deployed, metric: str, value: float = 1, unit: str = "Count", at: datetime | None = None
    ) -> None:
        """Put a metric of the function into AWS/Lambda, now unless told when."""
        dimensions = (("FunctionName", function.name),)
        found = Metric(region=function.region, namespace="AWS/Lambda", name=metric, dimensions=dimensions)
        self._metrics.put(found, value, unit, at)

    def _run(self, function: Deployed, payload: bytes, request_id: str) -> Outcome:
        event = Event(
            request_id=request_id,
            payload=payload,
            function_arn=function.arn,
            timeout_seconds=function.timeout_seconds,
        )
        pool = self._pool(function)
        make = functools.partial(self._start, function)
        with pool.sandbox(function.version, function.reserved_concurrency, make) as sandbox:
            outcome = sandbox.run(event)
            self._report(function, sandbox.settings.instance, request_id, outcome)
        return outcome

    def _pool(self, function: Deployed) -> Pool:
        with self._lock:
            return self._pools.setdefault((function.region, function.name), Pool(self._starts))

    def _start(self, function: Deployed, started: Callable[[], None]) -> Sandbox:
        instance = f"{next(self._numbers):06d}"
        settings = SandboxSettings(
            instance=instance,
            handler=function.handler,
            archive=unpack(function.archive, self._surroundings.directory / "archives"),
            layer=self._layer,
            homes=self._surroundings.directory / "homes",
            memory_mb=function.memory_mb,
            environment=self._environment(function, instance),
        )
        sandbox = Sandbox(settings, self._logs.writer(function, instance), started)
        if self._closed:  # whoever closed the others may have looked before this one was there
            sandbox.close()
            raise RegionDark(f"{function.region} is gone with its cloud")
        return sandbox

    def _environment(self, function: Deployed, instance: str) -> Mapping[str, str]:
        """Return the function's own environment under the reserved names, which it cannot override.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        caller = Caller(kind="lambda", region=function.region, name=function.name, instance=instance)
        log_format = {"AWS_LAMBDA_LOG_FORMAT": function.logging.get("LogFormat", "Text")}
        if "ApplicationLogLevel" in function.logging:
            log_format["AWS_LAMBDA_LOG_LEVEL"] = function.logging["ApplicationLogLevel"]
        return {
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            **function.environment,
            **log_format,
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": caller.access_key_id,
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_ENDPOINT_URL": self._surroundings.endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": instance,
        }

    def _measure(self, function: Deployed, outcome: Outcome, invoked_at: datetime) -> None:
        """Put the metrics of an invocation that is over, with the time at which it began.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html
        """
        self.count(function, "Invocations", at=invoked_at)
        self.count(function, "Errors", 1 if outcome.failed else 0, at=invoked_at)
        self.count(function, "Duration", outcome.duration_ms, "Milliseconds", invoked_at)

    def _report(self, function: Deployed, instance: str, request_id: str, outcome: Outcome) -> None:
        """Write the platform's report line, in the shape of the JSON log format, unless the level leaves it out."""
        if function.logging.get("SystemLogLevel") == "WARN":
            return
        record = {
            "type": "platform.report",
            "record": {
                "requestId": request_id,
                "status": "failure" if outcome.failed else "success",
                "metrics": {
                    "durationMs": round(outcome.duration_ms, 3),
                    "memorySizeMB": function.memory_mb,
                    "maxMemoryUsedMB": outcome.max_memory_mb,
                    **({"initDurationMs": round(outcome.init_ms, 3)} if outcome.init_ms else {}),
                },
            },
        }
        write = self._logs.writer(function, instance)
        write(LogEvent(at_ms=int(time.time() * 1000), message=json.dumps(record)))


def _running(region: str, function: str, sandbox: Sandbox) -> Running:
    return Running(region=region, function=function, sandbox=sandbox.settings.instance, pid=sandbox.process.pid)
