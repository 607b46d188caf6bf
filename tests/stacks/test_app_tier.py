"""Two sites that are alike and need neither each other nor anything that a template, a release or a person changes."""

import json
import re
from collections import Counter

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from evaluation import Evaluation, Registration, evaluate
from evaluation.made_up import made_up
from policy.judgement import judge
from tests.stacks.linode_tier import (
    FIREWALL,
    INGRESSES,
    INSTANCE,
    SITES,
    at_linode,
    born_with,
    pool_of,
    with_ingress,
)
from tests.stacks.registered import at, items, known, of_type, text, texts

PROVIDER = "pulumi:providers:linode"
NODEBALANCER = "linode:index/nodeBalancer:NodeBalancer"
CONFIG = "linode:index/nodeBalancerConfig:NodeBalancerConfig"
NODE = "linode:index/nodeBalancerNode:NodeBalancerNode"
GROUP = "linode:index/placementGroup:PlacementGroup"
RESERVED = "linode:index/reservedIp:ReservedIp"
ASSIGNMENT = "linode:index/reservedIpAssignment:ReservedIpAssignment"
SHARED = "linode:index/instanceSharedIps:InstanceSharedIps"
USER = "linode:index/user:User"
SUBNETS = {"postgresql": "database"}  # where a pool's subnet is called otherwise
REGION = re.compile(r"-linode-([a-z]{2}-[a-z]+(?:-\d)?)(?![a-z0-9])")


@pytest.fixture(params=INGRESSES)
def tier(request: pytest.FixtureRequest) -> Evaluation:
    """Production's application tier with each ingress."""
    return with_ingress(str(request.param))


def test_no_ingress_breaks_a_rule(tier: Evaluation) -> None:
    assert [one.message for one in judge(tier.registrations).violations] == []


@pytest.mark.parametrize("ingress", INGRESSES)
def test_a_preview_registers_what_up_does(ingress: str) -> None:
    preview, up = with_ingress(ingress, preview=True), with_ingress(ingress)
    assert [one.urn for one in preview.registrations] == [one.urn for one in up.registrations]
    assert known(preview) == known(up)


def test_everything_at_linode_but_the_accounts_users_names_its_one_region(tier: Evaluation) -> None:
    for one in in_regions(tier):
        assert len(set(REGION.findall(one.name))) == 1, one.name


def in_regions(tier: Evaluation) -> list[Registration]:
    return [one for one in at_linode(tier) if one.type != USER]


def test_nothing_of_a_site_but_its_databases_firewall_names_or_needs_anything_of_the_other(tier: Evaluation) -> None:
    by_urn = {one.urn: one for one in tier.registrations}
    others = {"us-ord": ("us-sea", "secondary", "10.65."), "us-sea": ("us-ord", "primary", "10.64.")}
    for one in in_regions(tier):
        region, peers = REGION.findall(one.name)[0], RESERVED if pool_of(one) == "postgresql" else ""
        needs = [by_urn[urn] for urn in (*one.dependencies, one.parent) if urn in by_urn]
        needed = [other.name for other in needs if other.type != peers]
        said = [one.name, *needed, *texts(one.inputs)]
        assert [each for each in said for other in others.get(region, ()) if other in each] == [], one.name


@pytest.mark.parametrize("ingress", INGRESSES)
def test_the_two_sites_are_alike(ingress: str) -> None:
    """In a preview, where no number or address is made up."""
    preview = with_ingress(ingress, preview=True)
    first, second = (
        {neutral(one.name): neutral(json.dumps(told(one), sort_keys=True)) for one in of_site(preview, region)}
        for region in SITES
    )
    assert first == second
    assert len(first) > 20


def of_site(evaluation: Evaluation, region: str) -> list[Registration]:
    return [one for one in at_linode(evaluation) if REGION.findall(one.name) == [region]]


def told(one: Registration) -> dict[str, object]:
    born = {"born": born_with(one)} if one.type == INSTANCE else {}
    return {
        **{name: value for name, value in one.inputs.items() if name != "metadatas"},
        **born,
        "protect": one.protect,
    }


def neutral(said: str) -> str:
    for name in ("us-ord", "primary", "10.64.", "us-sea", "secondary", "10.65."):
        said = said.replace(name, "SITE")
    return said


def test_each_site_has_its_pools_and_the_third_region_the_observer(tier: Evaluation) -> None:
    machines = Counter((text(one.inputs, "region"), pool_of(one)) for one in at_linode(tier, INSTANCE))
    pools = {"balancer": 2, "web": 2, "api": 2, "monitoring": 1}
    site = {(region, pool): count for region in SITES for pool, count in pools.items()}
    assert {key: count for key, count in machines.items() if key[1] != "postgresql"} == {
        **site,
        ("us-iad", "observer"): 1,
    }


def test_a_machine_is_born_with_its_site_and_pool_and_neither_role_nor_secret(tier: Evaluation) -> None:
    for one in at_linode(tier, INSTANCE):
        place = SITES.get(one.region, one.region)
        said = f'{{"site": "{place}", "pool": "{pool_of(one)}", "channel": "https://releases.example.com/lifeboat"}}'
        assert said in born_with(one)
        assert one.secret_paths == ()
        assert not {"rootPass", "booted", "firewallId", "stackscriptData"} & set(one.inputs)
        [key] = items(one.inputs["authorizedKeys"])
        load_ssh_public_key(str(key).encode())


def test_a_machine_has_a_public_interface_and_in_a_site_the_subnet_of_its_pool() -> None:
    tier = with_ingress("nodebalancer")
    subnets = {int(made_up(one, "")[0]): one.name for one in at_linode(tier, "linode:index/vpcSubnet:VpcSubnet")}
    for one in at_linode(tier, INSTANCE):
        public, *private = items(one.inputs["interfaces"])
        assert (text(public, "purpose"), at(public, "primary")) == ("public", True)
        found = [subnets[int(str(at(face, "subnetId")))] for face in private]
        assert found == (
            [f"network-linode-{one.region}-{SUBNETS.get(pool_of(one), pool_of(one))}-subnet"]
            if one.region in SITES
            else []
        )


def test_the_provider_is_told_no_token_and_is_the_only_one(tier: Evaluation) -> None:
    [provider] = of_type(tier, PROVIDER)
    assert provider.name == "linode"
    assert dict(provider.inputs) == {
        "url": "https://api.linode.com",
        "apiVersion": "v4",
        "uaPrefix": "lifeboat",
        "skipImplicitReboots": True,
        "objUseTempKeys": True,
    }
    assert {one.provider for one in at_linode(tier)} == {provider.urn}


def test_balancers_stand_apart_and_servers_apart_if_that_can_be(tier: Evaluation) -> None:
    policies = {
        (one.region, one.name.partition("-")[0]): text(one.inputs, "placementGroupPolicy")
        for one in at_linode(tier, GROUP)
    }
    for region in SITES:
        assert policies[region, "balancer"] == "strict"
        assert policies[region, "web"] == policies[region, "api"] == "flexible"


def test_a_nodebalancer_hands_both_ports_to_each_balancers_private_address_in_no_mode() -> None:
    tier = with_ingress("nodebalancer")
    for region in SITES:
        configs = {int(str(at(one.inputs, "port"))) for one in of_site(tier, region) if one.type == CONFIG}
        nodes = sorted(text(one.inputs, "address") for one in of_site(tier, region) if one.type == NODE)
        assert configs == {80, 443}
        assert len({address.partition(":")[0] for address in nodes}) == 2
        assert all(re.fullmatch(r"192\.168\.\d+\.\d+:(80|443)", address) for address in nodes)
    assert not any("mode" in one.inputs for one in at_linode(tier, NODE))
    assert {one.inputs.get("privateIp") for one in at_linode(tier, INSTANCE) if pool_of(one) == "balancer"} == {True}


def test_a_shared_address_is_reserved_on_the_first_balancer_and_allowed_to_the_second() -> None:
    tier = with_ingress("keepalived")
    for region in SITES:
        mine = of_site(tier, region)
        [reserved] = [one for one in mine if one.type == RESERVED and one.name.startswith("ingress")]
        [assigned] = [one for one in mine if one.type == ASSIGNMENT and one.name.startswith("ingress")]
        [shared] = [one for one in mine if one.type == SHARED]
        assert (reserved.protect, reserved.retain_on_delete) == (True, True)
        assert f"balancer-1-linode-{region}-instance" in str(assigned.property_dependencies["linodeId"])
        assert f"balancer-2-linode-{region}-instance" in str(shared.property_dependencies["linodeId"])
        assert assigned.inputs["address"] == items(shared.inputs["addresses"])[0]
    assert at_linode(tier, NODEBALANCER, CONFIG, NODE) == []


def test_balancers_that_share_an_address_configure_their_network_themselves_and_beat_in_a_vlan_of_their_own() -> None:
    tier = with_ingress("keepalived")
    beats: dict[tuple[str, str], str] = {}
    for one in at_linode(tier, INSTANCE):
        faces = items(one.inputs["interfaces"])
        vlans = [(text(face, "label"), text(face, "ipamAddress")) for face in faces if text(face, "purpose") == "vlan"]
        assert one.inputs["networkHelper"] is (pool_of(one) != "balancer")
        assert bool(vlans) is (pool_of(one) == "balancer")
        beats |= {(one.region, address): vlan for vlan, address in vlans}
    assert beats == {
        ("us-ord", "10.64.250.1/24"): "lifeboat-prod-primary-heartbeat",
        ("us-ord", "10.64.250.2/24"): "lifeboat-prod-primary-heartbeat",
        ("us-sea", "10.65.250.1/24"): "lifeboat-prod-secondary-heartbeat",
        ("us-sea", "10.65.250.2/24"): "lifeboat-prod-secondary-heartbeat",
    }


def test_a_firewall_is_each_roles_own_and_drops_whatever_it_does_not_name(tier: Evaluation) -> None:
    firewalls = at_linode(tier, FIREWALL)
    assert {(one.inputs["inboundPolicy"], one.inputs["outboundPolicy"]) for one in firewalls} == {("DROP", "DROP")}
    assert len({(REGION.findall(one.name)[0], pool_of(one)) for one in firewalls}) == len(firewalls)
    roles = {pool_of(one) for one in at_linode(tier, INSTANCE)}
    assert roles <= {pool_of(one) for one in firewalls}


def test_without_the_section_nothing_is_declared_at_linode() -> None:
    bare = evaluate("prod", config={"app": {}, "traffic": {}}, preview=True)
    assert [one.name for one in bare.registrations if "linode" in one.urn] == []
    assert at(bare.outputs, "lifeboat", "app") == {}
