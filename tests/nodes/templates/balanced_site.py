"""A site: a rendered balancer with three web servers and an API server behind it, and clients that load it."""

import contextlib
import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from nodes.templates.balancer import (
    Balancer,
    NodeBalancerIngress,
    VipIngress,
    haproxy_configuration,
)
from nodes.templates.pool import ServerPool
from tests.nodes.templates.counting_server import Manner
from tests.nodes.templates.https_client import HOST, Client, certificate
from tests.nodes.templates.site_under_test import (
    CountingServer,
    Haproxy,
    counting_server,
    folder,
    free_port,
    running_haproxy,
)

CLIENTS = 6
PEER = IPv4Address("198.51.100.7")
Disturb = Callable[[CountingServer], None]


@dataclass(frozen=True)
class Site:
    """A balancer with three web servers behind it; the first is the one that goes wrong."""

    haproxy: Haproxy
    balancer: Balancer
    servers: tuple[CountingServer, ...]

    def client(self, told_address: str | None = None) -> Client:
        """Return a client of the site; with an address, as a NodeBalancer passes one on."""
        return Client(self.balancer.https_port, Path(self.balancer.certificate), told_address)

    def arrivals(self) -> Counter[str]:
        """Return how often each request arrived, at all servers together."""
        return Counter(line for server in self.servers for line in server.arrivals())


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a test wants otherwise.

    ``swap`` replaces a piece of the configuration, to show that a test would notice; ``owner`` is whose certificate is
    shown, and the only one that is believed.
    """

    first: Manner = Manner.WELL
    ingress: NodeBalancerIngress | VipIngress = field(default_factory=VipIngress)
    swap: tuple[str, str] = ("", "")
    owner: str = "both sites"


@contextlib.contextmanager
def site(setting: Setting | None = None) -> Iterator[Site]:
    """Yield a site whose web slots are filled."""
    wanted = setting or Setting()
    with folder() as place, contextlib.ExitStack() as ended:
        manners = (wanted.first, Manner.WELL, Manner.WELL)
        servers = tuple(ended.enter_context(counting_server(place, manner)) for manner in manners)
        balancer = balancer_at(place, wanted.ingress, wanted.owner)
        text = haproxy_configuration(balancer).text
        assert wanted.swap[0] in text
        haproxy = ended.enter_context(running_haproxy(text.replace(*wanted.swap, 1) if wanted.swap[0] else text, place))
        for number, server in enumerate(servers, start=1):
            haproxy.fill(f"web/web{number}", server.port)
        yield Site(haproxy, balancer, servers)


def balancer_at(place: Path, ingress: NodeBalancerIngress | VipIngress, owner: str = "both sites") -> Balancer:
    """Return the facts of a balancer whose files are all in one folder."""
    return Balancer(
        site="us-ord",
        host=HOST,
        ingress=ingress,
        web=ServerPool(port=8000, slots=4),
        api=ServerPool(port=8001, slots=4),
        peers=(PEER,),
        certificate=str(certificate(owner)),
        authorities=str(certificate(owner)),
        runtime_directory=str(place),
        chroot=str(place),
        agent_group="root",
        http_port=free_port(),
        https_port=free_port(),
        local_port=free_port(),
        response_seconds=1,
        max_connections=500,
    )


@dataclass(frozen=True)
class Asked:
    """One request of a load and the status that it was answered with, 0 if the connection broke."""

    request: str
    status: int


def load(under: Site, method: str, count: int, disturb: Disturb | None = None) -> list[Asked]:
    """Ask from several clients at once; after a quarter of the requests, the first server is disturbed."""
    numbers = iter(range(count))
    lock = threading.Lock()

    def next_number() -> int | None:
        with lock:
            number = next(numbers, None)
            if number == count // 4 and disturb:
                disturb(under.servers[0])
            return number

    def one_client(_: int) -> list[Asked]:
        with under.client() as client:
            return [_ask(client, method, f"/item/{number}") for number in iter(next_number, None)]

    with ThreadPoolExecutor(CLIENTS) as clients:
        return [asked for client in clients.map(one_client, range(CLIENTS)) for asked in client]


def _ask(client: Client, method: str, path: str) -> Asked:
    try:
        return Asked(f"{method} {path}", client.ask(method, path).status)
    except (OSError, http.client.HTTPException):
        return Asked(f"{method} {path}", 0)


def failed(asked: list[Asked]) -> list[Asked]:
    """Return what no server answered."""
    return [one for one in asked if one.status != 200]
