"""In mode `mrec` the last writer wins; what it overruled is listed, decided about, and tried again as in `streams`."""

import json
from datetime import timedelta

import pytest

from ops import dead_queue
from tests.ops.conftest import Ground
from tests.ops.streams_ground import StreamsGround, record

BEFORE, AFTER = 1_790_000_000, 1_790_000_100
KEEP_THEIRS = ("divergence", "--keep", "theirs", "--yes", "--reason", "INC-42")


@pytest.fixture
def mrec(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> StreamsGround:
    """The tier, failed over an hour ago: the secondary is active in epoch 2."""
    monkeypatch.setattr(dead_queue, "WAIT_SECONDS", 0)  # nobody else sends
    made = StreamsGround.over(ground, monkeypatch, "mrec")
    made.row()
    at = (made.control.time.now() - timedelta(hours=1)).isoformat()
    made.set_row(epoch=2, active="secondary", kind="failover", changed_at=at, moved_at={"secondary": at})
    return made


def split(mrec: StreamsGround) -> str:
    """Have both sites write an item without knowing of each other, then let the later one win; return what lost."""
    lost = mrec.put("primary", "a", epoch=1, at=BEFORE, status="paid")
    mrec.put("secondary", "a", epoch=2, at=AFTER, status="open")
    mrec.overrule("primary", "a")
    return lost


def test_what_the_last_writer_overruled_is_listed(mrec: StreamsGround) -> None:
    lost = split(mrec)
    line, end = mrec.lifeboat("divergence").stdout.splitlines()
    assert line.startswith(f"{mrec.named('orders')} id=a; lost: {lost} (primary, epoch 1, 2026-")
    assert line.endswith("; status: paid -> open; open")
    assert end.startswith("1 listed; waiting: ")


def test_the_lost_item_is_written_again_upon_what_won(mrec: StreamsGround) -> None:
    split(mrec)
    won = mrec.stamp("secondary", "a").version
    assert mrec.lifeboat(*KEEP_THEIRS).exit_code == 0
    assert mrec.item("secondary", "a")["status"] == {"S": "paid"}
    assert mrec.stamp("secondary", "a").version > won
    assert mrec.states("primary") == ["kept-theirs"]
    mrec.overrule("primary", "a")  # as replication does; it was made upon what stands there
    assert mrec.states("primary") == ["kept-theirs"]


def test_the_list_is_complete_once_a_canary_of_the_new_site_has_overruled_one_of_the_old(mrec: StreamsGround) -> None:
    mrec.put("primary", "c", epoch=1, at=BEFORE, table="canary", counter="7")
    mrec.put("secondary", "c", epoch=2, at=AFTER, table="canary", counter="9")
    assert "waiting: " in mrec.lifeboat("divergence").stdout
    mrec.overrule("primary", "c", "canary")
    assert "0 listed; complete: the old site lists a canary" in mrec.lifeboat("divergence").stdout


def test_a_table_that_is_unlisted_is_refused(mrec: StreamsGround) -> None:
    tables = {**mrec.outputs["applicationTables"], "plain": mrec.named("plain")}
    mrec.saved.write_text(json.dumps({"lifeboat": {**mrec.outputs, "applicationTables": tables}}))
    refused = mrec.lifeboat("divergence", "plain")
    assert refused.exit_code == 1
    assert "'plain' is no table whose losses are listed; there are orders" in refused.stderr


def test_what_could_not_be_audited_goes_to_the_auditor_again(mrec: StreamsGround) -> None:
    mrec.bury("us-east-1", record("1"), function="divergence-auditor")
    told = mrec.lifeboat("redrive", "--yes", "--reason", "INC-42")
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "1 redriven")
    again = ("us-east-1", mrec.named("divergence-auditor"), {"redriven": True, "Records": [record("1")]})
    assert mrec.functions.events == [again]
