"""A rendered balancer under servers that die, hang, answer late or cut; what arrives at the servers is counted."""

import shutil
import subprocess
from collections import Counter

import pytest

from tests.nodes.templates.balanced_site import CLIENTS, Setting, Site, failed, load, site
from tests.nodes.templates.counting_server import Manner
from tests.nodes.templates.https_client import HOST
from tests.nodes.templates.site_under_test import CountingServer, needs_haproxy
from tests.waiting import eventually

pytestmark = needs_haproxy
WRONG = [Manner.SILENT, Manner.RESETS, Manner.SLOW]
NEVER_TWICE = "http-request disable-l7-retry unless { method GET HEAD OPTIONS }"


def test_no_safe_request_of_1200_fails_when_a_server_is_killed() -> None:
    with site() as under:
        asked = load(under, "GET", 1200, CountingServer.kill)
        assert len(asked) == 1200
        assert failed(asked) == []
        assert under.servers[0].arrivals()


def test_no_safe_request_fails_when_a_server_hangs() -> None:
    with site() as under:
        assert failed(load(under, "GET", 600, CountingServer.freeze)) == []


@pytest.mark.parametrize("manner", WRONG)
def test_safe_requests_are_answered_by_another_server_when_one_does_not_answer(manner: Manner) -> None:
    with site(Setting(first=manner)) as under:
        assert failed(load(under, "GET", 30)) == []
        assert under.servers[0].arrivals()


@pytest.mark.parametrize("manner", WRONG)
def test_a_request_that_changes_something_arrives_once_whatever_its_server_does(manner: Manner) -> None:
    with site(Setting(first=manner)) as under:
        asked = [one for method in ("POST", "PUT", "DELETE", "PATCH") for one in load(under, method, 12)]
        assert under.arrivals() == Counter(one.request for one in asked)
        assert {one.status for one in failed(asked)} == {502 if manner is Manner.RESETS else 504}


def test_a_post_arrives_once_if_it_was_answered_and_at_most_once_if_its_server_was_killed() -> None:
    with site() as under:
        asked = load(under, "POST", 1200, CountingServer.kill)
        answered = {one.request for one in asked if one.status == 200}
        assert len(answered) > 1200 - 2 * CLIENTS
        assert set(under.arrivals().values()) == {1}
        assert answered <= set(under.arrivals())
        assert {one.status for one in asked} <= {200, 502}


def test_a_post_that_waits_in_a_frozen_server_arrives_nowhere_else_even_after_it_thaws() -> None:
    with site() as under:
        asked = load(under, "POST", 600, CountingServer.freeze)
        late = {one.request for one in failed(asked)}
        under.servers[0].thaw()
        eventually(lambda: late & set(under.servers[0].arrivals()), 10, "what waited is read")
        assert set(under.arrivals().values()) == {1}


def test_posts_would_arrive_twice_without_the_rule() -> None:
    """The counting of the tests above sees what it is there to see."""
    with site(Setting(first=Manner.SLOW, swap=(NEVER_TWICE, ""))) as under:
        load(under, "POST", 12)
        assert max(under.arrivals().values()) > 1


needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="needs a client that speaks HTTP/2: apt-get install -y curl"
)


@needs_curl
def test_a_client_of_http_2_is_told_of_a_broken_server_and_sends_no_post_again() -> None:
    with site(Setting(first=Manner.RESETS)) as under:
        assert sorted(_posted_over_http_2(under)) == ["2:200"] * 6 + ["2:502"] * 3
        assert set(under.arrivals().values()) == {1}


@needs_curl
def test_a_client_of_http_2_would_send_a_post_again_if_the_ingress_met_the_servers_itself() -> None:
    """Why there are two frontends, one after the other."""
    with site(Setting(first=Manner.RESETS, swap=("default_backend inside", "default_backend web"))) as under:
        _posted_over_http_2(under)
        assert max(under.arrivals().values()) == 2


def _posted_over_http_2(under: Site) -> list[str]:
    port = under.balancer.https_port
    options = ["--silent", "--http2", "--cacert", under.balancer.certificate, "--resolve", f"{HOST}:{port}:127.0.0.1"]
    one = [*options, "--output", "/dev/null", "--write-out", "%{http_version}:%{http_code}\n", "--request", "POST"]
    posts = [[*one, f"https://{HOST}:{port}/item/{number}", "--next"] for number in range(9)]
    command = ["curl", *(word for post in posts for word in post)][:-1]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.split()
