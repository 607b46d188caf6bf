"""Answers of a name that leads to both sites, and of records as Route 53's API makes them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.front import Front
from localcloud.health_checks import HealthChecks
from localcloud.latency import Profile
from localcloud.name_answers import NameAnswers
from localcloud.remote import Refused, Remote
from tests.localcloud.conftest import connect

Put = Callable[..., None]
UNHEALTHY = {"Type": "CALCULATED", "HealthThreshold": 1, "Inverted": False}


@pytest.fixture(scope="module")
def opened() -> Iterator[Front]:
    front = Front.open(Profile())
    yield front
    front.close()


@pytest.fixture(scope="module")
def route53(opened: Front) -> Any:
    return connect(opened, "route53", "us-east-1", "operator.us-east-1.test.0")


@pytest.fixture(scope="module")
def sick(route53: Any) -> str:
    """Give a health check that is never healthy: one of none must be."""
    made = route53.create_health_check(CallerReference="sick", HealthCheckConfig=UNHEALTHY)
    return str(made["HealthCheck"]["Id"])


@pytest.fixture(scope="module")
def put(route53: Any) -> Put:
    zone = route53.create_hosted_zone(Name="example.net", CallerReference="zone")["HostedZone"]["Id"]

    def record(name: str, address: str, **more: object) -> None:
        told = {"Name": f"{name}.example.net", "Type": "A", "TTL": 30, "ResourceRecords": [{"Value": address}], **more}
        changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": told}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)

    return record


@pytest.fixture
def answers(opened: Front) -> NameAnswers:
    return NameAnswers(opened.gateway, HealthChecks(opened.gateway, lambda: 0.0, 1.0), lambda most: most * 0.7)


def values(answers: NameAnswers, name: str, near: str = "") -> tuple[str, ...]:
    found = answers.answer(f"{name}.example.net", "A", near)
    return found.values if found else ()


def test_a_name_or_type_that_is_not_there_has_no_answer(answers: NameAnswers, put: Put) -> None:
    put("plain", "192.0.2.1")
    assert values(answers, "plain") == ("192.0.2.1",)
    assert answers.answer("PLAIN.example.net.", "A") is not None
    assert values(answers, "none") == ()
    assert answers.answer("plain.example.net", "AAAA") is None


def test_with_an_unhealthy_secondary_too_the_primary_is_answered(answers: NameAnswers, put: Put, sick: str) -> None:
    put("both", "192.0.2.1", SetIdentifier="a", Failover="PRIMARY", HealthCheckId=sick)
    assert values(answers, "both") == ("192.0.2.1",)
    put("both", "192.0.2.2", SetIdentifier="b", Failover="SECONDARY", HealthCheckId=sick)
    assert values(answers, "both") == ("192.0.2.1",)
    put("moved", "192.0.2.1", SetIdentifier="a", Failover="PRIMARY", HealthCheckId=sick)
    put("moved", "192.0.2.2", SetIdentifier="b", Failover="SECONDARY")
    assert values(answers, "moved") == ("192.0.2.2",)


@pytest.mark.parametrize(
    ("weights", "unhealthy", "answered"),
    [
        ((60, 40), (), 1),  # 70 is drawn of 100
        ((80, 20), (), 0),
        ((60, 40), (1,), 0),
        ((60, 40), (0,), 1),
        ((60, 40), (0, 1), 1),
        ((255, 0), (), 0),
        ((255, 0), (0,), 1),
        ((0, 0), (), 1),
    ],
)
def test_weights_decide_among_the_healthy(
    answers: NameAnswers, put: Put, sick: str, weights: tuple[int, int], unhealthy: tuple[int, ...], answered: int
) -> None:
    name = f"w{weights[0]}-{weights[1]}-{'-'.join(map(str, unhealthy))}x"
    for place, weight in enumerate(weights):
        check = {"HealthCheckId": sick} if place in unhealthy else {}
        put(name, f"192.0.2.{place}", SetIdentifier=str(place), Weight=weight, **check)
    assert values(answers, name) == (f"192.0.2.{answered}",)


def test_the_nearest_healthy_region_is_answered(answers: NameAnswers, put: Put, sick: str) -> None:
    put("near", "192.0.2.1", SetIdentifier="primary", Region="us-east-1", HealthCheckId=sick)
    put("near", "192.0.2.2", SetIdentifier="secondary", Region="us-west-2")
    put("fair", "192.0.2.1", SetIdentifier="primary", Region="us-east-1")
    put("fair", "192.0.2.2", SetIdentifier="secondary", Region="us-west-2")
    assert values(answers, "near", "us-east-1") == ("192.0.2.2",)
    assert [values(answers, "fair", near) for near in ("us-east-1", "us-west-2")] == [("192.0.2.1",), ("192.0.2.2",)]


def test_drills_ask_over_http(opened: Front, answers: NameAnswers, put: Put) -> None:
    put("asked", "192.0.2.9")
    remote = Remote(opened.endpoint)
    told = {"name": "asked.example.net", "type": "A", "ttl_seconds": 30, "values": ["192.0.2.9"], "set_identifier": ""}
    assert remote.list("dns", name="asked.example.net") == [told]
    assert remote.list("dns", name="asked.example.net", type="AAAA") == []
    with pytest.raises(Refused, match="name"):
        remote.list("dns")
    assert values(answers, "asked") == ("192.0.2.9",)
