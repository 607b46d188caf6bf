"""What was acknowledged and lost is listed from both regions, and a person decides about it, once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from failover.replication.losers import Loser, LoserTable
from failover.replication.lost_writes import JudgedOtherwise, Judgement, LoserEntries, State
from localcloud.faults import Fault
from tests.ops.conftest import Ground
from tests.ops.streams_ground import StreamsGround

KEEP_OURS = ("divergence", "--keep", "ours", "--yes", "--reason", "INC-42")
KEEP_THEIRS = ("divergence", "--keep", "theirs", "--yes", "--reason", "INC-42")
BEFORE, AFTER = 1_790_000_000, 1_790_000_100


@pytest.fixture
def streams(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> StreamsGround:
    """The tier, failed over: the secondary is active in epoch 2."""
    streams = StreamsGround.over(ground, monkeypatch)
    moved(streams, timedelta(0))
    return streams


def moved(streams: StreamsGround, ago: timedelta, kind: str = "failover") -> None:
    streams.row()
    at = (streams.control.time.now() - ago).isoformat()
    streams.set_row(epoch=2, active="secondary", kind=kind, changed_at=at, moved_at={"secondary": at})


def split(streams: StreamsGround, key: str = "a", at: int = BEFORE) -> str:
    """Have both sites write an item without knowing of each other, then let them meet; return the lost version."""
    lost = streams.put("primary", key, epoch=1, at=at, status="paid", note="x")
    streams.put("secondary", key, epoch=2, at=AFTER, status="open")
    for site in ("primary", "secondary"):
        streams.replicate(site, key)
    return lost


def test_a_lost_write_is_one_line_though_both_regions_list_it(streams: StreamsGround) -> None:
    lost = split(streams)
    assert (streams.states("primary"), streams.states("secondary")) == (["open"], ["open"])
    line, end = streams.lifeboat("divergence").stdout.splitlines()
    assert line.startswith(f"{streams.named('orders')} id=a; lost: {lost} (primary, epoch 1, 2026-")
    assert f"won: {streams.stamp('secondary', 'a').version} (secondary, epoch 2, " in line
    assert line.endswith("; note: x -> absent, status: paid -> open; open")
    assert end.startswith("1 listed; ")


def test_a_deletion_that_lost_is_told_as_one(streams: StreamsGround) -> None:
    streams.delete("primary", "a", epoch=1, at=BEFORE)
    streams.put("secondary", "a", epoch=2, at=AFTER, status="open")
    streams.replicate("primary", "a")
    assert "; deleted -> {id: a, status: open}; open" in streams.lifeboat("divergence").stdout


def test_a_write_around_the_client_is_told_by_what_it_wrote(streams: StreamsGround) -> None:
    streams.put("secondary", "a", epoch=2, at=AFTER, status="open")
    item, key = {"id": {"S": "a"}, "raw": {"B": b"\x00"}}, {"id": {"S": "a"}}
    losers = LoserTable(streams.client("dynamodb", "us-east-1"), streams.named("losers"))
    losers.note(Loser(streams.named("orders"), key, item, None, streams.stamp("secondary", "a")))
    assert "(written around the client)" in streams.lifeboat("divergence").stdout
    (told,) = streams.document("divergence")["writes"]
    assert (told["lost"]["raw"], told["site"], told["written_at"]) == ({"B": "AA=="}, None, None)


def test_kept_as_it_stands_it_leaves_the_review_with_who_and_why(streams: StreamsGround) -> None:
    split(streams)
    before = streams.item("secondary", "a")
    assert streams.lifeboat(*KEEP_OURS).exit_code == 0
    assert streams.item("secondary", "a") == before
    assert streams.states("primary") == streams.states("secondary") == ["kept-ours"]
    assert streams.document("divergence")["writes"] == []
    (told,) = streams.document("divergence", "--state", "ours")["writes"]
    assert (told["state"], told["reason"], "@" in told["by"]) == ("kept-ours", "INC-42", True)
    assert "; kept-ours by " in streams.lifeboat("divergence", "--state", "all").stdout
    (entry,) = streams.document("journal", "data-divergence")["entries"]
    assert entry["detail"] == "INC-42: kept ours: 1"


def test_the_lost_item_is_written_again_as_a_new_version_that_knows_of_what_won(streams: StreamsGround) -> None:
    split(streams)
    won = streams.stamp("secondary", "a").version
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    item, stamp = streams.item("secondary", "a"), streams.stamp("secondary", "a")
    assert (item["status"], item["note"]) == ({"S": "paid"}, {"S": "x"})
    assert (stamp.version.epoch, stamp.version.origin, stamp.version > won) == (2, "secondary", True)
    assert streams.states("primary") == streams.states("secondary") == ["kept-theirs"]
    streams.replicate("secondary", "a")
    assert streams.item("primary", "a") == item


def test_a_deletion_that_lost_is_written_again_as_a_deletion(streams: StreamsGround) -> None:
    streams.put("primary", "a", epoch=1, at=BEFORE, status="paid")
    streams.delete("primary", "a", epoch=1, at=BEFORE)
    streams.put("secondary", "a", epoch=2, at=AFTER, status="open")
    streams.replicate("primary", "a")
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    assert streams.stamp("secondary", "a").deleted
    assert "status" not in streams.item("secondary", "a")


def test_a_deletion_that_won_gives_way_to_the_item(streams: StreamsGround) -> None:
    streams.put("primary", "a", epoch=1, at=BEFORE, status="paid")
    streams.delete("secondary", "a", epoch=2, at=AFTER)
    streams.replicate("primary", "a")
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    item = streams.item("secondary", "a")
    assert (item["status"], "expires" in item, streams.stamp("secondary", "a").deleted) == ({"S": "paid"}, False, False)


def test_what_stays_in_its_region_stays_as_the_active_site_has_it(streams: StreamsGround) -> None:
    streams.put("primary", "a", epoch=1, at=BEFORE, status="paid", local="theirs")
    streams.put("secondary", "a", epoch=2, at=AFTER, status="open", local="ours")
    streams.replicate("primary", "a")
    assert "local" not in streams.lifeboat("divergence").stdout
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    item = streams.item("secondary", "a")
    assert (item["status"], item["local"]) == ({"S": "paid"}, {"S": "ours"})


def test_what_was_written_since_is_never_written_over(streams: StreamsGround) -> None:
    split(streams)
    since = streams.put("secondary", "a", epoch=2, at=AFTER + 5, status="shipped")
    told = streams.lifeboat(*KEEP_THEIRS)
    assert told.exit_code == 3
    assert f"what won no longer stands there, but version {since}" in told.stdout
    assert streams.item("secondary", "a")["status"] == {"S": "shipped"}
    assert streams.states("secondary") == ["open"]


def test_a_write_whose_answer_was_lost_is_found_done_and_not_made_twice(streams: StreamsGround) -> None:
    split(streams)
    fault = Fault(effect="lost_reply", service="dynamodb", operation="PutItem", table=streams.named("orders"))
    streams.front.gateway.faults.add(fault)
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 3
    streams.front.gateway.faults.clear()
    assert streams.states("secondary") == ["open"]
    written = streams.stamp("secondary", "a").version
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    assert streams.stamp("secondary", "a").version == written
    assert streams.states("secondary") == ["kept-theirs"]


def test_nobody_writes_while_the_tier_moves(streams: StreamsGround) -> None:
    split(streams)
    streams.set_row(phase="moving")
    assert "the tier is moving" in streams.lifeboat(*KEEP_THEIRS).stdout
    assert streams.item("secondary", "a")["status"] == {"S": "open"}


def test_a_decision_that_was_interrupted_between_the_regions_goes_on_without_another_write(
    streams: StreamsGround,
) -> None:
    split(streams)
    fault = Fault(effect="refuse", region="us-west-2", operation="UpdateItem", table=streams.named("losers"))
    streams.front.gateway.faults.add(fault)
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 3
    streams.front.gateway.faults.clear()
    assert (streams.states("primary"), streams.states("secondary")) == (["kept-theirs"], ["open"])
    later = streams.put("secondary", "a", epoch=2, at=AFTER + 5, status="shipped")
    assert streams.lifeboat(*KEEP_OURS).exit_code == 1
    assert streams.lifeboat(*KEEP_THEIRS).exit_code == 0
    assert streams.states("secondary") == ["kept-theirs"]
    assert str(streams.stamp("secondary", "a").version) == later


def test_of_two_people_who_decide_at_once_the_second_is_told_and_changes_nothing(streams: StreamsGround) -> None:
    split(streams)
    entries = LoserEntries(streams.client("dynamodb", "us-east-1"), streams.named("losers"), "us-east-1")
    (lost,) = entries.of_table(streams.named("orders"))
    at = datetime.fromtimestamp(AFTER, UTC)
    ours = Judgement(state=State.KEPT_OURS, by="ada", reason="first", at=at)
    for _ in range(2):
        entries.mark(lost, ours)
    with pytest.raises(JudgedOtherwise, match="in us-east-1 it is kept-ours, decided by ada"):
        entries.mark(lost, Judgement(state=State.KEPT_THEIRS, by="bob", reason="second", at=at))
    (kept,) = entries.of_table(streams.named("orders"))
    assert (kept.state, kept.by, kept.reason) == (State.KEPT_OURS, "ada", "first")


def test_one_version_alone_can_be_decided_about(streams: StreamsGround) -> None:
    lost, other = split(streams), split(streams, "b", at=BEFORE + 1)
    assert streams.lifeboat(*KEEP_OURS, "--only", lost).exit_code == 0
    assert [one["version"] for one in streams.document("divergence")["writes"]] == [other]
    assert streams.document(*KEEP_OURS, "--only", lost, code=1)["next_step"] == (
        "lifeboat divergence -s prod --state all"
    )


def test_of_several_lost_versions_of_an_item_the_newest_is_written_again_and_the_rest_stays_open(
    streams: StreamsGround,
) -> None:
    streams.put("secondary", "a", epoch=2, at=AFTER, status="open")
    versions = []
    for at, status in ((BEFORE, "new"), (BEFORE + 1, "paid")):
        versions.append(streams.put("primary", "a", epoch=1, at=at, status=status))
        streams.replicate("primary", "a")
    document = streams.document(*KEEP_THEIRS, code=3)
    assert [one["version"] for one in document["kept"]] == [versions[1]]
    assert [one["version"] for one in document["left"]] == [versions[0]]
    assert streams.item("secondary", "a")["status"] == {"S": "paid"}


def test_a_dry_run_and_a_decision_without_a_reason_change_nothing(streams: StreamsGround) -> None:
    split(streams)
    told = streams.lifeboat("divergence", "--keep", "theirs", "--dry-run")
    assert (told.exit_code, "would do: The lost items are written again" in told.stdout) == (0, True)
    assert streams.lifeboat("divergence", "--keep", "theirs", "--yes").exit_code == 1
    assert streams.item("secondary", "a")["status"] == {"S": "open"}
    assert streams.states("primary") == ["open"]


def test_one_table_can_be_asked_for_by_its_name_in_config(streams: StreamsGround) -> None:
    split(streams)
    assert len(streams.document("divergence", "orders")["writes"]) == 1
    assert streams.document("divergence", "canary")["writes"] == []
    assert "there are orders, canary" in streams.lifeboat("divergence", "sessions").stderr


def test_the_list_is_kept_in_a_file_with_whole_items(streams: StreamsGround, tmp_path: Path) -> None:
    split(streams)
    assert streams.lifeboat("divergence", "--out", str(tmp_path / "lost.json")).exit_code == 0
    (told,) = json.loads((tmp_path / "lost.json").read_text())["writes"]
    assert (told["lost"]["note"], told["stands"]["status"]) == ({"S": "x"}, {"S": "open"})
    assert told["differs"]["status"] == [{"S": "paid"}, {"S": "open"}]


def test_a_region_that_does_not_answer_is_told_and_the_other_ones_list_is_shown(streams: StreamsGround) -> None:
    split(streams)
    streams.front.gateway.world.darken("us-east-1", "refuse")
    document = streams.document("divergence")
    assert (len(document["writes"]), list(document["unseen"]), document["complete"]) == (1, ["us-east-1"], False)
    assert streams.lifeboat(*KEEP_OURS).exit_code == 3
    assert streams.states("secondary") == ["kept-ours"]


def test_a_tier_that_never_moved_has_a_complete_list(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = StreamsGround.over(ground, monkeypatch)
    assert "0 listed; complete: the tier has never moved" in streams.lifeboat("divergence").stdout


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "waiting: "), (19, "bring that region back soon; it becomes incomplete at "), (25, "incomplete: ")],
)
def test_a_list_is_not_called_complete_until_the_old_site_has_been_heard_of(
    streams: StreamsGround, hours: int, said: str
) -> None:
    moved(streams, timedelta(hours=hours))
    told = streams.lifeboat("divergence").stdout
    assert said in told
    assert ("next: lifeboat verify -s prod TABLE" in told) == (hours == 25)


def test_a_list_is_complete_once_the_old_sites_replicator_has_listed_a_canary(streams: StreamsGround) -> None:
    moved(streams, timedelta(hours=25))
    streams.put("primary", "c", epoch=1, at=BEFORE, table="canary", counter="7")
    streams.put("secondary", "c", epoch=2, at=AFTER, table="canary", counter="9")
    streams.replicate("secondary", "c", "canary")
    assert "incomplete: " in streams.lifeboat("divergence").stdout
    streams.put("primary", "d", epoch=1, at=BEFORE, table="canary", counter="7")
    streams.put("secondary", "d", epoch=2, at=AFTER, table="canary", counter="9")
    streams.replicate("primary", "d", "canary")
    assert "0 listed; complete: the old site lists a canary" in streams.lifeboat("divergence").stdout


def test_a_planned_move_has_waited_for_everything(streams: StreamsGround) -> None:
    moved(streams, timedelta(hours=25), kind="switchover")
    assert "complete: the last move waited" in streams.lifeboat("divergence").stdout
    streams.set_row(changed_at=streams.control.time.now().isoformat())  # another plan since, which moved nothing
    assert "incomplete: " in streams.lifeboat("divergence").stdout


def test_tables_whose_writes_two_regions_have_at_once_have_no_list(ground: Ground) -> None:
    ground.saved.write_text(json.dumps({"lifeboat": {**ground.outputs, "dataMode": "mrsc"}}))
    told = ground.lifeboat("divergence")
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert "mode mrsc: " in told.stderr
    assert told.stderr.endswith("; next: lifeboat verify -s prod TABLE\n")


def test_outputs_that_do_not_say_how_tables_are_replicated_are_refused(streams: StreamsGround) -> None:
    told = {name: value for name, value in streams.outputs.items() if name != "replication"}
    streams.saved.write_text(json.dumps({"lifeboat": told}))
    refused = streams.lifeboat("divergence")
    assert (refused.exit_code, "do not say how tables are replicated" in refused.stderr) == (1, True)


def test_deciding_is_only_about_what_is_open(streams: StreamsGround) -> None:
    assert streams.lifeboat(*KEEP_OURS, "--state", "all").exit_code == 2
