"""A flag that a server's first process sets and all its workers see: readiness ends before the listening does."""

import mmap


class Draining:
    """One byte of memory that children share with the process that made it, so make it before they are forked."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    @property
    def begun(self) -> bool:
        """Say whether the service is about to stop."""
        return self._shared[0] == 1

    def begin(self) -> None:
        """Say so to every process."""
        self._shared[0] = 1
