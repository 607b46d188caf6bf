"""Zones, records and health checks with all that a program sets of them."""

from collections.abc import Callable

import pytest

from evaluation import Value
from localcloud.create import Created, Resources, Unsupported
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf
from tests.localcloud.create.test_create import registration

Make = Callable[..., Created]


@pytest.fixture
def make(front: Front) -> Make:
    """Create a resource by its type's last name."""

    def create(kind: str, logical: str, /, **inputs: Value) -> Created:
        type_ = f"aws:route53/{kind[0].lower()}{kind[1:]}:{kind}"
        return Resources(front.endpoint).create(registration(type_, inputs, logical))

    return create


def test_a_zone_has_the_outputs_of_its_provider(make: Make, client: ClientOf) -> None:
    id_, outputs = make("Zone", "zone", name="example.org", comment="Ours", forceDestroy=True)
    assert outputs["zoneId"] == id_
    servers = outputs["nameServers"]
    assert isinstance(servers, list)
    assert len(servers) == 4
    assert client("route53").get_hosted_zone(Id=id_)["HostedZone"]["Config"]["Comment"] == "Ours"


@pytest.mark.parametrize(
    ("routing", "kept"),
    [
        ({"failoverRoutingPolicies": [{"type": "PRIMARY"}]}, ("Failover", "PRIMARY")),
        ({"weightedRoutingPolicies": [{"weight": 0}]}, ("Weight", 0)),
        ({"latencyRoutingPolicies": [{"region": "us-west-2"}]}, ("Region", "us-west-2")),
    ],
)
def test_a_record_is_kept_with_its_routing(
    make: Make, client: ClientOf, routing: dict[str, Value], kept: tuple[str, object]
) -> None:
    zone, _ = make("Zone", f"zone-{kept[0]}", name=f"{kept[0].lower()}.example.org")
    told: dict[str, Value] = {"zoneId": zone, "name": f"a.{kept[0].lower()}.example.org", "type": "A", "ttl": 30}
    id_, outputs = make(
        "Record", "record", **told, records=["192.0.2.1"], setIdentifier="one", healthCheckId="h", **routing
    )
    assert id_ == f"{zone}_{told['name']}_A_one"
    assert outputs["fqdn"] == told["name"]
    records = client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    [record] = [one for one in records if one["Type"] == "A"]
    assert (record[kept[0]], record["TTL"], record["SetIdentifier"], record["HealthCheckId"]) == (
        kept[1],
        30,
        "one",
        "h",
    )
    assert record["ResourceRecords"] == [{"Value": "192.0.2.1"}]


def test_a_health_check_is_kept_as_it_was_declared(make: Make, client: ClientOf) -> None:
    child, _ = make(
        "HealthCheck",
        "child",
        type="HTTPS_STR_MATCH",
        fqdn="b.s3.us-east-1.amazonaws.com",
        port=443,
        resourcePath="/switch/app.json",
        searchString='"active":"secondary"',
        invertHealthcheck=True,
        requestInterval=10,
        failureThreshold=1,
        enableSni=True,
        regions=["eu-west-1", "sa-east-1", "us-west-1"],
        tags={"Name": "switch"},
    )
    parent, _ = make("HealthCheck", "parent", type="CALCULATED", childHealthchecks=[child], childHealthThreshold=1)
    kept = client("route53").get_health_check(HealthCheckId=child)["HealthCheck"]["HealthCheckConfig"]
    assert (kept["SearchString"], kept["Inverted"], kept["EnableSNI"]) == ('"active":"secondary"', True, True)
    assert (kept["RequestInterval"], kept["FailureThreshold"], len(kept["Regions"])) == (10, 1, 3)
    above = client("route53").get_health_check(HealthCheckId=parent)["HealthCheck"]["HealthCheckConfig"]
    assert (above["ChildHealthChecks"], above["HealthThreshold"]) == ([child], 1)


@pytest.mark.parametrize(("kind", "inputs"), [("HealthCheck", {"cloudwatchAlarmName": "a"}), ("Zone", {"vpcs": []})])
def test_what_is_not_carried_out_is_refused_by_name(make: Make, kind: str, inputs: dict[str, Value]) -> None:
    with pytest.raises(Unsupported, match=next(iter(inputs))):
        make(
            kind, f"other-{kind}", **{"type": "HTTPS"} if kind == "HealthCheck" else {"name": "x.example.org"}, **inputs
        )
