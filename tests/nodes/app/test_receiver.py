"""The receiver, fuzzed: what is signed and whole is taken once, and nothing else ever is."""

import base64
import dataclasses
import json
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.app.draining import Draining
from nodes.app.receiver import MOST_BYTES
from nodes.app.service import Surroundings, web
from tests.nodes.app.deliveries import SHOP, Delivery, delivery, order_body, signature
from tests.nodes.app.surroundings import PREVIOUS, SECRET, Place, kept

PATH = "/webhooks/shopify"
FUZZED = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
BODIES = st.binary(max_size=300) | st.builds(order_body, st.integers(1, 9))
IDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789-._", min_size=1, max_size=128)
TOPICS = st.sampled_from(["orders/create", "orders/paid", "app/uninstalled", "x/y_z"])
SHOPS = st.sampled_from([SHOP, "a.myshopify.com", "other-shop.myshopify.com"])
DELIVERIES = st.builds(Delivery, event_id=IDS, topic=TOPICS, shop=SHOPS, body=BODIES)


@pytest.fixture
def client(one_site: Place) -> FlaskClient:
    return web(Surroundings(settings=one_site.settings, draining=Draining()), one_site.inbox()).test_client()


def post(client: FlaskClient, body: bytes, headers: Mapping[str, str]) -> int:
    return client.post(PATH, data=body, headers=dict(headers)).status_code


def kept_events(place: Place) -> dict[str, bytes]:
    return {one.event.key: one.event.body for one in place.inbox().waiting()}


@FUZZED
@given(one=DELIVERIES, secret=st.sampled_from([SECRET, PREVIOUS]), times=st.integers(1, 3))
def test_whatever_is_signed_is_taken_as_it_is_however_often_it_comes(
    one_site: Place, client: FlaskClient, one: Delivery, secret: str, times: int
) -> None:
    before = kept_events(one_site)
    signed = dataclasses.replace(one, secret=secret)
    assert [post(client, one.body, signed.headers) for _ in range(times)] == [200] * times
    assert kept_events(one_site) == {one.event.key: one.body, **before}


@FUZZED
@given(
    one=DELIVERIES,
    forged=st.text(max_size=60).filter(lambda text: text.isprintable())
    | st.builds(lambda raw: base64.b64encode(raw).decode(), st.binary(min_size=32, max_size=32))
    | st.just(signature(b"another body")),
)
def test_nothing_that_is_not_signed_is_taken(one_site: Place, client: FlaskClient, one: Delivery, forged: str) -> None:
    headers = {**one.headers, "X-Shopify-Hmac-Sha256": forged.encode("latin-1", "replace").decode("latin-1")}
    before = kept_events(one_site)
    assert post(client, one.body, headers) == 401
    assert kept_events(one_site) == before


@FUZZED
@given(one=DELIVERIES, change=st.integers(0, 10_000))
def test_a_body_changed_in_one_bit_is_not_taken(
    one_site: Place, client: FlaskClient, one: Delivery, change: int
) -> None:
    body = bytearray(one.body or b"x")
    body[change % len(body)] ^= 1 << change % 8
    before = kept_events(one_site)
    assert post(client, bytes(body), one.headers) == 401
    assert kept_events(one_site) == before


@FUZZED
@given(
    one=DELIVERIES,
    header=st.sampled_from(["X-Shopify-Event-Id", "X-Shopify-Topic", "X-Shopify-Shop-Domain"]),
    wrong=st.sampled_from(["", " ", "../..", "evil.example.com", "orders", "a" * 200, "ÿ", "a b", "x/y/z", "A/B"]),
)
def test_wrong_names_are_refused_though_the_body_is_signed(
    one_site: Place, client: FlaskClient, one: Delivery, header: str, wrong: str
) -> None:
    if header == "X-Shopify-Event-Id" and wrong in ("evil.example.com", "orders"):
        wrong = ""  # an id may look like that
    before = kept_events(one_site)
    assert post(client, one.body, {**one.headers, header: wrong}) == 400
    assert kept_events(one_site) == before


def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(one_site: Place, client: FlaskClient) -> None:
    at, over = (Delivery(event_id=name, body=b" " * size) for name, size in (("at", MOST_BYTES), ("o", MOST_BYTES + 1)))
    assert [post(client, one.body, one.headers) for one in (at, over)] == [200, 413]
    assert list(kept_events(one_site)) == [at.event.key]


def test_a_body_that_no_item_holds_is_refused(client: FlaskClient) -> None:
    noise = b"".join(str(number**7).encode() for number in range(60_000))
    assert post(client, noise, Delivery(body=noise).headers) == 413


def test_a_rotated_secret_counts_without_a_restart(one_site: Place, client: FlaskClient) -> None:
    one = delivery()
    assert post(client, one.body, one.headers) == 200
    kept(one_site.settings.webhook_secrets, {"current": "newest", "previous": SECRET})
    answers = [post(client, one.body, dataclasses.replace(one, secret=s).headers) for s in ("newest", SECRET, PREVIOUS)]
    assert answers == [200, 200, 401]


def test_events_are_refused_while_the_secrets_are_readable_by_others(one_site: Place, client: FlaskClient) -> None:
    one_site.settings.webhook_secrets.chmod(0o444)
    assert post(client, delivery().body, delivery().headers) == 503


def test_events_are_taken_whatever_the_role_and_without_any_database(one_site: Place) -> None:
    nowhere = one_site.with_settings(database="missing")
    client = web(Surroundings(settings=nowhere.settings, draining=Draining()), one_site.inbox()).test_client()
    for name, role in (("a", "reader"), ("b", "fenced"), ("c", "writer")):
        one_site.acts_as(role)  # type: ignore[arg-type]
        assert post(client, delivery(name).body, delivery(name).headers) == 200
    one_site.settings.active_file.unlink()
    assert post(client, delivery("d").body, delivery("d").headers) == 200
    assert len(kept_events(one_site)) == 4


def test_without_the_inbox_an_event_is_refused_so_that_it_is_sent_again(
    one_site: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    client = web(Surroundings(settings=one_site.settings, draining=Draining()), one_site.inbox()).test_client()
    answer = client.post(PATH, data=delivery().body, headers=dict(delivery().headers))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_what_is_taken_is_json_that_a_worker_can_read(one_site: Place, client: FlaskClient) -> None:
    post(client, delivery().body, delivery().headers)
    [body] = kept_events(one_site).values()
    assert json.loads(body)["id"] == 1
