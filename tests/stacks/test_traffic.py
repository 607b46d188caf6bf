"""A name follows the switches and nothing else; whoever flips it may write them and edits no record."""

import json
from collections import Counter

import pytest

from evaluation import Evaluation, Registration, evaluate
from failover.switch import SEARCH_STRING, key_of
from infra.aws import switch_checks, topology
from infra.aws.traffic_names import TrafficNames, TrafficNamesArgs
from infra.site_addresses import SiteAddresses
from tests.conftest import Evaluate
from tests.policy.cases.case import within
from tests.stacks.named import named
from tests.stacks.registered import BUCKET, FUNCTION, ROLE_POLICY, TABLE, at, items, of_type, replicas, statements, text

RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
REGIONS = ["us-east-1", "us-east-2", "us-west-2"]
SWITCHES = {region: f"lifeboat-prod-switch-111122223333-{region}" for region in REGIONS}


def records(stack: Evaluation, name: str) -> list[Registration]:
    return [one for one in of_type(stack, RECORD) if one.inputs["name"] == name]


def orchestrators(stack: Evaluation) -> list[Registration]:
    return [one for one in of_type(stack, FUNCTION) if text(one.inputs, "name").endswith("failover-orchestrator")]


def test_infra_looks_for_what_the_domain_writes_and_where() -> None:
    assert (SEARCH_STRING, key_of("app")) == (switch_checks.SEARCH_STRING, topology.SWITCH_KEY)


def test_a_name_leads_to_the_primary_while_its_check_is_healthy_and_else_to_the_secondary() -> None:
    for family in ("A", "AAAA"):
        found = {
            text(one.inputs, "setIdentifier"): one
            for one in records(named(), "shop.example.com")
            if one.inputs["type"] == family
        }
        assert {site: one.inputs["failoverRoutingPolicies"] for site, one in found.items()} == {
            "primary": [{"type": "PRIMARY"}],
            "secondary": [{"type": "SECONDARY"}],
        }
        assert found["primary"].inputs["healthCheckId"] == "switch-check-aws-us-east-2-primary"
        assert "healthCheckId" not in found["secondary"].inputs


def test_each_site_has_a_name_of_its_own_that_nothing_moves() -> None:
    sites = {one.name: one.urn for one in named().registrations if one.type == "linode:index/nodeBalancer:NodeBalancer"}
    for site, region in (("primary", "us-ord"), ("secondary", "us-sea")):
        found = records(named(), f"{site}.shop.example.com")
        assert sorted(text(one.inputs, "type") for one in found) == ["A", "AAAA"]
        assert {key for one in found for key in one.inputs} == {"name", "records", "ttl", "type", "zoneId"}
        led = {urn for one in found for urn in one.property_dependencies["records"]}
        assert [name for name, urn in sites.items() if urn in led] == [name for name in sites if region in name]


@pytest.mark.parametrize(("ingress", "families"), [("nodebalancer", ["A", "AAAA"]), ("keepalived", ["A"])])
def test_a_name_has_the_families_that_sites_have(ingress: str, families: list[str]) -> None:
    for name, each in (("shop.example.com", 2), ("primary.shop.example.com", 1), ("secondary.shop.example.com", 1)):
        found = records(named(ingress=ingress), name)
        assert Counter(text(one.inputs, "type") for one in found) == dict.fromkeys(families, each)


def test_a_family_that_one_site_alone_has_is_only_in_that_sites_own_name() -> None:
    """People of that family would never be moved away from it."""
    stack = evaluate("prod", program=one_site_with_ipv6)
    found = [text(one.inputs, "name") for one in of_type(stack, RECORD) if one.inputs["type"] == "AAAA"]
    assert found == ["primary.shop.example.com"]


def one_site_with_ipv6() -> None:
    args = TrafficNamesArgs(
        zone_id="Z1",
        name="shop.example.com",
        routing="failover",
        ttl_seconds=30,
        check_id="0a1b",
        addresses={
            "primary": SiteAddresses(ipv4="192.0.2.1", ipv6="2001:db8::1"),
            "secondary": SiteAddresses(ipv4="192.0.2.2", ipv6=None),
        },
        weights={},
        nearest_regions={},
    )
    TrafficNames("names-aws-us-east-2", args, within("us-east-2"))


def test_the_check_reads_the_switch_of_each_control_region_from_outside_of_all_of_them() -> None:
    children = [one for one in of_type(named(), CHECK) if one.inputs["type"] != "CALCULATED"]
    hosts = {f"{bucket}.s3.{region}.amazonaws.com" for region, bucket in SWITCHES.items()}
    assert {text(one.inputs, "fqdn") for one in children} == hosts
    buckets = {(one.region, one.inputs["bucket"]) for one in of_type(named(), BUCKET)}
    assert set(SWITCHES.items()) <= buckets
    for one in children:
        assert not {*REGIONS} & {str(region) for region in items(one.inputs["regions"])}
        assert not one.dependencies, "a dark region's bucket must not keep a check from being changed"


def test_no_name_says_a_region_that_only_a_switch_is_in() -> None:
    """`--exclude '**aws-us-east-1**'` must leave the check of the region's switch alone."""
    reading = [one.name for one in of_type(named(), CHECK)]
    assert len(reading) == 4
    for region in ("us-east-1", "us-west-2"):
        assert not [name for name in reading if f"aws-{region}" in name]


def test_outsiders_read_switches_by_tls_and_nothing_else() -> None:
    for one in of_type(named(), BUCKET_POLICY):
        shown, barred = statements(one)
        bucket = f"arn:aws:s3:::{text(one.inputs, 'bucket')}"
        assert (shown["Effect"], shown["Action"], shown["Resource"]) == (
            "Allow",
            ["s3:GetObject"],
            [f"{bucket}/switch/*"],
        )
        assert (barred["Effect"], barred["Action"]) == ("Deny", ["s3:*"])
        assert barred["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(of_type(named(), BUCKET_POLICY)) == 3


def test_orchestrators_write_and_read_the_switch_of_every_control_region_and_edit_no_name() -> None:
    policies = [one for one in of_type(named(), ROLE_POLICY) if one.name.startswith("failover-orchestrator-aws")]
    assert len(policies) == 3
    for policy in policies:
        told = {str(one["Sid"]): one for one in statements(policy)}
        arns = [f"arn:aws:s3:::{SWITCHES[region]}" for region in REGIONS]
        assert told["FlipTraffic"]["Resource"] == [f"{arn}/switch/app.json" for arn in arns]
        assert told["FlipTraffic"]["Action"] == ["s3:GetObject", "s3:PutObject"]
        assert told["TellAbsentSwitches"]["Resource"] == arns
    assert "route53" not in json.dumps([one.inputs["policy"] for one in policies])


def test_orchestrators_are_told_the_name_and_its_zone_to_report_with() -> None:
    zones = ("PRIMARY_REGION_HOSTED_ZONE_ID", "SECONDARY_REGION_HOSTED_ZONE_ID")
    for stack, zone in (
        (named(), "example.com"),
        (named({"zoneId": "Z0123456789"}), "Z0123456789"),
        (named({"provider": "linode"}), ""),
    ):
        for one in orchestrators(stack):
            told = at(one.inputs, "environment", "variables")
            assert isinstance(told, dict)
            assert told["APPLICATION_DNS_NAME"] == "shop.example.com"
            assert [told[name] for name in zones] == [zone, zone]


def test_where_no_name_is_declared_orchestrators_may_flip_none() -> None:
    nameless = evaluate("prod", config={"traffic": {}}, preview=True)
    policies = [one for one in of_type(nameless, ROLE_POLICY) if one.name.startswith("failover-orchestrator-aws")]
    assert "s3:" not in json.dumps([one.inputs["policy"] for one in policies])


def test_a_zone_that_exists_is_referred_to_and_not_declared() -> None:
    stack = named({"zoneId": "Z0123456789"})
    assert of_type(stack, "aws:route53/zone:Zone") == []
    assert {one.inputs["zoneId"] for one in of_type(stack, RECORD)} == {"Z0123456789"}


def test_with_linode_as_authority_nothing_of_route_53_and_no_switch_is_declared() -> None:
    stack = named({"provider": "linode"})
    assert [one.name for one in stack.registrations if "route53" in one.type or "switch" in one.name] == []
    assert at(stack.outputs, "lifeboat", "traffic", "switchBuckets") == {}


@pytest.mark.parametrize(
    ("settings", "policies"),
    [
        ({"routing": "weighted", "weights": {"primary": 200, "secondary": 0}}, [[{"weight": 200}], [{"weight": 0}]]),
        ({"routing": "latency"}, [[{"region": "us-east-1"}], [{"region": "us-west-2"}]]),
    ],
)
def test_a_name_that_leads_to_both_sites_leaves_the_primary_by_the_same_check(
    settings: dict[str, object], policies: list[object]
) -> None:
    stack = named({"bothSitesAnswer": True, **settings})
    found = [one for one in records(stack, "shop.example.com") if one.inputs["type"] == "A"]
    assert [one.inputs[f"{settings['routing']}RoutingPolicies"] for one in found] == policies
    assert ["healthCheckId" in one.inputs for one in found] == [True, False]


def test_outputs_say_where_the_name_leads_and_where_it_is_flipped() -> None:
    told = at(named().outputs, "lifeboat", "traffic")
    assert isinstance(told, dict)
    assert told["siteNames"] == {"primary": "primary.shop.example.com", "secondary": "secondary.shop.example.com"}
    assert (told["switchBuckets"], told["switchKey"]) == (SWITCHES, "switch/app.json")
    assert len(items(told["nameServers"])) == 4


def test_a_preview_declares_the_same_as_an_update() -> None:
    assert [one.urn for one in named(preview=True).registrations] == [one.urn for one in named().registrations]


def test_the_inbox_has_a_strong_replica_in_every_control_region_of_its_own(variant: Evaluate) -> None:
    for mode, regions in (("prod", set(REGIONS)), ("mrsc", {"eu-west-1", "eu-west-2", "eu-central-1"})):
        [inbox] = [one for one in of_type(variant(mode), TABLE) if one.inputs["name"] == "lifeboat-prod-inbox"]
        assert {inbox.region, *(region for region, _ in replicas(inbox))} == regions
        assert (inbox.inputs["hashKey"], inbox.inputs["rangeKey"]) == ("box", "event")
        assert {text(one, "consistencyMode") for one in items(inbox.inputs["replicas"])} == {"STRONG"}
        assert "ttl" not in inbox.inputs
