"""Runs first inside a sandbox's process: ends it when the cloud is gone, then hands over to the Lambda runtime."""

import os
import sys
import threading


def _end_with(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os._exit(0)


def _watch_the_cloud() -> None:
    """Wait for the end of standard input, which closes with the cloud however it dies."""
    pipe = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()


if __name__ == "__main__":
    _watch_the_cloud()
    from awslambdaric.__main__ import main  # type: ignore[import-untyped]

    main(sys.argv)
