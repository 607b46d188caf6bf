"""Who may call what, and how refusals look."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from localcloud.linode.operations.profile import FAMILIES
from localcloud.linode.served import ROUTES
from tests.localcloud.linode.bench import REGION, Bench
from tests.localcloud.linode.walk import Walk

NOT_AUTHORIZED = "Your OAuth token is not authorized to use this endpoint."


def token_for(bench: Bench, scopes: str, **fields: str) -> str:
    return str(bench.post("/profile/tokens", label="narrow", scopes=scopes, **fields)["token"])


def test_every_operation_answers(bench: Bench) -> None:
    told = {operation for operation, _ in Walk(bench).go()}
    assert told == {route.operation for route in ROUTES.all}


def test_operations_have_names_of_their_own_and_scopes_that_tokens_can_have() -> None:
    names = [route.operation for route in ROUTES.all]
    scopes = {route.scope.partition(":")[0] for route in ROUTES.all if route.scope}
    assert len(names) == len(set(names))
    assert scopes <= FAMILIES


@pytest.mark.parametrize("token", [None, "unknown", ""])
def test_a_call_without_a_known_token_is_unauthorized(bench: Bench, token: str | None) -> None:
    assert bench.ask("GET", "/domains", token=token).error == (401, "Invalid Token", None)


def test_what_is_offered_to_everybody_needs_no_token(bench: Bench) -> None:
    assert bench.ask("GET", "/regions", token=None).status == 200
    assert bench.get("/account/users")["results"] == 1
    assert bench.ask("GET", "/linode/types/g6-nanode-1", token=None).told["disk"] == 25600


def test_an_expired_token_is_unauthorized(bench: Bench) -> None:
    token = token_for(bench, "*", expiry="2020-01-01T00:00:00")
    assert bench.ask("GET", "/domains", token=token).error == (401, "Invalid Token", None)


def test_a_deleted_token_is_unauthorized(bench: Bench) -> None:
    made = bench.post("/profile/tokens", label="short-lived", scopes="*")
    bench.delete(f"/profile/tokens/{made['id']}")
    assert bench.ask("GET", "/domains", token=made["token"]).status == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path", "allowed"),
    [
        ("*", "POST", "/domains", True),
        ("domains:read_write", "POST", "/domains", True),
        ("domains:*", "POST", "/domains", True),
        ("domains:read_write", "GET", "/domains", True),
        ("domains:read_only", "GET", "/domains", True),
        ("domains:read_only", "POST", "/domains", False),
        ("linodes:read_write", "GET", "/domains", False),
        ("linodes:read_write domains:read_only", "GET", "/domains", True),
        ("linodes:read_write", "GET", "/networking/firewalls", False),
        ("linodes:read_write", "GET", "/account/events", False),
    ],
)
def test_a_token_does_what_its_scopes_say(bench: Bench, scopes: str, method: str, path: str, allowed: bool) -> None:
    zone = {"domain": "example.com", "type": "master", "soa_email": "a@example.com"}
    answer = bench.ask(method, path, zone if method == "POST" else None, token=token_for(bench, scopes))
    assert (answer.status == 200) is allowed
    assert allowed or answer.error == (401, NOT_AUTHORIZED, None)


@pytest.mark.parametrize("scopes", ["everything", "domains:read", "cats:read_only"])
def test_a_token_with_no_such_scope_is_not_made(bench: Bench, scopes: str) -> None:
    assert bench.refused("POST", "/profile/tokens", scopes=scopes) == (400, f"Invalid scope {scopes}", "scopes")


def test_a_token_is_shown_whole_once(bench: Bench) -> None:
    made = bench.post("/profile/tokens", label="once", scopes="*")
    again = bench.get(f"/profile/tokens/{made['id']}")["token"]
    assert (len(again), made["token"].startswith(again)) == (16, True)
    assert len(made["token"]) == 64


@pytest.mark.parametrize("path", ["/domains/1", "/domains/one", "/nothing", "/domains/1/records", "/volumes/7"])
def test_what_is_not_there_is_not_found(bench: Bench, path: str) -> None:
    assert bench.refused("GET", path) == (404, "Not found", None)


def test_a_method_that_a_path_does_not_take_is_refused(bench: Bench) -> None:
    assert bench.refused("DELETE", "/domains") == (405, "Method Not Allowed", None)


def test_what_belongs_to_another_is_not_found(bench: Bench) -> None:
    first, second = bench.domain("example.com")["id"], bench.domain("example.org")["id"]
    record = bench.post(f"/domains/{first}/records", type="A", target="192.0.2.1")["id"]
    assert bench.refused("GET", f"/domains/{second}/records/{record}")[0] == 404
    disk = bench.get(f"/linode/instances/{bench.instance()['id']}/disks")["data"][0]["id"]
    assert bench.refused("GET", f"/linode/instances/{bench.instance()['id']}/disks/{disk}")[0] == 404


def test_an_operation_that_is_refused_leaves_nothing(bench: Bench) -> None:
    bad = [{"label": "a", "ipv4": "10.0.0.0/24"}, {"label": "b", "ipv4": "10.0.0.128/25"}]
    assert bench.refused("POST", "/vpcs", label="net", region=REGION, subnets=bad)[0] == 400
    assert bench.get("/vpcs")["results"] == 0
    addresses = bench.get("/networking/ips")["results"]
    unknown = {"region": REGION, "type": "g6-nanode-1", "firewall_id": 99}
    assert bench.refused("POST", "/linode/instances", **unknown)[2] == "firewall_id"
    assert (bench.get("/networking/ips")["results"], bench.get("/linode/instances")["results"]) == (addresses, 0)


@pytest.mark.usefixtures("restless_threads")
def test_of_many_at_once_one_gets_the_name(bench: Bench) -> None:
    zone = {"domain": "example.com", "type": "master", "soa_email": "a@example.com"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bench.ask("POST", "/domains", zone).status, range(24)))
    assert sorted(answers) == [200] + [400] * 23
    assert bench.get("/domains")["results"] == 1


def test_a_body_that_is_no_object_is_refused(bench: Bench) -> None:
    answer = bench.ask("POST", "/domains", ["example.com"])  # type: ignore[arg-type]
    assert answer.error == (400, "Invalid JSON", None)


def test_the_beta_version_is_the_same_api(bench: Bench) -> None:
    bench.domain()
    answer = bench.ask("GET", "/_from/client.us-east-1.test.0/v4beta/domains")
    assert [each["domain"] for each in answer.told["data"]] == ["example.com"]
