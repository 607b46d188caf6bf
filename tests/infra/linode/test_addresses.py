"""An address says whose it is, and what infra cannot import of the machines' files is the same there."""

from ipaddress import ip_interface, ip_network
from itertools import combinations

from infra.linode.address_plan import POOLS, SITES, heartbeat_address, pool_range
from infra.linode.ports import HTTP, HTTPS, SERVICE
from infra.linode.role_rules import NODEBALANCERS
from nodes.app.settings import Settings
from nodes.templates import balancer

LINODES_OWN = ip_network("192.168.128.0/17")
# What a service cannot do without; the rest is as it is by default.
SERVICE_VARIABLES = {
    "APP_DATABASE_ENGINE": "postgresql",
    "APP_DATABASE_NAME": "shop",
    "APP_DATABASE_READ_ADDRESS": "127.0.0.1:5433",
    "APP_DATABASE_CREDENTIALS": "/run/credentials/database",
    "APP_INBOX_TABLE": "inbox",
    "APP_INBOX_REGIONS": "us-east-1,us-east-2",
    "APP_WEBHOOK_SECRETS": "/run/credentials/webhooks",
    "APP_API_TOKENS": "/run/credentials/tokens",
}


def test_no_two_ranges_overlap_and_none_is_linodes_own() -> None:
    pools = [ip_network(pool_range(site, pool)) for site in SITES for pool in POOLS]
    beats = [ip_interface(heartbeat_address(site, 1)).network for site in SITES]
    assert not any(one.overlaps(other) for one, other in combinations([*pools, *beats, LINODES_OWN], 2))
    assert all(one.is_private for one in pools)


def test_each_balancer_beats_from_an_address_of_its_own() -> None:
    assert len({heartbeat_address(site, number) for site in SITES for number in (1, 2)}) == 4


def test_the_firewalls_let_in_what_the_balancers_file_takes() -> None:
    assert (balancer.Balancer.http_port, balancer.Balancer.https_port) == (HTTP, HTTPS)
    assert str(balancer.NODEBALANCERS) == NODEBALANCERS


def test_the_firewalls_let_in_where_services_listen() -> None:
    assert Settings.from_env(SERVICE_VARIABLES).bind.endswith(f":{SERVICE}")
