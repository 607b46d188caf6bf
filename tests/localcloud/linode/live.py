"""An account whose time passes by itself, for clients that wait for what they start."""

from collections.abc import Iterator
from contextlib import contextmanager

from localcloud.gateway import Gateway
from localcloud.latency import Latency, Profile
from localcloud.linode.delays import LinodeDelays
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.server import Server
from localcloud.timers import Timers
from tests.localcloud.linode.bench import Bench

DELAYS = LinodeDelays(provision_seconds=0.2, boot_seconds=0.2, shutdown_seconds=0.1, job_seconds=0.1)
"""Short, and none of them nothing: what goes on after an answer does so at Linode, too."""


@contextmanager
def listening_cloud() -> Iterator[tuple[Gateway, str]]:
    """Give a cloud of which only Linode is used, and where it listens."""
    gateway = Gateway(MotoCloud(moto_app()), World(), latency=Latency(Profile(linode=DELAYS)))
    server = Server(gateway)
    server.start()
    try:
        yield gateway, server.endpoint
    finally:
        server.stop()


@contextmanager
def live_account(gateway: Gateway, endpoint: str) -> Iterator[Bench]:
    """Give an account with nothing in it; afterwards no faults stand and all regions are up."""
    timers = Timers()
    timers.start()
    try:
        yield Bench(gateway, endpoint, timers)
    finally:
        timers.stop()
        gateway.faults.clear()
        gateway.world.restore()
