"""The real declaration of a name, in the embedded cloud: which site it leads to while regions come and go."""

from collections.abc import Iterator

import pytest

from localcloud.faults import Fault
from localcloud.front import Front
from localcloud.latency import Profile
from tests.localcloud.conftest import connect
from tests.localcloud.named_cloud import PRIMARY, REGIONS, SECONDARY, NamedCloud, bucket_of


@pytest.fixture(scope="module")
def deployed() -> Iterator[NamedCloud]:
    """Give one deployment to all tests: a front without machinery, whose checkers look when they are told to."""
    opened = Front.open(Profile())

    def client(service: str, region: str = "us-east-1") -> object:
        return connect(opened, service, region, f"operator.{region}.test.0")

    yield NamedCloud(opened, client, "example.org")  # prod has example.com
    opened.close()


@pytest.fixture
def cloud(deployed: NamedCloud) -> Iterator[NamedCloud]:
    deployed.write("primary")
    deployed.look()
    assert deployed.leads_to() == PRIMARY[0]
    yield deployed
    deployed.front.gateway.faults.clear()
    deployed.front.gateway.world.restore()


def test_a_switch_that_was_never_written_leaves_the_name_where_it_is(deployed: NamedCloud) -> None:
    for region in REGIONS:
        deployed.s3(region).delete_object(Bucket=bucket_of(region), Key="switch/app.json")
    deployed.look()
    assert [one.healthy for one in deployed.children()] == [True] * 3
    assert deployed.leads_to() == PRIMARY[0]


def test_the_name_moves_at_the_next_look_after_two_of_three_switches_say_so(cloud: NamedCloud) -> None:
    cloud.write("secondary", "us-east-2")
    cloud.look()
    assert cloud.leads_to() == PRIMARY[0]
    cloud.write("secondary", "us-west-2")
    assert cloud.leads_to() == PRIMARY[0]
    cloud.look()
    assert (cloud.leads_to(), cloud.leads_to("AAAA")) == SECONDARY


def test_checkers_look_every_ten_seconds(cloud: NamedCloud) -> None:
    cloud.write("secondary")
    cloud.look(9.0)
    assert cloud.leads_to() == PRIMARY[0]
    cloud.look(1.0)
    assert cloud.leads_to() == SECONDARY[0]


@pytest.mark.parametrize("lost", REGIONS)
@pytest.mark.parametrize("how", ["blackhole", "refuse", "reset"])
def test_with_any_one_region_dark_the_name_moves_and_comes_back(cloud: NamedCloud, lost: str, how: str) -> None:
    cloud.front.gateway.world.darken(lost, how)  # type: ignore[arg-type]
    cloud.write("secondary", *(region for region in REGIONS if region != lost))
    cloud.look()
    assert cloud.leads_to() == SECONDARY[0]
    cloud.write("primary", *(region for region in REGIONS if region != lost))
    cloud.look()
    assert cloud.leads_to() == PRIMARY[0]


def test_losing_regions_alone_never_moves_the_name(cloud: NamedCloud) -> None:
    for region in REGIONS:
        cloud.front.gateway.world.darken(region)
        cloud.look()
        assert cloud.leads_to() == PRIMARY[0], region


def test_after_a_failover_two_dark_regions_release_the_name_to_the_primary(cloud: NamedCloud) -> None:
    cloud.write("secondary")
    cloud.look()
    cloud.front.gateway.world.darken("us-east-1")
    cloud.look()
    assert cloud.leads_to() == SECONDARY[0]
    cloud.front.gateway.world.darken("us-west-2")
    cloud.look()
    assert cloud.leads_to() == PRIMARY[0], "documented, and people are paged"


def test_errors_of_s3_leave_their_child_healthy(cloud: NamedCloud) -> None:
    cloud.write("secondary")
    cloud.front.gateway.faults.add(Fault(effect="error", service="s3", operation="GetObject", region="us-east-1"))
    cloud.look()
    assert cloud.leads_to() == SECONDARY[0]
    by_endpoint = {one.endpoint.split(".")[2]: one.healthy for one in cloud.children()}
    assert by_endpoint == {"us-east-1": True, "us-east-2": False, "us-west-2": False}


@pytest.mark.parametrize(
    "body", [b'{"active": "secondary"}', b'"active":"primary"', b" " * 5120 + b'"active":"secondary"']
)
def test_only_the_exact_string_within_what_is_searched_moves_a_name(cloud: NamedCloud, body: bytes) -> None:
    for region in REGIONS:
        cloud.s3(region).put_object(Bucket=bucket_of(region), Key="switch/app.json", Body=body)
    cloud.look()
    assert cloud.leads_to() == PRIMARY[0]


def test_the_names_of_the_sites_never_move(cloud: NamedCloud) -> None:
    for site in ("primary", "secondary"):
        cloud.write("primary" if site == "secondary" else "secondary")
        cloud.look()
        assert cloud.leads_to(site="primary") == PRIMARY[0]
        assert cloud.leads_to("AAAA", site="secondary") == SECONDARY[1]


def test_the_control_plane_in_us_east_1_is_not_needed_to_move_the_name(cloud: NamedCloud) -> None:
    cloud.front.gateway.faults.add(Fault(effect="refuse", service="route53"))
    cloud.front.gateway.faults.add(Fault(effect="refuse", service="iam"))
    cloud.front.gateway.faults.add(Fault(effect="refuse", service="sts"))
    cloud.write("secondary")
    cloud.look()
    assert cloud.leads_to() == SECONDARY[0]


def test_what_checkers_see_is_told_before_it_is_inverted(cloud: NamedCloud) -> None:
    route53 = cloud.client("route53")
    cloud.write("secondary", "us-west-2")
    cloud.look()
    told = {}
    for child in cloud.children():
        seen = route53.get_health_check_status(HealthCheckId=child.id)["HealthCheckObservations"]
        assert len(seen) == 6
        told[child.endpoint.split(".")[2]] = {one["StatusReport"]["Status"] for one in seen}
    missing = {"Failure: The response body does not contain the search string."}
    assert told == {"us-east-1": missing, "us-east-2": missing, "us-west-2": {"Success: HTTP Status Code 200, OK."}}


def test_a_calculated_check_is_looked_at_from_nowhere(cloud: NamedCloud) -> None:
    route53 = cloud.client("route53")
    parent = cloud.parent()
    with pytest.raises(route53.exceptions.InvalidInput):
        route53.get_health_check_status(HealthCheckId=parent)
    with pytest.raises(route53.exceptions.NoSuchHealthCheck):
        route53.get_health_check_status(HealthCheckId="none")
