"""Every HAProxy file that can be rendered is one that HAProxy takes, without a warning."""

import itertools
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from nodes.templates import application, balancer
from nodes.templates.application import DatabaseListener, SqlEngine
from nodes.templates.balancer import Balancer, NodeBalancerIngress, VipIngress
from nodes.templates.pool import ServerPool
from tests.nodes.templates.https_client import HOST, certificate
from tests.nodes.templates.site_under_test import folder, needs_haproxy

ADDRESSES = (IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"))


def balancers() -> list[Balancer]:
    """Return one of each kind: both ingresses, with and without peers, with empty, some and no empty slots."""
    ingresses: tuple[NodeBalancerIngress | VipIngress, ...] = (NodeBalancerIngress(), VipIngress())
    kinds = itertools.product(ingresses, ((), ADDRESSES), (0, 1, 2))
    return [_balancer(ingress, peers, filled) for ingress, peers, filled in kinds]


def _balancer(ingress: NodeBalancerIngress | VipIngress, peers: tuple[IPv4Address, ...], filled: int) -> Balancer:
    pool = ServerPool(port=8000, slots=2, filled=ADDRESSES[:filled])
    own = str(certificate())
    return Balancer(
        site="us-ord", host=HOST, ingress=ingress, web=pool, api=pool, peers=peers, remote=pool,
        certificate=own, authorities=own, agent_group="root",
    )  # fmt: skip


def listeners() -> list[DatabaseListener]:
    """Return one for each engine, with empty, some and no empty slots."""
    kinds = itertools.product(SqlEngine, (0, 1, 2))
    return [_listener(engine, filled) for engine, filled in kinds]


def _listener(engine: SqlEngine, filled: int) -> DatabaseListener:
    readers = ServerPool(port=5432, slots=2, filled=ADDRESSES[:filled])
    return DatabaseListener(
        site="us-ord", engine=engine, readers=readers, writer_port=5432, reader_port=5433, agent_group="root"
    )


def told_of(text: str, place: Path) -> tuple[int, str]:
    """Return the exit code of HAProxy's own check and its complaints."""
    (place / "haproxy.cfg").write_text(text)
    checked = subprocess.run(
        ["haproxy", "-c", "-f", str(place / "haproxy.cfg")], capture_output=True, text=True, timeout=30, check=False
    )
    return checked.returncode, "\n".join(line for line in checked.stderr.splitlines() if "[NOTICE]" not in line)


@needs_haproxy
def test_haproxy_takes_every_balancer_and_every_listener_without_a_warning() -> None:
    files = [balancer.haproxy_configuration(one) for one in balancers()]
    files += [application.haproxy_configuration(one) for one in listeners()]
    with folder() as place:
        assert [told_of(file.text, place) for file in files] == [(0, "")] * 18


@needs_haproxy
def test_a_wrong_line_would_be_noticed() -> None:
    wrong = balancer.haproxy_configuration(balancers()[0]).text.replace("option redispatch 1", "option redispatsh 1")
    with folder() as place:
        assert told_of(wrong, place)[0] == 1


def test_more_servers_than_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="2 servers for 1 slots"):
        ServerPool(port=8000, slots=1, filled=ADDRESSES)


def test_a_rendered_listener_names_no_writer() -> None:
    texts = [application.haproxy_configuration(one).text for one in listeners()]
    assert all("server-template writer 1-1 192.0.2.1:5432" in text for text in texts)
    assert not any("server writer" in text for text in texts)
