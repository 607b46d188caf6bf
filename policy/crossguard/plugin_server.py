"""What every plugin of the engine does first: listen on a free port of loopback and say which."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc

# An archive travels as one message; gRPC's own limit is 4 MB.
LARGEST_MESSAGE = 400 * 1024 * 1024
LOOK_SECONDS = 1.0


def serve(add: Callable[[grpc.Server], None], threads: int = 8) -> None:
    """Serve what ``add`` adds until the engine ends the process, or has ended without."""
    engine = os.getppid()
    options = [(f"grpc.max_{way}_message_length", LARGEST_MESSAGE) for way in ("send", "receive")]
    server = grpc.server(ThreadPoolExecutor(threads), options=options)
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda _number, _frame: server.stop(grace=0.5))
    print(port, flush=True)
    while server.wait_for_termination(LOOK_SECONDS) and os.getppid() == engine:
        pass
