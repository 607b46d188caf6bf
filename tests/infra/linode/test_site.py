"""A site as Linode's API has it once it is made: who is reached by whom, and by what address."""

import functools
import threading
from dataclasses import dataclass, field

import pulumi
import pulumi_linode as linode
import pytest

from evaluation import evaluate
from infra.linode.machine import MachineBirth
from infra.linode.naming import LinodeNaming
from infra.linode.role_rules import Ingress
from infra.linode.site import PoolSize, Site, SiteArgs
from localcloud.create.linode import LinodeResources
from tests.localcloud.linode.bench import Bench

BIRTH = MachineBirth(image="linode/debian12", user_data="I2Nsb3VkLWNvbmZpZw==", authorized_key="ssh-ed25519 made-up")
NAMING = LinodeNaming(stack="prod")
POOLS = ("balancer", "web", "api", "monitoring")


def declare(ingress: Ingress) -> None:
    size = PoolSize(type="g6-nanode-1", count=2)
    args = SiteArgs(
        naming=NAMING,
        site="primary",
        linode_region="us-ord",
        ingress=ingress,
        database_ports="5432",
        servers={"web": size, "api": size},
        balancer_type="g6-nanode-1",
        monitoring_type="g6-nanode-1",
        births=dict.fromkeys(POOLS, BIRTH),
        copies=None,
        protect=False,
    )
    opts = pulumi.ResourceOptions(provider=linode.Provider("linode", url="https://api.linode.com"))
    Site("site-linode-us-ord", args, opts)


@dataclass
class Clock:
    """Lets the account's time pass, for one waiting creator at a time."""

    bench: Bench
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, seconds: float) -> None:
        with self.lock:
            self.bench.pass_time(seconds)


def made(bench: Bench, ingress: Ingress) -> None:
    create = LinodeResources(bench.endpoint, Clock(bench).wait).create
    evaluate("prod", program=functools.partial(declare, ingress), create=create)


def balancer(bench: Bench, number: int) -> dict[str, object]:
    return one(bench, "/linode/instances", f"lifeboat-prod-primary-balancer-{number}")


def one(bench: Bench, path: str, label: str) -> dict[str, object]:
    [found] = [each for each in bench.get(path)["data"] if each["label"] == label]
    return dict(found)


@pytest.mark.parametrize("ingress", ["nodebalancer", "keepalived"])
def test_every_machine_runs_behind_the_firewall_of_its_role(bench: Bench, ingress: Ingress) -> None:
    made(bench, ingress)
    machines = bench.get("/linode/instances")["data"]
    assert {each["status"] for each in machines} == {"running"}
    for each in machines:
        [guard] = bench.get(f"/linode/instances/{each['id']}/firewalls")["data"]
        [pool] = [tag for tag in each["tags"] if tag.startswith("pool:")]
        assert (guard["status"], guard["label"]) == ("enabled", f"prod-primary-{pool.removeprefix('pool:')}")
    assert len(machines) == 7


def test_requests_reach_both_balancers_by_their_private_addresses(bench: Bench) -> None:
    made(bench, "nodebalancer")
    ingress = one(bench, "/nodebalancers", "prod-primary-ingress")
    [guard] = bench.get(f"/nodebalancers/{ingress['id']}/firewalls")["data"]
    assert guard["label"] == "prod-primary-ingress"
    private = {str(balancer(bench, number)["ipv4"]).split("'")[3] for number in (1, 2)}
    for config in bench.get(f"/nodebalancers/{ingress['id']}/configs")["data"]:
        nodes = bench.get(f"/nodebalancers/{ingress['id']}/configs/{config['id']}/nodes")["data"]
        assert {each["address"] for each in nodes} == {f"{address}:{config['port']}" for address in private}
        assert (config["protocol"], config["proxy_protocol"], config["check_passive"]) == ("tcp", "v2", False)


def test_the_balancers_may_both_announce_the_address_that_is_reserved(bench: Bench) -> None:
    made(bench, "keepalived")
    [reserved] = bench.get("/networking/reserved/ips")["data"]
    first, second = (bench.get(f"/linode/instances/{balancer(bench, number)['id']}/ips")["ipv4"] for number in (1, 2))
    assert reserved["address"] in [each["address"] for each in (*first["public"], *first["reserved"])]
    assert [each["address"] for each in second["shared"]] == [reserved["address"]]
    assert bench.get("/nodebalancers")["data"] == []


def test_balancers_that_share_an_address_hear_each_other_in_a_vlan_that_no_firewall_filters(bench: Bench) -> None:
    made(bench, "keepalived")
    for number in (1, 2):
        [config] = bench.get(f"/linode/instances/{balancer(bench, number)['id']}/configs")["data"]
        purposes = [each["purpose"] for each in config["interfaces"]]
        [vlan] = [each for each in config["interfaces"] if each["purpose"] == "vlan"]
        assert purposes == ["public", "vlan", "vpc"]
        assert (vlan["label"], vlan["ipam_address"]) == ("lifeboat-prod-primary-heartbeat", f"10.64.250.{number}/24")
        assert config["helpers"]["network"] is False
