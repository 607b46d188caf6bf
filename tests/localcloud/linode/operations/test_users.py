import pytest

from tests.localcloud.linode.bench import Bench

USERS = "/account/users"


@pytest.fixture
def grants(bench: Bench) -> str:
    bench.post(USERS, username="dns", email="dns@example.com", restricted=True)
    return f"{USERS}/dns/grants"


def test_a_user_is_made_changed_and_removed_with_his_tokens(bench: Bench, grants: str) -> None:
    path = grants.removesuffix("/grants")
    token = bench.ask("POST", "/_cloud/linode-tokens", {"username": "dns"}).told["token"]
    assert bench.refused("POST", USERS, username="dns", email="a@example.com")[2] == "username"
    assert bench.put(path, email="other@example.com")["email"] == "other@example.com"
    bench.delete(path)
    assert bench.ask("GET", "/profile", token=token).status == 401
    assert [each["username"] for each in bench.get(USERS)["data"]] == ["embedded"]


def test_grants_show_everything_and_what_is_granted_of_it(bench: Bench, grants: str) -> None:
    mine, other = bench.domain("mine.example")["id"], bench.domain("other.example")["id"]
    bench.put(grants, domain=[{"id": mine, "permissions": "read_write"}, {"id": other, "permissions": None}])
    shown = bench.get(grants)
    assert [(each["id"], each["label"], each["permissions"]) for each in shown["domain"]] == [
        (mine, "mine.example", "read_write"),
        (other, "other.example", None),
    ]
    assert (shown["linode"], shown["global"]["add_domains"]) == ([], False)


def test_a_kind_that_is_not_sent_stays_granted(bench: Bench, grants: str) -> None:
    zone, instance = bench.domain()["id"], bench.instance()["id"]
    bench.put(grants, domain=[{"id": zone, "permissions": "read_only"}], **{"global": {"add_volumes": True}})
    shown = bench.put(grants, linode=[{"id": instance, "permissions": "read_only"}])
    assert [shown[kind][0]["permissions"] for kind in ("domain", "linode")] == ["read_only", "read_only"]
    assert shown["global"]["add_volumes"]
    assert bench.put(grants, domain=[])["domain"][0]["permissions"] is None


@pytest.mark.parametrize("sent", [{"domain": [{"permissions": "read_only"}]}, {"domain": 7}, {"global": []}])
def test_grants_that_mean_nothing_are_refused(bench: Bench, grants: str, sent: dict[str, object]) -> None:
    assert bench.refused("PUT", grants, **sent)[0] == 400


def test_the_owner_has_no_grants_and_stays(bench: Bench) -> None:
    assert bench.ask("GET", f"{USERS}/embedded/grants").status == 204
    assert bench.refused("PUT", f"{USERS}/embedded/grants", domain=[])[0] == 400
    assert bench.refused("PUT", f"{USERS}/embedded", restricted=True)[2] == "restricted"
    assert bench.refused("DELETE", f"{USERS}/embedded")[0] == 400
