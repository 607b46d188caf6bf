"""Starts the load beside a drill and stops it."""

import os
import subprocess
import sys
from types import TracebackType
from typing import Self

from drills.load_spec import LoadSpec

STOP_SECONDS = 15.0


class LoadFailed(Exception):
    """The load ended by itself or would not stop."""


class LoadProcess:
    """A context manager around ``python -m drills.load``; the load ends when this process does, however it ends."""

    def __init__(self, spec: LoadSpec, endpoint: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "drills.load", "--spec", spec.to_json()],
            stdin=subprocess.PIPE,
            env={**os.environ, "AWS_ENDPOINT_URL": endpoint},
        )

    def stop(self) -> None:
        """End the load after the calls under way and wait for it; stopping twice does nothing.

        Raises:
            LoadFailed: it had ended by itself, with an error, or did not end.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            raise LoadFailed(f"the load did not stop within {STOP_SECONDS:g} s and was killed") from error
        if code != 0:
            raise LoadFailed(f"the load ended with exit code {code}; its last words are above")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()
