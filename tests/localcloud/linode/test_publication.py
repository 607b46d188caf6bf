"""What name servers answer, a while after what the API was told."""

from collections.abc import Callable

from localcloud.linode.entities.domain import Domain, Record
from localcloud.linode.publication import Publication
from localcloud.timers import Timers
from tests.localcloud.linode.bench import Bench


def seen(bench: Bench, name: str = "www.example.com", kind: str = "A") -> list[str]:
    return [each.target for each in bench.linode.publication.lookup(name, kind)]


def with_record(bench: Bench, **fields: object) -> str:
    zone = bench.domain()["id"]
    record = {"type": "A", "name": "www", "target": "192.0.2.1", **fields}
    return f"/domains/{zone}/records/{bench.post(f'/domains/{zone}/records', **record)['id']}"


def test_an_edit_is_seen_a_minute_later_and_told_at_once(bench: Bench) -> None:
    path = with_record(bench)
    assert (bench.get(path)["target"], seen(bench)) == ("192.0.2.1", [])
    bench.pass_time(59)
    assert seen(bench) == []
    bench.pass_time(1)
    assert seen(bench) == ["192.0.2.1"]


def test_each_edit_takes_its_own_minute(bench: Bench) -> None:
    path = with_record(bench)
    bench.pass_time(30)
    bench.put(path, target="192.0.2.2")
    bench.pass_time(30)
    assert seen(bench) == ["192.0.2.1"]
    bench.pass_time(30)
    assert seen(bench) == ["192.0.2.2"]


def test_what_is_deleted_is_seen_for_another_minute(bench: Bench) -> None:
    path = with_record(bench)
    bench.pass_time(60)
    bench.delete(path)
    bench.pass_time(59)
    assert seen(bench) == ["192.0.2.1"]
    bench.pass_time(1)
    assert seen(bench) == []


def test_a_whole_zone_goes_when_it_is_deleted_or_disabled(bench: Bench) -> None:
    zone = with_record(bench).partition("/records")[0]
    bench.pass_time(60)
    bench.put(zone, status="disabled")
    bench.pass_time(60)
    assert seen(bench) == []
    bench.put(zone, status="active")
    bench.pass_time(60)
    assert seen(bench) == ["192.0.2.1"]
    bench.delete(zone)
    bench.pass_time(60)
    assert seen(bench) == []


def test_a_zone_that_is_renamed_is_seen_under_its_new_name_only(bench: Bench) -> None:
    zone = with_record(bench).partition("/records")[0]
    bench.pass_time(60)
    bench.put(zone, domain="example.org")
    bench.pass_time(60)
    assert (seen(bench), seen(bench, "www.example.org")) == ([], ["192.0.2.1"])


def test_a_zone_in_edit_mode_is_seen_as_it_was(bench: Bench) -> None:
    path = with_record(bench)
    bench.pass_time(60)
    bench.put(path.partition("/records")[0], status="edit_mode")
    bench.put(path, target="192.0.2.2")
    bench.pass_time(60)
    assert seen(bench) == ["192.0.2.1"]


def test_a_record_without_a_time_to_live_has_its_zone_s_or_a_day(bench: Bench) -> None:
    path = with_record(bench)
    bench.pass_time(60)
    assert bench.linode.publication.lookup("WWW.example.com.")[0].ttl_seconds == 86400
    bench.put(path.partition("/records")[0], ttl_sec=300)
    bench.pass_time(60)
    assert bench.linode.publication.lookup("www.example.com")[0].ttl_seconds == 300
    bench.put(path, ttl_sec=30)
    bench.pass_time(60)
    assert bench.linode.publication.lookup("www.example.com")[0].ttl_seconds == 30


def test_a_service_is_seen_under_service_and_protocol(bench: Bench) -> None:
    with_record(bench, type="SRV", service="sip", protocol="tcp", target="sip.example.com", port=5060)
    bench.pass_time(60)
    assert [each.port for each in bench.linode.publication.lookup("_sip._tcp.example.com", "SRV")] == [5060]


def test_the_newer_edit_stands_whichever_thread_comes_first() -> None:
    due: list[Callable[[], None]] = []
    timers = Timers(clock=lambda: 0.0, spawn=due.append)
    publication = Publication(timers, seconds=1e-9)
    zone = Domain(id=1, domain="example.com", type="master")
    for target in ("192.0.2.1", "192.0.2.2"):
        publication.tell(zone, [Record(id=2, domain_id=1, type="A", name="www", target=target)])
    Timers.run_due(_later(timers))
    for work in reversed(due):
        work()
    assert [each.target for each in publication.lookup("www.example.com")] == ["192.0.2.2"]


def _later(timers: Timers) -> Timers:
    timers.clock = lambda: 1.0
    return timers


def test_drills_look_up_what_is_seen_over_http(bench: Bench) -> None:
    with_record(bench, ttl_sec=30)
    bench.pass_time(60)
    (told,) = bench.ask("GET", "/_cloud/linode-dns?name=www.example.com&type=A").told
    assert (told["target"], told["ttl_seconds"]) == ("192.0.2.1", 30)
    assert bench.ask("GET", "/_cloud/linode-dns?name=www.example.com&type=MX").told == []
    assert bench.ask("GET", "/_cloud/linode-dns").status == 400
