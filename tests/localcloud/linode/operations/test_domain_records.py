import pytest

from tests.localcloud.linode.bench import Bench


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "type"),
        ({"type": "LOC"}, "type"),
        ({"type": "A", "name": "www"}, "target"),
        ({"type": "A", "target": "2001:db8::1"}, "target"),
        ({"type": "A", "target": "192.0.2.256"}, "target"),
        ({"type": "AAAA", "target": "192.0.2.1"}, "target"),
        ({"type": "SRV", "target": "a.example"}, "service"),
        ({"type": "CAA", "target": "ca.example", "tag": "all"}, "tag"),
        ({"type": "MX", "target": "a.example", "priority": 256}, "priority"),
        ({"type": "CNAME", "name": "taken", "target": "a.example"}, "name"),
        ({"type": "A", "name": "alias", "target": "192.0.2.1"}, "name"),
    ],
)
def test_a_record_that_cannot_be_is_refused(bench: Bench, fields: dict[str, object], field: str) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    bench.post(records, type="A", name="taken", target="192.0.2.1")
    bench.post(records, type="CNAME", name="alias", target="taken.example.com")
    assert bench.refused("POST", records, **fields)[::2] == (400, field)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("www", "www"), ("www.example.com", "www"), ("www.example.com.", "www"), ("example.com", ""), ("", "")],
)
def test_a_name_is_relative_to_its_zone(bench: Bench, sent: str, shown: str) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    assert bench.post(records, type="A", name=sent, target="192.0.2.1")["name"] == shown


def test_a_service_is_named_by_service_and_protocol(bench: Bench) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    made = bench.post(records, type="SRV", service="sip", protocol="_tcp", target="sip.example.com.", port=5060)
    assert (made["name"], made["service"], made["protocol"], made["target"]) == (
        "_sip._tcp",
        "_sip",
        "_tcp",
        "sip.example.com",
    )


def test_a_target_moves_and_the_rest_stays(bench: Bench) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    made = bench.post(records, type="A", name="www", target="192.0.2.1", ttl_sec=30)
    changed = bench.put(f"{records}/{made['id']}", target="192.0.2.2")
    assert {**changed, "updated": made["updated"]} == {**made, "target": "192.0.2.2"}
    assert bench.refused("PUT", f"{records}/{made['id']}", target="nowhere")[2] == "target"


def test_an_alias_is_not_in_its_own_way(bench: Bench) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    made = bench.post(records, type="CNAME", name="www", target="a.example")["id"]
    assert bench.put(f"{records}/{made}", target="b.example")["target"] == "b.example"


def test_records_are_found_by_name_and_type(bench: Bench) -> None:
    records = f"/domains/{bench.domain()['id']}/records"
    for name, kind, target in (("www", "A", "192.0.2.1"), ("www", "AAAA", "2001:db8::1"), ("db", "A", "192.0.2.2")):
        bench.post(records, type=kind, name=name, target=target)
    (found,) = bench.get(records, wanted={"name": "www", "type": "A"})["data"]
    assert found["target"] == "192.0.2.1"


def test_the_copy_of_another_server_s_zone_has_no_records(bench: Bench) -> None:
    zone = bench.post("/domains", domain="example.com", type="slave", master_ips=["192.0.2.1"])["id"]
    assert bench.refused("POST", f"/domains/{zone}/records", type="A", target="192.0.2.1")[0] == 400
