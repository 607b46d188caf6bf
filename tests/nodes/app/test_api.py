"""Orders by REST: created once, listed page by page, refused in words; on both databases."""

import json
import threading
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from nodes.app.draining import Draining
from nodes.app.service import Surroundings, rest
from tests.nodes.app.surroundings import TOKEN, Place

ORDER = {"shop": "s", "number": "1", "total": "5.00", "currency": "EUR", "customer": "Ada"}
NOW_MS = 1_780_000_000_000


def client_of(place: Place) -> FlaskClient:
    given = Surroundings(settings=place.settings, draining=Draining(), now_ms=lambda: NOW_MS)
    return rest(given).test_client()


def post(client: FlaskClient, order: Mapping[str, object], key: str = "key", token: str = TOKEN) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return client.post("/api/orders", data=json.dumps(order), headers=headers)


def get(client: FlaskClient, path: str, **query: str) -> TestResponse:
    return client.get(path, query_string=query, headers={"Authorization": f"Bearer {TOKEN}"})


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json
    return answer.status_code, answer.json["error"]["code"]


def test_a_created_order_is_found_where_the_answer_says(site: Place) -> None:
    client = client_of(site)
    made = post(client, ORDER)
    assert made.status_code == 201
    assert made.json == get(client, made.headers["Location"]).json
    assert made.json
    assert {name: made.json[name] for name in ORDER} == ORDER


def test_a_post_sent_again_is_answered_alike_and_done_once(site: Place) -> None:
    client = client_of(site)
    first, second = post(client, ORDER), post(client, ORDER)
    assert (second.status_code, second.json) == (first.status_code, first.json)
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert site.admin("SELECT COUNT(*) FROM orders") == [(1,)]


def test_posts_sent_at_once_with_one_key_create_one_order(site: Place) -> None:
    answers = list[int]()
    threads = [
        threading.Thread(target=lambda: answers.append(post(client_of(site), ORDER).status_code)) for _ in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [201] * 4
    assert site.admin("SELECT COUNT(*) FROM orders") == [(1,)]


def test_a_key_of_another_request_is_refused(site: Place) -> None:
    client = client_of(site)
    post(client, ORDER)
    assert code(post(client, {**ORDER, "number": "2"})) == (422, "idempotency_key_reused")
    assert site.admin("SELECT number FROM orders") == [("1",)]


def test_keys_that_differ_in_case_or_a_space_at_the_end_are_two(site: Place) -> None:
    client = client_of(site)
    answers = [post(client, {**ORDER, "number": str(n)}, key).status_code for n, key in enumerate(("k", "K", "k."))]
    assert answers == [201] * 3


def test_an_order_that_exists_is_not_created_by_another_key(site: Place) -> None:
    client = client_of(site)
    post(client, ORDER)
    assert code(post(client, ORDER, "other")) == (409, "order_exists")


def test_pages_have_each_order_once(site: Place) -> None:
    client = client_of(site)
    for number in range(5):
        post(client, {**ORDER, "number": str(number)}, f"key-{number}")
    seen, after = list[str](), ""
    while True:
        page = get(client, "/api/orders", limit="2", **({"after": after} if after else {})).json
        assert page
        seen += [one["number"] for one in page["orders"]]
        if not page["after"]:
            break
        after = page["after"]
    assert sorted(seen) == ["0", "1", "2", "3", "4"]


def test_a_list_can_be_of_one_shop(one_site: Place) -> None:
    client = client_of(one_site)
    post(client, ORDER, "a")
    post(client, {**ORDER, "shop": "other"}, "b")
    page = get(client, "/api/orders", shop="other").json
    assert page
    assert [one["shop"] for one in page["orders"]] == ["other"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({**ORDER, "total": "five"}, (422, "bad_order")),
        ({**ORDER, "currency": "euro"}, (422, "bad_order")),
        ({**ORDER, "number": ""}, (422, "bad_order")),
        ({**ORDER, "number": "x" * 65}, (422, "bad_order")),
        ({**ORDER, "customer": "a\x00b"}, (422, "bad_order")),
        ({**ORDER, "extra": "1"}, (422, "bad_order")),
        ({**ORDER, "total": 5}, (422, "bad_order")),
        ({}, (422, "bad_order")),
        ({**ORDER, "customer": "x" * 70_000}, (413, "too_long")),
    ],
)
def test_an_order_that_is_none_is_refused_with_the_reason(
    one_site: Place, order: Mapping[str, object], expected: tuple[int, str]
) -> None:
    assert code(post(client_of(one_site), order)) == expected
    assert one_site.admin("SELECT COUNT(*) FROM idempotent_requests") == [(0,)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"limit": "0"}, 400),
        ({"limit": "101"}, 400),
        ({"limit": "x"}, 400),
        ({"after": "x"}, 400),
        ({"limit": "9"}, 200),
    ],
)
def test_a_page_that_is_none_is_refused(one_site: Place, query: dict[str, str], expected: int) -> None:
    assert get(client_of(one_site), "/api/orders", **query).status_code == expected


def test_without_a_known_token_nothing_is_done(one_site: Place) -> None:
    client = client_of(one_site)
    assert code(post(client, ORDER, token="guessed")) == (401, "unauthorized")
    assert code(client.get("/api/orders")) == (401, "unauthorized")
    assert code(client.get("/api/orders/x", headers={"Authorization": f"Basic {TOKEN}"})) == (401, "unauthorized")


def test_a_post_without_a_key_or_without_json_is_refused(one_site: Place) -> None:
    client = client_of(one_site)
    assert code(post(client, ORDER, key="")) == (400, "bad_request")
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k"}
    assert code(client.post("/api/orders", data=b"{", headers=headers)) == (400, "bad_request")


def test_what_is_not_there_is_told_in_json(one_site: Place) -> None:
    client = client_of(one_site)
    assert code(get(client, "/api/orders/" + "0" * 64)) == (404, "no_such_order")
    assert code(get(client, "/api/nothing"))[0] == 404


@pytest.mark.parametrize("role", ["reader", "fenced"])
def test_where_nobody_may_write_a_post_is_to_be_sent_again_and_reads_go_on(one_site: Place, role: str) -> None:
    client = client_of(one_site)
    post(client, ORDER)
    one_site.acts_as(role)  # type: ignore[arg-type]
    refused = post(client, {**ORDER, "number": "2"}, "other")
    assert code(refused) == (503, "not_serving")
    assert refused.headers["Retry-After"] == "5"
    listed = get(client, "/api/orders").json
    assert listed
    assert [one["number"] for one in listed["orders"]] == ["1"]


def test_a_database_that_takes_no_writes_is_not_an_error_of_the_client(one_site: Place) -> None:
    one_site.admin(f"ALTER DATABASE {one_site.settings.database} SET default_transaction_read_only = 1")
    assert code(post(client_of(one_site), ORDER)) == (503, "not_serving")
