"""An acknowledged page is not repeated for as long as somebody said."""

from datetime import datetime, timedelta
from typing import Any

from failover import rows
from failover.tier import Value
from tests.ops.conftest import Ground


def tell(ground: Ground, incident: str, sent_ms: int = 1_000) -> None:
    """Note an incident as the notifier does."""
    told: dict[str, Value] = {
        "claimed_by": "m1",
        "sent_ms": sent_ms,
        "told": True,
        "severity": "critical",
        "summary": "not moved",
    }
    item = {**rows.incident_key(incident), **rows.to_item(told)}
    ground.client("dynamodb", "us-east-2").put_item(TableName=ground.outputs["controlTable"], Item=item)


def waiting(ground: Ground) -> list[str]:
    document: dict[str, Any] = ground.document("acknowledge")
    return [one["id"] for one in document["incidents"]]


def test_what_nobody_has_in_hand_is_listed_newest_first(ground: Ground) -> None:
    tell(ground, "data-1-disarmed", 1_000)
    tell(ground, "data-2-disarmed", 2_000)
    assert waiting(ground) == ["data-2-disarmed", "data-1-disarmed"]
    assert "data-1-disarmed" in ground.lifeboat("acknowledge").stdout


def test_an_acknowledged_incident_leaves_the_list_and_keeps_who_said_it(ground: Ground) -> None:
    tell(ground, "data-1-disarmed")
    told = ground.document("acknowledge", "data-1-disarmed", "--for", "4h", "--reason", "INC-42")["incident"]
    said = told["acknowledgement"]
    ground.row()
    lasts = datetime.fromisoformat(said["until"]) - ground.control.time.now()
    assert timedelta(hours=3, minutes=59) < lasts <= timedelta(hours=4)
    assert (said["reason"], "@" in said["by"]) == ("INC-42", True)
    assert waiting(ground) == []


def test_an_incident_that_nobody_was_told_of_is_refused_and_not_made(ground: Ground) -> None:
    told = ground.document("acknowledge", "data-9-disarmed", code=1)
    assert told["next_step"] == "lifeboat acknowledge -s prod"
    assert waiting(ground) == []
