"""Where a rendered balancer sends requests: slots, paths, the other site, and what it believes of clients."""

import contextlib
import dataclasses
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

import pytest

from nodes.templates.balancer import NodeBalancerIngress, haproxy_configuration
from nodes.templates.pool import ServerPool
from tests.nodes.templates.balanced_site import PEER, Setting, Site, site
from tests.nodes.templates.counting_server import Manner
from tests.nodes.templates.site_under_test import (
    CountingServer,
    counting_server,
    folder,
    needs_haproxy,
    running_haproxy,
)
from tests.waiting import eventually

pytestmark = needs_haproxy
LOOPBACK = NodeBalancerIngress(sources=(IPv4Network("127.0.0.0/8"),))


@pytest.fixture
def under() -> Iterator[Site]:
    """A site with three web servers, whose API slots nobody has filled."""
    with site() as one:
        yield one


@pytest.fixture
def api() -> Iterator[CountingServer]:
    """A server that is in no pool yet."""
    with folder() as place, counting_server(place) as one:
        yield one


def test_nobody_answers_until_the_agent_fills_a_slot(under: Site, api: CountingServer) -> None:
    with under.client() as client:
        assert client.ask("GET", "/api/orders").status == 503
        under.haproxy.fill("api/api1", api.port)
        assert client.ask("GET", "/api/orders").status == 200
        under.haproxy.empty("api/api1")
        assert client.ask("GET", "/api/orders").status == 503


def test_api_paths_go_to_api_servers_and_no_others(under: Site, api: CountingServer) -> None:
    under.haproxy.fill("api/api1", api.port)
    with under.client() as client:
        for path in ("/api", "/api/orders?page=2", "/apiary", "/shop/api/orders", "/"):
            client.ask("GET", path)
    assert api.arrivals() == ["GET /api", "GET /api/orders?page=2"]


def test_a_method_that_no_service_of_ours_takes_is_refused(under: Site) -> None:
    with under.client() as client:
        assert client.ask("TRACE", "/").status == 405
    assert not under.arrivals()


def test_metrics_of_services_are_shown_to_nobody_outside(under: Site) -> None:
    with under.client() as client:
        asked = [client.ask("GET", path).status for path in ("/metrics", "/metrics?all=1", "/%6Detrics")]
        assert asked == [404, 404, 404]
    assert not under.arrivals()


def test_a_client_cannot_tell_another_address_for_its_own(under: Site) -> None:
    with under.client() as client:
        told = client.ask("GET", "/", {"X-Forwarded-For": "192.0.2.66"}).told()
    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("127.0.0.1", "https")


def test_the_address_that_a_nodebalancer_tells_is_the_clients() -> None:
    with site(Setting(ingress=LOOPBACK)) as under, under.client("203.0.113.77") as client:
        told = client.ask("GET", "/", {"X-Forwarded-For": "192.0.2.66"}).told()
        assert told["x-forwarded-for"] == "203.0.113.77"


def test_the_other_sites_balancers_are_believed_about_their_clients() -> None:
    with site(Setting(ingress=LOOPBACK)) as under, under.client(str(PEER)) as client:
        told = client.ask("GET", "/", {"X-Forwarded-For": "192.0.2.66"}).told()
        assert told["x-forwarded-for"] == "192.0.2.66"


def test_who_is_no_nodebalancer_gets_no_connection_where_one_stands_before_the_site() -> None:
    with site(Setting(ingress=NodeBalancerIngress())) as under, under.client("203.0.113.77") as client:
        with pytest.raises((OSError, http.client.HTTPException)):
            client.ask("GET", "/")
        assert not under.arrivals()


def test_plain_http_is_sent_to_https(under: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", under.balancer.http_port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/cart?id=3", headers={"Host": "shop.example.com"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["location"]) == (308, "https://shop.example.com/cart?id=3")


def test_an_inactive_site_forwards_everything_and_marks_it(under: Site) -> None:
    with site() as other, under.client() as client:
        _forward(under, other)
        told = client.ask("POST", "/orders", {"X-Forwarded-For": "192.0.2.66"}).told()
        assert told["x-lifeboat-forwarded"] == "us-ord"
        assert told["port"] in {server.port for server in other.servers}
        assert not under.arrivals()


def test_a_site_that_the_other_one_stops_forwarding_to_serves_again(under: Site) -> None:
    with site() as other, under.client() as client:
        _forward(under, other)
        under.haproxy.empty("remote_site/remote1")
        assert client.ask("GET", "/").told()["port"] in {server.port for server in under.servers}


def test_two_sites_that_forward_to_each_other_answer_503_after_one_hop(under: Site) -> None:
    with site() as other, under.client() as client:
        _forward(under, other)
        _forward(other, under)
        answer = client.ask("POST", "/orders")
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert not under.arrivals() + other.arrivals()
        assert _requests(under) == _requests(other) == 1


def test_a_site_with_servers_serves_what_was_forwarded_to_it(under: Site) -> None:
    with under.client() as client:
        assert client.ask("GET", "/", {"X-Lifeboat-Forwarded": "us-lax"}).status == 200


def test_a_dead_remote_site_is_not_forwarded_to(under: Site) -> None:
    with site() as other:
        _forward(under, other)
        other.haproxy.process.kill()
        eventually(lambda: not under.haproxy.is_up("remote_site/remote1"), 10, "the check notices")
    with under.client() as client:
        assert client.ask("GET", "/").status == 200


def test_a_remote_site_without_the_right_certificate_is_sent_nothing(under: Site) -> None:
    with site(Setting(owner="somebody else")) as other, under.client() as client:
        under.haproxy.fill("remote_site/remote1", other.balancer.https_port)
        eventually(lambda: not under.haproxy.is_up("remote_site/remote1"), 10, "the check refuses it")
        assert client.ask("POST", "/orders").told()["x-lifeboat-forwarded"] is None
        assert not other.arrivals()


def test_a_forwarded_post_arrives_once_when_the_remote_server_resets_it(under: Site) -> None:
    with site(Setting(first=Manner.RESETS)) as other, under.client() as client:
        _forward(under, other)
        statuses = [client.ask("POST", f"/orders/{number}").status for number in range(6)]
        assert sorted(statuses) == [200] * 4 + [502] * 2
        assert set(other.arrivals().values()) == {1}


def test_the_balancer_says_that_it_is_dead_exactly_while_it_has_nobody_to_send_to(under: Site) -> None:
    assert _status(under, "/balancer") == 200
    for server in ("web/web1", "web/web2", "web/web3"):
        under.haproxy.empty(server)
    assert _status(under, "/balancer") == 503
    under.haproxy.fill("web/web4", under.servers[0].port)
    assert _status(under, "/balancer") == 200


def test_metrics_are_on_loopback_and_nothing_else_is(under: Site) -> None:
    assert _status(under, "/metrics") == 200
    assert _status(under, "/stats") == 404


def test_a_reload_keeps_the_slots_that_are_rendered_filled(under: Site) -> None:
    place = under.haproxy.folder
    take_over = ("-x", str(place / "agent.sock"), "-sf", str(under.haproxy.process.pid))
    known = ServerPool(port=under.servers[0].port, slots=4, filled=(IPv4Address("127.0.0.1"),))
    text = haproxy_configuration(dataclasses.replace(under.balancer, web=known)).text
    with running_haproxy(text, place, *take_over) as successor, under.client() as client:
        assert under.haproxy.process.wait(10) == 0
        assert client.ask("GET", "/").told()["port"] == under.servers[0].port
        assert [successor.is_up(f"web/web{number}") for number in (1, 2, 3, 4)] == [True, False, False, False]


def _forward(one: Site, other: Site) -> None:
    one.haproxy.fill("remote_site/remote1", other.balancer.https_port)
    eventually(lambda: one.haproxy.is_up("remote_site/remote1"), 5, "the other site is seen up")


def _requests(of: Site) -> int:
    lines = [line.split(",") for line in of.haproxy.say("show stat").splitlines()]
    return next(int(line[7]) for line in lines if line[:2] == ["site", "FRONTEND"])


def _status(of: Site, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{of.balancer.local_port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
