import pytest

from localcloud.linode.operations.domains import rounded
from tests.localcloud.linode.bench import Bench


@pytest.mark.parametrize(
    ("asked", "given"),
    [(0, 0), (1, 30), (30, 30), (31, 120), (60, 120), (300, 300), (301, 3600), (86400, 86400), (99_999_999, 2419200)],
)
def test_a_time_to_live_becomes_the_next_longer_one_there_is(asked: int, given: int) -> None:
    assert rounded(asked) == given


def test_a_domain_and_its_records_round_their_times(bench: Bench) -> None:
    zone = bench.domain(ttl_sec=60, refresh_sec=200)
    assert (zone["ttl_sec"], zone["refresh_sec"], zone["retry_sec"]) == (120, 300, 0)
    assert bench.put(f"/domains/{zone['id']}", ttl_sec=30)["ttl_sec"] == 30


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "domain"),
        ({"domain": "example"}, "domain"),
        ({"domain": ".example.com"}, "domain"),
        ({"domain": "example.com"}, "soa_email"),
        ({"domain": "example.com", "type": "slave"}, "master_ips"),
        ({"domain": "example.com", "type": "other"}, "type"),
        ({"domain": "example.com", "soa_email": "a@example.com", "status": "off"}, "status"),
        ({"domain": "taken.example", "soa_email": "a@example.com"}, "domain"),
    ],
)
def test_a_domain_that_cannot_be_is_refused(bench: Bench, fields: dict[str, object], field: str) -> None:
    bench.domain("taken.example")
    assert bench.refused("POST", "/domains", **{"type": "master", **fields})[::2] == (400, field)


def test_only_what_is_sent_changes(bench: Bench) -> None:
    zone = bench.domain(tags=["a"], description="mine")
    changed = bench.put(f"/domains/{zone['id']}", description="yours")
    assert changed == {**zone, "description": "yours"}


def test_a_deleted_domain_takes_its_records_along(bench: Bench) -> None:
    zone = bench.domain()["id"]
    record = bench.post(f"/domains/{zone}/records", type="A", target="192.0.2.1")["id"]
    bench.delete(f"/domains/{zone}")
    assert bench.refused("GET", f"/domains/{zone}/records/{record}")[0] == 404
    assert len(bench.linode.account.records) == 0


def test_a_copy_has_the_records_of_the_first(bench: Bench) -> None:
    zone = bench.domain()["id"]
    bench.post(f"/domains/{zone}/records", type="A", name="www", target="192.0.2.1")
    copy = bench.post(f"/domains/{zone}/clone", domain="example.org")["id"]
    assert [each["name"] for each in bench.get(f"/domains/{copy}/records")["data"]] == ["www"]
    assert bench.refused("POST", f"/domains/{zone}/clone", domain="example.org")[2] == "domain"


def test_the_zone_file_has_a_line_for_each_record(bench: Bench) -> None:
    zone = bench.domain()["id"]
    bench.post(f"/domains/{zone}/records", type="A", name="www", target="192.0.2.1", ttl_sec=30)
    lines = bench.get(f"/domains/{zone}/zone-file")["zone_file"]
    assert "www.example.com. 30 IN A 192.0.2.1" in lines
