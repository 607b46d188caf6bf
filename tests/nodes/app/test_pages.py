"""What a merchant sees, and who is let in."""

import hashlib
import hmac

import pytest
from flask.testing import FlaskClient

from nodes.app.draining import Draining
from nodes.app.orders import tell
from nodes.app.pages import PAGE
from nodes.app.service import Surroundings, web
from nodes.app.sessions import LIFE_MS
from tests.nodes.app.deliveries import SHOP, delivery
from tests.nodes.app.orders import state
from tests.nodes.app.surroundings import PREVIOUS, SECRET, Place

NOW_MS = 1_780_000_000_000


class Hour:
    """A time of day that the test moves."""

    now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
def client(one_site: Place, hour: Hour) -> FlaskClient:
    given = Surroundings(settings=one_site.settings, draining=Draining(), now_ms=hour)
    return web(given, one_site.inbox()).test_client()


def launch(shop: str = SHOP, secret: str = SECRET, at_ms: int = NOW_MS) -> dict[str, str]:
    query = {"shop": shop, "timestamp": str(at_ms // 1000), "host": "x"}
    told = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return {**query, "hmac": hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()}


def status(client: FlaskClient, query: dict[str, str]) -> int:
    return client.get("/launch", query_string=query).status_code


def test_a_signed_launch_begins_a_session_that_sees_the_shops_orders_only(one_site: Place, client: FlaskClient) -> None:
    with one_site.database.writing() as transaction:
        tell(transaction, state("1", shop=SHOP, customer="<b>Ada</b>"))
        tell(transaction, state("2", shop="other.myshopify.com"))
    answer = client.get("/launch", query_string=launch())
    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code == 302
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    token = cookie.partition("=")[2].partition(";")[0]
    page = client.get("/orders", headers={"Cookie": f"lifeboat_session={token}"})
    assert "&lt;b&gt;Ada" in page.text
    assert f"/orders/{state('2', shop='other.myshopify.com').id}" not in page.text
    mine, others = (state(number, shop=shop).id for number, shop in (("1", SHOP), ("2", "other.myshopify.com")))
    headers = {"Cookie": f"lifeboat_session={token}"}
    assert [client.get(f"/orders/{one}", headers=headers).status_code for one in (mine, others, "x")] == [200, 404, 404]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (launch(secret=PREVIOUS), 302),
        (launch(at_ms=NOW_MS - 10 * 60_000), 302),
        (launch(at_ms=NOW_MS + 10 * 60_000), 302),
        (launch(at_ms=NOW_MS - 20 * 60_000), 401),
        (launch(secret="guessed"), 401),
        (launch(shop="evil.example.com"), 401),
        ({**launch(), "shop": "other.myshopify.com"}, 401),
        ({**launch(), "added": "1"}, 401),
        ({name: value for name, value in launch().items() if name != "hmac"}, 401),
        ({}, 401),
    ],
)
def test_only_a_query_signed_lately_begins_a_session(client: FlaskClient, query: dict[str, str], expected: int) -> None:
    assert status(client, query) == expected


def session(client: FlaskClient) -> dict[str, str]:
    cookie = client.get("/launch", query_string=launch()).headers["Set-Cookie"]
    return {"Cookie": cookie.partition(";")[0]}


def test_a_session_ends(client: FlaskClient, hour: Hour) -> None:
    headers = session(client)
    assert client.get("/orders", headers=headers).status_code == 200
    hour.now_ms += LIFE_MS + 1
    assert client.get("/orders", headers=headers).status_code == 401


def test_without_a_session_nothing_is_shown(client: FlaskClient) -> None:
    found = [client.get(path).status_code for path in ("/orders", f"/orders/{state('1').id}")]
    assert found == [401, 401]


@pytest.mark.parametrize("role", ["reader", "fenced"])
def test_where_nobody_may_write_sessions_read_on_and_none_begins(
    one_site: Place, client: FlaskClient, role: str
) -> None:
    headers = session(client)
    one_site.acts_as(role)  # type: ignore[arg-type]
    refused = client.get("/launch", query_string=launch())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert client.get("/orders", headers=headers).status_code == 200


def test_a_long_list_goes_on_page_by_page(one_site: Place, client: FlaskClient) -> None:
    with one_site.database.writing() as transaction:
        for number in range(PAGE + 1):
            tell(transaction, state(str(number), shop=SHOP, changed_at_ms=number))
    headers = session(client)
    first = client.get("/orders", headers=headers).text
    after = first.partition("/orders?after=")[2].partition('"')[0]
    rest = client.get("/orders", query_string={"after": after}, headers=headers).text
    assert (first.count("<tr><td>") + first.count("<td><a"), rest.count("<td><a")) == (PAGE, 1)
    assert client.get("/orders", query_string={"after": "1 OR 1=1"}, headers=headers).status_code == 400


def test_a_stored_session_is_of_no_use_to_who_reads_the_table(one_site: Place, client: FlaskClient) -> None:
    token = session(client)["Cookie"].partition("=")[2]
    assert token not in str(one_site.admin("SELECT token_digest, shop FROM sessions"))
    assert delivery().shop in str(one_site.admin("SELECT shop FROM sessions"))
