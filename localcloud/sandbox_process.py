"""The operating system's side of a sandbox: a process that sees its archive, the layer and its environment only."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.capture import Capture, LogEvent

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ENTRY = Path(__file__).with_name("sandbox_main.py")
# -S keeps this environment's packages away, -P this directory, -B because /var/task is read-only on AWS
PYTHON = (sys.executable, "-S", "-P", "-B", str(ENTRY))


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """What a sandbox is made from; ``environment`` is complete but for paths and the runtime's address."""

    instance: str
    handler: str
    archive: Path
    layer: Path
    homes: Path
    memory_mb: int
    environment: Mapping[str, str]


class SandboxProcess:
    """A running process that ends with this one: ``sandbox_main`` watches its standard input.

    A stopped process cannot watch, but gets SIGHUP from the kernel: its group loses its last tie to this session.
    """

    def __init__(self, settings: SandboxSettings, runtime_api: str, emit: Callable[[LogEvent], None]) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="sandbox-", dir=settings.homes)
        (plain, plain_end), (framed, framed_end) = os.pipe(), os.pipe()
        environment = self._environment(settings, runtime_api, framed_end)
        self._process = self._spawn(settings, environment, plain_end, framed_end)
        os.close(plain_end)
        os.close(framed_end)
        self.capture = Capture(plain, framed, emit)

    @property
    def pid(self) -> int:
        """Return the number of the process, which is also that of its group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether the process has not ended; a stopped one has not."""
        return self._process.poll() is None

    def memory_mb(self) -> int:
        """Return the resident size, 0 for a process that is gone."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return 0
        return int(pages) * PAGE_BYTES // 2**20

    def exit_words(self) -> str:
        """Say how the process ended, in Lambda's words."""
        code = self._process.wait()
        if code == 0:
            return "Runtime exited without providing a reason"
        reason = f"exit status {code}" if code > 0 else f"signal: {signal.strsignal(-code) or -code}".lower()
        return f"Runtime exited with error: {reason}"

    def kill(self) -> None:
        """Kill the process and what it started; harmless when it is gone already."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def close(self) -> None:
        """Kill, and give back pipes and directory."""
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.capture.join()
        self._home.cleanup()

    def _environment(self, settings: SandboxSettings, runtime_api: str, telemetry: int) -> dict[str, str]:
        return {
            **settings.environment,
            "PYTHONPATH": f"{settings.archive}:{settings.layer}",
            "LAMBDA_TASK_ROOT": str(settings.archive),
            "HOME": self._home.name,
            "TMPDIR": self._home.name,
            "_HANDLER": settings.handler,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "_LAMBDA_TELEMETRY_LOG_FD": str(telemetry),
        }

    def _spawn(
        self, settings: SandboxSettings, environment: Mapping[str, str], output: int, telemetry: int
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*PYTHON, settings.handler],
            cwd=settings.archive,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(telemetry,),
            process_group=0,
        )
