"""What the watcher sees besides the control table: what reached people, and what replication still owes."""

import json
from collections.abc import Callable, Iterable, Mapping

from drills.events import Fact
from drills.watcher import Seen

LAG_STEP_SECONDS = 0.25
FIELDS = {"Why: ": "reason", "From: ": "by", "Next: ": "next_step"}


class PagesLook:
    """Pages as people read them, in Slack or by e-mail; the same text by both ways is one page."""

    def __init__(self, received_since: Callable[[int], Iterable[Mapping[str, object]]]) -> None:
        self._received_since = received_since
        self._last = 0

    def __call__(self) -> Iterable[Seen]:
        for received in self._received_since(self._last):
            self._last = int(str(received["number"]))
            text = page_text(str(received["body"]))
            yield Seen(source="page", key=text, facts=page_facts(text))


def page_text(body: str) -> str:
    """Return the text inside Slack's or SNS's envelope, or the body itself."""
    try:
        envelope = json.loads(body)
    except json.JSONDecodeError:
        return body
    if not isinstance(envelope, dict):
        return body
    return str(envelope.get("text") or envelope.get("Message") or body)


def page_facts(text: str) -> dict[str, str]:
    """Read `[severity] lifeboat STACK: summary` and the lines that begin with a field's name."""
    headline, *rest = text.splitlines() or [""]
    severity, _, summary = headline.partition("] ")
    said = {name: line.removeprefix(mark) for line in rest for mark, name in FIELDS.items() if line.startswith(mark)}
    if not severity.startswith("["):
        return {"severity": "warning", "summary": headline, **said}
    return {"severity": severity.removeprefix("["), "summary": summary, **said}


class StreamsLook:
    """The same of `streams` tables: what no replicator of a region is done with is under way to the other one."""

    def __init__(self, backlog: Callable[[], Mapping[str, object]], regions: tuple[str, str]) -> None:
        self._backlog = backlog
        self._regions = regions

    def __call__(self) -> Iterable[Seen]:
        for source, target in (self._regions, self._regions[::-1]):
            told = self._backlog().get(source)
            told = told if isinstance(told, Mapping) else {}
            yield _seen(source, target, told.get("records", 0), told.get("seconds", 0.0))


class ReplicationLook:
    """How many changes wait on each link between two regions, and for how long the oldest has."""

    def __init__(self, backlog: Callable[[], Mapping[str, object]], lags: Callable[[], Mapping[str, object]]) -> None:
        self._backlog = backlog
        self._lags = lags

    def __call__(self) -> Iterable[Seen]:
        lags = self._lags()
        for link, waiting in self._backlog().items():
            source, _, target = link.partition("->")
            yield _seen(source, target, waiting, lags.get(link, 0.0))


def _seen(source: str, target: str, waiting: object, seconds: object) -> Seen:
    steps = round(float(str(seconds)) / LAG_STEP_SECONDS) * LAG_STEP_SECONDS
    facts: dict[str, Fact] = {"from": source, "to": target, "waiting": int(float(str(waiting))), "seconds": steps}
    return Seen(source="lag", key=f"{source}->{target}", facts=facts)
