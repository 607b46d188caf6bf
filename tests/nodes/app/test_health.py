"""Readiness: each reason alone, from real databases and as a table."""

import dataclasses
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from nodes.app import schema
from nodes.app.active import Active
from nodes.app.draining import Draining
from nodes.app.health import Depth, Seen
from nodes.app.service import Surroundings, rest, web
from tests.nodes.app.deliveries import delivery
from tests.nodes.app.surroundings import Place

AT = datetime(2026, 5, 1, tzinfo=UTC)
WRITER = Active(tier="app", epoch=3, term=4, site="primary", role="writer", writer="10.0.0.1:5432", written_at=AT)
READER, FENCED = (dataclasses.replace(WRITER, role=role) for role in ("reader", "fenced"))
WELL = Seen(draining=False, active=WRITER, read_only=False, schema_version=schema.EXPECTED, inbox_waiting=0)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, []),
        ({"active": READER, "read_only": True}, []),
        ({"active": READER, "read_only": False}, []),
        ({"active": FENCED, "read_only": True}, []),
        ({"inbox_waiting": None}, []),
        ({"inbox_waiting": 10_000}, []),
        ({"draining": True}, ["stopping"]),
        ({"read_only": None, "schema_version": None}, ["the database gives no answer"]),
        ({"schema_version": 1}, [f"schema version is not {schema.EXPECTED}"]),
        ({"active": None}, ["the node agent has not said who serves"]),
        ({"read_only": True}, ["writer by role, but the database is read-only"]),
    ],
)
def test_a_host_is_ready_unless_one_of_these_holds(change: dict[str, object], reasons: list[str]) -> None:
    assert dataclasses.replace(WELL, **change).reasons() == reasons  # type: ignore[arg-type]


def web_client(place: Place, draining: Draining | None = None) -> FlaskClient:
    return web(Surroundings(settings=place.settings, draining=draining or Draining()), place.inbox()).test_client()


def test_readiness_tells_role_database_schema_and_depth_of_the_inbox(site: Place) -> None:
    site.inbox().take(delivery().event)
    answer = web_client(site).get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "reasons": [],
        "role": "writer",
        "epoch": 1,
        "site": "primary",
        "database": "writable",
        "schema_version": schema.EXPECTED,
        "inbox_waiting": 1,
    }


READ_ONLY = {
    "postgresql": "ALTER DATABASE {} SET default_transaction_read_only = 1",
    "mariadb": "SET GLOBAL read_only = 1",
}


def test_a_read_only_database_is_seen(site: Place) -> None:
    site.admin(READ_ONLY[site.settings.engine].format(site.settings.database))
    try:
        answer = web_client(site).get("/healthz")
    finally:
        if site.settings.engine == "mariadb":
            site.admin("SET GLOBAL read_only = 0")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["database"] == "read-only"


def test_a_database_that_is_gone_ends_readiness_but_not_liveness(one_site: Place) -> None:
    client = web_client(one_site.with_settings(database="missing"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["database"] if answer.json else None) == (503, "unreachable")
    assert client.get("/livez").status_code == 200


def test_credentials_that_others_can_read_end_readiness(one_site: Place) -> None:
    one_site.settings.credentials.chmod(0o444)
    assert web_client(one_site).get("/healthz").status_code == 503


def test_an_unreachable_inbox_is_told_and_does_not_end_readiness(
    one_site: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB is another tier: it must not move this one."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    answer = web_client(one_site).get("/healthz")
    assert (answer.status_code, answer.json["inbox_waiting"] if answer.json else 0) == (200, None)


def test_the_api_has_its_readiness_under_its_own_path(one_site: Place) -> None:
    client = rest(Surroundings(settings=one_site.settings, draining=Draining())).test_client()
    answer = client.get("/api/health")
    assert (answer.status_code, client.get("/livez").status_code) == (200, 200)


def test_the_depth_is_counted_anew_only_after_a_while(one_site: Place) -> None:
    moments = iter([0.0, 9.9, 10.0, 10.0])
    depth = Depth(one_site.inbox(), clock=lambda: next(moments))
    assert depth.now() == 0
    one_site.inbox().take(delivery().event)
    assert [depth.now(), depth.now()] == [0, 1]
