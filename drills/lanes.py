"""Turns changes into stretches of time: how long each phase, vote, step and fault lasted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from drills.events import Event

ANSWER = "answer"  # the journal's word for what the order's giver is told: no step of the plan


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Something that held from ``start`` to ``end``, seconds on the events' own clock.

    ``look`` picks its colour; ``outcome`` is how it ended, where such a thing can end in more than one way.
    """

    lane: str
    start: float
    end: float
    label: str
    look: str
    detail: str
    outcome: str = ""


def phases(events: Iterable[Event], until: float) -> list[Stretch]:
    """Return the tier row's life: one stretch for each epoch, active site and phase."""
    rows = [event for event in events if event.source == "row"]
    return _joined(rows, until, _phase)


def votes(events: Iterable[Event], until: float) -> list[Stretch]:
    """Return each observer's opinion over time; a growing count of misses is a look of its own."""
    cast = [event for event in events if event.source == "vote"]
    observers = sorted({event.text("observer") for event in cast})
    return [
        stretch
        for observer in observers
        for stretch in _joined([event for event in cast if event.text("observer") == observer], until, _vote)
    ]


def steps(events: Iterable[Event], until: float) -> list[Stretch]:
    """Return one stretch for each journal item, to the sight of its outcome (or to ``until``)."""
    begun: dict[str, Event] = {}
    ended: dict[str, Event] = {}
    for event in events:
        if event.source == "step" and event.text("step") != ANSWER:
            begun.setdefault(event.text("id"), event)
            if event.text("outcome"):
                ended.setdefault(event.text("id"), event)
    return [_step(event, ended.get(key), until) for key, event in begun.items()]


def stages(events: Iterable[Event], until: float) -> list[Stretch]:
    """Return the drill's own stages, each from its begin to its end."""
    stages = [event for event in events if event.source == "drill"]
    ends = {event.text("name"): event for event in stages if event.text("state") != "begun"}
    return [_stage(event, ends.get(event.text("name")), until) for event in stages if event.text("state") == "begun"]


def faults(events: Iterable[Event], until: float) -> list[Stretch]:
    """Return each fault's window, from its injection to its end."""
    ends = {event.text("id"): event.at for event in events if _state(event) == "ended"}
    return [
        Stretch(
            lane="fault",
            start=event.at,
            end=ends.get(event.text("id"), until),
            label=event.text("what"),
            look="fault",
            detail=event.text("what"),
        )
        for event in events
        if _state(event) == "begun"
    ]


def _state(event: Event) -> str:
    return event.text("state") if event.source == "fault" else ""


def _joined(changes: list[Event], until: float, draw: Callable[[Event, float], Stretch]) -> list[Stretch]:
    """Let each change last until the next; neighbours that look and read the same become one."""
    drawn: list[Stretch] = []
    ends = [*(event.at for event in changes[1:]), until]
    for event, end in zip(changes, ends, strict=False):
        stretch = draw(event, max(end, event.at))
        if drawn and (drawn[-1].look, drawn[-1].label) == (stretch.look, stretch.label):
            stretch = _merged(drawn.pop(), stretch)
        drawn.append(stretch)
    return drawn


def _merged(first: Stretch, second: Stretch) -> Stretch:
    return Stretch(
        lane=first.lane,
        start=first.start,
        end=second.end,
        label=first.label,
        look=first.look,
        detail=first.detail,
    )


def _stage(begun: Event, ended: Event | None, until: float) -> Stretch:
    name, state = begun.text("name"), ended.text("state") if ended else "unfinished"
    look = "stage" if state == "succeeded" else "undone"
    end = ended.at if ended else until
    return Stretch(lane="drill", start=begun.at, end=end, label=name, look=look, detail=f"{name}: {state}")


def _phase(event: Event, end: float) -> Stretch:
    phase, active, epoch = event.text("phase"), event.text("active"), event.text("epoch")
    look = active if phase == "steady" else phase
    label = f"epoch {epoch} · {active}" if phase == "steady" else phase
    detail = f"epoch {epoch}, {active} active, {phase}"
    return Stretch(lane="tier row", start=event.at, end=end, label=label, look=look, detail=detail)


def _vote(event: Event, end: float) -> Stretch:
    verdict, misses = "silent" if event.facts.get("silent") else event.text("verdict"), event.number("misses") or 0
    missing = verdict == "healthy" and misses > 0
    label = f"{misses:g} missed" if missing else verdict
    detail = f"{event.text('site')} {verdict}, epoch {event.text('epoch')}, {misses:g} missed in a row"
    reason = f": {event.text('reason')}" if event.text("reason") else ""
    look = "missing" if missing else verdict
    return Stretch(lane=event.text("observer"), start=event.at, end=end, label=label, look=look, detail=detail + reason)


def _step(begun: Event, ended: Event | None, until: float) -> Stretch:
    outcome = ended.text("outcome") if ended else "unfinished"
    return Stretch(
        lane="plan step",
        start=min(begun.at, ended.at - _journalled_seconds(ended)) if ended else begun.at,
        end=ended.at if ended else until,
        label=begun.text("step"),
        look="done" if outcome == "done" else "undone",
        detail=f"{begun.text('step')} by {begun.text('owner')}: {outcome}",
        outcome=outcome,
    )


def _journalled_seconds(ended: Event) -> float:
    """Return how long a step took by its owner's own record, for one that was over before it was first seen."""
    started, finished = ended.text("started_at"), ended.text("finished_at")
    if not started or not finished:
        return 0.0
    return (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
