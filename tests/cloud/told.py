"""What people were told and what functions logged, read as a person on call would."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drills.looks import page_text
from tests.cloud.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Told:
    """One message that reached people; ``channel`` is slack or email."""

    channel: str
    region: str
    text: str


def told(stage: Stage, since: int) -> tuple[Told, ...]:
    """Return what reached people after the numbered message."""
    return tuple(
        Told(channel=str(page["channel"]), region=str(page["region"]), text=page_text(str(page["body"])))
        for page in stage.pages(since)
    )


def told_of(stage: Stage, since: int, *words: str) -> tuple[Told, ...]:
    """Return the messages that hold all the words."""
    return tuple(one for one in told(stage, since) if all(word in one.text for word in words))


def last_line(stage: Stage) -> int:
    """Return the number of the newest line that any function logged."""
    return max((int(str(line["number"])) for line in stage.cloud.logs()), default=0)


def errors(stage: Stage, function: str, region: str, since: int) -> tuple[Mapping[str, Any], ...]:
    """Return the errors that a region's function logged after the numbered line; each is one JSON object."""
    return tuple(_errors(stage, function, region, since))


def _errors(stage: Stage, function: str, region: str, since: int) -> Iterator[Mapping[str, Any]]:
    for line in stage.cloud.logs(function, since):
        logged = json.loads(str(line["message"]))
        if line["region"] == region and "ERROR" in (logged.get("level"), logged.get("log_level")):
            yield logged
