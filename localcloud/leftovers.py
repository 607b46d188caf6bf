"""Each cloud's own directory, named after its process, so that the next start can clear away what a killed one left."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PREFIX = "cloud-"
STAT_START_TIME = 19
"""Field 22 of /proc/PID/stat, counted after the command's closing parenthesis: clock ticks since boot at its start."""


@dataclass(frozen=True, kw_only=True)
class ProcessName:
    """A process that cannot be mistaken for a later one with the same id."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "ProcessName | None":
        """Name a process that runs now; None if there is none, or only what is left of one."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else cls(pid=pid, started=int(fields[STAT_START_TIME]))

    @classmethod
    def running(cls, pid: int) -> "ProcessName":
        """Name a process that is known to run.

        Raises:
            ProcessLookupError: it does not.
        """
        found = cls.of(pid)
        if found is None:
            raise ProcessLookupError(f"there is no process {pid}")
        return found

    @property
    def directory_name(self) -> str:
        """Return the name of the directory that is this process's own."""
        return f"{PREFIX}{self.pid}-{self.started}"

    @property
    def alive(self) -> bool:
        """Say whether this very process runs, and not another that got its number."""
        return ProcessName.of(self.pid) == self


def own_directory(root: Path) -> Path:
    """Make the directory of this process's cloud, and return it."""
    directory = root / ProcessName.running(os.getpid()).directory_name
    for part in ("archives", "homes"):
        (directory / part).mkdir(parents=True)
    return directory


def clean(root: Path) -> list[Path]:
    """Kill the processes and remove the directories of clouds that no longer run; return those directories."""
    dead = [directory for directory in root.glob(f"{PREFIX}*") if not process_of(directory).alive]
    for directory in dead:
        for pid in _processes_inside(directory):
            _kill(pid)
        shutil.rmtree(directory, ignore_errors=True)
    return dead


def process_of(directory: Path) -> ProcessName:
    """Read the process that a cloud's directory is named after."""
    _, pid, started = directory.name.split("-")
    return ProcessName(pid=int(pid), started=int(started))


def _processes_inside(directory: Path) -> Iterator[int]:
    """Find the processes that work inside a directory: sandboxes do, in their unpacked archive."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            inside = (process / "cwd").readlink().is_relative_to(directory.resolve())
        except OSError:
            continue
        if inside:
            yield int(process.name)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
