"""A gate at which deployed functions stop until a test lets them go on."""

from pathlib import Path

PASS = """
def wait_at(gate):
    import os, time
    while not os.path.exists(gate):
        time.sleep(0.01)
"""
"""Source of ``wait_at``, for functions under test."""


class Gate:
    """Closed until opened; functions stop at it by its ``path``."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "gate"

    @property
    def path(self) -> str:
        return str(self._file)

    def open(self) -> None:
        """Let everybody pass, now and later."""
        self._file.touch()
