"""Restricted users: one for each duty, with the things that it is about."""

from collections.abc import Mapping

from tests.localcloud.linode.bench import REGION, Bench

UNAUTHORIZED = (403, "Unauthorized", None)


def user(bench: Bench, grants: Mapping[str, object], scopes: str = "*") -> str:
    """Make a restricted user and give his token."""
    name = f"user{len(bench.linode.account.users)}"
    bench.post("/account/users", username=name, email="a@example.com", restricted=True)
    bench.put(f"/account/users/{name}/grants", **grants)
    return str(bench.ask("POST", "/_cloud/linode-tokens", {"username": name, "scopes": scopes}).told["token"])


def granted(kind: str, number: int, permissions: str) -> Mapping[str, object]:
    return {kind: [{"id": number, "permissions": permissions}]}


def test_a_user_changes_the_records_of_the_domain_that_is_his(bench: Bench) -> None:
    mine, other = bench.domain("mine.example")["id"], bench.domain("other.example")["id"]
    token = user(bench, granted("domain", mine, "read_write"), "domains:read_write")
    record = {"type": "A", "name": "www", "target": "192.0.2.1"}
    assert bench.ask("POST", f"/domains/{mine}/records", record, token=token).status == 200
    assert bench.ask("POST", f"/domains/{other}/records", record, token=token).error == UNAUTHORIZED
    assert bench.ask("GET", f"/domains/{other}/records", token=token).error == UNAUTHORIZED
    assert bench.get(f"/domains/{other}/records")["results"] == 0


def test_a_user_who_may_look_may_not_touch(bench: Bench) -> None:
    mine = bench.domain()["id"]
    token = user(bench, granted("domain", mine, "read_only"))
    assert bench.ask("GET", f"/domains/{mine}", token=token).status == 200
    assert bench.ask("DELETE", f"/domains/{mine}", token=token).error == UNAUTHORIZED


def test_lists_show_what_is_granted(bench: Bench) -> None:
    mine = bench.instance(label="mine")["id"]
    bench.instance(label="other")
    token = user(bench, granted("linode", mine, "read_only"))
    assert [each["label"] for each in bench.ask("GET", "/linode/instances", token=token).told["data"]] == ["mine"]
    assert bench.ask("GET", "/domains", token=token).told["results"] == 0
    assert bench.ask("GET", "/regions", token=token).told["results"] > 0


def test_a_grant_is_worth_nothing_without_the_scope(bench: Bench) -> None:
    mine = bench.domain()["id"]
    token = user(bench, granted("domain", mine, "read_write"), "linodes:read_write")
    assert bench.ask("GET", f"/domains/{mine}", token=token).status == 401


def test_a_user_adds_what_he_may_add_and_it_is_his(bench: Bench) -> None:
    token = user(bench, {"global": {"add_linodes": True}})
    fields = {"region": REGION, "type": "g6-nanode-1"}
    made = bench.ask("POST", "/linode/instances", fields, token=token).told["id"]
    assert bench.ask("PUT", f"/linode/instances/{made}", {"label": "mine"}, token=token).status == 200
    zone = {"domain": "example.com", "type": "master", "soa_email": "a@example.com"}
    assert bench.ask("POST", "/domains", zone, token=token).error == UNAUTHORIZED


def test_a_user_s_tokens_are_his_own_and_grant_no_more(bench: Bench) -> None:
    token = user(bench, {"global": {"add_linodes": True}})
    more = bench.ask("POST", "/profile/tokens", {"label": "more", "scopes": "*"}, token=token).told
    assert bench.ask("GET", "/profile", token=more["token"]).told["restricted"]
    assert bench.ask("POST", "/networking/ips/share", {}, token=more["token"]).error == UNAUTHORIZED
    assert bench.ask("GET", "/profile/tokens", token=token).told["results"] == 2
    assert bench.refused("GET", f"/profile/tokens/{more['id']}")[0] == 404
    assert bench.get("/profile/tokens")["results"] == 1


def test_a_user_grants_himself_nothing(bench: Bench) -> None:
    token = user(bench, {})
    mine = bench.ask("GET", "/profile", token=token).told["username"]
    path = f"/account/users/{mine}/grants"
    assert bench.ask("PUT", path, {"global": {"add_linodes": True}}, token=token).error == UNAUTHORIZED
    assert bench.ask("GET", path, token=token).error == UNAUTHORIZED


def test_what_everybody_may_ask_a_restricted_user_may_too(bench: Bench) -> None:
    assert bench.ask("GET", "/regions", token=user(bench, {})).status == 200


def test_only_a_user_who_is_there_gets_a_token(bench: Bench) -> None:
    assert bench.ask("POST", "/_cloud/linode-tokens", {"username": "nobody"}).status == 400
    assert bench.ask("POST", "/_cloud/linode-tokens", {}).status == 400
