"""The embedded cloud's own process: everything behind one port, until its owner is gone."""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.front import Front
from localcloud.functions import Surroundings
from localcloud.latency import Profile
from localcloud.leftovers import own_directory
from localcloud.logs_as_json import log_to
from localcloud.machinery import Machinery, assemble
from localcloud.machinery_admin import set_admin_routes
from localcloud.sinks import SinkServer


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """How a cloud runs. ``time_scale`` below 1 shortens its delays, schedules, periods and retries alike."""

    root: Path
    port: int = 0
    profile: str = "cloud"
    seed: int = 0
    time_scale: float = 1.0
    detached: bool = False


def serve(settings: ServeSettings) -> None:
    """Run a cloud until standard input ends or a signal comes; print its addresses as one line of JSON."""
    directory = own_directory(settings.root)
    log_to(directory / "cloud.log")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    machinery = _start(settings, directory)
    if not settings.detached:
        threading.Thread(target=_wait_for_owner, args=(ended,), daemon=True).start()
    ended.wait()
    machinery.stop()
    shutil.rmtree(directory, ignore_errors=True)
    # moto's and the servers' threads may hang in a black hole for minutes; nothing of theirs is worth waiting for
    os._exit(0)


def _start(settings: ServeSettings, directory: Path) -> Machinery:
    profile = Profile.named(settings.profile).scaled(settings.time_scale)
    front = Front.open(profile, settings.seed, settings.port)
    surroundings = Surroundings(endpoint=front.endpoint, directory=directory)
    machinery = assemble(front.gateway, front.dynamodb, front.gateway.roles, surroundings, settings.time_scale)
    set_admin_routes(front.gateway, machinery)
    sink = SinkServer(machinery.sinks, front.gateway.world.up)
    addresses = {"endpoint": front.endpoint, "sink": sink.address, "directory": str(directory)}
    (directory / "addresses.json").write_text(json.dumps(addresses))
    _tell(addresses)
    return machinery


def _tell(addresses: Mapping[str, str]) -> None:
    print(json.dumps(addresses), flush=True)


def _wait_for_owner(ended: threading.Event) -> None:
    """Wait for the end of standard input, which closes with the process that started the cloud."""
    while sys.stdin.buffer.read(1):
        pass
    ended.set()
