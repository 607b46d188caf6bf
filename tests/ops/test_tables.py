"""`lifeboat verify`, `backfill` and `repair` over tables in the embedded cloud."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.table_progress import Lines
from tests.failover.resync.two_tables import item, stamp
from tests.failover.wire import VirtualClock
from tests.localcloud.tables import make
from tests.ops.conftest import DATA_REGIONS, Ground

ORDER = ("--yes", "--reason", "INC-42")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "lifeboat"


def with_tables(ground: Ground, mode: str) -> tuple[Ground, dict[str, Any]]:
    """Give the stack a table `orders` at each site, with a list of losers; return its clients by site."""
    primary, secondary = (ground.client("dynamodb", region) for region in DATA_REGIONS)
    name, losers = make(primary), f"losers-{ground.saved.parent.name}"
    _copy(primary, secondary, name)
    for client in (primary, secondary):
        _losers(client, losers)
    declared = {"ttlAttribute": "expires", "excluded": ["home"], "tombstoneSeconds": 86_400, "losersTable": losers}
    more = {"dataMode": mode, "applicationTables": {"orders": name}, "replication": {"orders": declared}}
    outputs = {**ground.outputs, **more}
    ground.saved.write_text(json.dumps({"lifeboat": outputs}))
    return replace(ground, outputs=outputs), {"primary": Site(primary, name), "secondary": Site(secondary, name)}


def _copy(primary: Any, secondary: Any, name: str) -> None:
    told = primary.describe_table(TableName=name)["Table"]
    shape = {one: told[one] for one in ("KeySchema", "AttributeDefinitions")}
    secondary.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape)


def _losers(client: Any, name: str) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")]
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=keys, AttributeDefinitions=types)


class Site:
    """The table at one site."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def put(self, *items: Any) -> None:
        for one in items:
            self.client.put_item(TableName=self.name, Item=one)

    def values(self) -> dict[str, str]:
        found = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return {one["id"]["S"]: one["value"]["S"] for one in found}


@pytest.fixture
def streams(ground: Ground, state: Path) -> tuple[Ground, dict[str, Any]]:
    return with_tables(ground, "streams")


Streams = tuple[Ground, dict[str, Any]]


def test_tables_that_are_alike_are_told_so_in_any_mode(ground: Ground, state: Path) -> None:
    ground, sites = with_tables(ground, "mrec")
    for site in sites.values():
        site.put(*(item(f"{n}") for n in range(30)))
    told = ground.document("verify", "orders", "--lag", "0")
    assert told["alike"]
    assert told["kinds"] == {}
    assert list(state.iterdir()) == []


def test_what_differs_is_told_in_a_document_and_in_a_file(streams: Streams, tmp_path: Path) -> None:
    ground, sites = streams
    sites["primary"].put(item("a", "1", stamp(5)), item("b"), item("c", home={"S": "us"}))
    sites["secondary"].put(item("a", "2", stamp(6)), item("c", home={"S": "eu"}))
    out = tmp_path / "orders.jsonl"
    told = ground.document("verify", "orders", "--lag", "0", "--out", str(out), code=1)
    assert told["kinds"] == {"different": 1, "only-in-primary": 1}
    assert told["items"] == {"primary": 3, "secondary": 2}
    assert [json.loads(line) for line in out.read_text().splitlines()] == told["differences"]
    assert told["next_step"] == f"lifeboat repair -s prod orders --dry-run --differences {out}"


def test_a_person_sees_each_difference_and_one_line_that_counts_them(streams: Streams) -> None:
    ground, sites = streams
    sites["primary"].put(item("a", "1", stamp(5)))
    told = ground.lifeboat("verify", "orders", "--lag", "0")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["kind"] == "only-in-primary"
    assert "refused: orders is not alike: 1 only-in-primary; 1 items at the primary" in told.stderr


def test_a_backfill_copies_from_the_active_site_and_its_journal_says_who_and_why(streams: Streams, state: Path) -> None:
    ground, sites = streams
    sites["primary"].put(*(item(f"{n}", f"{n}", stamp(5 + n)) for n in range(20)), item("around"))
    dry = ground.document("backfill", "orders", "--dry-run")
    assert "from primary (us-east-1" in dry["would"]
    assert sites["secondary"].values() == {}
    told = ground.document("backfill", "orders", *ORDER)
    assert told["counts"] == {"applied": 21, "stamped": 1}
    assert sites["secondary"].values() == sites["primary"].values()
    assert ground.document("verify", "orders", "--lag", "0")["alike"]
    (entry,) = ground.document("journal", "orders-resync")["entries"]
    assert (entry["step"], entry["detail"]) == ("backfill", "INC-42")
    assert list(state.iterdir()) == []


def test_a_backfill_goes_the_way_it_was_told(streams: Streams) -> None:
    ground, sites = streams
    sites["secondary"].put(item("a", "1", stamp(5, "secondary")))
    ground.document("backfill", "orders", "--from", "secondary", *ORDER)
    assert sites["primary"].values() == {"a": "1"}


def test_a_backfill_that_failed_half_way_goes_on_with_the_same_command(streams: Streams, state: Path) -> None:
    ground, sites = streams
    losers = ground.outputs["replication"]["orders"]["losersTable"]
    sites["primary"].put(item("a", "mine", stamp(5)))
    sites["secondary"].put(item("a", "theirs", stamp(3, "secondary")))
    sites["primary"].client.delete_table(TableName=losers)
    failed = ground.document("backfill", "orders", *ORDER, code=3)
    assert "ResourceNotFoundException" in failed["error"]
    assert Path(failed["checkpoint"]).exists()
    _losers(sites["primary"].client, losers)
    assert ground.document("backfill", "orders", *ORDER)["counts"]["diverged"] == 1
    assert sites["secondary"].values() == {"a": "mine"}


def test_a_repair_says_what_it_would_do_then_does_it_and_nothing_is_left(streams: Streams, tmp_path: Path) -> None:
    ground, sites = streams
    out = str(tmp_path / "orders.jsonl")
    sites["primary"].put(item("a", "mine", stamp(5)), item("b"))
    sites["secondary"].put(item("a", "theirs", stamp(7, "secondary")))
    ground.document("verify", "orders", "--lag", "0", "--out", out, code=1)
    dry = ground.document("repair", "orders", "--dry-run", "--differences", out)
    assert dry["would"] == {"deliver secondary to primary": 1, "stamp primary": 1}
    assert sites["primary"].values() == {"a": "mine", "b": "1"}
    told = ground.document("repair", "orders", "--differences", out, *ORDER)
    assert told["counts"] == {"applied": 1, "diverged": 1, "stamped": 1}
    assert sites["primary"].values() == sites["secondary"].values() == {"a": "theirs", "b": "1"}
    assert ground.document("verify", "orders", "--lag", "0")["alike"]
    losers = ground.outputs["replication"]["orders"]["losersTable"]
    (kept,) = sites["secondary"].client.scan(TableName=losers)["Items"]
    assert kept["item"]["M"]["value"]["S"] == "mine"


def test_a_repair_without_a_file_compares_first(streams: Streams, state: Path) -> None:
    ground, sites = streams
    sites["secondary"].put(item("a", "1", stamp(5, "secondary")))
    assert ground.document("repair", "orders", "--lag", "0", *ORDER)["counts"] == {"applied": 1}
    assert sites["primary"].values() == {"a": "1"}
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("verb", ["backfill", "repair"])
@pytest.mark.parametrize(
    ("change", "options", "seen"),
    [
        ({"dataMode": "mrec"}, ORDER, "is for mode streams"),
        ({"applicationTables": {}}, ORDER, "table 'orders' is not of this stack"),
        ({}, ("--yes",), "say why with --reason"),
        ({"replication": {}}, ORDER, "must not leave their region; next: --excluded NAMES"),
        ({"replication": {}}, ("--excluded", "", *ORDER), "next: --ttl-attribute NAME"),
        (
            {"replication": {}, "inventory": None},
            ("--excluded", "home", "--ttl-attribute", "expires", *ORDER),
            "next: --losers-table NAME",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    streams: Streams, verb: str, change: dict[str, object], options: tuple[str, ...], seen: str
) -> None:
    ground, sites = streams
    sites["primary"].put(item("a", "1", stamp(5)))
    outputs = {name: value for name, value in {**ground.outputs, **change}.items() if value is not None}
    ground.saved.write_text(json.dumps({"lifeboat": outputs}))
    lag = ("--lag", "0") if verb == "repair" else ()
    told = ground.lifeboat(verb, "orders", *lag, *options)
    assert told.exit_code == 1
    assert seen in told.stderr
    assert sites["secondary"].values() == {}


def test_before_the_tier_was_armed_a_backfill_wants_to_be_told_its_source(bare_ground: Ground, state: Path) -> None:
    ground, sites = with_tables(bare_ground, "streams")
    sites["primary"].put(item("a"))
    refused = ground.document("backfill", "orders", *ORDER, code=1)
    assert refused["next_step"] == "--from primary"
    ground.document("backfill", "orders", "--from", "primary", *ORDER)
    assert sites["secondary"].values() == {"a": "1"}


def test_a_file_that_is_not_of_this_table_is_refused_before_its_first_line_is_settled(
    streams: Streams, tmp_path: Path
) -> None:
    ground, sites = streams
    sites["primary"].put(item("a", "1", stamp(5)))
    file = tmp_path / "other.jsonl"
    file.write_text('{"key": {"id": {"S": "a"}}}\n{"key": {"number": {"N": "1"}}}\n')
    told = ground.lifeboat("repair", "orders", "--differences", str(file), *ORDER)
    assert told.exit_code == 1
    assert "line 2" in told.stderr
    assert sites["secondary"].values() == {}


def test_a_checkpoint_of_another_run_is_refused(streams: Streams, tmp_path: Path) -> None:
    ground, sites = streams
    file, losers = str(tmp_path / "run.sqlite"), ground.outputs["replication"]["orders"]["losersTable"]
    sites["primary"].put(item("a", "mine", stamp(5)))
    sites["secondary"].put(item("a", "theirs", stamp(3, "secondary")))
    sites["primary"].client.delete_table(TableName=losers)
    ground.document("backfill", "orders", "--checkpoint", file, *ORDER, code=3)
    refused = ground.lifeboat("backfill", "orders", "--checkpoint", file, "--segments", "2", *ORDER)
    assert refused.exit_code == 1
    assert "name another" in refused.stderr


def test_a_site_that_does_not_exist_is_a_usage_error(streams: Streams) -> None:
    assert streams[0].lifeboat("backfill", "orders", "--from", "here").exit_code == 2


def test_a_log_gets_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = VirtualClock()
    lines: Callable[[int], None] = Lines("verify orders", 10_000, clock)
    for _ in range(25):
        clock.sleep(1)
        lines(100)
    told = capsys.readouterr().err.splitlines()
    assert told == [f"verify orders: {n:,} of some 10,000 items, 100 a second" for n in (1000, 2000)]
