"""Restricted users: one for each duty, with the things that it is about."""

from collections.abc import Mapping

import pytest

from tests.localcloud.linode.bench import REGION, Bench

UNAUTHORIZED = (403, "Unauthorized", None)


def user(bench: Bench, grants: Mapping[str, object], scopes: str = "*") -> str:
    return str(bench.ask("POST", "/_cloud/linode-users", {"scopes": scopes, "grants": grants}).told["token"])


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


def test_a_user_makes_himself_no_other_token_and_shares_no_address(bench: Bench) -> None:
    token = user(bench, {"global": {"add_linodes": True}})
    assert bench.ask("POST", "/profile/tokens", {"label": "more"}, token=token).error == UNAUTHORIZED
    assert bench.ask("POST", "/networking/ips/share", {}, token=token).error == UNAUTHORIZED


@pytest.mark.parametrize("grants", [{"domain": [{"id": 7}]}, {"domain": [{"permissions": "read_only"}]}, {"domain": 7}])
def test_grants_that_mean_nothing_make_no_user(bench: Bench, grants: dict[str, object]) -> None:
    owned = len(bench.linode.account.tokens)
    assert bench.ask("POST", "/_cloud/linode-users", {"grants": grants}).status == 400
    assert len(bench.linode.account.tokens) == owned
