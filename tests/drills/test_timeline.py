import io

import pytest
from rich.console import Console

from drills.events import Event
from drills.narrative import tell
from drills.timeline import Standing, Timeline, line, status
from tests.drills import recorded

FAULT = recorded.event(0, "fault", id="x", what="us-east-1 is dark (blackhole)", state="begun")


def standing() -> Standing:
    return Standing(started=recorded.ZERO - 20)


def test_before_the_fault_a_line_counts_from_the_drills_start() -> None:
    assert line(recorded.row(-10, 1, "primary", "steady"), standing()).startswith("( 10.0)")


def test_after_the_fault_a_line_counts_from_the_fault() -> None:
    now = standing()
    now.take(FAULT)
    assert line(recorded.row(12.25, 2, "secondary", "moving"), now).split()[0] == "+12.2"


def test_the_first_fault_stays_the_zero() -> None:
    now = standing()
    now.take(FAULT)
    now.take(recorded.event(5, "fault", id="y", what="more", state="begun"))
    assert now.injected == FAULT.at


def test_the_status_tells_stage_tier_success_and_lag() -> None:
    now = standing()
    for one in recorded.events():
        if one.at <= recorded.ZERO + 18:
            now.take(one)
    for operation in recorded.operations():
        if recorded.ZERO + 17 < operation.ended <= recorded.ZERO + 18:
            now.count(operation)
    told = status(now, recorded.ZERO + 18)
    assert "run on the standby" in told
    assert "epoch 2 secondary steady" in told
    assert "%" in told


def test_success_is_of_the_last_two_seconds_only() -> None:
    now = standing()
    for one in recorded.operations():
        now.count(one)
    last = max(one.ended for one in recorded.operations())
    assert now.success_percent("primary", last) == 100
    assert now.success_percent("primary", last + 3) is None


def test_the_client_that_ignores_epochs_does_not_flatter_the_rate() -> None:
    now = standing()
    stale = next(one for one in recorded.operations() if not one.cooperates)
    now.count(stale)
    assert now.success_percent(stale.site, stale.ended) is None


def test_without_a_terminal_every_event_but_the_lag_is_one_plain_line() -> None:
    output = io.StringIO()
    with Timeline(Console(file=output, width=200), lambda: recorded.ZERO) as timeline:
        for one in recorded.events():
            timeline.show(one)
    lines = output.getvalue().splitlines()
    assert len(lines) == sum(one.source != "lag" for one in recorded.events())
    assert "\x1b" not in output.getvalue()


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (FAULT, "us-east-1 is dark (blackhole) begins"),
        (recorded.row(0, 2, "secondary", "moving", "wait"), "secondary is active, moving; failover at `wait`"),
        (recorded.vote(0, "us-east-2", 1, "unhealthy", 3, "TimedOut"), "3 missed in a row: TimedOut"),
        (recorded.event(0, "vote", observer="us-east-1", silent=True), "us-east-1 is silent"),
        (recorded.page(0, "critical", "data moves"), "critical: data moves. Next: Watch the tier."),
    ],
)
def test_an_event_is_told_in_plain_words(event: Event, words: str) -> None:
    assert words in tell(event)


def test_brackets_in_a_reason_are_printed_as_they_are() -> None:
    output = io.StringIO()
    with Timeline(Console(file=output, width=200), lambda: recorded.ZERO) as timeline:
        timeline.show(recorded.vote(0, "us-east-2", 1, "unhealthy", 3, "[bold]odd[/]"))
    assert "[bold]odd[/]" in output.getvalue()
