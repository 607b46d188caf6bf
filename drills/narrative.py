"""Says one event in one line of plain words, for the terminal and for the report alike."""

from collections.abc import Callable, Mapping

from drills.events import Event, Source


def tell(event: Event) -> str:
    """Return one line without time or source; never empty, never more than the event says."""
    return _TELLERS[event.source](event)


def is_trouble(event: Event) -> bool:
    """Say whether a reader should look here first: a fault, an unhealthy vote, a held tier, a failed step, an alarm."""
    if event.source == "row":
        return event.text("phase") in ("moving", "held")
    if event.source == "vote":
        return event.text("verdict") == "unhealthy"
    if event.source == "step":
        return event.text("outcome") not in ("", "done")
    if event.source == "page":
        return event.text("severity") != "info"
    return event.source == "fault" and event.text("state") == "begun"


def _row(event: Event) -> str:
    said = f"epoch {event.text('epoch')}: {event.text('active')} is active, {event.text('phase')}"
    running = event.text("step")
    return f"{said}; {event.text('kind')} at `{running}`, owned by {_owner(event)}" if running else said


def _vote(event: Event) -> str:
    if event.facts.get("silent"):
        return f"{event.text('observer')} is silent: its vote no longer counts"
    about = event.text("site") or "nothing yet"
    said = f"{event.text('observer')} calls {about} {event.text('verdict')} in epoch {event.text('epoch')}"
    misses = event.number("misses") or 0
    counted = f", {misses:g} missed in a row" if misses else ""
    standby = f", its standby {event.text('standby')}" if event.text("standby") else ""
    lag = ", its lag not known yet" if standby and event.facts.get("lag_unknown") else ""
    return said + counted + standby + lag + (f": {event.text('reason')}" if event.text("reason") else "")


def _owner(event: Event) -> str:
    """Return the owner's region and the beginning of its invocation's id: enough to find it in the logs."""
    region, _, invocation = event.text("owner").partition("/")
    return f"{region}/{invocation[:8]}" if invocation else region


def _step(event: Event) -> str:
    said = f"`{event.text('step')}` by {_owner(event)}"
    detail = f": {event.text('detail')}" if event.text("detail") else ""
    return f"{said} {event.text('outcome')}{detail}" if event.text("outcome") else f"{said} begins"


def _fault(event: Event) -> str:
    return f"{event.text('what')} {'begins' if event.text('state') == 'begun' else 'ends'}"


def _order(event: Event) -> str:
    return f"{event.text('kind')} to {event.text('target')} is ordered, for epoch {event.text('epoch')}"


def _page(event: Event) -> str:
    return f"{event.text('severity')}: {event.text('summary')}. Next: {event.text('next_step')}"


def _lag(event: Event) -> str:
    waiting, seconds = event.number("waiting") or 0, event.number("seconds") or 0
    return f"{event.text('from')} -> {event.text('to')}: {waiting:g} changes wait, the oldest for {seconds:.1f} s"


def _measured(event: Event) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in event.facts.items()) or "nothing"


def _drill(event: Event) -> str:
    said = {"begun": "", "succeeded": " - done", "failed": " - FAILED"}.get(event.text("state"), "")
    detail = f": {event.text('detail')}" if event.text("detail") else ""
    return f"{event.text('name')}{said}{detail}"


_TELLERS: Mapping[Source, Callable[[Event], str]] = {
    "drill": _drill,
    "row": _row,
    "vote": _vote,
    "step": _step,
    "fault": _fault,
    "order": _order,
    "page": _page,
    "lag": _lag,
    "measured": _measured,
}
