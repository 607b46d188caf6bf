"""`lifeboat status` tells where a tier stands, whoever of the control regions answers."""

import io

from rich.console import Console

from failover.fan_out import ThreadFanOut
from ops.deployed import Deployed, deployed_of
from ops.sight import Watch
from ops.stack_outputs import Source, StackOutputs
from ops.status import live, picture
from tests.failover.wire import VirtualClock
from tests.ops.conftest import CONTROL_REGIONS, Ground


def deployed(ground: Ground) -> Deployed:
    return deployed_of(StackOutputs(lifeboat=ground.outputs, source=Source.FILE))


def watch(ground: Ground, clock: VirtualClock) -> Watch:
    return Watch(deployed(ground), "data", ThreadFanOut(), clock)


def drawn(looks: Watch, width: int = 200) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(picture(looks.look()))
    return console.export_text()


def test_one_look_tells_everything_at_once(ground: Ground) -> None:
    for observer in CONTROL_REGIONS:
        ground.vote(observer)
    ground.vote("us-west-2", verdict="unhealthy", misses=4, lag_ms=2500)
    told = ground.document("status")
    assert (told["row"]["active"], told["row"]["epoch"], told["row"]["armed"]) == ("primary", 1, True)
    assert (told["unhealthy_votes"], told["quorum"], told["lag_ms"]) == (1, 2, 2500)
    assert {seen["outside"] for seen in told["regions"].values()} == {"us-east-1"}
    text = ground.lifeboat("status").stdout
    assert "primary is active in epoch 1, steady; armed" in text
    assert "1 of the 2 votes" in text


def test_a_dark_control_region_is_shown_as_such_and_stops_nothing(ground: Ground) -> None:
    ground.front.gateway.world.darken("us-east-1", "reset")
    told = ground.document("status")
    assert told["row"]["active"] == "primary"
    assert told["regions"]["us-east-2"]["table"] == "answers"
    assert told["regions"]["us-east-1"]["table"] != "answers"


def test_an_outside_value_that_differs_is_pointed_out(ground: Ground) -> None:
    named = {"Name": ground.outputs["activeParameter"], "Overwrite": True}
    ground.client("ssm", "us-west-2").put_parameter(Value="us-west-2", **named)
    regions = ground.document("status")["regions"]
    assert {region for region, seen in regions.items() if seen["differs"]} == {"us-west-2"}


def test_freshness_is_a_counter_seen_moving_and_silence_one_watched_for_long_enough(ground: Ground) -> None:
    clock = VirtualClock()
    looks = watch(ground, clock)
    for observer in CONTROL_REGIONS:
        ground.vote(observer, counter=5)
    assert set(looks.look().freshness.values()) == {"not watched"}
    ground.vote("us-east-2", counter=6)
    clock.sleep(3)
    assert looks.look().freshness == {"us-east-1": "not watched", "us-east-2": "fresh", "us-west-2": "not watched"}
    ground.vote("us-east-2", counter=7)
    clock.sleep(7)
    assert looks.look().freshness == {"us-east-1": "silent", "us-east-2": "fresh", "us-west-2": "silent"}
    clock.sleep(9)
    assert set(looks.look().freshness.values()) == {"silent"}


def test_watching_goes_on_while_no_control_region_answers(ground: Ground) -> None:
    clock, console = VirtualClock(), Console(width=200, record=True, file=io.StringIO(), force_terminal=True)
    for region in CONTROL_REGIONS:
        ground.front.gateway.world.darken(region, "reset")
    live(watch(ground, clock), console, clock, most=2)
    assert clock.now == 1002.0
    assert "no control region answers" in console.export_text()


def test_a_reason_is_shown_as_it_was_said_brackets_too(ground: Ground) -> None:
    ground.vote("us-east-1", reason="ReadTimeout: [red]Errno 110[/red]")
    assert "[red]Errno 110[/red]" in drawn(watch(ground, VirtualClock()))


def test_a_narrow_terminal_breaks_a_long_reason_and_cuts_nothing(ground: Ground) -> None:
    for observer in CONTROL_REGIONS:
        ground.vote(observer, verdict="unhealthy", misses=112, standby="unhealthy", lag_ms=None, reason="closed " * 20)
    shown = drawn(watch(ground, VirtualClock()), width=80)
    assert all(f" {observer} " in shown for observer in CONTROL_REGIONS)
    assert (shown.count("unhealthy, 112 missed"), shown.count("closed")) == (3, 60)


def test_a_voter_that_never_voted_is_named(ground: Ground) -> None:
    ground.vote("us-east-1")
    assert "none yet" in drawn(watch(ground, VirtualClock()))


def test_watching_and_one_document_exclude_each_other(ground: Ground) -> None:
    assert ground.lifeboat("status", "--watch", "--json").exit_code == 2
